"""The cheapest HTTP client there is: request bytes written once, sent again and again over one connection."""

import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit


class RefusedError(Exception):
    """The answer was no success."""


class BooksBusyError(RefusedError):
    """Two requests of the user are waiting for the books already: send it again."""


@dataclass(frozen=True)
class Message:
    """A request to one server, ready to be sent."""

    host: str
    port: int
    content: bytes

    @classmethod
    def of(cls, method: str, url: str, headers: Mapping[str, str], body: bytes = b"") -> Self:
        parts = urlsplit(url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        lines = [f"{method} {target} HTTP/1.1", f"host: {parts.netloc}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if body or method in {"POST", "PUT"}:
            lines.append(f"content-length: {len(body)}")
        return cls(parts.hostname or "", parts.port or 80, "\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    @classmethod
    def with_json(cls, method: str, url: str, headers: Mapping[str, str], body: object) -> Self:
        return cls.of(method, url, {**headers, "content-type": "application/json"}, json.dumps(body).encode())


class Wire:
    """One connection, kept alive."""

    def __init__(self, host: str, port: int) -> None:
        self._socket = socket.create_connection((host, port), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._file = self._socket.makefile("rb", buffering=65536)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        self._socket.close()

    def ask(self, content: bytes) -> bytes:
        """The body of the answer, which must be a success."""
        self._socket.sendall(content)
        status, headers = self._head()
        body = self._body(headers)
        if not status.startswith((b"200", b"201", b"204", b"206")):
            refusal = BooksBusyError if status.startswith(b"429") else RefusedError
            raise refusal(f"{status!r} {body[:500]!r} to {content[:200]!r}")
        return body

    def _head(self) -> tuple[bytes, dict[bytes, bytes]]:
        status = self._file.readline().partition(b" ")[2]
        headers: dict[bytes, bytes] = {}
        while (line := self._file.readline()) not in {b"\r\n", b""}:
            name, _, value = line.partition(b":")
            headers[name.lower()] = value.strip()
        return status, headers

    def _body(self, headers: Mapping[bytes, bytes]) -> bytes:
        if headers.get(b"transfer-encoding") != b"chunked":
            size = int(headers.get(b"content-length", 0))
            return bytes(self._file.read(size))
        body = b""
        while size := int(self._file.readline(), 16):
            body += self._file.read(size)
            self._file.readline()
        self._file.readline()
        return body

    def asked_json(self, content: bytes) -> Any:
        return json.loads(self.ask(content))
