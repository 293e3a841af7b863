"""Supabase Auth over its own HTTP API. No client of it is kept: a client would hold a session, and whose?"""

import logging
from collections.abc import Callable, Mapping
from typing import Annotated, Any

import httpx
from fastapi import Depends, Request

from shared.auth.tokens import Caller
from shared.aws.parameter_store import ParameterUnreadableError
from shared.problems.base import Problem
from shared.problems.catalogue import (
    CaptchaRequired,
    EmailAlreadyRegistered,
    EmailNotConfirmed,
    EmailNotDeliverable,
    InternalError,
    InvalidCredentials,
    InvalidEmail,
    InvalidRefreshToken,
    InvalidToken,
    LoginClosed,
    RegistrationClosed,
    ServiceUnavailable,
    TooManyRequests,
    WeakPassword,
)
from shared.problems.database import problem_passed_on
from shared.problems.gateway import is_of_gateway
from shared.supabase.request import call_auth, headers
from shared.supabase.secret_key import secret_key

_log = logging.getLogger(__name__)

Answer = dict[str, Any]

_PROBLEMS: dict[str, Callable[[], Problem]] = {
    "email_exists": EmailAlreadyRegistered,
    "user_already_exists": EmailAlreadyRegistered,
    "weak_password": WeakPassword,
    "email_address_invalid": InvalidEmail,
    "email_not_confirmed": EmailNotConfirmed,
    "invalid_credentials": InvalidCredentials,
    "refresh_token_not_found": InvalidRefreshToken,
    "refresh_token_already_used": InvalidRefreshToken,
    "session_not_found": InvalidRefreshToken,
    "session_expired": InvalidRefreshToken,
    "signup_disabled": RegistrationClosed,
    "email_address_not_authorized": EmailNotDeliverable,
    "captcha_failed": CaptchaRequired,
    # Several refreshes of one session waited for each other for five seconds.
    "conflict": ServiceUnavailable,
}
_REFUSED = {"validation_failed", "user_banned"}
"""What is wrong is what was sent: each call has its own problem for that."""
_UNEXPLAINED = {"23505", "unexpected_failure", "server_error"}


class UnexplainedFailure(InternalError):
    """Supabase Auth failed and does not say why: of a sign-up, that a row is there already."""


class Auth:
    """Signs users up, in and out, on behalf of one client."""

    def __init__(self, request: Request) -> None:
        self._request_id = request.state.request_id
        # All users reach Supabase from the same few addresses: its limits must count theirs, not ours.
        # Supabase believes a forwarded address only with the secret key.
        self._key = _secret_key() if request.client else None
        self._client = {"Sb-Forwarded-For": request.client.host} if request.client and self._key else {}

    def sign_up(self, email: str, password: str, details: Mapping[str, str]) -> Answer:
        """Make a user; answers it."""
        form = {"email": email, "password": password, "data": dict(details)}
        answer = self._post("/signup", form, refused=InvalidEmail, closed=RegistrationClosed)
        # Where addresses are confirmed by mail, a known one gets a made-up user, and nobody learns of it.
        user: Answer = answer.get("user") or answer
        return user

    def sign_in(self, email: str, password: str) -> Answer:
        """Open a session with a password; answers its tokens."""
        return self._post(
            "/token?grant_type=password", {"email": email, "password": password}, InvalidCredentials
        )

    def refresh(self, refresh_token: str) -> Answer:
        """Continue a session; answers its new tokens."""
        form = {"refresh_token": refresh_token}
        return self._post("/token?grant_type=refresh_token", form, refused=InvalidRefreshToken)

    def sign_out(self, caller: Caller) -> None:
        """End the caller's session, so that it cannot be refreshed; one that is gone already is fine."""
        try:
            # The scope is named: without, Supabase ends the user's sessions on all devices.
            self._post("/logout?scope=local", {}, InvalidToken, caller.token)
        except Problem as problem:
            _log.warning("Supabase Auth did not end a session: %s", problem.code)

    def _post(
        self,
        path: str,
        body: Mapping[str, object],
        refused: type[Problem],
        token: str | None = None,
        closed: type[Problem] = LoginClosed,
    ) -> Answer:
        sent = headers(self._request_id, key=self._key, token=token)
        try:
            answer = call_auth(path, body, {**sent, **self._client})
        except httpx.TransportError as failure:
            raise ServiceUnavailable from failure
        if answer.is_error:
            raise _problem_of(answer, refused, closed)
        return _object(answer)


def _secret_key() -> str | None:
    """The secret key, or None where it is not set or cannot be read: login works without it."""
    try:
        return secret_key()
    except (LookupError, ParameterUnreadableError):
        return None


def _object(answer: httpx.Response) -> Answer:
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _problem_of(answer: httpx.Response, refused: type[Problem], closed: type[Problem]) -> Problem:
    body = _object(answer)
    code = str(body.get("error_code") or body.get("code") or body.get("error") or "")
    of_this_call = {**dict.fromkeys(_REFUSED, refused), "email_provider_disabled": closed}
    if known := (_PROBLEMS | of_this_call).get(code):
        return known()
    if problem := problem_passed_on(body):
        return problem
    if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
        return TooManyRequests(headers={"Retry-After": answer.headers.get("retry-after", "60")})
    if is_of_gateway(answer):
        return ServiceUnavailable()
    _log.error("unexpected answer of Supabase Auth: status %s, code %s", answer.status_code, code)
    return UnexplainedFailure() if code in _UNEXPLAINED else InternalError()


AuthApi = Annotated[Auth, Depends(Auth)]
