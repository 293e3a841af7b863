"""How long each packaged function takes from the start of its process to its first answer.

    python -m tests.load.cold_start [ROUNDS]

Beside them, in the same rounds, the least that FastAPI and Mangum can do. The minimum of the rounds counts: what
else the machine does can only make them slower.
"""

import sys
import time
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from deploy.package import Package, packing
from deploy.service import SERVERLESS_YML, Function, functions
from deploy.target import this_machine
from local.project import ROOT
from local.routes import Route, Service
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


def main(rounds: int) -> None:
    """Print the table."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        client = runtime_client(folder / "runtime-client")
        codes = [code_of(package, folder, client, ENVIRONMENT) for package in [_bare(folder), *_ours()]]
        paths = {"bare": "/bare", **_first_paths()}
        times: dict[str, list[float]] = {code.name: [] for code in codes}
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


def _first_answer(code: Code, path: str | None) -> float:
    event = (
        http_event(Route("ANY", path, code.name), "GET", path, [("host", "localhost")], b"", "127.0.0.1")
        if path
        else {"job": "mark_overdue_invoices", "scheduled_time": "2026-01-01T00:00:00Z"}
    )
    began = time.perf_counter()
    environment = ExecutionEnvironment(code)
    with suppress(FunctionError):
        environment.invoke(event, 30)
    took = time.perf_counter() - began
    environment.stop()
    return took


def _print(times: dict[str, list[float]]) -> None:
    bare = min(times["bare"])
    print(f"{'function':16} {'min ms':>8} {'median ms':>10} {'of bare':>8}")
    for name, took in times.items():
        ratio = min(took) / bare
        median = sorted(took)[len(took) // 2]
        print(
            f"{name:16} {min(took) * 1000:8.0f} {median * 1000:10.0f} {ratio:8.2f}{' !' if ratio > MOST else ''}"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
