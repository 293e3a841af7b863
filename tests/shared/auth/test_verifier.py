"""What was verified once is known for a while."""

import asyncio
import time

import jwt
import pytest

from shared.auth.tokens import SharedSecret, Verifier
from shared.problems.catalogue import InvalidToken
from tests.shared.auth.signing import ISSUER, SECRET, claims


class CountedKeys(SharedSecret):
    """Counts how often a key is asked for."""

    asked = 0

    async def key(self, token: str) -> jwt.PyJWK:
        self.asked += 1
        return await super().key(token)


class TestWhatIsKnown:
    def test_a_token_is_verified_once(self) -> None:
        keys = CountedKeys(SECRET)
        verifier = Verifier(keys, ISSUER)
        token = jwt.encode(claims(), SECRET)
        assert asyncio.run(verifier.caller(token)) == asyncio.run(verifier.caller(token))
        assert keys.asked == 1

    def test_another_signature_is_another_token(self) -> None:
        verifier = Verifier(SharedSecret(SECRET), ISSUER)
        token = jwt.encode(claims(), SECRET)
        asyncio.run(verifier.caller(token))
        with pytest.raises(InvalidToken):
            asyncio.run(verifier.caller(token.rpartition(".")[0] + ".c2lnbmF0dXJl"))

    def test_it_expires_there_too(self) -> None:
        verifier = Verifier(SharedSecret(SECRET), ISSUER)
        # Within the leeway: accepted, but not for later.
        token = jwt.encode(claims(exp=int(time.time()) - 1), SECRET)
        asyncio.run(verifier.caller(token))
        keys = CountedKeys(SECRET)
        verifier._keys = keys  # noqa: SLF001
        asyncio.run(verifier.caller(token))
        assert keys.asked == 1
