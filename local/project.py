"""This repository, as the local stack sees it."""

import os
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
NODE_MODULES = ROOT / "node_modules"
STATE = Path(os.environ.get("LOCAL_FOLDER") or ROOT / ".local")


class Problem(Exception):
    """Something the developer can mend; the message says how."""


def supabase_config() -> dict[str, Any]:
    """What the Supabase CLI reads too, so that local and hosted settings cannot drift apart."""
    return tomllib.loads((ROOT / "supabase" / "config.toml").read_text())
