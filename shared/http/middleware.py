"""What every request passes on its way in and out: id, size, security headers, one line in the log."""

import hashlib
import logging
import os
import re
import time
import traceback
from collections.abc import Mapping, MutableMapping
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.aws import log
from shared.http import security_headers
from shared.http.size_limits import fits_into_lambda, whole_body
from shared.problems.base import Problem
from shared.problems.catalogue import AnswerTooLarge, InternalError
from shared.supabase.http_client import start_clock

_SANE_REQUEST_ID = re.compile(r"[A-Za-z0-9_.:/=-]{1,128}")
_METRICS: Mapping[str, log.Unit] = {"ms": "Milliseconds", "server_error": "Count", "cold_start": "Count"}


class RequestMiddleware:
    """ASGI middleware around the whole application; nothing leaves without passing it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._is_cold = True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start_clock()
        passage = Exchange(scope, send, is_first=self._is_cold)
        self._is_cold = False
        try:
            body = await whole_body(scope, receive)
            await self._app(scope, _replay(body, receive), passage.send)
            passage.check()
        except Problem as problem:
            await problem.response(passage.request_id)(scope, receive, passage.send)
        except Exception as failure:  # noqa: BLE001 (the last one who can answer)
            passage.log_failure(failure)
            if not passage.status:
                await InternalError().response(passage.request_id)(scope, receive, passage.send)
        passage.log()


class Exchange:
    """One request and its answer."""

    def __init__(self, scope: Scope, send: Send, *, is_first: bool = False) -> None:
        self._scope = scope
        self._send = send
        self._is_first = is_first
        self._began = time.perf_counter()
        self._head: Message | None = None
        self._is_too_large = False
        self.status = 0
        self.request_id = _request_id(Headers(scope=scope))
        scope.setdefault("state", {})["request_id"] = self.request_id
        # With or without a slash at the end it is the same address.
        scope["path"] = scope["path"].removesuffix("/") or "/"

    async def send(self, message: Message) -> None:
        """Pass an answer on; its head waits for its body, which may be too large to leave."""
        if message["type"] == "http.response.start":
            self._head = message
        elif self._head and not fits_into_lambda(message.get("body", b"")):
            self._is_too_large = True
        elif not self._is_too_large:
            await self._send_head()
            await self._send(message)

    def check(self) -> None:
        """Raise AnswerTooLarge if the answer was held back for its size."""
        if self._is_too_large:
            self._is_too_large = False
            raise AnswerTooLarge

    async def _send_head(self) -> None:
        if self._head is None:
            return
        head, self._head = self._head, None
        self.status = head["status"]
        headers = MutableHeaders(scope=head)
        headers["x-request-id"] = self.request_id
        for name, value in security_headers.OF_EVERY_ANSWER.items():
            headers.setdefault(name, value)
        await self._send(head)

    def log(self) -> None:
        fields = {
            "request_id": self.request_id,
            # API Gateway's own log has it too, and the id that Lambda gave.
            "gateway_request_id": _gateway_request_id(self._scope),
            "function": os.environ.get("AWS_LAMBDA_FUNCTION_NAME"),
            "method": self._scope["method"],
            "route": getattr(self._scope.get("route"), "path", None),
            "status": self.status,
            "ms": round((time.perf_counter() - self._began) * 1000, 1),
            "server_error": int(self.status >= HTTPStatus.INTERNAL_SERVER_ERROR),
            "cold_start": int(self._is_first),
            "user": _pseudonym(self._scope["state"]),
        }
        log.write(logging.INFO, fields, _METRICS, by="function")

    def log_failure(self, failure: Exception) -> None:
        """Where it happened and of which kind; its message might quote the request."""
        frames = traceback.extract_tb(failure.__traceback__)
        fields = {
            "request_id": self.request_id,
            "failure": type(failure).__qualname__,
            "at": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-8:]],
        }
        log.write(logging.ERROR, fields)


def _request_id(headers: Headers) -> str:
    sent = headers.get("x-request-id", "")
    return sent if _SANE_REQUEST_ID.fullmatch(sent) else uuid4().hex


def _gateway_request_id(scope: Scope) -> str | None:
    request_id: str | None = scope.get("aws.event", {}).get("requestContext", {}).get("requestId")
    return request_id


def _pseudonym(state: MutableMapping[str, Any]) -> str | None:
    """Tells that two requests are of one user, not of which."""
    user_id = state.get("user_id")
    return hashlib.sha256(user_id.bytes).hexdigest()[:12] if user_id else None


def _replay(body: bytes, receive: Receive) -> Receive:
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return messages.pop() if messages else await receive()

    return replay
