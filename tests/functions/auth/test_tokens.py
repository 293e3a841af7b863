"""Tokens: what is none, what was one, and whose role does not count."""

from collections.abc import Callable
from typing import Any

import httpx
import jwt
import pytest

from tests.person import Json, Person, checked, problem
from tests.shared.auth.signing import ES256
from tests.target import Target


class TestTokens:
    """Of every group one endpoint: the token is checked before anything else."""

    PATHS = ("/api/auth/me", "/api/accounts", "/api/transactions", "/api/invoices", "/api/tax/gst?amount=1")

    def forged(self, target: Target, alice: Person, key: Any, algorithm: str, **claims: Any) -> str:
        original = jwt.decode(alice.token, options={"verify_signature": False})
        return jwt.encode({**original, **claims}, key, algorithm, {"kid": "made-up"})

    @pytest.mark.parametrize("path", PATHS)
    def test_none(self, anonymous: httpx.Client, path: str) -> None:
        answer = anonymous.get(path)
        problem(answer, 401, "not_authenticated")
        assert answer.headers["www-authenticate"] == "Bearer"

    @pytest.mark.parametrize("path", PATHS)
    @pytest.mark.parametrize(
        ("make", "code"),
        [
            (lambda self, target, alice: "garbage", "invalid_token"),
            (lambda self, target, alice: alice.token[:-4] + "AAAA", "invalid_token"),
            (lambda self, target, alice: self.forged(target, alice, "x" * 40, "HS256"), "invalid_token"),
            (lambda self, target, alice: self.forged(target, alice, "", "none"), "invalid_token"),
            (lambda self, target, alice: self.forged(target, alice, ES256, "ES256"), "invalid_token"),
            (lambda self, target, alice: target.anon_key, "invalid_token"),
            (lambda self, target, alice: target.secret_key, "invalid_token"),
        ],
        ids=[
            "garbled",
            "another signature",
            "foreign-signed",
            "alg: none",
            "an unknown key",
            "the publishable key",
            "the secret key",
        ],
    )
    def test_one_that_is_none(
        self,
        target: Target,
        anonymous: httpx.Client,
        alice: Person,
        path: str,
        make: Callable[..., str],
        code: str,
    ) -> None:
        answer = anonymous.get(path, headers={"Authorization": f"Bearer {make(self, target, alice)}"})
        problem(answer, 401, code)

    @pytest.mark.parametrize(
        ("claims", "code"),
        [
            ({"exp": 1_600_000_000}, "token_expired"),
            ({"aud": "someone else"}, "invalid_token"),
            ({"iss": "https://evil.example"}, "invalid_token"),
            ({"role": "service_role"}, "invalid_token"),
            ({"sub": "not-a-uuid"}, "invalid_token"),
            ({"session_id": None}, "invalid_token"),
            ({"is_anonymous": True}, "invalid_token"),
        ],
        ids=str,
    )
    def test_one_with_wrong_claims(
        self, target: Target, anonymous: httpx.Client, alice: Person, claims: Json, code: str
    ) -> None:
        token = self.forged(target, alice, target.jwt_secret, "HS256", **claims)
        problem(anonymous.get("/api/accounts", headers={"Authorization": f"Bearer {token}"}), 401, code)

    @pytest.mark.parametrize("path", PATHS)
    def test_one_that_was_logged_out_is_dead_at_once(self, target: Target, alice: Person, path: str) -> None:
        checked(alice.api.get(path), 200)
        checked(alice.api.post("/api/auth/logout"), 200)
        problem(alice.api.get(path), 401, "token_revoked")

    def test_a_logged_out_one_is_dead_in_the_data_api_too(self, target: Target, alice: Person) -> None:
        alice.sale(100)
        checked(alice.api.post("/api/auth/logout"), 200)
        for client, path in ((alice.data, "/accounts"), (alice.data, "/rpc/total_balance")):
            assert client.get(path).json()["hint"] == "token_revoked"
        with target.data_client(alice.token, schema="public") as tables:
            assert tables.get("/transactions").json()["hint"] == "token_revoked"
            assert tables.post("/accounts", json={"name": "Late"}).json()["hint"] == "token_revoked"

    def test_logging_out_ends_one_session_only(self, target: Target) -> None:
        with Person.registered(target) as first, Person.logged_in(target, first.id, first.email) as second:
            checked(first.api.post("/api/auth/logout"), 200)
            assert second.read("/api/accounts") == []
