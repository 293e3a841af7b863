"""Sessions of people with a browser: both tokens of Supabase Auth in one cookie that no script can read."""

import re
import threading
import time
from collections import OrderedDict
from typing import Annotated, Any, NamedTuple, Self

import anyio.to_thread
import jwt
from fastapi import Depends, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.auth.tokens import Caller, verifier
from shared.problems.base import Problem
from shared.problems.catalogue import (
    InvalidRefreshToken,
    InvalidToken,
    NotAuthenticated,
    ServiceUnavailable,
    TokenExpired,
)
from shared.supabase.auth import Auth, AuthApi
from shared.web.csrf import form_token

_COOKIE = "session"
_LIVES_SECONDS = 30 * 24 * 3600
_REFRESH_BELOW_SECONDS = 60
_BETWEEN = "~"
"""Between the tokens in the cookie; no token contains it."""
_OWN_ADDRESS = re.compile(r"/(?!/)[\x21-\x5b\x5d-\x7e]{0,2000}")
"""From the root of this host; a backslash would be a slash to a browser."""


class Tokens(NamedTuple):
    """What the cookie holds."""

    access: str
    refresh: str

    @classmethod
    def of(cls, answer: dict[str, Any]) -> Self:
        return cls(answer["access_token"], answer["refresh_token"])

    @classmethod
    def sent_with(cls, request: Request) -> Self | None:
        access, between, refresh = request.cookies.get(prefixed(request, _COOKIE), "").partition(_BETWEEN)
        return cls(access, refresh) if between else None

    @property
    def claims(self) -> dict[str, Any]:
        """Not verified: tells when to refresh, never who somebody is."""
        try:
            claims: dict[str, Any] = jwt.decode(self.access, options={"verify_signature": False})
        except jwt.PyJWTError:
            raise InvalidToken from None
        return claims

    @property
    def seconds_left(self) -> float:
        expiry = self.claims.get("exp")
        return expiry - time.time() if isinstance(expiry, int | float) else 0


class BrowserSession(NamedTuple):
    """A signed-in browser."""

    caller: Caller
    form_token: str
    """Goes into every form that this browser is shown, and has to come back with it."""


class Refreshed:
    """The tokens that refresh tokens were exchanged for a moment ago.

    A page makes several requests at once, all with the same old cookie; the first exchange serves them all.
    Between processes the reuse interval of Supabase Auth does the same.
    """

    _KEPT = 256
    _SECONDS = 30

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tokens: OrderedDict[str, tuple[float, Tokens]] = OrderedDict()

    def exchange(self, auth: Auth, tokens: Tokens) -> Tokens:
        with self._lock:
            at, known = self._tokens.get(tokens.refresh, (0.0, tokens))
            if time.monotonic() - at < self._SECONDS and known is not tokens:
                return known
            new = Tokens.of(auth.refresh(tokens.refresh))
            self._tokens[tokens.refresh] = time.monotonic(), new
            while len(self._tokens) > self._KEPT:
                self._tokens.popitem(last=False)
            return new


_refreshed = Refreshed()


def sign_in(request: Request, tokens: Tokens) -> None:
    """Let the answer to this request set the cookie."""
    value = _BETWEEN.join(tokens)
    request.state.session_cookie = cookie(request, _COOKIE, value, _LIVES_SECONDS)


def sign_out(request: Request) -> None:
    request.state.session_cookie = cookie(request, _COOKIE, "", 0)


def prefixed(request: Request, name: str, path: str = "/") -> str:
    """Browsers take a cookie of the prefix `__Host-` only from this very host, over HTTPS, and for all paths.

    So no page of another host of our domain can plant a session of its own. A cookie for one path takes
    `__Secure-`: it comes over HTTPS at least.
    """
    if _is_local(request):
        return name
    return f"{'__Host-' if path == '/' else '__Secure-'}{name}"


def _is_local(request: Request) -> bool:
    return request.url.hostname in {"localhost", "127.0.0.1"}


def cookie(request: Request, name: str, value: str, seconds: int, path: str = "/") -> str:
    """A cookie that no script can read and no other site can have sent along with a form."""
    secure = "" if _is_local(request) else "; Secure"
    named = prefixed(request, name, path)
    return f"{named}={value}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"


class SessionCookie:
    """ASGI middleware: puts the cookie that `sign_in` or a refresh has made on the answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_cookie(message: Message) -> None:
            cookie = scope.get("state", {}).get("session_cookie")
            if cookie and message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"set-cookie", cookie.encode())]
            await send(message)

        await self._app(scope, receive, send_with_cookie)


async def _fresh(request: Request, auth: Auth, tokens: Tokens) -> Tokens:
    if tokens.seconds_left >= _REFRESH_BELOW_SECONDS:
        return tokens
    try:
        # In a thread: other requests must not wait for this one's network.
        new = await anyio.to_thread.run_sync(_refreshed.exchange, auth, tokens)
    except Problem as problem:
        if tokens.seconds_left > 0:
            return tokens
        if isinstance(problem, InvalidRefreshToken):
            # The cookie stays: another request may have exchanged it already; its answer brings the new one.
            raise TokenExpired from problem
        # Supabase Auth counts too many refreshes, or does not answer: that ends no session.
        raise ServiceUnavailable(headers=problem.headers) from problem
    sign_in(request, new)
    return new


async def browser_session(request: Request, auth: AuthApi) -> BrowserSession:
    """The session of the request's cookie, refreshed when it is about to end."""
    sent = Tokens.sent_with(request)
    if sent is None:
        raise NotAuthenticated
    tokens = await _fresh(request, auth, sent)
    caller = await verifier().caller(tokens.access)
    request.state.user_id = caller.user_id
    return BrowserSession(caller, form_token(tokens.claims["session_id"]))


async def _optional_session(request: Request, auth: AuthApi) -> BrowserSession | None:
    try:
        return await browser_session(request, auth)
    except (NotAuthenticated, TokenExpired, InvalidToken):
        return None


CurrentSession = Annotated[BrowserSession, Depends(browser_session)]
OptionalSession = Annotated[BrowserSession | None, Depends(_optional_session)]


def own_address(text: str) -> str:
    """An address of ours to go on to; anything else would send people astray."""
    return text if _OWN_ADDRESS.fullmatch(text) else "/"
