"""The one pooled connection of this process to Supabase; safe to share, because it knows no user."""

import ssl
from functools import cache

import httpx

from shared.settings import settings
from shared.snapshot import once_per_environment


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
        timeout=httpx.Timeout(settings().request_timeout_seconds, connect=2),
        limits=httpx.Limits(max_connections=100, max_keepalive_connections=50, keepalive_expiry=30),
    )
