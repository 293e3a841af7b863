"""Deploying the database: the migrations, and the settings in supabase/config.toml."""

import re
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from deploy.management_api import forward_client_addresses
from deploy.settings import for_a_program, project_ref
from local.project import NODE_MODULES, ROOT, Problem

_CONFIG = ROOT / "supabase" / "config.toml"
_OF_THE_STAGE = {
    "CONFIRM_EMAIL": ("enable_confirmations", {"yes": "true", "no": "false"}),
    "SIGNUPS": ("enable_signup", {"open": "true", "closed": "false"}),
}
"""A setting of the stage -> the key in config.toml, and what a word means there."""


def push_migrations(settings: Mapping[str, str]) -> None:
    """Apply the migrations that the database does not have yet."""
    _supabase(settings, ROOT, "db", "push", f"--remote={settings['DB_URL']}")


def push_config(settings: Mapping[str, str]) -> None:
    """Apply the project's settings: exposed schemas, row limit, Auth."""
    ref = project_ref(settings)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "supabase", "config.toml")
        copy.parent.mkdir()
        copy.write_text(for_a_hosted_project(_CONFIG.read_text(), settings))
        _supabase(settings, Path(folder), "config", "push", f"--remote={ref}")
    forward_client_addresses(settings, ref)


def for_a_hosted_project(config: str, settings: Mapping[str, str]) -> str:
    """The settings to push. The file has the address of this machine, and what is usual on it.

    What the stage does not decide is left out: it stays as it was chosen in the dashboard.
    """
    lines = {"site_url": f'"{settings["SITE_URL"]}"', "additional_redirect_urls": "[]"}
    for name, (key, values) in _OF_THE_STAGE.items():
        lines[key] = values.get(settings.get(name, ""), "")
    for key, value in lines.items():
        config = re.sub(rf"(?m)^{key} = .*\n", f"{key} = {value}\n" if value else "", config)
    return config


def _supabase(settings: Mapping[str, str], folder: Path, *arguments: str) -> None:
    command = [str(NODE_MODULES / ".bin" / "supabase"), *arguments, "--yes", "--agent=no"]
    environment = {
        **for_a_program(settings, "SUPABASE_ACCESS_TOKEN"),
        "DO_NOT_TRACK": "1",
        "SUPABASE_TELEMETRY_DISABLED": "1",
    }
    ran = subprocess.run(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, check=False)
    if ran.returncode != 0:
        raise Problem(
            f"supabase {arguments[0]} {arguments[1]} failed, see above. The following steps were not done."
        )
