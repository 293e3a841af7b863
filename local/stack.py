"""A local Supabase and the API, for `make dev` and for the tests.

    with running_stack() as stack:
        httpx.get(stack.api_url + "/health")

It runs PostgreSQL, Supabase Auth, PostgREST, a gateway that gives them one origin, and `local.gateway.api`;
on request also a mailbox for the mails of Auth, and Supabase Studio.
"""

import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.process.ports import HOST, Ports
from local.process.process import Process, answers
from local.process.state_folder import announce, locked
from local.process.supervisor import Supervisor
from local.supabase import keys
from local.supabase.auth import claim_data
from local.supabase.migrations import apply_migrations
from local.supabase.postgres import Postgres
from local.supabase.processes import Processes
from local.supabase.programs import Programs


@dataclass(frozen=True)
class Stack:
    """A running stack: its addresses and its processes."""

    folder: Path
    ports: Ports
    postgres: Postgres
    supervisor: Supervisor

    @property
    def supabase_url(self) -> str:
        """The origin of the Data API and Auth."""
        return f"http://{HOST}:{self.ports.gateway}"

    @property
    def api_url(self) -> str:
        """The origin of our API."""
        return f"http://{HOST}:{self.ports.api}"

    @property
    def studio_url(self) -> str:
        """Supabase Studio, if it runs."""
        return f"http://{HOST}:{self.ports.studio}"

    @property
    def mailbox_url(self) -> str:
        """The mails that Auth has sent, if the mailbox runs."""
        return f"http://{HOST}:{self.ports.mailbox}"

    @property
    def db_url(self) -> str:
        """The database, as the role that owns it."""
        return self.postgres.url("postgres")

    anon_key = keys.ANON_KEY
    secret_key = keys.SERVICE_ROLE_KEY
    jwt_secret = keys.JWT_SECRET

    @property
    def pids(self) -> dict[str, int]:
        """Process ids by name. A process that ends is started again with a new id."""
        return {process.name: process.pid for process in self.supervisor.processes}

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables of a process that uses this stack."""
        return {
            "SUPABASE_URL": self.supabase_url,
            "SUPABASE_KEY": self.anon_key,
            "SUPABASE_SECRET_KEY": self.secret_key,
            "SUPABASE_JWT_SECRET": self.jwt_secret,
            "DB_URL": self.db_url,
            "API_URL": self.api_url,
        }


@contextmanager
def running_stack(
    folder: Path | None = None,
    choose_ports: Callable[[], Ports] = Ports.isolated,
    *,
    programs: Programs | None = None,
    api: bool = True,
    api_to_terminal: bool = False,
    mailbox: bool = False,
    studio: bool = False,
) -> Iterator[Stack]:
    """Start a stack with all migrations applied, and stop it at the end.

    Without a folder it uses a temporary folder, without fsync, and deletes it at the end. Without a choice of
    ports it uses free ones. Without a choice of programs it uses those that npm installed.
    """
    throwaway = folder is None
    folder = folder or Path(tempfile.mkdtemp(prefix="renpay-"))
    programs = programs or Programs.pinned()
    with locked(folder) as lock, Supervisor(lock, folder if throwaway else None) as supervisor:
        ports = choose_ports()
        postgres = Postgres(folder / "postgres", ports.database, throwaway=throwaway)
        for log in folder.glob("*.log"):
            log.unlink()
        stack = Stack(folder, ports, postgres, supervisor)
        processes = Processes(folder, ports, postgres, programs, with_mailbox=mailbox)
        _start_supabase(stack, processes, studio=studio)
        if api:
            supervisor.start(
                api_process(stack.environment, ports.api, None if api_to_terminal else folder / "api.log")
            )
        pages = {"STUDIO_URL": stack.studio_url} if studio else {}
        pages |= {"MAILBOX_URL": stack.mailbox_url} if mailbox else {}
        announce(lock, stack.environment | pages)
        yield stack


def _start_supabase(stack: Stack, processes: Processes, *, studio: bool) -> None:
    start = stack.supervisor.start
    stack.postgres.prepare()
    claim_data(stack.postgres.folder, processes.programs.auth)
    start(processes.database())
    if processes.with_mailbox:
        start(processes.mailbox())
    # Auth first: migrations refer to its tables. PostgREST last: it reads the schemas that migrations create.
    start(processes.auth())
    apply_migrations(stack.db_url, stack.postgres.folder, home=stack.folder / "cli")
    start(processes.rest())
    start(processes.gateway())
    if studio:
        start(processes.studio())


def api_process(environment: Mapping[str, str], port: int, log: Path | None) -> Process:
    """The functions, on the Supabase that the environment names."""
    return Process(
        "api",
        [sys.executable, "-m", "local.gateway.api"],
        answers(f"http://{HOST}:{port}/ping"),
        {**environment, "PORT": str(port)},
        log,
    )
