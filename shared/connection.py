"""The one pooled connection of this process to Supabase; safe to share, because it knows no user."""

from functools import cache

import httpx

from shared.settings import settings


@cache
def connection() -> httpx.Client:
    return httpx.Client(
        http2=False,
        # No proxy and no .netrc from the environment: nothing but us may write an Authorization header.
        trust_env=False,
        timeout=httpx.Timeout(settings().request_timeout_seconds, connect=2),
        limits=httpx.Limits(max_connections=100, max_keepalive_connections=50, keepalive_expiry=30),
    )
