"""What the Data API refuses, past Pydantic."""

from typing import Any

import httpx

from shared.problems.base import Problem
from shared.problems.database import problem_of
from tests.person import Person


def refused(person: Person, function: str, **arguments: Any) -> tuple[httpx.Response, Problem]:
    """What PostgREST answers to a call that our API might not let through, and the problem we make of it."""
    answer = person.data.post(f"/rpc/{function}", json=arguments)
    assert answer.is_error, answer.text
    return answer, problem_of(answer, arguments)
