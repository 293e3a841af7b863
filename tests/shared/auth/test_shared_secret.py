"""Access tokens signed with a shared secret: what the API accepts, and everything it does not."""

import time
from typing import Any

import jwt
import pytest

from shared.problems.catalogue import InvalidToken, TokenExpired
from tests.shared.auth.signing import SECRET, claims, verified


class TestSharedSecret:
    def test_a_signed_in_user_is_the_caller(self) -> None:
        token = jwt.encode(claims(sub="3c0e5a54-1d0f-4b5e-8a54-2f1d8c6b7e90"), SECRET)
        caller = verified(token)
        assert str(caller.user_id) == "3c0e5a54-1d0f-4b5e-8a54-2f1d8c6b7e90"
        assert caller.token == token

    @pytest.mark.parametrize(
        "changed",
        [
            {"role": "service_role"},
            {"role": "anon"},
            {"role": None},
            {"aud": "somebody else"},
            {"aud": None},
            {"iss": "https://evil.example/auth/v1"},
            {"iss": None},
            {"sub": "not a uuid"},
            {"sub": None},
            {"session_id": None},
            {"session_id": "not a uuid"},
            {"is_anonymous": True},
            {"exp": None},
            # Named, because the workers of a test run must find the same names.
            pytest.param({"nbf": int(time.time()) + 86_400}, id="nbf"),
        ],
        ids=str,
    )
    def test_a_wrong_claim_is_refused(self, changed: dict[str, Any]) -> None:
        with pytest.raises(InvalidToken):
            verified(jwt.encode(claims(**changed), SECRET))

    def test_an_expired_token_says_so(self) -> None:
        with pytest.raises(TokenExpired):
            verified(jwt.encode(claims(exp=int(time.time()) - 31), SECRET))

    def test_clocks_may_differ_by_a_few_seconds(self) -> None:
        verified(jwt.encode(claims(exp=int(time.time()) - 5), SECRET))

    def test_another_secret_is_refused(self) -> None:
        with pytest.raises(InvalidToken):
            verified(jwt.encode(claims(), "another secret of at least thirty-two characters"))

    def test_no_signature_is_refused(self) -> None:
        with pytest.raises(InvalidToken):
            verified(jwt.encode(claims(), "", algorithm="none"))

    @pytest.mark.parametrize("token", ["", "x", "a.b.c", "....", "é.é.é", "e30.e30."])
    def test_junk_is_refused(self, token: str) -> None:
        with pytest.raises(InvalidToken):
            verified(token)
