"""The processes of a local Supabase."""

import json
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from local.process.ports import HOST, Ports
from local.process.process import Process, answers
from local.project import ROOT
from local.supabase import auth, keys, postgrest
from local.supabase.postgres import Postgres
from local.supabase.programs import Programs


@dataclass(frozen=True)
class Processes:
    """How each of them is started, and how it shows that it is ready."""

    folder: Path
    ports: Ports
    postgres: Postgres
    programs: Programs
    with_mailbox: bool = False

    def database(self) -> Process:
        """PostgreSQL. SIGINT is its fast shutdown; SIGTERM would wait until all clients have disconnected."""
        return Process(
            "postgres",
            self.postgres.command(),
            self.postgres.is_ready,
            log=self._log("postgres"),
            polite=signal.SIGINT,
        )

    def auth(self) -> Process:
        """Supabase Auth if its binary is named, else that of Supabase Lite."""
        url = f"http://{HOST}:{self.ports.auth}"
        db_url = self.postgres.url("supabase_auth_admin")
        if self.programs.auth is None:
            command = ["node", str(ROOT / "local" / "supabase" / "auth.mjs")]
            environment = auth.lite_environment(db_url, self.ports, with_mailbox=self.with_mailbox)
            return Process("auth", command, answers(f"{url}/auth/v1/health"), environment, self._log("auth"))
        environment = auth.supabase_environment(db_url, self.ports, with_mailbox=self.with_mailbox)
        command = [str(self.programs.auth)]
        return Process("auth", command, answers(f"{url}/health"), environment, self._log("auth"))

    def rest(self) -> Process:
        """PostgREST."""
        return Process(
            "rest",
            [str(self.programs.postgrest)],
            answers(f"http://{HOST}:{self.ports.rest_admin}/ready"),
            postgrest.environment(self.postgres.url("authenticator"), self.ports),
            self._log("rest"),
        )

    def gateway(self) -> Process:
        """One origin for PostgREST and Auth."""
        settings = {
            "port": self.ports.gateway,
            "rest_port": self.ports.rest,
            "auth_port": self.ports.auth,
            # Lite answers below /auth/v1, Supabase Auth at the root.
            "auth_at_root": self.programs.auth is not None,
            "api_keys": [keys.ANON_KEY, keys.SERVICE_ROLE_KEY],
        }
        return Process(
            "gateway",
            ["node", str(ROOT / "local" / "gateway" / "gateway.mjs")],
            answers(f"http://{HOST}:{self.ports.gateway}/"),
            {"GATEWAY_SETTINGS": json.dumps(settings)},
            self._log("gateway"),
        )

    def mailbox(self) -> Process:
        """The mail server that Auth sends to, with its pages."""
        return Process(
            "mailbox",
            [sys.executable, "-m", "local.mailbox"],
            answers(f"http://{HOST}:{self.ports.mailbox}/"),
            {
                "PORT": str(self.ports.mailbox),
                "SMTP_PORT": str(self.ports.smtp),
                "MAILBOX_FOLDER": str(self.folder / "mailbox"),
            },
            self._log("mailbox"),
        )

    def studio(self) -> Process:
        """The dashboard's tables, as the role postgres."""
        settings = {"port": self.ports.studio, "database_url": self.postgres.url("postgres")}
        return Process(
            "studio",
            ["node", str(ROOT / "local" / "supabase" / "studio.mjs")],
            answers(f"http://{HOST}:{self.ports.studio}/"),
            {"STUDIO_SETTINGS": json.dumps(settings), "DO_NOT_TRACK": "1", "LITE_TELEMETRY": "0"},
            self._log("studio"),
        )

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}.log"
