"""What a stage needs to know: from the environment, or from a file `.env.STAGE` that git ignores."""

import os
from collections.abc import Mapping
from urllib.parse import urlsplit

from local.project import ROOT, Problem

REQUIRED = ("SUPABASE_URL", "SUPABASE_KEY", "SUPABASE_SECRET_KEY", "DB_URL")
_PLACEHOLDER = "..."


def settings_of(stage: str) -> dict[str, str]:
    """The environment with what `.env.STAGE` adds to it."""
    file = ROOT / f".env.{stage}"
    lines = file.read_text().splitlines() if file.exists() else []
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    settings = {**{name.strip(): value.strip().strip("\"'") for name, value in pairs}, **os.environ}
    if missing := [name for name in REQUIRED if settings.get(name, _PLACEHOLDER) in {"", _PLACEHOLDER}]:
        raise Problem(f"Set {', '.join(missing)} in {file.name}, see docs/deployment.md.")
    return settings


def project_ref(settings: Mapping[str, str]) -> str:
    """`abcdefghijklmnopqrst` of https://abcdefghijklmnopqrst.supabase.co, unless it is named."""
    host = urlsplit(settings["SUPABASE_URL"]).hostname or ""
    return settings.get("SUPABASE_PROJECT_REF") or host.partition(".")[0]
