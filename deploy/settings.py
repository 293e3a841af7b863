"""The settings of a stage, from the environment or from a file `.env.STAGE` that git ignores."""

import os
import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from local.project import ROOT, Problem

# The beginnings of the names of secrets. AWS_ includes the credentials of AWS.
_SECRET = (
    "SUPABASE_SECRET_KEY",
    "SUPABASE_JWT_SECRET",
    "SUPABASE_ACCESS_TOKEN",
    "DB_URL",
    "AWS_",
    "SMOKE_PASSWORD",
)

REQUIRED = ("SUPABASE_URL", "SUPABASE_KEY", "SUPABASE_SECRET_KEY", "DB_URL")
CHOICES = {"CONFIRM_EMAIL": ("yes", "no"), "SIGNUPS": ("open", "closed")}
"""Settings of Supabase Auth that differ between stages. Without one, the project keeps what it has."""
_PLACEHOLDER = "..."
_REF = re.compile(r"[a-z]{20}")


def settings_of(stage: str) -> dict[str, str]:
    """The environment, and the variables in `.env.STAGE` that it does not have."""
    file = ROOT / f".env.{stage}"
    lines = file.read_text().splitlines() if file.exists() else []
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    settings = {**{name.strip(): value.strip().strip("\"'") for name, value in pairs}, **os.environ}
    if missing := [name for name in REQUIRED if settings.get(name, _PLACEHOLDER) in {"", _PLACEHOLDER}]:
        raise Problem(f"Set {', '.join(missing)} in {file.name}, see docs/deployment.md.")
    for name, words in CHOICES.items():
        if settings.get(name, "") not in {"", *words}:
            raise Problem(f"{name} is {' or '.join(words)}, or left out, not {settings[name]}.")
    if pushes_settings(settings):
        project_ref(settings)
    return settings


def pushes_settings(settings: Mapping[str, str]) -> bool:
    """Whether the deployment changes the settings of the Supabase project."""
    return bool(settings.get("SUPABASE_ACCESS_TOKEN") and settings.get("SITE_URL"))


def for_a_program(settings: Mapping[str, str], *needed: str) -> dict[str, str]:
    """The environment for a program of others, with only those secrets that it needs."""
    kept_back = tuple(name for name in _SECRET if name not in needed)
    return {name: value for name, value in settings.items() if not name.startswith(kept_back)}


def project_ref(settings: Mapping[str, str]) -> str:
    """The twenty letters by which Supabase knows the project. Raises Problem if nothing names them."""
    for name in _names(settings):
        if _REF.fullmatch(name):
            return name
    raise Problem(
        "Set SUPABASE_PROJECT_REF to the reference of the Supabase project, the twenty letters in the "
        "address of its dashboard: neither the user of DB_URL nor SUPABASE_URL has it."
    )


def _names(settings: Mapping[str, str]) -> Iterator[str]:
    """Where a reference can be: `postgres.REF@aws-0-...`, `@db.REF.supabase.co`, `https://REF.supabase.co`."""
    if own := settings.get("SUPABASE_PROJECT_REF"):
        yield own
        return
    database, project = urlsplit(settings.get("DB_URL", "")), urlsplit(settings.get("SUPABASE_URL", ""))
    yield (database.username or "").partition(".")[2]
    yield (database.hostname or "").removeprefix("db.").removesuffix(".supabase.co")
    yield (project.hostname or "").removesuffix(".supabase.co")
