"""The one pooled connection of this process to Supabase; safe to share, because it knows no user."""

import math
import ssl
import time
from contextvars import ContextVar
from functools import cache

import httpx

from shared.aws.snapstart import once_per_environment
from shared.settings import settings

CONNECT_SECONDS = 2
ANSWER_WITHIN_SECONDS = 22
"""All that one request asks of Supabase may take so long; the last to connect, CONNECT_SECONDS more."""

# None outside of a request: the schedule has its own clock.
_answer_by: ContextVar[float] = ContextVar("answer_by", default=math.inf)
_is_patient: ContextVar[bool] = ContextVar("is_patient", default=False)


def start_clock() -> None:
    """A request has come: what is asked for it from now on has one deadline."""
    _answer_by.set(time.monotonic() + ANSWER_WITHIN_SECONDS)
    _is_patient.set(False)


def be_patient() -> None:
    """What this request asks for next may take all the time that is left, not only a usual call's share."""
    _is_patient.set(True)


def seconds_left() -> float:
    """How long this request may still take."""
    return _answer_by.get() - time.monotonic()


@cache
def authorities() -> ssl.SSLContext:
    """Whom TLS trusts. To read that list takes longer than all else here, and a snapshot may carry it."""
    return httpx.create_ssl_context(trust_env=False)


@once_per_environment
def connection() -> httpx.Client:
    return httpx.Client(
        verify=authorities(),
        http2=False,
        # No proxy and no .netrc from the environment: nothing but us may write an Authorization header.
        trust_env=False,
        timeout=httpx.Timeout(settings().request_timeout_seconds, connect=CONNECT_SECONDS),
        limits=httpx.Limits(max_connections=100, max_keepalive_connections=50, keepalive_expiry=30),
        event_hooks={"request": [_shorten_to_what_is_left]},
    )


def _shorten_to_what_is_left(request: httpx.Request) -> None:
    left = seconds_left()
    if left <= 0:
        raise httpx.ConnectTimeout("The time for this request is used up", request=request)
    timeout: dict[str, float] = request.extensions["timeout"]
    patience = {"read": left} if _is_patient.get() and left < math.inf else {}
    request.extensions["timeout"] = {step: min(seconds, left) for step, seconds in timeout.items()} | patience
