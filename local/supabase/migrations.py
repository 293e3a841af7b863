"""The migrations of local data, with their digests: the CLI compares only names, not contents."""

import hashlib
import json
from pathlib import Path

from local.project import ROOT, Problem
from local.supabase.cli import push_migrations

_RECORD = "migrations.json"


def begin_record(data: Path) -> None:
    """Store in a new data folder that no migration was applied yet."""
    _write(data, {})


def apply_migrations(db_url: str, data: Path, home: Path) -> None:
    """Apply the missing migrations. Raises Problem if an applied migration was edited later."""
    present = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (ROOT / "supabase" / "migrations").glob("*.sql")
    }
    applied = _read(data)
    if applied == present:
        return
    if edited := sorted(name for name, digest in applied.items() if present.get(name) != digest):
        raise Problem(
            f"The local data was made by other migrations than these ({', '.join(edited)}). "
            "Run `make reset` to start afresh, or check out the commit that made it."
        )
    push_migrations(db_url, home=home)
    _write(data, present)


def _read(data: Path) -> dict[str, str]:
    record = data / _RECORD
    # Data without a record is older than the first release.
    digests: dict[str, str] = json.loads(record.read_text()) if record.exists() else {"all of them": ""}
    return digests


def _write(data: Path, digests: dict[str, str]) -> None:
    (data / _RECORD).write_text(json.dumps(digests, indent=1, sort_keys=True))
