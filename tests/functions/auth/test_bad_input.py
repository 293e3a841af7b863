"""A bad registration gets a clear 4xx with a stable code."""

import secrets

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
        problem(anonymous.post("/api/auth/register", json=body), 422, "validation_failed")

    def test_a_wrong_password_logs_nobody_in(self, target: Target, anonymous: httpx.Client) -> None:
        with Person.registered(target) as person:
            for username in (person.email, f"nobody-{secrets.token_hex(6)}@example.com"):
                answer = anonymous.post("/api/auth/login", data={"username": username, "password": "wrong"})
                problem(answer, 401, "invalid_credentials")
