"""What pages say about mistakes: plain English, where the API speaks of requests and fields."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic.fields import FieldInfo

from shared.problems.base import FieldError, Problem

_OF_KIND = {
    "number_type": "Enter a number, like 1,500 or 1500.50.",
    "decimal_places": "At most {most} decimals.",
    "number_too_large": "This is too large.",
    "too_long": "An invoice has at most {max_length:,} lines, this one has {actual_length:,}.",
    "string_too_long": "At most {max_length:,} characters.",
    "literal_error": "Choose one of the list.",
    "uuid_parsing": "Choose one of the list.",
    "day_format": "Enter a date.",
    "no_such_day": "Enter a date.",
    "year_out_of_range": "Enter a date after 1900.",
}
"""By what Pydantic calls the mistake."""

_OF_CODE = {
    "account_not_found": "This account has been closed. Choose another one.",
    "transfer_account_not_found": "This account has been closed. Choose another one.",
    "amount_out_of_range": "Amounts and their sums stay below ₹10 lakh crore.",
    "liability_differs": "The books have changed since the page was opened. Look at the figures of now.",
    "idempotency_key_reused": "This form was sent before with other values. "
    "Look through it and send it again.",
}
_LABELS = {"hsn_code": "HSN/SAC code", "upi_id": "UPI id", "default_tax_rate": "tax rate"}
_NAMES = re.compile(r"^[a-z]+\b|\b[a-z]+(?:_[a-z]+)+\b")


def of_mistake(mistake: Mapping[str, Any], field: FieldInfo) -> str:
    """What to say about a text that a field cannot hold; `mistake` is one of Pydantic's errors."""
    if mistake["input"] is None and field.title and mistake["type"] != "literal_error":
        return f"Enter {field.title}."
    words = _OF_KIND.get(mistake["type"])
    return words.format(**mistake.get("ctx", {})) if words else field.description or f"{mistake['msg']}."


def of_field(error: FieldError, names: Iterable[str]) -> str:
    """What to say at a field that a problem is about; `names` are the form's fields."""
    return _OF_CODE.get(error["code"]) or _plain(error["message"], names)


def of_form(problem: Problem, names: Iterable[str]) -> str:
    """What to say above a form about a problem that is not with one of its fields."""
    return _OF_CODE.get(problem.code) or _plain(problem.detail, names)


def _plain(sentence: str, names: Iterable[str]) -> str:
    """`due_date is before issue_date.` for people: The due date is before the issue date."""
    known = {*names, *_LABELS, "tax_rate"}

    def label(found: re.Match[str]) -> str:
        name = found[0]
        return f"the {_LABELS.get(name, name.replace('_', ' '))}" if name in known else name

    words = _NAMES.sub(label, sentence)
    return words[:1].upper() + words[1:]
