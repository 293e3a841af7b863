"""A token that was logged out stays dead."""

from __future__ import annotations

import time
from collections.abc import Callable
from uuid import uuid4

import httpx
import jwt
import psycopg

from tests.person import PASSWORD, Person, checked, problem
from tests.target import Target


class TestLogout:
    @staticmethod
    def run_job(service: httpx.Client) -> None:
        """Each run begins with forgetting what has expired."""
        schema = {"Content-Profile": "api"}
        checked(service.post("/rpc/run_job", json={"job": "generate_tax_filings"}, headers=schema), 200)

    def test_a_younger_token_of_the_session_stays_dead(
        self, target: Target, alice: Person, service: httpx.Client
    ) -> None:
        claims = jwt.decode(alice.token, options={"verify_signature": False})
        older = jwt.encode({**claims, "exp": int(time.time()) + 1}, target.jwt_secret, "HS256")
        checked(alice.api.post("/api/auth/logout", headers={"Authorization": f"Bearer {older}"}), 200)
        time.sleep(2)
        self.run_job(service)
        problem(alice.api.get("/api/accounts"), 401, "token_revoked")

    def test_a_session_that_supabase_auth_did_not_end_stays_dead(
        self, target: Target, anonymous: httpx.Client, service: httpx.Client, dashboard: psycopg.Connection
    ) -> None:
        with Person.registered(target) as person:
            login = {"username": person.email, "password": PASSWORD}
            session = checked(anonymous.post("/api/auth/login", data=login), 200)
            with target.data_client(session["access_token"]) as data:
                checked(data.post("/rpc/logout", json={}), 204)
            dashboard.execute(
                "update blacklisted_tokens set expires_at = now() where user_id = %s", (person.id,)
            )
            self.run_job(service)
            refreshed = anonymous.post("/api/auth/refresh", json={"refresh_token": session["refresh_token"]})
            token = checked(refreshed, 200)["access_token"]
            answer = anonymous.get("/api/accounts", headers={"Authorization": f"Bearer {token}"})
            problem(answer, 401, "token_revoked")

    def test_nobody_ends_anothers_session(self, alice: Person, data: Callable[[str], httpx.Client]) -> None:
        session_id = jwt.decode(alice.token, options={"verify_signature": False})["session_id"]
        checked(data("public").post("/blacklisted_tokens", json={"session_id": session_id}), 201)
        hers = {"session_id": session_id, "user_id": alice.id}
        assert data("public").post("/blacklisted_tokens", json=hers).status_code == 403
        alice.read("/api/accounts")

    def test_nobody_says_until_when_a_session_is_dead(self, data: Callable[[str], httpx.Client]) -> None:
        row = {"session_id": str(uuid4()), "expires_at": "2020-01-01T00:00:00Z"}
        assert data("public").post("/blacklisted_tokens", json=row).status_code == 403
