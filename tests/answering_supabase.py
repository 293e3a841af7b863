"""A Supabase that answers what a test says: for answers of the hosted one that the local one never gives."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, cast
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from shared.aws.snapstart import after_restore
from shared.settings import settings
from shared.supabase.http_client import connection

SECRET = "a shared secret of at least thirty-two characters"


class Page(str):
    """A page of HTML, as gateways answer."""


class Asked(NamedTuple):
    """A request that came."""

    method: str
    path: str
    body: Any


@dataclass
class AnsweringSupabase:
    """What it will answer, by path, and what it was asked."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    _answers: dict[str, tuple[int, str, bytes]] = field(default_factory=dict)

    def say(self, path: str, status: int, body: Any) -> None:
        """Answer so from now on, a Page as it is and anything else as JSON."""
        is_page = isinstance(body, Page)
        content = body if is_page else json.dumps(body)
        self._answers[path] = status, "text/html" if is_page else "application/json", content.encode()

    def count(self, path: str) -> int:
        """How often it was asked there."""
        return sum(asked.path == path for asked in self.asked)

    def answer(self, asked: Asked) -> tuple[int, str, bytes]:
        """Status, content type and body for a request."""
        self.asked.append(asked)
        return self._answers.get(asked.path, (500, "text/plain", b"the test says nothing about this path"))


@contextmanager
def answering_supabase(monkeypatch: pytest.MonkeyPatch) -> Iterator[AnsweringSupabase]:
    """The Supabase of our functions in this process, until the end of the block."""
    supabase = AnsweringSupabase()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            sent = self.rfile.read(int(self.headers.get("content-length") or 0))
            asked = Asked(self.command, urlsplit(self.path).path, json.loads(sent) if sent else None)
            status, content_type, body = supabase.answer(asked)
            self.send_response(status)
            self.send_header("content-type", content_type)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PATCH = do_DELETE = answer  # noqa: N815

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        supabase.url = f"http://127.0.0.1:{server.server_port}"
        monkeypatch.setenv("SUPABASE_URL", supabase.url)
        monkeypatch.setenv("SUPABASE_KEY", "sb_publishable_key")
        monkeypatch.setenv("SUPABASE_SECRET_KEY", "sb_secret_key")
        monkeypatch.setenv("SUPABASE_JWT_SECRET", SECRET)
        _read_settings_anew()
        yield supabase
        connection().close()
        server.shutdown()
    monkeypatch.undo()
    _read_settings_anew()


def client_of(app: FastAPI, **options: Any) -> httpx.Client:
    """A client of functions in this process. Its answers are those of httpx, under another name."""
    return cast(httpx.Client, TestClient(app, **options))


def _read_settings_anew() -> None:
    settings.cache_clear()
    after_restore()
