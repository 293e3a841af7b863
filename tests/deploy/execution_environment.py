"""An execution environment of AWS Lambda: a process with the real runtime client, and the API it asks."""

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import distribution
from pathlib import Path
from typing import Any
from uuid import uuid4

_API = "/2018-06-01/runtime"
_INIT_SECONDS = 10
_MOST_ANSWER_BYTES = 6_291_556
_RUNTIME_CLIENT = ("awslambdaric", "snapshot-restore-py", "simplejson")


class FunctionError(Exception):
    """What Lambda reports when there is no result: the kind of error, and what is known about it."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind = kind
        self.message = message


@dataclass
class Invocation:
    """An event on its way through a function."""

    event: Mapping[str, Any]
    timeout: float
    request_id: str = field(default_factory=lambda: str(uuid4()))
    result: Future[Any] = field(default_factory=Future)


def runtime_client(folder: Path) -> Path:
    """A folder with AWS's runtime client alone, so that a function finds no other package there."""
    for name in _RUNTIME_CLIENT:
        for file in distribution(name).files or ():
            if file.suffix in {".py", ".so"} and ".." not in file.parts:
                link = folder / file
                link.parent.mkdir(parents=True, exist_ok=True)
                link.symlink_to(Path(str(file.locate())))
    return folder


@dataclass(frozen=True)
class Code:
    """An unpacked package, and how to run it."""

    name: str
    folder: Path
    handler: str
    runtime_client: Path
    environment: Mapping[str, str]
    log: Path
    snap_start: bool = False

    def command(self) -> list[str]:
        """Python with nothing on its path but its own library, the package and, last, the runtime client."""
        program = "; ".join(
            (
                "import sys",
                f"sys.path[:0] = [{str(self.folder)!r}]",
                f"sys.path.append({str(self.runtime_client)!r})",
                "from awslambdaric.__main__ import main",
                f"main(['awslambdaric', {self.handler!r}])",
            )
        )
        return [sys.executable, "-I", "-S", "-B", "-X", "faulthandler", "-c", program]

    def variables(self, runtime_api: str) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "TZ": ":UTC",
            "LAMBDA_TASK_ROOT": str(self.folder),
            "AWS_LAMBDA_RUNTIME_API": runtime_api,
            "AWS_LAMBDA_FUNCTION_NAME": self.name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
            "AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start" if self.snap_start else "on-demand",
            "AWS_REGION": "ap-south-1",
            # The runtime client writes other JSON than for older Pythons: text beyond ASCII as it is.
            "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
            **self.environment,
        }


class ExecutionEnvironment:
    """Runs one invocation at a time, as long as it lives."""

    def __init__(self, code: Code) -> None:
        self._code = code
        self._next: queue.SimpleQueue[Invocation] = queue.SimpleQueue()
        self._running: Invocation | None = None
        self.init_error: FunctionError | None = None
        self._initialized = threading.Event()
        self.snapshot_taken = threading.Event()
        self._restored = threading.Event()
        self._server = _RuntimeApi(self)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        with code.log.open("ab") as log:
            self._process = subprocess.Popen(
                code.command(),
                env=code.variables(f"127.0.0.1:{self._server.server_port}"),
                cwd=code.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        threading.Thread(target=self._watch, daemon=True).start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def invoke(self, event: Mapping[str, Any], timeout: float) -> Any:
        """The function's result, or FunctionError. After a timeout the environment is gone, as on Lambda."""
        invocation = Invocation(event, timeout)
        self._running = invocation
        # Loading the function has a limit of its own.
        self._initialized.wait(_INIT_SECONDS)
        if self.is_alive:
            self._next.put(invocation)
        else:
            self._fail()
        try:
            return invocation.result.result(timeout)
        except TimeoutError:
            self.stop()
            raise FunctionError("Sandbox.Timedout", f"Task timed out after {timeout:.2f} seconds") from None
        finally:
            self._running = None

    def restore(self) -> None:
        """Let a function with SnapStart go on from its snapshot."""
        self._restored.set()

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
        self._server.shutdown()
        self._server.server_close()

    # What the process asks ----------------------------------------------------------------------------------

    def next_invocation(self) -> Invocation:
        self._initialized.set()
        return self._next.get()

    def answer(self, request_id: str, result: Any) -> None:
        if self._running and self._running.request_id == request_id:
            self._running.result.set_result(result)

    def report(self, request_id: str | None, error: Mapping[str, Any]) -> None:
        """An error of the function; without a request it happened while the function was loaded."""
        failure = FunctionError(error["errorType"], error["errorMessage"])
        if request_id is None:
            self.init_error = failure
        elif self._running:
            self._running.result.set_exception(failure)

    def wait_for_restore(self) -> None:
        self.snapshot_taken.set()
        self._restored.wait()

    def _watch(self) -> None:
        self._process.wait()
        self._initialized.set()
        self._fail()

    def _fail(self) -> None:
        if self._running and not self._running.result.done():
            died = FunctionError(
                "Runtime.ExitError", f"Runtime exited with error: {self._process.returncode}"
            )
            self._running.result.set_exception(self.init_error or died)


def _too_large(size: int) -> Mapping[str, str]:
    message = f"Response payload size ({size} bytes) exceeded maximum allowed payload size ({_MOST_ANSWER_BYTES} bytes)."
    return {"errorType": "Function.ResponseSizeTooLarge", "errorMessage": message}


class _RuntimeApi(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, environment: ExecutionEnvironment) -> None:
        super().__init__(("127.0.0.1", 0), _RuntimeRequest)
        self.environment = environment

    def handle_error(self, *_: object) -> None:
        """Nothing: a process that was killed has not hung up politely."""


class _RuntimeRequest(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _RuntimeApi

    def do_GET(self) -> None:
        environment = self.server.environment
        if self.path == f"{_API}/restore/next":
            environment.wait_for_restore()
            self._answer(200)
            return
        invocation = environment.next_invocation()
        self._answer(
            200,
            json.dumps(invocation.event).encode(),
            {
                "Content-Type": "application/json",
                "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
                "Lambda-Runtime-Deadline-Ms": str(int((time.time() + invocation.timeout) * 1000)),
                "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:ap-south-1:000000000000:function:x",
                "Lambda-Runtime-Trace-Id": "Root=1-0-0;Sampled=0",
            },
        )

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["content-length"]))
        body = json.loads(sent)
        environment = self.server.environment
        match self.path.removeprefix(_API).split("/"):
            case ["", "invocation", request_id, "response"] if len(sent) > _MOST_ANSWER_BYTES:
                environment.report(request_id, _too_large(len(sent)))
            case ["", "invocation", request_id, "response"]:
                environment.answer(request_id, body)
            case ["", "invocation", request_id, "error"]:
                environment.report(request_id, body)
            case _:
                environment.report(None, body)
        self._answer(202)

    def _answer(self, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> None:
        with suppress(ConnectionError):
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
            self.wfile.flush()

    def log_message(self, *_: object) -> None:
        """Nothing: the function's own log is what counts."""
