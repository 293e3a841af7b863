"""Registering and logging in with a browser: who is let in, what is told at which field, and what is not told."""

import json
import re
import secrets
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Iterator
from functools import partial
from html import unescape
from typing import Any

import httpx
import psycopg
import pytest

from tests.concurrency import at_once
from tests.person import PASSWORD, Person, checked
from tests.target import Target

Fields = dict[str, str]


@pytest.fixture
def browser(target: Target) -> Iterator[httpx.Client]:
    """A browser without script that nobody is signed in with."""
    with httpx.Client(base_url=target.api_url, timeout=30, headers={"Origin": target.api_url}) as client:
        yield client


@pytest.fixture
def person() -> Fields:
    """Somebody who may register."""
    name = f"asha.{secrets.token_hex(6)}"
    return {"email": f"{name}@example.com", "username": name, "password": PASSWORD, "full_name": "Asha"}


def send(browser: httpx.Client, path: str, fields: Fields) -> str:
    """Send a form that is refused; the page it leads back to."""
    answer = browser.post(path, data=fields)
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"].partition("?")[0] == path
    return browser.get(answer.headers["location"]).text


def error_at(page: str, name: str) -> str:
    """What a page says beside a field."""
    found = re.search(rf'<p class="field-error" id="{name}-error">.*?</svg>(.*?)</p>', page)
    return unescape(found[1]) if found else ""


def typed(page: str, name: str) -> str:
    """What stands in a field of a page."""
    found = re.search(rf'<input id="{name}"[^>]* value="([^"]*)"', page)
    return unescape(found[1]) if found else ""


class TestLogin:
    @pytest.mark.parametrize("by", ["username", "email"])
    def test_by_username_and_by_address(self, browser: httpx.Client, person: Fields, by: str) -> None:
        checked(browser.post("/api/auth/register", json=person), 200)
        answer = browser.post("/login", data={"username": person[by], "password": PASSWORD})
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert "Hello, Asha" in browser.get("/").text

    def test_the_page_asks_for_either(self, browser: httpx.Client) -> None:
        page = browser.get("/login").text
        assert '<label for="username">Username or e-mail</label>' in page
        assert 'type="email"' not in page

    def test_leads_on_to_the_page_that_was_wanted(self, browser: httpx.Client, person: Fields) -> None:
        checked(browser.post("/api/auth/register", json=person), 200)
        wanted = "/invoices?status=paid"
        page = send(browser, "/login", {"username": person["email"], "password": "wrong", "next": wanted})
        assert f'name="next" value="{wanted}"' in page
        fields = {"username": person["email"], "password": PASSWORD, "next": wanted}
        assert browser.post("/login", data=fields).headers["location"] == wanted

    @pytest.mark.parametrize("wanted", ["//evil.example", "https://evil.example", "/\\evil.example", "/\t/x"])
    def test_leads_nowhere_else(self, browser: httpx.Client, person: Fields, wanted: str) -> None:
        checked(browser.post("/api/auth/register", json=person), 200)
        fields = {"username": person["email"], "password": "wrong password", "next": wanted}
        assert browser.post("/login", data=fields).headers["location"] == "/login"
        assert browser.post("/login", data={**fields, "password": PASSWORD}).headers["location"] == "/"

    def test_a_wrong_password_is_told_and_never_shown(self, browser: httpx.Client) -> None:
        page = send(browser, "/login", {"username": "nobody@example.com", "password": "wrong password"})
        assert "Name and password do not match." in page
        assert typed(page, "username") == "nobody@example.com"
        assert "wrong password" not in page

    def test_what_is_missing_is_told_at_its_field(self, browser: httpx.Client) -> None:
        page = send(browser, "/login", {"username": " ", "password": ""})
        assert error_at(page, "username") == "Enter your username or your e-mail address."
        assert error_at(page, "password") == "Enter your password."

    def test_sent_twice_at_once_it_works(self, browser: httpx.Client, person: Fields) -> None:
        checked(browser.post("/api/auth/register", json=person), 200)
        fields = {"username": person["username"], "password": PASSWORD}
        answers = at_once([partial(browser.post, "/login", data=fields)] * 4)
        assert Counter(answer.headers["location"] for answer in answers) == {"/": 4}


class TestRegistration:
    def test_a_taken_username_is_told_at_its_field(self, browser: httpx.Client, person: Fields) -> None:
        checked(browser.post("/api/auth/register", json=person), 200)
        page = send(browser, "/register", {**person, "email": f"other.{person['email']}"})
        assert error_at(page, "username") == "Somebody else has this username."
        assert typed(page, "username") == person["username"]
        assert typed(page, "email") == f"other.{person['email']}"
        assert typed(page, "full_name") == "Asha"
        assert PASSWORD not in page

    def test_a_taken_address_is_told_at_its_field(self, browser: httpx.Client, person: Fields) -> None:
        checked(browser.post("/api/auth/register", json=person), 200)
        page = send(browser, "/register", {**person, "password": "another password"})
        assert error_at(page, "email") == "This e-mail address has an account already. Log in instead."

    def test_what_is_wrong_is_told_at_its_field(self, browser: httpx.Client) -> None:
        fields = {"email": "asha", "username": "a b", "password": "short", "full_name": "x" * 201}
        page = send(browser, "/register", fields)
        assert error_at(page, "email") == "Enter an e-mail address, like asha@example.com."
        assert error_at(page, "username") == "3 to 50 letters, digits, dots, hyphens and underscores."
        assert error_at(page, "password").startswith("8 to 72 characters")
        assert error_at(page, "full_name") == "At most 200 characters."

    def test_a_taken_username_is_told_with_the_other_mistakes(
        self, browser: httpx.Client, person: Fields
    ) -> None:
        checked(browser.post("/api/auth/register", json=person), 200)
        page = send(browser, "/register", {**person, "email": "asha", "password": "short"})
        assert error_at(page, "username") == "Somebody else has this username."
        assert error_at(page, "email") == "Enter an e-mail address, like asha@example.com."
        assert error_at(page, "password").startswith("8 to 72 characters")
        other = {**person, "username": f"other.{person['username']}", "email": f"other.{person['email']}"}
        checked(browser.post("/api/auth/register", json=other), 200)
        page = send(browser, "/register", {**person, "email": other["email"], "password": "another password"})
        assert error_at(page, "username") == "Somebody else has this username."
        assert error_at(page, "email") == "This e-mail address has an account already. Log in instead."

    def test_usernames_cannot_be_asked_for_without_end(
        self, browser: httpx.Client, person: Fields, dashboard: psycopg.Connection
    ) -> None:
        checked(browser.post("/api/auth/register", json=person), 200)
        asked = {"username": person["username"], "email": "asha", "password": "short"}
        for _ in range(10):
            assert error_at(send(browser, "/register", asked), "username")
        dashboard.execute(
            "update private.login_attempts set attempted_at = attempted_at - interval '10 seconds' "
            "where account = private.account_key(%s)",
            [person["email"]],
        )
        assert not error_at(send(browser, "/register", asked), "username")

    @pytest.mark.parametrize("optional", [("username",), ()])
    def test_sent_twice_it_registers_once_and_leads_on(
        self, browser: httpx.Client, person: Fields, optional: tuple[str, ...]
    ) -> None:
        person = {name: person[name] for name in ("email", "password", "full_name", *optional)}
        at_first = at_once([partial(browser.post, "/register", data=person)] * 2)
        later = browser.post("/register", data=person)
        locations = [answer.headers["location"] for answer in (*at_first, later)]
        assert locations == ["/settings?done=welcome"] * 3
        assert "Hello, Asha" in browser.get("/").text

    def test_an_address_stays_out_of_addresses(self, browser: httpx.Client, person: Fields) -> None:
        checked(browser.post("/api/auth/register", json=person), 200)
        for path in ("/login", "/register"):
            answer = browser.post(path, data={**person, "password": "another password"})
            assert answer.headers["location"] == path


class TestForms:
    @pytest.mark.parametrize("path", ["/login", "/register"])
    @pytest.mark.parametrize(
        "headers",
        [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}],
    )
    def test_from_another_site_are_refused(
        self, browser: httpx.Client, person: Fields, path: str, headers: Fields
    ) -> None:
        answer = browser.post(path, data=person, headers=headers)
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers

    @pytest.mark.parametrize("path", ["/login", "/register", "/login/", "/register/"])
    def test_other_methods_are_not_allowed(self, browser: httpx.Client, path: str) -> None:
        answer = browser.put(path)
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")
        assert browser.get(path).status_code == 200
        assert browser.post(path, data={}).status_code == 303

    @pytest.mark.parametrize(
        ("content", "status"), [(b"", 303), (b"\xff\xfe=%ff%00", 303), (b"a=1&" * 2000, 400), (b"{}", 303)]
    )
    def test_nonsense_is_refused(self, browser: httpx.Client, content: bytes, status: int) -> None:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        for path in ("/login", "/register"):
            answer = browser.post(path, content=content, headers=headers)
            assert answer.status_code == status
            if status == 303:
                assert answer.headers["location"].partition("?")[0] == path

    def test_nul_and_half_characters_are_refused(self, browser: httpx.Client) -> None:
        page = send(browser, "/login", {"username": "nul\0", "password": "nul\0"})
        assert error_at(page, "username")


class TestCookies:
    def test_of_a_session_is_for_no_script(self, browser: httpx.Client, person: Fields) -> None:
        cookie = browser.post("/register", data=person).headers["set-cookie"]
        assert cookie.startswith("session=")
        assert cookie.endswith("; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax")

    @pytest.mark.parametrize("path", ["/login", "/register"])
    def test_of_a_refused_form_is_short_and_shown_once(self, browser: httpx.Client, path: str) -> None:
        answer = browser.post(path, data={"username": "asha"})
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("refused_form=")
        assert cookie.endswith(f"; Path={path}; Max-Age=60; HttpOnly; SameSite=Lax")
        page = browser.get(path)
        assert "field-error" in page.text
        assert f"refused_form=; Path={path}; Max-Age=0" in page.headers["set-cookie"]
        again = browser.get(path)
        assert "field-error" not in again.text
        assert "set-cookie" not in again.headers

    def test_are_secure_elsewhere(self, browser: httpx.Client) -> None:
        browser.headers.update({"Host": "renpay.example", "Origin": "https://renpay.example"})
        cookie = browser.post("/login", data={}).headers["set-cookie"]
        assert cookie.startswith("__Secure-refused_form=")
        assert cookie.endswith("; Secure")
        # One that a page without HTTPS may have planted is not read.
        value = cookie.removeprefix("__Secure-refused_form=").partition(";")[0]
        for name, shown in (("__Secure-refused_form", True), ("refused_form", False)):
            page = browser.get("/login", headers={"Cookie": f"{name}={value}"})
            assert ("field-error" in page.text) == shown

    def test_of_a_refused_form_fits_into_a_browser(self, browser: httpx.Client) -> None:
        for username in ("अ" * 320, "x" * 100_000):
            answer = browser.post("/login", data={"username": username, "password": "x"})
            assert len(answer.headers["set-cookie"]) < 4096
            assert "banner-error" in browser.get("/login").text

    @pytest.mark.parametrize(
        "content",
        [
            "nonsense",
            "%00\xff",
            "=" * 100,
            "A" * 7000,
            b"\xff\xff",
            b"[" * 3000,
            "[1]",
            {},
            {"reasons": "password", "typed": []},
            {"errors": "password"},
            {"errors": [["email"]]},
            {"errors": [["<script>alert(1)</script>", "<script>alert(1)</script>"], ["next", "x"]]},
            {"errors": [["password", "planted"]] * 1000},
            {"reasons": [{"a": 1}], "typed": {"username": 7}},
            {
                "reasons": ["<script>alert(1)</script>"],
                "typed": {"username": "'\"><script>alert(1)</script>"},
            },
            {"reasons": ["invalid_credentials"], "typed": {"username": "\ud800", "next": "//evil.example"}},
            {"reasons": ["password"] * 1000, "typed": {"errors": "x", "password": "planted"}},
        ],
    )
    def test_with_nonsense_do_no_harm(self, browser: httpx.Client, content: Any) -> None:
        if isinstance(content, dict):
            content = json.dumps(content).encode()
        if isinstance(content, bytes):
            content = urlsafe_b64encode(content).decode()
        for path in ("/login", "/register"):
            answer = browser.get(path, headers=[(b"Cookie", f"refused_form={content}".encode("latin-1"))])
            assert answer.status_code == 200
            assert "<script>alert" not in answer.text
            assert "evil.example" not in answer.text
            assert "planted" not in answer.text


def test_who_is_signed_in_is_not_asked_again(browser: httpx.Client, alice: Person) -> None:
    browser.cookies.set("session", f"{alice.token}~none")
    assert browser.get("/login").headers["location"] == "/"
    assert browser.get("/register").headers["location"] == "/"
