"""All problems in one place: each is a class in the module of its subject; importing this one loads all."""

# ruff: noqa: F403, F405

from typing import Any

from shared.problems.accounts import *
from shared.problems.base import Problem, responses
from shared.problems.bills import *
from shared.problems.contacts import *
from shared.problems.filings import *
from shared.problems.invoices import *
from shared.problems.items import *
from shared.problems.jobs import *
from shared.problems.passwords import *
from shared.problems.payments import *
from shared.problems.profile import *
from shared.problems.records import *
from shared.problems.requests import *
from shared.problems.sign_in import *
from shared.problems.transactions import *

_SHAPE = (MalformedJson, BodyTooLarge, UnsupportedMediaType, ValidationFailed)
_OPEN = (*_SHAPE, InternalError, ServiceUnavailable, DatabaseReadOnly)
_CLOSED = (*_OPEN, AnswerTooLarge, NotAuthenticated, InvalidToken, TokenExpired, TokenRevoked)


def problems(*own: type[Problem]) -> dict[int | str, dict[str, Any]]:
    """`responses=` of an endpoint for users: its own problems and those that every such endpoint has."""
    keeps_answers = {TooManyIdempotencyKeys} if IdempotencyKeyReused in own else set()
    return responses({*_CLOSED, *own, *keeps_answers})


def open_problems(*own: type[Problem]) -> dict[int | str, dict[str, Any]]:
    """`responses=` of an endpoint that needs no token."""
    return responses({*_OPEN, *own})
