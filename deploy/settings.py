"""The settings of a stage, from the environment or from a file `.env.STAGE` that git ignores."""

import os
from collections.abc import Mapping
from urllib.parse import urlsplit

from local.project import ROOT, Problem

# The beginnings of the names of secrets. AWS_ includes the credentials of AWS.
_SECRET = ("SUPABASE_SECRET_KEY", "SUPABASE_JWT_SECRET", "SUPABASE_ACCESS_TOKEN", "DB_URL", "AWS_")

REQUIRED = ("SUPABASE_URL", "SUPABASE_KEY", "SUPABASE_SECRET_KEY", "DB_URL")
_PLACEHOLDER = "..."


def settings_of(stage: str) -> dict[str, str]:
    """The environment, and the variables in `.env.STAGE` that it does not have."""
    file = ROOT / f".env.{stage}"
    lines = file.read_text().splitlines() if file.exists() else []
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    settings = {**{name.strip(): value.strip().strip("\"'") for name, value in pairs}, **os.environ}
    if missing := [name for name in REQUIRED if settings.get(name, _PLACEHOLDER) in {"", _PLACEHOLDER}]:
        raise Problem(f"Set {', '.join(missing)} in {file.name}, see docs/deployment.md.")
    return settings


def for_a_program(settings: Mapping[str, str], *needed: str) -> dict[str, str]:
    """The environment for a program of others, with only those secrets that it needs."""
    kept_back = tuple(name for name in _SECRET if name not in needed)
    return {name: value for name, value in settings.items() if not name.startswith(kept_back)}


def project_ref(settings: Mapping[str, str]) -> str:
    """SUPABASE_PROJECT_REF, or `abcdefghijklmnopqrst` of https://abcdefghijklmnopqrst.supabase.co."""
    host = urlsplit(settings["SUPABASE_URL"]).hostname or ""
    return settings.get("SUPABASE_PROJECT_REF") or host.partition(".")[0]
