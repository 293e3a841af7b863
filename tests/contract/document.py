"""The Renpay document as data: each endpoint with its documented request and answer, read from the Markdown."""

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

DOCUMENT = Path(__file__).parents[2] / "docs" / "contract" / "renpay-tech.md"

_SECTION = re.compile(r"^#{3,4} (?P<title>.+)$", re.MULTILINE)
_ROUTE = re.compile(r"```\n(?P<method>GET|POST|PUT|DELETE) (?P<path>/\S+)\n```")
_REQUEST = re.compile(r"\*\*Request Body:\*\*\n```json\n(?P<json>.*?)```", re.DOTALL)
_FORM = re.compile(r"\*\*Request Body \(form-data.*?\n```\n(?P<form>.*?)```", re.DOTALL)
_ANSWER = re.compile(
    r"\*\*Response \((?P<status>\d+)[^)]*\):?\*\*\n*(?:```json\n(?P<json>.*?)```)?", re.DOTALL
)
_PARAMETER = re.compile(r"^- `(?P<name>\w+)` \((?P<need>optional|required)\)", re.MULTILINE)
_COMMENT = re.compile(r"//[^\n]*")


@dataclass(frozen=True)
class Endpoint:
    """One documented endpoint."""

    title: str
    method: str
    path: str
    parameters: dict[str, str]
    """Name -> optional or required."""
    body: Any
    form: dict[str, str] | None
    status: int
    answer: Any


def _endpoint(title: str, text: str, route: re.Match[str]) -> Endpoint:
    request, form, answer = _REQUEST.search(text), _FORM.search(text), _ANSWER.search(text)
    assert answer, title
    return Endpoint(
        title,
        route["method"],
        route["path"],
        {match["name"]: match["need"] for match in _PARAMETER.finditer(text)},
        json.loads(_COMMENT.sub("", request["json"])) if request else None,
        dict(line.split(": ", 1) for line in form["form"].strip().splitlines()) if form else None,
        int(answer["status"]),
        json.loads(answer["json"]) if answer["json"] else None,
    )


@cache
def endpoints() -> dict[str, Endpoint]:
    """Title -> endpoint, of the whole document."""
    text = DOCUMENT.read_text()
    marks = [*_SECTION.finditer(text)]
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    sections = {mark["title"]: text[mark.end() : end] for mark, end in zip(marks, ends, strict=True)}
    return {
        title: _endpoint(title, section, route)
        for title, section in sections.items()
        if (route := _ROUTE.search(section))
    }


def differences(documented: Any, answered: Any, at: str = "answer") -> list[str]:
    """Where an answer lacks a documented field or holds another kind of value; more fields are welcome."""
    match documented, answered:
        case dict(), dict():
            missing = [f"{at}.{name} is missing" for name in documented if name not in answered]
            both = [name for name in documented if name in answered]
            return missing + [
                found
                for name in both
                for found in differences(documented[name], answered[name], f"{at}.{name}")
            ]
        case [first, *_], list():
            items = enumerate(answered)
            return [found for number, item in items for found in differences(first, item, f"{at}[{number}]")]
    return [] if _alike(documented, answered) else [f"{at} is {answered!r}, documented as {documented!r}"]


def _alike(documented: Any, answered: Any) -> bool:
    match documented, answered:
        case str(), str():
            return _form(documented) in {_form(answered), "text"}
        case bool() | None, _:
            return type(documented) is type(answered)
    return isinstance(documented, int | float) and isinstance(answered, int | float) and answered is not True


_FORMS = {
    "uuid": r"uuid|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "instant": r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?Z",
    "day": r"\d{4}-\d{2}-\d{2}",
    "invoice number": r"INV-\d{4}-\d{2}-\d{4}",
    "confirmation": r"GST[0-9A-Z]{9}",
    "token": r"eyJ[\w.-]+",
}


def _form(text: str) -> str:
    return next((name for name, pattern in _FORMS.items() if re.fullmatch(pattern, text)), "text")
