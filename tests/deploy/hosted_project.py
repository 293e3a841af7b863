"""A hosted Supabase project as far as a deployment sees it: the Management API, and what Auth publishes."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

Json = dict[str, Any]

REF = "abcdefghijklmnopqrst"
ACCESS_TOKEN = "sbp_" + "0" * 40
SIGNING_KEY = {"kid": "one", "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "x": "x", "y": "y"}


# What a project has that nobody has changed, with all fields that the Management API answers.
NEW_PROJECT: Json = json.loads(Path(__file__).with_name("auth_settings.json").read_text())
NEW_DATA_API: Json = {
    "db_schema": "public,graphql_public",
    "db_extra_search_path": "public,extensions",
    # As somebody has set it in the dashboard.
    "max_rows": 5000,
    "db_pool": None,
    "db_pool_acquisition_timeout": None,
    "db_pool_max_lifetime": None,
    "db_pool_max_idletime": None,
}


class Call(NamedTuple):
    """A request to the Management API."""

    method: str
    path: str
    body: Json
    token: str


@dataclass
class HostedProject:
    """What the project is set to, and who has asked for what."""

    url: str = ""
    auth: Json = field(default_factory=lambda: dict(NEW_PROJECT))
    """The settings of Auth, by the names of the Management API."""
    data_api: Json = field(default_factory=lambda: dict(NEW_DATA_API))
    published: dict[str, Json] = field(default_factory=dict)
    """What Auth publishes below `.well-known`."""
    refuses: str = ""
    """A field of Auth's settings whose change is refused with 403."""
    calls: list[Call] = field(default_factory=list)

    def changes(self, path: str) -> list[Json]:
        """The bodies that were sent to change something, in their order."""
        return [call.body for call in self.calls if call.method != "GET" and call.path.endswith(path)]

    def settings(self, folder: Path) -> dict[str, str]:
        """The settings of a stage with this project."""
        profile = folder / "profile.json"
        profile.write_text(
            json.dumps(
                {
                    "name": "mock",
                    "api_url": self.url,
                    "dashboard_url": f"{self.url}/dashboard",
                    "docs_url": f"{self.url}/docs",
                    "project_host": "supabase.co",
                    "pooler_host": "pooler.supabase.com",
                }
            )
        )
        return {
            "SUPABASE_URL": self.url,
            "SUPABASE_PROJECT_REF": REF,
            "SUPABASE_ACCESS_TOKEN": ACCESS_TOKEN,
            "SUPABASE_PROFILE": str(profile),
            "SUPABASE_HOME": str(folder / "cli"),
            "SITE_URL": "https://app.example.com",
        }

    def answer(self, call: Call) -> tuple[int, Any]:
        """The status and the body of an answer."""
        self.calls.append(call)
        name = call.path.rpartition("/")[2]
        if "/.well-known/" in call.path:
            return 200, self.published[name]
        if call.method == "PATCH":
            return self._change(call)
        answers: dict[str, Json] = {
            "addons": {"selected_addons": [], "available_addons": []},
            "config": {"data": {"attributes": {"auth": self.auth, "api": self.data_api}}},
        }
        return 200, answers.get(name, {})

    def _change(self, call: Call) -> tuple[int, Json]:
        if self.refuses in call.body:
            return 403, {"message": "Your token may not do this"}
        changed = self.auth if call.path.endswith("/config/auth") else self.data_api
        changed |= call.body
        return 200, changed


@contextmanager
def running_project() -> Iterator[HostedProject]:
    """A project that listens on this machine until the end of the block."""
    project = HostedProject()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            token = self.headers.get("authorization", "").removeprefix("Bearer ")
            call = Call(self.command, self.path.partition("?")[0], json.loads(body or "{}"), token)
            status, content = project.answer(call)
            encoded = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(encoded)))
            self.end_headers()
            self.wfile.write(encoded)

        do_GET = do_PATCH = do_PUT = do_POST = answer  # noqa: N815

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        project.url = f"http://127.0.0.1:{server.server_port}"
        issuer = f"{project.url}/auth/v1"
        project.published = {
            "openid-configuration": {"issuer": issuer, "jwks_uri": f"{issuer}/.well-known/jwks.json"},
            "jwks.json": {"keys": [SIGNING_KEY]},
        }
        yield project
        server.shutdown()
