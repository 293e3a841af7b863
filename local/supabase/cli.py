"""The Supabase CLI on a database by its address, without telemetry."""

import os
import subprocess
from pathlib import Path

from local.project import NODE_MODULES, ROOT, Problem


def run(*arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    """Run the CLI. It stores its state in `home`, not in the developer's `~/.supabase`."""
    environment = {
        "DO_NOT_TRACK": "1",
        "SUPABASE_TELEMETRY_DISABLED": "1",
        "SUPABASE_NO_UPDATE_NOTIFIER": "1",
        "SUPABASE_NO_KEYRING": "1",
        # The local server has no TLS.
        "PGSSLMODE": "disable",
        "SUPABASE_HOME": str(home),
    }
    return subprocess.run(
        [NODE_MODULES / ".bin" / "supabase", *arguments, "--yes", "--agent=no"],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def push_migrations(db_url: str, *options: str, home: Path) -> None:
    """Apply the migrations that the database does not have yet."""
    pushed = run("db", "push", f"--remote={db_url}", *options, home=home)
    if pushed.returncode != 0:
        raise Problem(f"The database refused.\n{pushed.stderr.strip()}")
