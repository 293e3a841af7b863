"""The access tokens of a Supabase project: whether the functions will accept them."""

from collections.abc import Mapping
from typing import Any

import httpx

from local.project import Problem
from shared.settings import Settings

_ASYMMETRIC = {"ES256", "RS256"}


def check_tokens(settings: Mapping[str, str]) -> None:
    """Compare what the project says about its tokens with what the functions demand. Raises Problem."""
    demanded = _of_the_functions(settings)
    issuer = _published(demanded, "openid-configuration").get("issuer")
    if issuer != demanded.issuer:
        raise Problem(
            f"The tokens of this project have the issuer {issuer}, and the functions would demand "
            f"{demanded.issuer}. Set SUPABASE_JWT_ISSUER={issuer} in the file of the stage."
        )
    keys = _published(demanded, "jwks.json").get("keys", [])
    if not demanded.supabase_jwt_secret and not any(key.get("alg") in _ASYMMETRIC for key in keys):
        raise Problem(
            f"{demanded.auth_url} publishes no signing key, so its tokens are signed with HS256. Set "
            "SUPABASE_JWT_SECRET in the file of the stage, or migrate to signing keys: docs/deployment.md."
        )


def _of_the_functions(settings: Mapping[str, str]) -> Settings:
    """The settings as the functions read them."""
    names = ("SUPABASE_URL", "SUPABASE_KEY", "SUPABASE_JWT_ISSUER", "SUPABASE_JWT_SECRET")
    return Settings.model_validate({name.lower(): settings[name] for name in names if settings.get(name)})


def _published(demanded: Settings, name: str) -> dict[str, Any]:
    url = f"{demanded.auth_url}/.well-known/{name}"
    try:
        answer = httpx.get(url, headers={"apikey": demanded.supabase_key.get_secret_value()}, timeout=30)
        published: dict[str, Any] = answer.raise_for_status().json()
    except (httpx.HTTPError, ValueError) as failure:
        raise Problem(f"{url} does not say what it should: {failure}. Is SUPABASE_URL right?") from failure
    return published
