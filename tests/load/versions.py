"""Checkouts of this repository, each with a running database, to compare what their writes cost."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import psycopg

from tests.target import OPEN_SESSION

_RUN = """
import json, sys
from local.stack import running_stack
with running_stack(api=False) as stack:
    print(json.dumps({role: stack.postgres.url(role) for role in ("supabase_admin", "authenticator")}), flush=True)
    sys.stdin.read()
"""


@dataclass(frozen=True)
class Version:
    """A database with the migrations of one checkout."""

    name: str
    admin_url: str
    authenticator_url: str

    def new_user(self) -> UUID:
        """A user with one account, and an open session of the same id."""
        user = uuid4()
        with psycopg.connect(self.admin_url, autocommit=True) as database:
            database.execute(
                "insert into auth.users (id, email) values (%s, %s)", (user, f"{user}@example.com")
            )
            database.execute(OPEN_SESSION, (user, user))
            database.execute(
                "insert into public.accounts (user_id, name, is_default) values (%s, 'Bank', true)", (user,)
            )
        return user

    def analyze(self) -> None:
        """What autovacuum would do sooner or later."""
        with psycopg.connect(self.admin_url, autocommit=True) as database:
            database.execute("vacuum analyze")


@contextmanager
def running_version(name: str, folder: Path) -> Iterator[Version]:
    """The checkout's own stack, by the checkout's own code; nothing vacuums or analyzes but who measures."""
    command = [str(folder / ".venv" / "bin" / "python"), "-c", _RUN]
    with subprocess.Popen(
        command, cwd=folder, env=os.environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        urls = json.loads(process.stdout.readline())
        with psycopg.connect(urls["supabase_admin"], autocommit=True) as database:
            database.execute("alter system set autovacuum = off")
            database.execute("select pg_reload_conf()")
        yield Version(name, urls["supabase_admin"], urls["authenticator"])
        process.stdin.close()
