"""A local Supabase and the API, for `make dev` and for the tests.

    with running_stack() as stack:
        httpx.get(stack.api_url + "/health")

It runs PostgreSQL, Supabase Auth, PostgREST, a gateway that gives them one origin, and `local.gateway.api`.
"""

import json
import signal
import sys
import tempfile
import urllib.error
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from local.process.ports import HOST, Ports
from local.process.process import Process
from local.process.state_folder import announce, locked
from local.process.supervisor import Supervisor
from local.project import DIRECTLY, ROOT, supabase_config
from local.supabase import keys, postgrest
from local.supabase.migrations import apply_migrations
from local.supabase.postgres import Postgres


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
    api: bool = True,
    api_to_terminal: bool = False,
) -> Iterator[Stack]:
    """Start a stack with all migrations applied, and stop it at the end.

    Without a folder it uses a temporary folder, without fsync, and deletes it at the end. Without a choice of
    ports it uses free ones.
    """
    throwaway = folder is None
    folder = folder or Path(tempfile.mkdtemp(prefix="renpay-"))
    with locked(folder) as lock, Supervisor(lock, folder if throwaway else None) as supervisor:
        ports = choose_ports()
        postgres = Postgres(folder / "postgres", ports.database, throwaway=throwaway)
        for log in folder.glob("*.log"):
            log.unlink()
        stack = Stack(folder, ports, postgres, supervisor)
        _start_supabase(stack)
        if api:
            supervisor.start(_api(stack, to_terminal=api_to_terminal))
        announce(lock, stack.environment)
        yield stack


def _start_supabase(stack: Stack) -> None:
    start = stack.supervisor.start
    stack.postgres.prepare()
    start(_postgres(stack))
    # Auth first: migrations refer to its tables. PostgREST last: it reads the schemas that migrations create.
    start(_auth(stack))
    apply_migrations(stack.db_url, stack.postgres.folder, home=stack.folder / "cli")
    start(_rest(stack))
    start(_gateway(stack))


def _postgres(stack: Stack) -> Process:
    # SIGINT is PostgreSQL's fast shutdown. SIGTERM would wait until all clients have disconnected.
    return Process(
        "postgres",
        stack.postgres.command(),
        stack.postgres.is_ready,
        log=_log(stack, "postgres"),
        polite=signal.SIGINT,
    )


def _auth(stack: Stack) -> Process:
    config = supabase_config()["auth"]
    settings = {
        "port": stack.ports.auth,
        "database_url": stack.postgres.url("supabase_auth_admin"),
        "issuer": f"{stack.supabase_url}/auth/v1",
        "jwt_secret": keys.JWT_SECRET,
        "site_url": config["site_url"],
        "jwt_expiry": config["jwt_expiry"],
        "minimum_password_length": config["minimum_password_length"],
        "enable_refresh_token_rotation": config["enable_refresh_token_rotation"],
        "enable_confirmations": config["email"]["enable_confirmations"],
        "mail_templates": {
            name: {**template, "content_path": str(ROOT / template["content_path"])}
            for name, template in config["email"]["template"].items()
        },
    }
    return Process(
        "auth",
        ["node", str(ROOT / "local" / "supabase" / "auth.mjs")],
        _answers(f"http://{HOST}:{stack.ports.auth}/auth/v1/health"),
        {"AUTH_SETTINGS": json.dumps(settings), "DO_NOT_TRACK": "1", "LITE_TELEMETRY": "0"},
        _log(stack, "auth"),
    )


def _rest(stack: Stack) -> Process:
    return Process(
        "rest",
        [str(postgrest.program())],
        _answers(f"http://{HOST}:{stack.ports.rest_admin}/ready"),
        postgrest.environment(stack.postgres.url("authenticator"), stack.ports),
        _log(stack, "rest"),
    )


def _gateway(stack: Stack) -> Process:
    settings = {
        "port": stack.ports.gateway,
        "rest_port": stack.ports.rest,
        "auth_port": stack.ports.auth,
        "api_keys": [keys.ANON_KEY, keys.SERVICE_ROLE_KEY],
    }
    return Process(
        "gateway",
        ["node", str(ROOT / "local" / "gateway" / "gateway.mjs")],
        _answers(f"{stack.supabase_url}/"),
        {"GATEWAY_SETTINGS": json.dumps(settings)},
        _log(stack, "gateway"),
    )


def _api(stack: Stack, *, to_terminal: bool) -> Process:
    return Process(
        "api",
        [sys.executable, "-m", "local.gateway.api"],
        _answers(f"{stack.api_url}/ping"),
        {**stack.environment, "PORT": str(stack.ports.api)},
        None if to_terminal else _log(stack, "api"),
    )


def _log(stack: Stack, name: str) -> Path:
    return stack.folder / f"{name}.log"


def _answers(url: str) -> Callable[[], bool]:
    """Whether a server answers. Any status below 500 counts, also for a missing key or an unknown path."""

    def ask() -> bool:
        try:
            DIRECTLY.open(url, timeout=5).close()
        except urllib.error.HTTPError as answer:
            answer.close()
            return answer.code < HTTPStatus.INTERNAL_SERVER_ERROR
        except OSError:
            return False
        return True

    return ask
