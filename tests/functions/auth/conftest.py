"""Supabase Auth that confirms addresses and sends mails, and an API in front of it."""

import json
import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

import httpx
import pytest

from local.process.ports import Ports
from local.project import ROOT
from local.stack import Stack
from tests.mailbox import Mailbox
from tests.second_api import second_api
from tests.target import Target

SITE = "https://books.example"
"""Where the mails believe that our pages are."""


@dataclass(frozen=True)
class Confirming:
    """A target where an address is confirmed before the first log-in, and the mails that it sends."""

    target: Target
    mailbox: Mailbox

    def token_hash(self, email: str, path: str) -> str:
        """What the newest mail to a person has brought; its link leads to this page."""
        address, _, token_hash = self.mailbox.link(email).partition("?token_hash=")
        assert address == SITE + path
        return token_hash


@pytest.fixture(scope="module")
def confirming(stack: Stack, target: Target) -> Iterator[Confirming]:
    ports = Ports.isolated()
    supabase_url = f"http://127.0.0.1:{ports.gateway}"
    gateway = {
        "port": ports.gateway,
        "rest_port": stack.ports.rest,
        "auth_port": ports.auth,
        "api_keys": [stack.anon_key, stack.secret_key],
    }
    with Mailbox.opened() as mailbox:
        [process] = [process for process in stack.supervisor.processes if process.name == "auth"]
        auth = {
            **json.loads(process.environment["AUTH_SETTINGS"]),
            "port": ports.auth,
            "sender": "no-reply@books.example",
            "site_url": SITE,
            "smtp_port": mailbox.port,
            "enable_confirmations": True,
        }
        with (
            _running("supabase/auth.mjs", "AUTH_SETTINGS", auth),
            _running("gateway/gateway.mjs", "GATEWAY_SETTINGS", gateway),
            second_api(stack, supabase_url) as api,
        ):
            _wait_for(f"{supabase_url}/auth/v1/.well-known/jwks.json")
            yield Confirming(replace(target, api_url=api.url, supabase_url=supabase_url), mailbox)


@pytest.fixture
def api(confirming: Confirming) -> Iterator[httpx.Client]:
    """The API that confirms addresses, without a token."""
    with confirming.target.api_client() as client:
        yield client


@pytest.fixture
def browser(confirming: Confirming) -> Iterator[httpx.Client]:
    """A browser without script that nobody is signed in with."""
    with confirming.target.api_client() as client:
        client.headers["Origin"] = confirming.target.api_url
        yield client


@contextmanager
def _running(script: str, variable: str, settings: Mapping[str, object]) -> Iterator[None]:
    environment = {**os.environ, variable: json.dumps(settings), "DO_NOT_TRACK": "1", "LITE_TELEMETRY": "0"}
    command = ["node", str(ROOT / "local" / script)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
        yield
        process.terminate()


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with suppress(httpx.TransportError):
            if httpx.get(url).is_success:
                return
        time.sleep(0.1)
    raise TimeoutError(url)
