"""A bad registration gets a clear 4xx with a stable code."""

import httpx
import pytest

from tests.person import PASSWORD, Json, Person, problem
from tests.target import Target


class TestRegistration:
    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"email": "a@example.com"},
            {"email": "no-address", "password": PASSWORD},
            {"email": "a@example.com", "password": "short"},
            {"email": "a@example.com", "password": PASSWORD, "is_admin": True},
        ],
        ids=str,
    )
    def test_a_bad_one_is_refused(self, anonymous: httpx.Client, body: Json) -> None:
        answer = anonymous.post("/api/auth/register", json=body)
        assert answer.status_code == 422
        assert answer.json()["code"] in {"validation_failed", "weak_password", "invalid_email"}

    def test_a_wrong_password_logs_nobody_in(self, target: Target, anonymous: httpx.Client) -> None:
        with Person.registered(target) as person:
            for username in (person.email, "nobody@example.com"):
                answer = anonymous.post("/api/auth/login", data={"username": username, "password": "wrong"})
                problem(answer, 401, "invalid_credentials")
