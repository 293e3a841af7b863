"""Deploying the database: the migrations, and the settings in supabase/config.toml."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from deploy.settings import for_a_program, project_ref
from local.project import NODE_MODULES, ROOT, Problem

_CONFIG = ROOT / "supabase" / "config.toml"


def push_migrations(settings: Mapping[str, str]) -> None:
    """Apply the migrations that the database does not have yet."""
    _supabase(settings, ROOT, "db", "push", f"--remote={settings['DB_URL']}")


def push_config(settings: Mapping[str, str]) -> None:
    """Apply the project's settings: exposed schemas, row limit, Auth."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "supabase", "config.toml")
        copy.parent.mkdir()
        shutil.copytree(_CONFIG.parent / "templates", copy.parent / "templates")
        copy.write_text(for_a_hosted_project(_CONFIG.read_text(), settings["SITE_URL"]))
        _supabase(settings, Path(folder), "config", "push", f"--remote={project_ref(settings)}")


def for_a_hosted_project(config: str, site_url: str) -> str:
    """The settings with the address of the website. The file has the address of this machine."""
    config = re.sub(r"(?m)^site_url = .*$", f'site_url = "{site_url}"', config)
    return re.sub(r"(?m)^additional_redirect_urls = .*$", "additional_redirect_urls = []", config)


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
