"""The folders and settings of this repository."""

import os
import tomllib
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
NODE_MODULES = ROOT / "node_modules"
# Without the proxy of the environment, which cannot reach the ports of this machine.
DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))
STATE = Path(os.environ.get("LOCAL_FOLDER") or ROOT / ".local")


class Problem(Exception):
    """An error that the developer can fix. The message says how."""


def supabase_config() -> dict[str, Any]:
    """The settings file of the Supabase CLI, so local and hosted settings are the same."""
    return tomllib.loads((ROOT / "supabase" / "config.toml").read_text())
