"""What PostgREST reports, as a problem: by the code SQL raised, the constraint it broke, or the SQLSTATE."""

import logging
import re
from collections.abc import Callable
from typing import NamedTuple

import httpx

from shared.problems.base import Problem
from shared.problems.catalogue import (
    AmountOutOfRange,
    Forbidden,
    InternalError,
    InvalidToken,
    InvalidValue,
    ServiceUnavailable,
)
from shared.problems.constraints import CONSTRAINTS

_log = logging.getLogger(__name__)


class DatabaseError(NamedTuple):
    """The body of an error of PostgREST."""

    code: str
    message: str
    hint: str

    @classmethod
    def of(cls, answer: httpx.Response) -> "DatabaseError":
        try:
            body = answer.json()
        except ValueError:
            body = None
        # A gateway in between may answer in a shape of its own.
        said = body if isinstance(body, dict) else {}
        return cls(*(str(said.get(key) or "") for key in cls._fields))


_CONSTRAINT_NAME = re.compile(r'constraint "([^"]+)"')
_COLUMN_NAME = re.compile(r'column "([^"]+)"')


def _domain_problem(error: DatabaseError) -> Problem:
    known = Problem.catalogue.get(error.hint)
    if known is None:
        _log.error("SQL raised %s, which the catalogue lacks", error.hint)
        return InternalError()
    return known(error.message)


def _broken_constraint(error: DatabaseError) -> Problem:
    name = _found(_CONSTRAINT_NAME, error.message)
    if name not in CONSTRAINTS:
        _log.error("constraint %s has no sentence", name)
        return InvalidValue("The values contradict each other.")
    problem, sentence = CONSTRAINTS[name]
    return problem(sentence)


def _found(pattern: re.Pattern[str], message: str) -> str:
    match = pattern.search(message)
    return match[1] if match else "A field"


def _missing_value(error: DatabaseError) -> Problem:
    return InvalidValue(f"{_found(_COLUMN_NAME, error.message)} must have a value.")


# SQLSTATE or PostgREST's own code -> problem, first match wins.
_BY_CODE: list[tuple[re.Pattern[str], Callable[[DatabaseError], Problem]]] = [
    (re.compile(pattern), problem)
    for pattern, problem in [
        (r"PT[45]\d\d", _domain_problem),
        (r"23503|23505|23514|23P01", _broken_constraint),
        (r"23502", _missing_value),
        (r"22003", lambda _: AmountOutOfRange()),
        (r"22...", lambda _: InvalidValue("A value has a form that its field does not accept.")),
        (r"42501", lambda _: Forbidden()),
        (r"PGRST30[0-3]", lambda _: InvalidToken()),
        # Cancelled, locked, deadlocked, not serializable, out of resources, shutting down, not connected.
        (r"57014|55P03|40P01|40001|53...|57P0.|08...|PGRST00[0-3]", lambda _: ServiceUnavailable()),
    ]
]
_GATEWAY_STATUS = {502, 503, 504}


def problem_of(answer: httpx.Response) -> Problem:
    """The problem that an answer with an error status reports."""
    error = DatabaseError.of(answer)
    for pattern, problem in _BY_CODE:
        if pattern.fullmatch(error.code):
            return problem(error)
    # Of a connection that broke in the middle of a statement PostgREST says nothing at all.
    if answer.status_code in _GATEWAY_STATUS or not any(error):
        return ServiceUnavailable()
    _log.error("unexpected answer of the Data API: status %s, code %s", answer.status_code, error.code)
    return InternalError()
