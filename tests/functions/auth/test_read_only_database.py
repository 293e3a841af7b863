"""What PostgREST says when a write meets a database, or a transaction, that accepts none."""

import httpx

from shared.problems.database import problem_of
from tests.target import Target


def test_a_write_that_the_database_refuses_is_told_as_read_only(target: Target) -> None:
    with target.data_client(target.secret_key) as data:
        # PostgREST runs a GET in a transaction that is read only.
        answer = data.get("/rpc/begin_login", params={"name": "asha@example.com", "client": "127.0.0.1"})
    assert (answer.status_code, answer.json()["code"]) == (httpx.codes.METHOD_NOT_ALLOWED, "25006")
    problem = problem_of(answer)
    assert (problem.status, problem.code) == (503, "database_read_only")
    assert problem.headers == {"Retry-After": "60"}
