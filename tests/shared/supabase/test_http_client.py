"""The connection to Supabase: what one request may wait for it altogether."""

import socket
import time
from collections.abc import Iterator

import httpx
import pytest
from fastapi import APIRouter, Response
from fastapi.testclient import TestClient

from shared.aws.snapstart import after_restore
from shared.http.application import create_app
from shared.settings import settings
from shared.supabase import http_client
from shared.supabase.http_client import connection
from shared.supabase.rest import AnonymousDataApi


@pytest.fixture
def silence(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A Supabase that takes requests and never answers; the client waits 0.4 s for each answer."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        monkeypatch.setenv("SUPABASE_URL", url)
        monkeypatch.setenv("SUPABASE_KEY", "sb_publishable_key")
        monkeypatch.setenv("REQUEST_TIMEOUT_SECONDS", "0.4")
        settings.cache_clear()
        after_restore()
        yield url
    settings.cache_clear()
    after_restore()


def asked_five_times(url: str) -> list[str]:
    """Ask Supabase five times in one request of ours; how each ended."""
    router = APIRouter()

    @router.get("/five")
    def five() -> list[str]:
        return [_asked(url) for _ in range(5)]

    ended: list[str] = TestClient(create_app(router)).get("/five").json()
    return ended


def _asked(url: str) -> str:
    try:
        connection().get(url)
    except httpx.TransportError as failure:
        return type(failure).__name__
    return "answered"


def test_all_that_a_request_asks_for_has_one_deadline(silence: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_client, "ANSWER_WITHIN_SECONDS", 0.6)
    began = time.monotonic()
    first, *_, last = asked_five_times(silence)
    assert (first, last) == ("ReadTimeout", "ConnectTimeout")
    assert time.monotonic() - began >= 0.6


@pytest.mark.parametrize("function", ["delete_account", "audit_verification"])
def test_what_takes_long_in_sql_is_waited_for(
    silence: str, monkeypatch: pytest.MonkeyPatch, function: str
) -> None:
    monkeypatch.setattr(http_client, "ANSWER_WITHIN_SECONDS", 1.0)
    router = APIRouter()

    @router.get("/one")
    def one(data: AnonymousDataApi) -> Response:
        return data.call(function)

    began = time.monotonic()
    assert TestClient(create_app(router)).get("/one").status_code == 503
    assert time.monotonic() - began >= 1.0


def test_the_next_request_has_a_deadline_of_its_own(silence: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_client, "ANSWER_WITHIN_SECONDS", 0.2)
    for _ in range(2):
        assert asked_five_times(silence)[0] == "ReadTimeout"


def test_without_a_request_there_is_no_deadline(silence: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_client, "ANSWER_WITHIN_SECONDS", 0.2)
    assert [_asked(silence) for _ in range(2)] == ["ReadTimeout"] * 2
