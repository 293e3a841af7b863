"""The secret and the API keys of a local Supabase. They are public, as those of `supabase start`."""

import base64
import hashlib
import hmac
import json

JWT_SECRET = "super-secret-jwt-token-with-at-least-32-characters-long"
DATABASE_PASSWORD = "postgres"

_YEAR_2032 = 1983812996


def _encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def _api_key(role: str) -> str:
    claims = {"iss": "supabase-demo", "role": role, "exp": _YEAR_2032}
    parts = [{"alg": "HS256", "typ": "JWT"}, claims]
    content = ".".join(_encoded(json.dumps(part, separators=(",", ":")).encode()) for part in parts)
    signature = hmac.digest(JWT_SECRET.encode(), content.encode(), hashlib.sha256)
    return f"{content}.{_encoded(signature)}"


ANON_KEY = _api_key("anon")
SERVICE_ROLE_KEY = _api_key("service_role")
