"""All functions on one port, as behind API Gateway: `python -m local.gateway.api`.

It passes each request to the FastAPI app of the function with the most specific route in serverless.yml.
Like API Gateway, it answers unknown paths, handles CORS, and limits the size of requests.
"""

import importlib
import json
import os
import sys
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from http import HTTPStatus
from typing import Any

import uvicorn

from local.gateway.cors import Cors
from local.gateway.routes import Service
from local.process.ports import HOST
from local.project import ROOT, Problem

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

_BODY_LIMIT = 10 * 1024 * 1024

# uvicorn restarts a worker that ends, except after this exit code.
_STARTUP_FAILURE = 3


class Gateway:
    """The ASGI app in front of the functions' apps."""

    def __init__(self, service: Service, apps: Mapping[str, App]) -> None:
        self._service = service
        self._apps = apps
        self._cors = Cors.read(service.cors)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["path"] == "/ping":  # API Gateway answers this path itself, too
            await _answer(send, HTTPStatus.OK, {"content-type": "text/plain"}, b"healthy")
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        origin = headers.get("origin")
        if self._cors and origin:
            if scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
                await _answer(send, HTTPStatus.NO_CONTENT, self._cors.for_preflight(origin))
                return
            send = _with_headers(send, self._cors.for_response(origin))
        route = self._service.route(scope["method"], scope["path"])
        if route is None:
            await _refuse(send, HTTPStatus.NOT_FOUND, "Not Found")
            return
        body = await _limited(headers, receive)
        if body is None:
            await _refuse(send, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Request Entity Too Large")
            return
        await self._apps[route.function](scope, body, send)


async def _limited(headers: Mapping[str, str], receive: Receive) -> Receive | None:
    """The request's body, or None if it is too large."""
    if "transfer-encoding" not in headers:
        return receive if int(headers.get("content-length", 0)) <= _BODY_LIMIT else None
    messages: list[Message] = []
    size = 0
    while not messages or messages[-1].get("more_body"):
        messages.append(await receive())
        size += len(messages[-1].get("body", b""))
        if size > _BODY_LIMIT:
            return None

    async def replay() -> Message:
        return messages.pop(0) if messages else await receive()

    return replay


def _with_headers(send: Send, extra: Mapping[str, str]) -> Send:
    async def send_more(message: Message) -> None:
        if message["type"] == "http.response.start":
            # API Gateway removes the CORS headers of a function.
            own = [pair for pair in message.get("headers", []) if not pair[0].startswith(b"access-control-")]
            message["headers"] = own + _raw(extra)
        await send(message)

    return send_more


async def _refuse(send: Send, status: HTTPStatus, message: str) -> None:
    body = json.dumps({"message": message}).encode()
    await _answer(send, status, {"content-type": "application/json", "content-length": str(len(body))}, body)


async def _answer(send: Send, status: HTTPStatus, headers: Mapping[str, str], body: bytes = b"") -> None:
    await send({"type": "http.response.start", "status": status.value, "headers": _raw(headers)})
    await send({"type": "http.response.body", "body": body})


def _raw(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]


def worker() -> Gateway:
    """The application of each uvicorn worker."""
    # On Lambda, each request has its own process. Here, small requests share a process with the typesetting
    # of PDFs, and would wait five milliseconds each time.
    sys.setswitchinterval(0.0005)
    try:
        return gateway(Service.read(ROOT / "serverless.yml"))
    except Problem as problem:
        print(problem, file=sys.stderr)
        sys.exit(_STARTUP_FAILURE)


def gateway(service: Service) -> Gateway:
    """The gateway with the apps of the service's functions."""
    return Gateway(service, {name: _app(name, handler) for name, handler in service.handlers.items()})


def _app(function: str, handler: str) -> App:
    """The FastAPI app beside a handler: `functions/tax/handler.handler` is functions.tax.handler."""
    module = handler.rpartition(".")[0].replace("/", ".")
    try:
        app: App = importlib.import_module(module).app
    except Exception as error:
        raise Problem(
            f"Function {function!r} ({module}) does not load: {type(error).__name__}: {error}"
        ) from error
    return app


def main() -> None:
    """Serve until a signal stops it."""
    uvicorn.run(
        "local.gateway.api:worker",
        factory=True,
        host=HOST,
        port=int(os.environ.get("PORT") or 8000),
        workers=os.cpu_count(),
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="off",
        access_log=False,
        log_level="warning",
        server_header=False,
        # The caller's address is that of the socket: no proxy in front sets X-Forwarded-For.
        proxy_headers=False,
        timeout_keep_alive=65,
        timeout_graceful_shutdown=3,
        # On a busy machine, a worker may answer the health check late. The default of 5 s would kill it.
        timeout_worker_healthcheck=15,
    )


if __name__ == "__main__":
    main()
