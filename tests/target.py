"""What the tests are aimed at: where the API and the Data API of one stack are."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self
from uuid import uuid4

import httpx
import jwt
import psycopg

# One that counts its refreshes, as those of Supabase Auth do, and needs no row for a refresh token.
_OPEN_SESSION = (
    "insert into auth.sessions (id, user_id, created_at, updated_at, refresh_token_hmac_key, refresh_token_counter) "
    "values (%s, %s, now(), now(), 'key', 0)"
)


def session_of(token: str) -> str:
    """The id of the session that an access token belongs to."""
    return str(jwt.decode(token, options={"verify_signature": False})["session_id"])


@dataclass(frozen=True)
class Target:
    """An API and the Supabase behind it."""

    api_url: str
    supabase_url: str
    anon_key: str
    secret_key: str
    jwt_secret: str
    db_url: str

    @classmethod
    def named_by(cls, variables: Mapping[str, str]) -> Self:
        """What environment variables name, as `make status` prints them."""
        names = (
            "API_URL",
            "SUPABASE_URL",
            "SUPABASE_KEY",
            "SUPABASE_SECRET_KEY",
            "SUPABASE_JWT_SECRET",
            "DB_URL",
        )
        return cls(*(variables[name] for name in names))

    def api_client(self) -> httpx.Client:
        return httpx.Client(base_url=self.api_url, timeout=30)

    def token(self, user_id: str, email: str) -> str:
        """An access token as Supabase Auth issues them, of a session of its own."""
        session_id = str(uuid4())
        with psycopg.connect(self.db_url) as database:
            database.execute(_OPEN_SESSION, (session_id, user_id))
        now = int(time.time())
        claims = {
            "iss": f"{self.supabase_url}/auth/v1",
            "sub": user_id,
            "aud": "authenticated",
            "role": "authenticated",
            "email": email,
            "session_id": session_id,
            "is_anonymous": False,
            "iat": now,
            "exp": now + 3600,
        }
        return jwt.encode(claims, self.jwt_secret, "HS256")

    def data_client(self, token: str, schema: str = "api") -> httpx.Client:
        """The Data API with a user's token or a key, on one schema."""
        headers = {
            # Supabase accepts a secret key of the new kind as a token only if it is also the API key.
            "apikey": self.secret_key if token == self.secret_key else self.anon_key,
            "Authorization": f"Bearer {token}",
            "Accept-Profile": schema,
            "Content-Profile": schema,
        }
        return httpx.Client(base_url=f"{self.supabase_url}/rest/v1", headers=headers, timeout=30)
