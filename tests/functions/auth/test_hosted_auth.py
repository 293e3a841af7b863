"""What hosted Supabase Auth answers, and what our clients are told; its source has these codes and statuses."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from functions.auth.handler import app
from tests.answering_supabase import AnsweringSupabase, Page, answering_supabase, client_of
from tests.functions.hosted import (
    BEGIN_LOGIN,
    BEGIN_SIGN_UP,
    EMAIL_OF_USERNAME,
    PAGE,
    READ_ONLY,
    SIGN_UP,
    TOKEN,
    auth_error,
    unique_violation,
)
from tests.person import PASSWORD, problem

EMAIL = "asha@example.com"
PERSON = {"email": EMAIL, "password": PASSWORD, "username": "asha"}
SESSION = {"access_token": "a.b.c", "token_type": "bearer", "expires_in": 3600, "refresh_token": "r"}
# 520 to 546 are Cloudflare's and Supabase's own; 540 is a paused project.
GATEWAY = [502, 503, 504, 520, 522, 525, 530, 540, 544, 546]


def named(value: object) -> str | None:
    """The name of a parameter in the name of its test."""
    if isinstance(value, dict):
        return str(value.get("error_code") or value["code"])
    return "page" if isinstance(value, Page) else None


@pytest.fixture
def supabase(monkeypatch: pytest.MonkeyPatch) -> Iterator[AnsweringSupabase]:
    with answering_supabase(monkeypatch) as running:
        running.say(BEGIN_LOGIN, 200, {"admitted": True, "email": EMAIL})
        running.say(BEGIN_SIGN_UP, 200, None)
        yield running


@pytest.fixture
def api(supabase: AnsweringSupabase) -> httpx.Client:
    return client_of(app)


class TestRegistration:
    @pytest.mark.parametrize(
        ("said", "answer", "expected"),
        [
            (422, auth_error(422, "signup_disabled"), (403, "registration_closed")),
            (400, auth_error(400, "email_provider_disabled"), (403, "registration_closed")),
            (400, auth_error(400, "email_address_not_authorized"), (422, "email_not_deliverable")),
            (400, auth_error(400, "email_address_invalid"), (422, "invalid_email")),
            (400, auth_error(400, "validation_failed"), (422, "invalid_email")),
            (400, auth_error(400, "captcha_failed"), (403, "captcha_required")),
            (422, auth_error(422, "user_already_exists"), (409, "email_already_registered")),
            (422, auth_error(422, "weak_password"), (422, "weak_password")),
            (429, auth_error(429, "over_request_rate_limit"), (429, "too_many_requests")),
            (429, auth_error(429, "over_email_send_rate_limit"), (429, "too_many_requests")),
            (500, unique_violation("profiles_username_key"), (409, "username_taken")),
            (504, auth_error(504, "request_timeout"), (503, "service_unavailable")),
            (500, auth_error(500, "hook_timeout"), (500, "internal_error")),
            *((status, PAGE, (503, "service_unavailable")) for status in GATEWAY),
        ],
        ids=named,
    )
    def test_each_refusal_is_told_and_sent_once(
        self,
        supabase: AnsweringSupabase,
        api: httpx.Client,
        said: int,
        answer: Any,
        expected: tuple[int, str],
    ) -> None:
        supabase.say(SIGN_UP, said, answer)
        for path in ("/api/auth/register", "/api/v1/auth/register"):
            problem(api.post(path, json=PERSON), *expected)
        assert supabase.count(SIGN_UP) == 2

    @pytest.mark.parametrize(
        "answer",
        [
            auth_error(500, "unexpected_failure", "Database error saving new user"),
            unique_violation("users_email_partial_key"),
        ],
        ids=["unexpected_failure", "23505"],
    )
    def test_what_auth_does_not_explain_is_looked_up(
        self, supabase: AnsweringSupabase, api: httpx.Client, answer: Any
    ) -> None:
        supabase.say(SIGN_UP, 500, answer)
        supabase.say(EMAIL_OF_USERNAME, 200, "somebody.else@example.com")
        problem(api.post("/api/auth/register", json=PERSON), 409, "username_taken")
        supabase.say(EMAIL_OF_USERNAME, 200, EMAIL)
        problem(api.post("/api/auth/register", json=PERSON), 409, "email_already_registered")
        assert supabase.count(SIGN_UP) == 2
        supabase.say(EMAIL_OF_USERNAME, 200, None)
        problem(api.post("/api/auth/register", json=PERSON), 500, "internal_error")
        assert supabase.count(SIGN_UP) == 4

    def test_the_field_is_named(self, supabase: AnsweringSupabase, api: httpx.Client) -> None:
        supabase.say(SIGN_UP, 400, auth_error(400, "email_address_not_authorized"))
        [error] = problem(api.post("/api/auth/register", json=PERSON), 422, "email_not_deliverable")["errors"]
        assert error["field"] == "email"

    def test_the_page_says_why(self, supabase: AnsweringSupabase, api: httpx.Client) -> None:
        supabase.say(SIGN_UP, 422, auth_error(422, "signup_disabled"))
        form = {"email": EMAIL, "password": PASSWORD}
        answer = api.post(
            "/register", data=form, headers={"Origin": "http://testserver"}, follow_redirects=False
        )
        assert answer.headers["location"] == "/register"
        assert supabase.count(SIGN_UP) == 1


class TestLogin:
    @pytest.mark.parametrize(
        ("said", "answer", "expected"),
        [
            (400, auth_error(400, "invalid_credentials"), (401, "invalid_credentials")),
            (400, auth_error(400, "user_banned"), (401, "invalid_credentials")),
            (400, auth_error(400, "email_not_confirmed"), (403, "email_not_confirmed")),
            (422, auth_error(422, "email_provider_disabled"), (403, "login_closed")),
            (400, auth_error(400, "captcha_failed"), (403, "captcha_required")),
            (429, auth_error(429, "over_request_rate_limit"), (429, "too_many_requests")),
            (500, auth_error(500, "unexpected_failure"), (500, "internal_error")),
            *((status, PAGE, (503, "service_unavailable")) for status in GATEWAY),
        ],
        ids=named,
    )
    def test_each_refusal_is_told(
        self,
        supabase: AnsweringSupabase,
        api: httpx.Client,
        said: int,
        answer: Any,
        expected: tuple[int, str],
    ) -> None:
        supabase.say(TOKEN, said, answer)
        form = {"username": EMAIL, "password": PASSWORD}
        for path in ("/api/auth/login", "/api/v1/auth/login"):
            problem(api.post(path, data=form), *expected)

    @pytest.mark.parametrize("name", [EMAIL, "asha"])
    def test_goes_on_uncounted_while_the_database_is_read_only(
        self, supabase: AnsweringSupabase, api: httpx.Client, name: str
    ) -> None:
        supabase.say(BEGIN_LOGIN, 405, READ_ONLY)
        supabase.say(EMAIL_OF_USERNAME, 200, EMAIL)
        supabase.say(TOKEN, 200, SESSION)
        answer = api.post("/api/auth/login", data={"username": name, "password": PASSWORD})
        assert answer.status_code == 200
        assert supabase.asked[-1].body == {"email": EMAIL, "password": PASSWORD}


class TestRefresh:
    @pytest.mark.parametrize(
        ("said", "answer", "expected"),
        [
            (400, auth_error(400, "refresh_token_not_found"), (401, "invalid_refresh_token")),
            (400, auth_error(400, "refresh_token_already_used"), (401, "invalid_refresh_token")),
            (400, auth_error(400, "session_not_found"), (401, "invalid_refresh_token")),
            (400, auth_error(400, "session_expired"), (401, "invalid_refresh_token")),
            (400, auth_error(400, "user_banned"), (401, "invalid_refresh_token")),
            (400, auth_error(400, "validation_failed"), (401, "invalid_refresh_token")),
            (409, auth_error(409, "conflict"), (503, "service_unavailable")),
            (429, auth_error(429, "over_request_rate_limit"), (429, "too_many_requests")),
            *((status, PAGE, (503, "service_unavailable")) for status in GATEWAY),
        ],
        ids=named,
    )
    def test_each_refusal_is_told(
        self,
        supabase: AnsweringSupabase,
        api: httpx.Client,
        said: int,
        answer: Any,
        expected: tuple[int, str],
    ) -> None:
        supabase.say(TOKEN, said, answer)
        answered = api.post("/api/auth/refresh", json={"refresh_token": "r"})
        problem(answered, *expected)
        assert ("retry-after" in answered.headers) == (expected[0] in {429, 503})
