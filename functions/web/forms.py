"""Posted forms: whether they are ours, what they say, and what is wrong with it, field by field."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import Depends, Request

from shared.problems.base import Problem
from shared.problems.catalogue import Forbidden
from shared.web.csrf import FORM_TOKEN, is_form_token, posted_form
from shared.web.session import BrowserSession, CurrentSession

_KEY = "idempotency_key"
_FIRST_YEAR = 1900
_MOST_FIELDS = 10_000
_AMOUNT_NOISE = re.compile(r"[₹,\s\u00a0]")
_NUMBER = re.compile(r"-?\d{1,20}(\.\d{1,6})?")
_FIELD_OF_CODE = {
    "invalid_gstin": "customer_gstin",
    "due_before_issue": "due_date",
    "invoice_number_taken": "invoice_number",
    "unknown_state": "place_of_supply",
    "username_taken": "username",
    "invalid_time_zone": "time_zone",
    "email_already_registered": "email",
    "invalid_email": "email",
    "weak_password": "password",
    "transfer_to_same_account": "transfer_account_id",
    "transfer_account_not_found": "transfer_account_id",
    "account_not_found": "account_id",
    "amount_out_of_range": "amount",
    "balance_moved": "balance",
}
_OTHER_NAME = {
    "customer_gstin": "gstin",
    "tax_rate": "default_tax_rate",
    "amount": "balance",
    "transfer_account_id": "transfer_to_account_id",
}
"""Problems name a field as most forms do; some forms have it under this name."""
_LABELS = {"hsn_code": "HSN/SAC code", "upi_id": "UPI id", "tax_rate": "tax rate"}
_FIELD_NAME = re.compile(r"^[a-z]+\b|\b[a-z]+(_[a-z]+)+\b")
_WORDS_OF_CODE = {
    "account_not_found": "This account has been closed. Choose another one.",
    "transfer_account_not_found": "This account has been closed. Choose another one.",
    "amount_out_of_range": "Amounts and their sums stay below ₹10 lakh crore.",
    "liability_differs": "The books have changed since the page was opened. Look at the figures of now.",
}
"""What a page says where the API speaks of requests."""


@dataclass
class Form:
    """The fields of a form. Reading one that is wrong notes the error and answers None."""

    fields: dict[str, list[str]]
    errors: dict[str, str] = field(default_factory=dict)
    message: str = ""
    """What is wrong with the form as a whole."""
    status: int = HTTPStatus.UNPROCESSABLE_ENTITY
    """Of the answer that shows the form with what is wrong with it."""

    def __getitem__(self, name: str) -> str:
        return self.fields.get(name, [""])[0]

    def listed(self, name: str) -> list[str]:
        return self.fields.get(name, [])

    @property
    def key(self) -> str:
        """What makes a replayed form harmless: drawn when the form was shown, sent on as Idempotency-Key."""
        try:
            return str(UUID(self[_KEY]))
        except ValueError:
            self.fields[_KEY] = [str(uuid4())]
            return self[_KEY]

    def renew_key(self) -> None:
        self.fields[_KEY] = [str(uuid4())]

    def text(self, name: str, label: str = "") -> str | None:
        """A line or more of text; with a label it must be there."""
        value = self[name].strip()
        if not value and label:
            self.errors[name] = f"Enter {label}."
        return value or None

    def amount(self, name: str, label: str = "") -> str | None:
        """Rupees, as people write them: 1,23,456.50."""
        return self.checked(name, lambda text: number_text(text, 2), label)

    def rate(self, name: str, label: str = "") -> str | None:
        return self.checked(name, lambda text: number_text(text.removesuffix("%"), 3), label)

    def day(self, name: str, label: str = "") -> str | None:
        return self.checked(name, day_text, label)

    def uuid(self, name: str, label: str = "") -> str | None:
        return self.checked(name, _uuid_text, label)

    def checked(self, name: str, read: Callable[[str], str], label: str = "") -> str | None:
        text = self.text(name, label)
        if text is None:
            return None
        try:
            return read(text)
        except ValueError as failure:
            self.errors[name] = str(failure)
            return None

    def take(self, problem: Problem) -> None:
        """Put a problem where it belongs: at its field, or above the form."""
        self.status = int(problem.status)
        if problem.code == "idempotency_key_reused":
            self.renew_key()
            self.message = "This form was sent before with other values. Look through it and send it again."
            return
        name = self._field_of(problem)
        words = _WORDS_OF_CODE.get(problem.code) or self._plain(problem.detail)
        if name:
            self.errors[name] = words
        else:
            self.message = words

    def is_named_by(self, problem: Problem) -> bool:
        """Whether the problem is with what one of the fields has chosen."""
        return problem.code in _FIELD_OF_CODE and self._field_of(problem) is not None

    def _field_of(self, problem: Problem) -> str | None:
        named = _FIELD_OF_CODE.get(problem.code, problem.detail.split(" ", maxsplit=1)[0])
        known = (named, _OTHER_NAME.get(named, named))
        return next((name for name in known if name in self.fields), None)

    def _plain(self, detail: str) -> str:
        """`due_date is before issue_date.` for people: The due date is before the issue date."""

        def label(found: re.Match[str]) -> str:
            name = found[0]
            is_field = name in self.fields or name in _LABELS
            return f"the {_LABELS.get(name, name.replace('_', ' '))}" if is_field else name

        words = _FIELD_NAME.sub(label, detail)
        return words[:1].upper() + words[1:]


def number_text(text: str, decimals: int) -> str:
    """The digits of a number, without grouping; ValueError says what is wrong, to a person."""
    digits = _AMOUNT_NOISE.sub("", text)
    if not digits.isascii() or not _NUMBER.fullmatch(digits):
        raise ValueError("Enter a number, like 1,500 or 1500.50.")
    value = Decimal(digits)
    if -int(value.normalize().as_tuple().exponent) > decimals:
        raise ValueError(f"At most {decimals} decimals.")
    return f"{value:f}"


def day_text(text: str) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError("Enter a date.") from None
    if day.year < _FIRST_YEAR:
        raise ValueError(f"Enter a date after {_FIRST_YEAR}.")
    return day.isoformat()


def _uuid_text(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise ValueError("Choose one of the list.") from None


async def _fields(request: Request) -> dict[str, list[str]]:
    form = await posted_form(request, _MOST_FIELDS)
    fields: dict[str, list[str]] = {}
    for name, value in form.multi_items():
        if isinstance(value, str):
            fields.setdefault(name, []).append(value.replace("\0", ""))
    return fields


async def _our_form(request: Request) -> Form:
    return Form(await _fields(request))


class FormExpired(Forbidden):
    """You have logged in again since this page was opened."""

    def __init__(self, form: Form, session: BrowserSession) -> None:
        super().__init__("You have logged in again since this page was opened. Send the form again.")
        self.form = form
        self.session = session


async def _session_form(form: Annotated[Form, Depends(_our_form)], session: CurrentSession) -> Form:
    if not is_form_token(session.form_token, form[FORM_TOKEN]):
        raise FormExpired(form, session)
    return form


SessionForm = Annotated[Form, Depends(_session_form)]
"""A form of the signed-in user, with the token of the very session."""


def filters_of(request: Request, readers: Mapping[str, Callable[[str], str]]) -> dict[str, Any]:
    """Filters from the address; what makes no sense is left out, as if it were not there."""
    return read_filters(typed_filters(request, readers), readers)


def typed_filters(request: Request, readers: Mapping[str, object]) -> Form:
    """The filters of the address as they were typed."""
    typed = {name: request.query_params.get(name, "").strip().replace("\0", "") for name in readers}
    return Form({name: [text] for name, text in typed.items() if text})


def read_filters(typed: Form, readers: Mapping[str, Callable[[str], str]]) -> dict[str, Any]:
    """The filters that make sense; `typed` notes what is wrong with the others."""
    return {name: value for name in typed.fields if (value := typed.checked(name, readers[name]))}
