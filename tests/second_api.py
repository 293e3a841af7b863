"""Another API beside the stack's own, whose way to Supabase leads through a proxy of a test."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import httpx

from local.process.ports import Ports
from local.stack import Stack


@dataclass(frozen=True)
class SecondApi:
    """Where it is, and the processes that it is."""

    url: str
    group: int

    def kill(self) -> None:
        """SIGKILL, the server and its workers alike."""
        os.killpg(self.group, signal.SIGKILL)


@contextmanager
def second_api(stack: Stack, supabase_url: str) -> Iterator[SecondApi]:
    """An API that takes `supabase_url` for its Supabase, until the end of the block."""
    port = Ports.isolated().api
    environment = {
        **os.environ,
        **stack.environment,
        "SUPABASE_URL": supabase_url,
        "SUPABASE_JWT_ISSUER": f"{stack.supabase_url}/auth/v1",
        "PORT": str(port),
    }
    command = [sys.executable, "-m", "local.gateway.api"]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, start_new_session=True
    ) as process:
        api = SecondApi(f"http://127.0.0.1:{port}", process.pid)
        try:
            _wait_for(api.url + "/ping")
            yield api
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with suppress(httpx.TransportError):
            httpx.get(url)
            return
    raise TimeoutError(url)
