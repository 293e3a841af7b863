"""The least that FastAPI can do, and our own API once more, each in a process of its own."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.error import URLError

from fastapi import FastAPI

from local.process.ports import HOST, Ports
from local.project import ROOT

app = FastAPI(openapi_url=None)


@app.get("/ping")
def ping() -> dict[str, bool]:
    """What an endpoint without any work costs: in a thread, as all of ours are."""
    return {"ok": True}


@contextmanager
def bare_server() -> Iterator[str]:
    """The URL of the app above, under the server that the local API runs under."""
    port = Ports.isolated().api
    options = ["--workers=2", "--loop=uvloop", "--http=httptools", "--no-access-log", "--log-level=warning"]
    command = [
        sys.executable, "-m", "uvicorn", "tests.load.bare:app", f"--host={HOST}", f"--port={port}", *options
    ]  # fmt: skip
    with _running(command, {}, f"http://{HOST}:{port}") as url:
        yield url


@contextmanager
def another_api(environment: Mapping[str, str]) -> Iterator[str]:
    """The URL of one more API, with settings of its own."""
    port = Ports.isolated().api
    settings = {**environment, "PORT": str(port)}
    with _running([sys.executable, "-m", "local.gateway.api"], settings, f"http://{HOST}:{port}") as url:
        yield url


@contextmanager
def _running(command: list[str], environment: Mapping[str, str], url: str) -> Iterator[str]:
    with subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment}) as process:
        try:
            _wait_for(url)
            yield url
        finally:
            process.terminate()


def _wait_for(url: str) -> None:
    for _ in range(200):
        try:
            urllib.request.urlopen(f"{url}/ping", timeout=5).close()
        except (URLError, ConnectionError):
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(url)
