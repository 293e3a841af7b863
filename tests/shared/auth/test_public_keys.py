"""Access tokens signed with a private key: what the API accepts, and everything it does not."""

from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from shared.auth import tokens
from shared.auth.tokens import PublicKeys
from shared.problems.catalogue import InvalidToken, ServiceUnavailable
from tests.shared.auth.signing import ES256, RS256, KeyServer, claims, signed_with_the_public_key, verified


class TestPublicKeys:
    @pytest.mark.parametrize(
        ("key", "algorithm"), [(ES256, "ES256"), (RS256, "RS256")], ids=["ES256", "RS256"]
    )
    def test_a_signed_in_user_is_the_caller(
        self, key_server: KeyServer, public_keys: PublicKeys, key: Any, algorithm: str
    ) -> None:
        key_server.add("one", key, algorithm)
        verified(jwt.encode(claims(), key, algorithm, {"kid": "one"}), public_keys)

    def test_the_keys_are_kept(self, key_server: KeyServer, public_keys: PublicKeys) -> None:
        key_server.add("one", ES256, "ES256")
        for _ in range(5):
            verified(jwt.encode(claims(), ES256, "ES256", {"kid": "one"}), public_keys)
        assert key_server.fetched == 1

    def test_made_up_key_ids_do_not_fetch_each_time(
        self, key_server: KeyServer, public_keys: PublicKeys
    ) -> None:
        for number in range(5):
            with pytest.raises(InvalidToken):
                verified(jwt.encode(claims(), ES256, "ES256", {"kid": str(number)}), public_keys)
        assert key_server.fetched == 1

    def test_a_server_that_is_ill_is_not_asked_for_each_token(
        self, key_server: KeyServer, public_keys: PublicKeys
    ) -> None:
        key_server.status = 500
        for number in range(5):
            with pytest.raises(ServiceUnavailable):
                verified(jwt.encode(claims(), ES256, "ES256", {"kid": str(number)}), public_keys)
        assert key_server.fetched == 1

    def test_keys_that_are_known_outlive_an_illness(
        self, key_server: KeyServer, public_keys: PublicKeys, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        key_server.add("one", ES256, "ES256")
        good = jwt.encode(claims(), ES256, "ES256", {"kid": "one"})
        verified(good, public_keys)
        monkeypatch.setattr(tokens, "_KEYS_LIVE_SECONDS", 0)
        key_server.status = 500
        verified(good, public_keys)
        assert key_server.fetched == 2

    def test_the_public_key_is_no_shared_secret(self, key_server: KeyServer, public_keys: PublicKeys) -> None:
        key_server.add("one", RS256, "RS256")
        with pytest.raises(InvalidToken):
            verified(signed_with_the_public_key(), public_keys)

    def test_another_key_under_a_known_id_is_refused(
        self, key_server: KeyServer, public_keys: PublicKeys
    ) -> None:
        key_server.add("one", ES256, "ES256")
        other = ec.generate_private_key(ec.SECP256R1())
        forged = jwt.encode(claims(), other, "ES256", {"kid": "one"})
        with pytest.raises(InvalidToken):
            verified(forged, public_keys)

    def test_a_token_without_key_id_is_refused(self, public_keys: PublicKeys) -> None:
        with pytest.raises(InvalidToken):
            verified(jwt.encode(claims(), ES256, "ES256"), public_keys)

    def test_without_keys_nobody_is_told_that_the_token_is_wrong(
        self, key_server: KeyServer, public_keys: PublicKeys
    ) -> None:
        key_server.status = 500
        with pytest.raises(ServiceUnavailable):
            verified(jwt.encode(claims(), ES256, "ES256", {"kid": "one"}), public_keys)

    def test_where_no_keys_are_published_none_is_good(
        self, key_server: KeyServer, public_keys: PublicKeys
    ) -> None:
        key_server.status = 404
        with pytest.raises(InvalidToken):
            verified(jwt.encode(claims(), ES256, "ES256", {"kid": "one"}), public_keys)
