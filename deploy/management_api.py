"""Supabase's Management API: the one setting of a project that supabase/config.toml has no key for."""

from collections.abc import Mapping
from pathlib import Path

import httpx
import yaml

from local.project import Problem

_ADDRESS = "https://api.supabase.com"
_BY_HAND = (
    "Switch on IP address forwarding in the dashboard (Authentication, Rate limits), or all users share the "
    "limits of Supabase Auth. The functions were not deployed; ONLY=functions deploys them."
)


def forward_client_addresses(settings: Mapping[str, str], ref: str) -> None:
    """Let Supabase Auth count its limits by the address of the user, which the function `auth` forwards."""
    url = f"{_address(settings)}/v1/projects/{ref}/config/auth"
    try:
        answer = httpx.patch(
            url,
            json={"security_sb_forwarded_for_enabled": True},
            headers={"Authorization": f"Bearer {settings['SUPABASE_ACCESS_TOKEN']}"},
            timeout=30,
        )
    except httpx.TransportError as failure:
        raise Problem(f"{url} does not answer: {failure}. {_BY_HAND}") from failure
    if answer.is_error:
        raise Problem(f"{url} answered {answer.status_code}: {answer.text[:200]}. {_BY_HAND}")


def _address(settings: Mapping[str, str]) -> str:
    """The one that the Supabase CLI uses, too: a profile in a file names another."""
    profile = Path(settings.get("SUPABASE_PROFILE", ""))
    return str(yaml.safe_load(profile.read_text())["api_url"]) if profile.is_file() else _ADDRESS
