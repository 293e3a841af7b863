"""Access tokens of Supabase Auth: who calls, proven by the signature and every claim we depend on."""

import hashlib
import logging
import threading
import time
from base64 import urlsafe_b64encode
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Protocol
from uuid import UUID

import anyio.to_thread
import httpx
import jwt
from fastapi import Depends, Request
from fastapi.security import OAuth2PasswordBearer

from shared.aws.snapstart import once_per_environment
from shared.problems.catalogue import InvalidToken, NotAuthenticated, ServiceUnavailable, TokenExpired
from shared.settings import Settings, settings
from shared.supabase.http_client import connection

_log = logging.getLogger(__name__)

_LEEWAY_SECONDS = 10
_KEYS_LIVE_SECONDS = 600
_REFETCH_SECONDS = 30
_RETRY_SECONDS = 2
_MOST_KNOWN = 1000
_SYMMETRIC = "HS256"
_ASYMMETRIC = {"ES256", "RS256"}
_REQUIRED_CLAIMS = ["exp", "iss", "aud", "sub", "role", "session_id"]


@dataclass(frozen=True)
class Caller:
    """The user on whose behalf a request runs."""

    user_id: UUID
    session_id: UUID
    token: str


class Keys(Protocol):
    """Where the key for a token comes from. A key knows its algorithm and is good for no other."""

    async def key(self, token: str) -> jwt.PyJWK | None: ...


class SharedSecret:
    """One HS256 secret for all tokens: local stacks and projects that did not move to signing keys."""

    def __init__(self, secret: str) -> None:
        encoded = urlsafe_b64encode(secret.encode()).decode()
        self._key = jwt.PyJWK({"kty": "oct", "k": encoded}, _SYMMETRIC)

    async def key(self, token: str) -> jwt.PyJWK:  # noqa: ARG002 (one key for all)
        return self._key


class PublicKeys:
    """The public signing keys (JWKS), kept for ten minutes; a key that is new to us is looked up at once.

    After a look-up the next one for a new key waits: half a minute, or two seconds if it failed.
    """

    def __init__(self, url: str, client: httpx.Client) -> None:
        self._url = url
        self._client = client
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched_at = float("-inf")
        self._pause: float = 0
        self._has_failed = False
        self._fetching = threading.Lock()

    async def key(self, token: str) -> jwt.PyJWK | None:
        kid = jwt.get_unverified_header(token).get("kid")
        if not isinstance(kid, str):
            return None
        if self._wants_fetch(kid):
            # In a thread: other requests must not wait for this one's network.
            await anyio.to_thread.run_sync(self._fetch, kid)
        if self._has_failed and kid not in self._keys:
            # A token that nobody can check is not wrong.
            raise ServiceUnavailable
        return self._keys.get(kid)

    def _wants_fetch(self, kid: str) -> bool:
        # Made-up key ids must not turn each request into a fetch.
        age = time.monotonic() - self._fetched_at
        return age > (_KEYS_LIVE_SECONDS if kid in self._keys else self._pause)

    def _fetch(self, kid: str) -> None:
        with self._fetching:
            if not self._wants_fetch(kid):
                return
            try:
                self._keys = self._published()
                self._has_failed = False
            except (httpx.HTTPError, ValueError, KeyError, jwt.PyJWTError) as failure:
                _log.warning("the public keys of Supabase Auth are not readable: %s", type(failure).__name__)
                self._has_failed = True
            self._pause = _RETRY_SECONDS if self._has_failed else _REFETCH_SECONDS
            self._fetched_at = time.monotonic()

    def _published(self) -> dict[str, jwt.PyJWK]:
        answer = self._client.get(self._url)
        # An Auth that knows of no signing keys publishes none.
        is_known = answer.status_code != httpx.codes.NOT_FOUND
        published = answer.raise_for_status().json()["keys"] if is_known else []
        keys = jwt.PyJWKSet(published).keys if published else []
        return {key.key_id: key for key in keys if key.key_id and key.algorithm_name in _ASYMMETRIC}


class SecretAndPublicKeys:
    """Either kind: while a project moves to signing keys, its tokens of before stay valid."""

    def __init__(self, secret: SharedSecret, public: PublicKeys) -> None:
        self._secret = secret
        self._public = public

    async def key(self, token: str) -> jwt.PyJWK | None:
        is_symmetric = jwt.get_unverified_header(token).get("alg") == _SYMMETRIC
        return await (self._secret if is_symmetric else self._public).key(token)


class Verifier:
    """Accepts the access token of a signed-in user and nothing else.

    What it has accepted it knows again for ten minutes, as long as keys are trusted. Sessions that
    have ended are refused by the database, at each request.
    """

    def __init__(self, keys: Keys, issuer: str) -> None:
        self._keys = keys
        self._issuer = issuer
        self._known: OrderedDict[bytes, tuple[Caller, float]] = OrderedDict()

    async def caller(self, token: str) -> Caller:
        digest = hashlib.sha256(token.encode()).digest()
        known = self._known.get(digest)
        if known and time.time() < known[1]:
            return known[0]
        claims = await self._claims(token)
        caller = Caller(*_ids(claims), token)
        self._known[digest] = caller, min(float(claims["exp"]), time.time() + _KEYS_LIVE_SECONDS)
        if len(self._known) > _MOST_KNOWN:
            self._known.popitem(last=False)
        return caller

    async def _claims(self, token: str) -> Mapping[str, Any]:
        try:
            key = await self._keys.key(token)
            if key is None:
                raise InvalidToken
            claims: Mapping[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[key.algorithm_name],
                audience="authenticated",
                issuer=self._issuer,
                leeway=_LEEWAY_SECONDS,
                options={"require": _REQUIRED_CLAIMS},
            )
        except jwt.ExpiredSignatureError:
            raise TokenExpired from None
        except jwt.PyJWTError:
            raise InvalidToken from None
        return claims


def _ids(claims: Mapping[str, Any]) -> tuple[UUID, UUID]:
    """Of the user and of the session."""
    if claims["role"] != "authenticated" or claims.get("is_anonymous") is True:
        raise InvalidToken
    try:
        return UUID(claims["sub"]), UUID(claims["session_id"])
    except (ValueError, TypeError, AttributeError):
        raise InvalidToken from None


def keys_of(settings: Settings) -> Keys:
    public = PublicKeys(f"{settings.auth_url}/.well-known/jwks.json", connection())
    if not settings.supabase_jwt_secret:
        return public
    return SecretAndPublicKeys(SharedSecret(settings.supabase_jwt_secret.get_secret_value()), public)


@once_per_environment
def verifier() -> Verifier:
    return Verifier(keys_of(settings()), settings().issuer)


_bearer = OAuth2PasswordBearer("/api/auth/login", auto_error=False, description="The token of a login.")

BearerToken = Annotated[str | None, Depends(_bearer)]
"""The token of the Authorization header, not verified yet."""


async def _caller(request: Request, token: BearerToken) -> Caller:
    if not token:
        raise NotAuthenticated
    caller = await verifier().caller(token)
    request.state.user_id = caller.user_id
    return caller


CurrentCaller = Annotated[Caller, Depends(_caller)]
