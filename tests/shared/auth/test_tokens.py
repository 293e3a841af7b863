"""Access tokens: what the API accepts, and everything it does not."""

import asyncio
import hmac
import json
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from shared.auth import tokens
from shared.auth.tokens import Caller, PublicKeys, SecretAndPublicKeys, SharedSecret, Verifier, keys_of
from shared.problems.catalogue import InvalidToken, ServiceUnavailable, TokenExpired
from shared.settings import settings

ISSUER = "https://project.supabase.co/auth/v1"
SECRET = "a shared secret of at least thirty-two characters"


def claims(**changed: Any) -> dict[str, Any]:
    """The claims of a signed-in user; None leaves one out."""
    usual = {
        "iss": ISSUER,
        "aud": "authenticated",
        "role": "authenticated",
        "sub": str(uuid4()),
        "session_id": str(uuid4()),
        "is_anonymous": False,
        "exp": int(time.time()) + 600,
    }
    return {name: value for name, value in (usual | changed).items() if value is not None}


def verified(token: str, keys: Any = None) -> Caller:
    return asyncio.run(Verifier(keys or SharedSecret(SECRET), ISSUER).caller(token))


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
            {"nbf": int(time.time()) + 86_400},
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


@dataclass
class KeyServer:
    """The JWKS address of a Supabase Auth, over real HTTP."""

    keys: dict[str, Any] = field(default_factory=dict)
    fetched: int = 0
    status: int = 200
    url: str = ""

    def add(self, kid: str, private_key: Any, algorithm: str) -> None:
        family = jwt.algorithms.ECAlgorithm if algorithm == "ES256" else jwt.algorithms.RSAAlgorithm
        key = json.loads(family.to_jwk(private_key.public_key()))
        self.keys[kid] = key | {"kid": kid, "alg": algorithm, "use": "sig"}


@pytest.fixture
def key_server() -> Iterator[KeyServer]:
    state = KeyServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.fetched += 1
            body = json.dumps({"keys": list(state.keys.values())}).encode()
            self.send_response(state.status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        state.url = f"http://127.0.0.1:{server.server_port}/auth/v1/.well-known/jwks.json"
        yield state
        server.shutdown()


@pytest.fixture
def public_keys(key_server: KeyServer) -> Iterator[PublicKeys]:
    with httpx.Client(trust_env=False) as client:
        yield PublicKeys(key_server.url, client)


ES256 = ec.generate_private_key(ec.SECP256R1())
RS256 = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def encoded(part: bytes) -> str:
    return urlsafe_b64encode(part).rstrip(b"=").decode()


def with_header(token: str, header: dict[str, str]) -> str:
    """The same token under another header; its signature is that of before."""
    return f"{encoded(json.dumps(header).encode())}.{token.partition('.')[2]}"


def signed_with_the_public_key() -> str:
    """The classic confusion: a symmetric signature made with the public key's text."""
    public_text = RS256.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    header, body, _ = jwt.encode(claims(), SECRET, "HS256", {"kid": "one"}).split(".")
    return f"{header}.{body}.{encoded(hmac.digest(public_text, f'{header}.{body}'.encode(), 'sha256'))}"


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
