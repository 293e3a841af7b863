"""Requests made up from our own description, right and wrong ones: never a 5xx, never an answer it does not describe.

Schemathesis runs as the program it is, with all its checks; schemathesis.toml has the exceptions and their reasons.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.person import Person
from tests.target import Target

SOAK = bool(os.environ.get("SOAK"))
EXAMPLES, MOST_SECONDS = (500, 3600) if SOAK else (4, 45)

CONFIGURATION = Path(__file__).with_name("schemathesis.toml")


@pytest.fixture
def somebody(target: Target) -> Iterator[Person]:
    """A user with something of everything in the books."""
    with Person.enrolled(target) as person:
        person.sale(100.10)
        person.invoice()
        yield person


def test_every_answer_is_described(
    target: Target, somebody: Person, tmp_path: Path, show_count: Callable[[str], None]
) -> None:
    program = Path(sys.executable).with_name("schemathesis")
    command = [
        *[str(program), f"--config-file={CONFIGURATION}", "run", f"{target.api_url}/openapi.json"],
        *["--header", f"Authorization: Bearer {somebody.token}"],
        # Logging out would end the run for all others.
        *["--exclude-path=/api/auth/logout", "--exclude-path=/api/auth/sessions/{session_id}"],
        # What is right by its shape may still be refused: by the state of the books, or as another's id.
        "--exclude-checks=positive_data_acceptance",
        # One worker: two threads that parse source at the same time break each other in Python 3.11 (cpython issue 106905).
        *[f"--max-examples={EXAMPLES}", f"--max-time={MOST_SECONDS}", "--workers=1", "--no-color"],
        "--generation-database=none" if SOAK else "--generation-deterministic",
    ]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout
    tested = re.search(r"Tested: (\d+)", run.stdout)
    cases = re.search(r"(\d+) generated", run.stdout)
    assert tested
    assert cases
    assert somebody.faults() == []
    assert somebody.read("/api/audit/verify")["faults"] == []
    show_count(f"schemathesis: {tested[1]} operations, {cases[1]} cases, none undescribed, no 5xx")
