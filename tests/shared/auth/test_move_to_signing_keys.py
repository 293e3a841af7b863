"""The secret is still known, and new tokens are signed with a private key."""

from base64 import urlsafe_b64encode
from typing import Any

import jwt
import pytest

from shared.auth import tokens
from shared.auth.tokens import PublicKeys, SecretAndPublicKeys, SharedSecret, keys_of
from shared.problems.catalogue import InvalidToken
from shared.settings import settings
from tests.shared.auth.signing import (
    ES256,
    RS256,
    SECRET,
    KeyServer,
    claims,
    signed_with_the_public_key,
    verified,
    with_header,
)


class TestMoveToSigningKeys:
    """The secret is still known, and new tokens are signed with a key."""

    @pytest.fixture
    def both(self, public_keys: PublicKeys) -> SecretAndPublicKeys:
        return SecretAndPublicKeys(SharedSecret(SECRET), public_keys)

    def test_tokens_of_before_and_after_are_good(
        self, key_server: KeyServer, both: SecretAndPublicKeys
    ) -> None:
        key_server.add("elliptic", ES256, "ES256")
        key_server.add("rsa", RS256, "RS256")
        verified(jwt.encode(claims(), SECRET), both)
        verified(jwt.encode(claims(), ES256, "ES256", {"kid": "elliptic"}), both)
        verified(jwt.encode(claims(), RS256, "RS256", {"kid": "rsa"}), both)

    def test_the_key_may_change_again(
        self, key_server: KeyServer, both: SecretAndPublicKeys, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tokens, "_REFETCH_SECONDS", 0)
        key_server.add("one", ES256, "ES256")
        verified(jwt.encode(claims(), ES256, "ES256", {"kid": "one"}), both)
        key_server.keys.clear()
        key_server.add("two", RS256, "RS256")
        verified(jwt.encode(claims(), RS256, "RS256", {"kid": "two"}), both)
        with pytest.raises(InvalidToken):
            verified(jwt.encode(claims(), ES256, "ES256", {"kid": "one"}), both)

    def test_tokens_of_before_need_no_key_server(
        self, key_server: KeyServer, both: SecretAndPublicKeys
    ) -> None:
        key_server.status = 500
        verified(jwt.encode(claims(), SECRET, headers={"kid": "one"}), both)
        assert key_server.fetched == 0

    @pytest.mark.parametrize("changed", [{"aud": "somebody else"}, {"iss": "https://evil.example/auth/v1"}])
    def test_a_wrong_claim_is_refused(
        self, key_server: KeyServer, both: SecretAndPublicKeys, changed: dict[str, Any]
    ) -> None:
        key_server.add("one", ES256, "ES256")
        for token in (
            jwt.encode(claims(**changed), SECRET),
            jwt.encode(claims(**changed), ES256, "ES256", {"kid": "one"}),
        ):
            with pytest.raises(InvalidToken):
                verified(token, both)

    @pytest.mark.parametrize("algorithm", ["none", "HS384", "HS512"])
    def test_another_algorithm_is_refused(
        self, key_server: KeyServer, both: SecretAndPublicKeys, algorithm: str
    ) -> None:
        key_server.add("one", ES256, "ES256")
        secret = "" if algorithm == "none" else SECRET * 2
        with pytest.raises(InvalidToken):
            verified(jwt.encode(claims(), secret, algorithm, {"kid": "one"}), both)

    def test_a_public_key_is_no_secret(self, key_server: KeyServer, both: SecretAndPublicKeys) -> None:
        key_server.add("one", RS256, "RS256")
        with pytest.raises(InvalidToken):
            verified(signed_with_the_public_key(), both)

    @pytest.mark.parametrize(("signed_with", "said"), [("RS256", "ES256"), ("ES256", "RS256")])
    def test_a_key_is_good_for_its_own_algorithm_alone(
        self, key_server: KeyServer, both: SecretAndPublicKeys, signed_with: str, said: str
    ) -> None:
        key: Any = {"RS256": RS256, "ES256": ES256}[signed_with]
        key_server.add("one", key, signed_with)
        token = jwt.encode(claims(), key, signed_with, {"kid": "one"})
        with pytest.raises(InvalidToken):
            verified(with_header(token, {"alg": said, "kid": "one"}), both)

    def test_a_published_secret_signs_nothing(self, key_server: KeyServer, both: SecretAndPublicKeys) -> None:
        published = urlsafe_b64encode((SECRET * 2).encode()).decode()
        key_server.keys["one"] = {"kty": "oct", "k": published, "kid": "one", "alg": "HS512"}
        with pytest.raises(InvalidToken):
            verified(jwt.encode(claims(), SECRET * 2, "HS512", {"kid": "one"}), both)

    def test_the_secret_decides_what_is_accepted(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SUPABASE_URL", "https://project.supabase.co")
        monkeypatch.setenv("SUPABASE_KEY", "sb_publishable_key")
        monkeypatch.delenv("SUPABASE_JWT_SECRET", raising=False)
        settings.cache_clear()
        assert isinstance(keys_of(settings()), PublicKeys)
        monkeypatch.setenv("SUPABASE_JWT_SECRET", SECRET)
        settings.cache_clear()
        assert isinstance(keys_of(settings()), SecretAndPublicKeys)
        settings.cache_clear()
