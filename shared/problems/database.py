"""What PostgREST reports, as a problem: by the code SQL raised, the constraint it broke, or the SQLSTATE."""

import logging
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Self

import httpx

from shared.problems.base import Problem
from shared.problems.catalogue import (
    AmountOutOfRange,
    DatabaseReadOnly,
    Forbidden,
    InternalError,
    InvalidToken,
    InvalidValue,
    ServiceUnavailable,
)
from shared.problems.constraints import CONSTRAINTS
from shared.problems.fields import field_of
from shared.problems.gateway import is_of_gateway

_log = logging.getLogger(__name__)

Sent = Mapping[str, object]
"""The arguments of the call that was refused."""


class DatabaseError(NamedTuple):
    """The body of an error of PostgREST."""

    code: str
    message: str
    hint: str
    details: str
    """The field, of a problem that our own SQL raised; else what PostgreSQL adds to its message."""

    @classmethod
    def of(cls, body: Any) -> Self:
        """From JSON; a gateway in between may answer in a shape of its own."""
        said = body if isinstance(body, dict) else {}
        return cls(*(str(said.get(key) or "") for key in cls._fields))


_CONSTRAINT_NAME = re.compile(r'constraint "([^"]+)"')
_COLUMN_NAME = re.compile(r'column "([^"]+)"')
_LINES = ('of relation "invoice_items"', 'of relation "bill_items"')
_FIELD = re.compile(r"[a-z][a-z0-9_.-]*")
_PRECISION = re.compile(r"precision (\d+), scale (\d+)")
_FIELDS_OF_PRECISION: dict[tuple[str, str], tuple[str, ...]] = {
    ("15", "2"): (
        *("amount", "balance", "total_tax_liability", "unit_price", "igst", "cgst", "sgst"),
        *("items.*.taxable_value", "items.*.igst", "items.*.cgst", "items.*.sgst"),
    ),
    ("4", "2"): ("round_off",),
    ("6", "3"): ("tax_rate", "default_tax_rate", "items.*.tax_rate"),
    ("12", "3"): ("items.*.quantity",),
}
"""Precision and scale of a number -> the fields that hold such numbers."""


def _domain_problem(error: DatabaseError, sent: Sent) -> Problem:
    known = Problem.catalogue.get(error.hint)
    if known is None:
        _log.error("SQL raised %s, which the catalogue lacks", error.hint)
        return InternalError()
    if _FIELD.fullmatch(error.details):
        return known(error.message, field=error.details)
    return known(error.message, field=field_of(known.fields, sent) if known.fields else "")


def _broken_constraint(error: DatabaseError, sent: Sent) -> Problem:
    name = _found(_CONSTRAINT_NAME, error.message)
    if name not in CONSTRAINTS:
        _log.error("constraint %s has no sentence", name)
        return InvalidValue("The values contradict each other.")
    rule = CONSTRAINTS[name]
    return rule.problem(rule.sentence, field=field_of(rule.field, sent))


def _found(pattern: re.Pattern[str], message: str) -> str:
    match = pattern.search(message)
    return match[1] if match else ""


def _missing_value(error: DatabaseError, sent: Sent) -> Problem:
    column = _found(_COLUMN_NAME, error.message)
    name = f"items.*.{column}" if any(lines in error.message for lines in _LINES) else column
    return InvalidValue(
        f"{column or 'A field'} must have a value.", field=field_of(name, sent) if column else ""
    )


def _overflow(error: DatabaseError, sent: Sent) -> Problem:
    match = _PRECISION.search(error.details)
    names = _FIELDS_OF_PRECISION.get((match[1], match[2]), ()) if match else ()
    # Where none of them was sent it is a sum that grew too large, and no single field is wrong.
    return AmountOutOfRange(field=field_of(("", *names), sent))


# SQLSTATE or PostgREST's own code -> problem, first match wins.
_BY_CODE: list[tuple[re.Pattern[str], Callable[[DatabaseError, Sent], Problem]]] = [
    (re.compile(pattern), problem)
    for pattern, problem in [
        (r"PT[45]\d\d", _domain_problem),
        (r"23503|23505|23514|23P01", _broken_constraint),
        (r"23502", _missing_value),
        (r"22003", _overflow),
        (r"22...", lambda _error, _sent: InvalidValue("A value has a form that its field does not accept.")),
        (r"42501", lambda _error, _sent: Forbidden()),
        (r"PGRST30[0-3]", lambda _error, _sent: InvalidToken()),
        # So does Supabase when the disk is full.
        (r"25006", lambda _error, _sent: DatabaseReadOnly()),
        # Cancelled, locked, deadlocked, not serializable, out of resources, shutting down, not connected.
        (
            r"57014|55P03|40P01|40001|53...|57P0.|08...|PGRST00[0-3]",
            lambda _error, _sent: ServiceUnavailable(),
        ),
    ]
]


def error_of(answer: httpx.Response) -> DatabaseError:
    """What PostgREST says; all empty where somebody else answered."""
    try:
        return DatabaseError.of(answer.json())
    except ValueError:
        return DatabaseError.of(None)


def problem_of(answer: httpx.Response, sent: Sent | None = None) -> Problem:
    """The problem that an answer with an error status reports.

    `sent` are the arguments of the call: they tell under which name the request has a field.
    """
    error = error_of(answer)
    if problem := _known_problem(error, sent or {}):
        return problem
    # Of a connection that broke in the middle of a statement PostgREST says nothing at all.
    if is_of_gateway(answer) or not any(error):
        return ServiceUnavailable()
    _log.error("unexpected answer of the Data API: status %s, code %s", answer.status_code, error.code)
    return InternalError()


def problem_passed_on(body: Mapping[str, Any]) -> Problem | None:
    """The problem in an error of Postgres that Supabase Auth passes on; None if no rule of ours is broken."""
    error = DatabaseError.of(body)
    is_ours = error.code.startswith("PT") or _found(_CONSTRAINT_NAME, error.message) in CONSTRAINTS
    return _known_problem(error, {}) if is_ours else None


def problem_told(told: Mapping[str, Any], draft: Sent) -> Problem:
    """One of the problems that `web.form_problems` tells about a draft."""
    line, field = told["line"], told["field"]
    sent = draft if line is None else {"items": [{}]}
    problem = _known_problem(DatabaseError.of(told), sent) or InternalError()
    name = field or next((error["field"] for error in problem.errors), "")
    column = name.rpartition(".")[2]
    return type(problem)(problem.detail, field=name if line is None else f"items.{line}.{column}")


def _known_problem(error: DatabaseError, sent: Sent) -> Problem | None:
    for pattern, problem in _BY_CODE:
        if pattern.fullmatch(error.code):
            return problem(error, sent)
    return None
