"""The README's tour, run as it is written: every request pasted, every answer compared."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

from tests.target import Target

README = Path(__file__).parents[1] / "README.md"

_STEP = re.compile(r"```sh\n(?P<command>.*?)```(?:\n```json\n(?P<answer>.*?)```)?", re.DOTALL)
_END_OF_STEP = "--- end of step ---"

# What differs each time: ids, instants, request ids, and the month of an invoice number.
_CHANGING = [
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "ID"),
    (re.compile(r"\d{4}-\d{2}-\d{2}T[\d:.]+Z"), "INSTANT"),
    (re.compile(r'"[0-9a-f]{32}"'), '"REQUEST"'),
    (re.compile(r"INV-\d{4}-\d{2}-"), "INV-MONTH-"),
]


def steps() -> list[re.Match[str]]:
    tour = README.read_text().partition("## A tour")[2].partition("## Rules you should know")[0]
    return [*_STEP.finditer(tour)]


def objects(text: str) -> list[Any]:
    """The JSON values that stand one after the other in the text, without what differs each time."""
    for changing, word in _CHANGING:
        text = changing.sub(word, text)
    decoder, found = json.JSONDecoder(), []
    while text := text.strip():
        value, end = decoder.raw_decode(text)
        found.append(value)
        text = text[end:]
    return found


def test_the_tour_can_be_pasted_and_its_answers_are_real(target: Target, tmp_path: Path) -> None:
    script = f"\necho; echo '{_END_OF_STEP}'\n".join(step["command"] for step in steps())
    script = script.replace("http://localhost:8000", target.api_url)

    ran = subprocess.run(
        ["bash", "-e", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )

    answers = ran.stdout.split(_END_OF_STEP)
    assert len(answers) == len(steps()) >= 10
    for step, answer in zip(steps(), answers, strict=True):
        assert objects(answer) == objects(step["answer"] or ""), step["command"]
