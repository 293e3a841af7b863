"""What differs between this machine, `supabase start` and the cloud: environment variables, read once."""

import os
from functools import cache

from pydantic import BaseModel, ConfigDict, SecretStr


class Settings(BaseModel):
    """One field per environment variable; empty ones count as absent."""

    # What is wrong with a setting is logged, and the other settings must not be: some are keys.
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    supabase_url: str
    supabase_key: SecretStr
    """The publishable (or legacy anon) key: all that most functions hold."""
    supabase_secret_key: SecretStr | None = None
    """Only `auth`, to forward the client's address, and `scheduled` are given it."""
    supabase_secret_key_parameter: str | None = None
    """The name of the secret key in AWS SSM Parameter Store, where these two read it in the cloud."""
    supabase_jwt_secret: SecretStr | None = None
    """The shared HS256 secret; other tokens are verified with Supabase Auth's public keys (JWKS)."""
    supabase_jwt_issuer: str | None = None
    """The `iss` of every token, where it is not <SUPABASE_URL>/auth/v1."""
    request_timeout_seconds: float = 10
    """How long Supabase may take for one answer; `shared.supabase.http_client` limits all of a request."""

    @property
    def auth_url(self) -> str:
        return f"{self.supabase_url.rstrip('/')}/auth/v1"

    @property
    def data_url(self) -> str:
        return f"{self.supabase_url.rstrip('/')}/rest/v1"

    @property
    def issuer(self) -> str:
        return self.supabase_jwt_issuer or self.auth_url


@cache
def settings() -> Settings:
    found = {name: os.environ.get(name.upper()) for name in Settings.model_fields}
    return Settings.model_validate({name: value for name, value in found.items() if value})
