"""How long each packaged function takes from the start of its process to its first answer.

    python -m tests.load.cold_start [ROUNDS]

Beside them, in the same rounds, the least that FastAPI and Mangum can do. The minimum of the rounds counts: what
else the machine does can only make them slower. On a busy machine look at the processor's time instead.
"""

import resource
import sys
import time
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from deploy.package import Package, packing
from deploy.service import SERVERLESS_YML, Function, functions
from deploy.target import this_machine
from local.gateway.routes import Route, Service
from local.project import ROOT
from tests.deploy.emulator import code_of
from tests.deploy.events import http_event
from tests.deploy.execution_environment import Code, ExecutionEnvironment, FunctionError, runtime_client

BARE = """
from fastapi import FastAPI
from mangum import Mangum

app = FastAPI(openapi_url=None)


@app.get("/bare")
def read() -> dict[str, bool]:
    return {"ok": True}


handler = Mangum(app, lifespan="off")
"""
ENVIRONMENT = {
    # Nothing is there: no answer measured here waits for a database.
    "SUPABASE_URL": "http://127.0.0.1:1",
    "SUPABASE_KEY": "key",
    "SUPABASE_SECRET_KEY": "key",
    "SUPABASE_JWT_SECRET": "super-secret-jwt-token-with-at-least-32-characters-long",
}
MOST = 1.5


class Start(NamedTuple):
    """What the first answer took, in seconds."""

    elapsed: float
    processor: float


def main(rounds: int) -> None:
    """Print the table."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        client = runtime_client(folder / "runtime-client")
        codes = [code_of(package, folder, client, ENVIRONMENT) for package in [_bare(folder), *_ours()]]
        paths = {"bare": "/bare", **_first_paths()}
        times: dict[str, list[Start]] = {code.name: [] for code in codes}
        for _ in range(rounds):
            for code in codes:
                times[code.name].append(_first_answer(code, paths.get(code.name)))
    _print(times)


def _bare(folder: Path) -> Package:
    source = folder / "source" / "functions" / "bare"
    source.mkdir(parents=True)
    (source / "handler.py").write_text(BARE)
    (source / "__init__.py").touch()
    with packing(this_machine(), folder / "source") as packer:
        return packer.package(Function("bare", "functions/bare/handler.handler", folder, 30, False))


def _ours() -> list[Package]:
    with packing(this_machine(), ROOT) as packer:
        return [packer.package(function) for function in functions()]


def _first_paths() -> dict[str, str]:
    routes = Service.read(SERVERLESS_YML).routes
    return {
        route.function: route.path.replace("{proxy+}", "x")
        for route in reversed(routes)
        if "{" not in route.path
    }


def _first_answer(code: Code, path: str | None) -> Start:
    event = (
        http_event(Route("ANY", path, code.name), "GET", path, [("host", "localhost")], b"", "127.0.0.1")
        if path
        else {"job": "generate_tax_filings", "scheduled_time": "2026-01-01T00:00:00Z"}
    )
    began, used = time.perf_counter(), _used()
    environment = ExecutionEnvironment(code)
    with suppress(FunctionError):
        environment.invoke(event, 30)
    took = time.perf_counter() - began
    environment.stop()
    return Start(took, _used() - used)


def _used() -> float:
    """The processor's time of all processes that were started here and have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _print(times: dict[str, list[Start]]) -> None:
    print(f"{'function':16} {'elapsed ms':>10} {'of bare':>8} {'processor ms':>13} {'of bare':>8}")
    bare = _least(times["bare"])
    for name, took in times.items():
        least = _least(took)
        elapsed, processor = least.elapsed / bare.elapsed, least.processor / bare.processor
        print(
            f"{name:16} {least.elapsed * 1000:10.0f} {elapsed:8.2f} {least.processor * 1000:13.0f} {processor:8.2f}"
            + (" !" if min(elapsed, processor) > MOST else "")
        )


def _least(took: list[Start]) -> Start:
    return Start(min(start.elapsed for start in took), min(start.processor for start in took))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
