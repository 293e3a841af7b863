"""The session of a browser while Supabase Auth refuses to refresh it."""

from collections.abc import Iterator
from typing import Any

import httpx
import jwt
import pytest

from functions.web.handler import app
from tests.answering_supabase import SECRET, AnsweringSupabase, answering_supabase, client_of
from tests.functions.hosted import PAGE, TOKEN, auth_error
from tests.shared.auth.signing import claims


@pytest.fixture
def supabase(monkeypatch: pytest.MonkeyPatch) -> Iterator[AnsweringSupabase]:
    with answering_supabase(monkeypatch) as running:
        yield running


@pytest.fixture
def browser(supabase: AnsweringSupabase) -> httpx.Client:
    """A browser whose access token has expired, and whose session goes on."""
    over = jwt.encode(claims(iss=f"{supabase.url}/auth/v1", exp=1_700_000_000), SECRET, "HS256")
    return client_of(app, cookies={"__Host-session": f"{over}~refresh-token"}, follow_redirects=False)


@pytest.mark.parametrize(
    ("said", "answer", "seconds"),
    [
        (429, auth_error(429, "over_request_rate_limit"), "60"),
        (409, auth_error(409, "conflict"), "1"),
        (503, PAGE, "1"),
        (522, PAGE, "1"),
        (500, auth_error(500, "unexpected_failure"), "1"),
    ],
    ids=str,
)
def test_goes_on_when_a_refresh_has_to_wait(
    supabase: AnsweringSupabase, browser: httpx.Client, said: int, answer: Any, seconds: str
) -> None:
    supabase.say(TOKEN, said, answer)
    page = browser.get("/invoices")
    assert (page.status_code, page.headers["retry-after"]) == (503, seconds)
    assert "set-cookie" not in page.headers


@pytest.mark.parametrize(
    "code", ["refresh_token_not_found", "session_not_found", "session_expired", "user_banned"]
)
def test_ends_when_supabase_auth_says_so(
    supabase: AnsweringSupabase, browser: httpx.Client, code: str
) -> None:
    supabase.say(TOKEN, 400, auth_error(400, code))
    assert browser.get("/invoices").headers["location"] == "/login?next=%2Finvoices"
