"""This repository, as the local stack sees it."""

import os
import tomllib
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
NODE_MODULES = ROOT / "node_modules"
# Without the proxy that the environment may name: it knows nothing of this machine's own ports.
DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))
STATE = Path(os.environ.get("LOCAL_FOLDER") or ROOT / ".local")


class Problem(Exception):
    """Something the developer can mend; the message says how."""


def supabase_config() -> dict[str, Any]:
    """What the Supabase CLI reads too, so that local and hosted settings cannot drift apart."""
    return tomllib.loads((ROOT / "supabase" / "config.toml").read_text())
