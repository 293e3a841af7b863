"""The settings of PostgREST."""

from local.process.ports import HOST, Ports
from local.project import supabase_config
from local.supabase import keys

# More connections would only wait for a processor. The others of PostgreSQL are for Auth, tests and psql.
_CONNECTIONS = 24


def environment(db_url: str, ports: Ports) -> dict[str, str]:
    """The settings of hosted projects. Those that a project can change come from supabase/config.toml."""
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
