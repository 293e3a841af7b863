"""The packaged functions behind an emulated API Gateway: the same requests as anywhere, run as AWS would."""

import json
import queue
import threading
from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self
from urllib.parse import unquote

from deploy.package import Package
from deploy.service import SERVERLESS_YML
from local.gateway.cors import Cors
from local.gateway.routes import Service
from tests.deploy.events import http_event
from tests.deploy.execution_environment import Code, ExecutionEnvironment, FunctionError, runtime_client
from tests.deploy.unpacking import unpack

# Lambda starts one for each request that finds none free; two processors have enough with these.
_MOST_ENVIRONMENTS = 4
_MOST_BODY_BYTES = 10 * 1024 * 1024


class Lambda:
    """A function with its execution environments, made when they are needed and kept for the next."""

    def __init__(self, code: Code, timeout: float) -> None:
        self.code = code
        self.timeout = timeout
        self.started: list[ExecutionEnvironment] = []
        self._idle: queue.LifoQueue[ExecutionEnvironment] = queue.LifoQueue()
        self._free = threading.Semaphore(_MOST_ENVIRONMENTS)

    def invoke(self, event: Mapping[str, Any]) -> Any:
        """Run it once. Raises FunctionError."""
        with self._free:
            environment = self._environment()
            try:
                return environment.invoke(event, self.timeout)
            finally:
                if environment.is_alive:
                    self._idle.put(environment)

    def stop(self) -> None:
        for environment in self.started:
            environment.stop()

    def _environment(self) -> ExecutionEnvironment:
        with suppress(queue.Empty):
            while True:
                environment = self._idle.get_nowait()
                if environment.is_alive:
                    return environment
        environment = ExecutionEnvironment(self.code)
        environment.restore()
        self.started.append(environment)
        return environment


@dataclass(frozen=True)
class Deployment:
    """All functions of serverless.yml, unpacked and ready."""

    service: Service
    functions: Mapping[str, Lambda]

    @classmethod
    def unpacked(cls, packages: Iterable[Package], folder: Path, variables: Mapping[str, str]) -> Self:
        client = runtime_client(folder / "runtime-client")
        return cls(
            Service.read(SERVERLESS_YML),
            {
                package.function.name: Lambda(
                    code_of(package, folder, client, variables), package.function.timeout
                )
                for package in packages
            },
        )

    def answer(self, request: "_Request", body: bytes) -> "Answer":
        route = self.service.route(request.command, unquote(request.path.partition("?")[0]))
        if route is None:
            return Answer.refusal(404, "Not Found")
        event = http_event(
            route,
            request.command,
            request.path,
            [(name.lower(), value) for name, value in request.headers.items()],
            body,
            request.client_address[0],
        )
        try:
            return Answer.of(self.functions[route.function].invoke(event))
        except FunctionError:
            return Answer.refusal(500, "Internal Server Error")

    def stop(self) -> None:
        for function in self.functions.values():
            function.stop()


def code_of(package: Package, folder: Path, client: Path, variables: Mapping[str, str]) -> Code:
    function = package.function
    unpacked = folder / function.name
    unpack(package.path, unpacked)
    own = dict(variables)
    if not function.reads_secret_key:
        own.pop("SUPABASE_SECRET_KEY", None)
    return Code(function.name, unpacked, function.handler, client, own, folder / f"{function.name}.log")


@dataclass(frozen=True)
class Answer:
    """What the gateway sends back."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    @classmethod
    def refusal(cls, status: int, message: str) -> Self:
        return cls(status, [("content-type", "application/json")], json.dumps({"message": message}).encode())

    @classmethod
    def of(cls, result: Any) -> Self:
        """From what a function returned in payload format 2.0."""
        text = result.get("body") or ""
        body = b64decode(text) if result.get("isBase64Encoded") else text.encode()
        headers = list(result.get("headers", {}).items())
        headers += [("set-cookie", cookie) for cookie in result.get("cookies", ())]
        return cls(result["statusCode"], headers, body)


class _Gateway(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, deployment: Deployment, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Request)
        self.deployment = deployment
        self.cors = Cors.read(deployment.service.cors)

    def handle_error(self, *_: object) -> None:
        """Nothing: a client that left has not hung up politely."""


class _Request(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Gateway

    def handle_one_request(self) -> None:
        # Any method there is comes this way, not only those with a `do_` of their own.
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        with suppress(ConnectionError):
            self._respond(self._answer())

    def _answer(self) -> Answer:
        origin = self.headers.get("origin")
        cors = self.server.cors
        body = self._body()
        if cors and origin and self.command == "OPTIONS" and "access-control-request-method" in self.headers:
            return Answer(204, list(cors.for_preflight(origin).items()), b"")
        if len(body) > _MOST_BODY_BYTES:
            return Answer.refusal(413, "Request Entity Too Large")
        answer = self.server.deployment.answer(self, body)
        if not cors or not origin:
            return answer
        own = [pair for pair in answer.headers if not pair[0].startswith("access-control-")]
        return replace(answer, headers=[*own, *cors.for_response(origin).items()])

    def _body(self) -> bytes:
        if "transfer-encoding" in self.headers:
            return b"".join(iter(self._chunk, b""))
        return self.rfile.read(int(self.headers.get("content-length") or 0))

    def _chunk(self) -> bytes:
        size = int(self.rfile.readline().partition(b";")[0], 16)
        chunk = self.rfile.read(size)
        self.rfile.readline()
        return chunk

    def _respond(self, answer: Answer) -> None:
        self.send_response_only(answer.status)
        for name, value in answer.headers:
            if name.lower() != "content-length":
                self.send_header(name, value)
        if answer.status not in {204, 304}:
            self.send_header("content-length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        """Nothing: the functions log."""


@contextmanager
def running_emulator(
    packages: Iterable[Package], variables: Mapping[str, str], port: int = 0
) -> Iterator[tuple[str, Deployment]]:
    """Unpack and serve functions; gives the address of the gateway in front of them."""
    with TemporaryDirectory(prefix="renpay-lambda-") as folder:
        deployment = Deployment.unpacked(packages, Path(folder), variables)
        gateway = _Gateway(deployment, port)
        threading.Thread(target=gateway.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{gateway.server_port}", deployment
        finally:
            gateway.shutdown()
            gateway.server_close()
            deployment.stop()
