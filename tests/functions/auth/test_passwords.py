"""Passwords: forgotten and reset by a mail, changed with the current one, by API and by pages."""

import re
import secrets
import statistics
import time
from collections.abc import Iterator

import httpx
import pytest

from tests.functions.auth.conftest import Confirming
from tests.person import PASSWORD, Json, Person, checked, problem
from tests.target import Target, session_of

NEW = "a new password that nobody knows"


@pytest.fixture
def person(target: Target) -> Iterator[Person]:
    """A user who has confirmed the address."""
    with Person.registered(target) as registered:
        yield registered


def log_in(client: httpx.Client, email: str, password: str) -> httpx.Response:
    return client.post("/api/auth/login", data={"username": email, "password": password})


def forget(client: httpx.Client, email: str) -> Json:
    return dict(checked(client.post("/api/auth/password/forgot", json={"email": email}), 200))


class TestForgotten:
    def test_nobody_resets_with_a_made_up_link(self, api: httpx.Client) -> None:
        form = {"token_hash": "a" * 56, "password": NEW}
        problem(api.post("/api/auth/password/reset", json=form), 410, "link_expired")

    def test_the_answer_is_the_same_whether_there_is_such_a_user(
        self, confirming: Confirming, api: httpx.Client, person: Person
    ) -> None:
        stranger = f"{secrets.token_hex(6)}@example.com"
        assert forget(api, person.email) == forget(api, stranger)
        assert confirming.mailbox.count(person.email) == 1
        assert confirming.mailbox.count(stranger) == 0

    def test_so_is_the_time_it_takes(self, api: httpx.Client, person: Person) -> None:
        def seconds(email: str) -> float:
            began = time.monotonic()
            forget(api, email)
            return time.monotonic() - began

        times = [(seconds(person.email), seconds(f"{number}@example.com")) for number in range(3)]
        known, unknown = (statistics.median(column) for column in zip(*times, strict=True))
        assert min(known, unknown) >= 1.5
        assert abs(known - unknown) < 0.1

    def test_the_link_sets_a_new_password_once_and_ends_all_sessions(
        self, confirming: Confirming, api: httpx.Client, person: Person
    ) -> None:
        forget(api, person.email)
        form = {"token_hash": confirming.token_hash(person.email, "/reset"), "password": NEW}
        checked(api.post("/api/auth/password/reset", json=form), 200)
        problem(person.api.get("/api/accounts"), 401, "token_revoked")
        problem(log_in(api, person.email, PASSWORD), 401, "invalid_credentials")
        token = checked(log_in(api, person.email, NEW), 200)["access_token"]
        listed = api.get("/api/auth/sessions", headers={"Authorization": f"Bearer {token}"})
        assert [session["id"] for session in checked(listed, 200)] == [session_of(token)]
        problem(api.post("/api/auth/password/reset", json=form), 410, "link_expired")

    def test_the_old_password_may_stay(
        self, confirming: Confirming, api: httpx.Client, person: Person
    ) -> None:
        forget(api, person.email)
        form = {"token_hash": confirming.token_hash(person.email, "/reset"), "password": PASSWORD}
        checked(api.post("/api/auth/password/reset", json=form), 200)
        problem(person.api.get("/api/accounts"), 401, "token_revoked")
        checked(log_in(api, person.email, PASSWORD), 200)

    def test_a_bad_password_does_not_use_the_link_up(
        self, confirming: Confirming, api: httpx.Client, person: Person
    ) -> None:
        forget(api, person.email)
        form = {"token_hash": confirming.token_hash(person.email, "/reset"), "password": "short"}
        problem(api.post("/api/auth/password/reset", json=form), 422, "validation_failed")
        checked(api.post("/api/auth/password/reset", json={**form, "password": NEW}), 200)

    def test_mails_to_one_address_are_limited(self, confirming: Confirming, person: Person) -> None:
        transport = httpx.HTTPTransport(local_address=f"127.44.{secrets.randbelow(250)}.7")
        with httpx.Client(base_url=confirming.target.api_url, transport=transport, timeout=30) as client:
            answers = [
                client.post("/api/auth/password/forgot", json={"email": person.email}) for _ in range(11)
            ]
        assert [answer.status_code for answer in answers] == [200] * 10 + [429]

    def test_the_pages_lead_from_the_login_to_a_new_password(
        self, confirming: Confirming, browser: httpx.Client, person: Person
    ) -> None:
        assert 'href="/forgot"' in browser.get("/login").text
        assert 'action="/forgot"' in browser.get("/forgot").text
        answer = browser.post("/forgot", data={"email": person.email})
        assert answer.headers["location"] == "/login?done=mail_sent"
        assert "a mail with a link is on its way" in browser.get("/login?done=mail_sent").text
        token_hash = confirming.token_hash(person.email, "/reset")
        assert f'value="{token_hash}"' in browser.get(f"/reset?token_hash={token_hash}").text

        refused = browser.post("/reset", data={"token_hash": token_hash, "password": "short"})
        page = browser.get(refused.headers["location"]).text
        assert 'id="password-error"' in page
        assert f'value="{token_hash}"' in page

        answer = browser.post("/reset", data={"token_hash": token_hash, "password": NEW})
        assert answer.headers["location"] == "/login?done=password_set"
        problem(person.api.get("/api/accounts"), 401, "token_revoked")
        entered = browser.post("/login", data={"username": person.email, "password": NEW})
        assert entered.headers["location"] == "/"

    def test_a_mistake_is_told_at_its_field(self, browser: httpx.Client) -> None:
        answer = browser.post("/forgot", data={"email": "asha"})
        page = browser.get(answer.headers["location"]).text
        assert "Enter an e-mail address, like asha@example.com." in page
        assert 'value="asha"' in page


class TestChange:
    FORM: Json = {"current_password": PASSWORD, "password": NEW}

    def test_nobody_changes_one_without_a_token(self, anonymous: httpx.Client) -> None:
        problem(anonymous.put("/api/auth/password", json=self.FORM), 401, "not_authenticated")

    def test_a_token_alone_changes_none(self, person: Person) -> None:
        form = {**self.FORM, "current_password": "a guess"}
        body = problem(person.api.put("/api/auth/password", json=form), 422, "wrong_password")
        assert [error["field"] for error in body["errors"]] == ["current_password"]
        person.read("/api/accounts")
        problem(person.api.put("/api/auth/password", json={"password": NEW}), 422, "validation_failed")

    def test_a_token_that_was_logged_out_changes_none(self, person: Person) -> None:
        checked(person.api.post("/api/auth/logout"), 200)
        problem(person.api.put("/api/auth/password", json=self.FORM), 401, "token_revoked")
        checked(log_in(person.api, person.email, PASSWORD), 200)

    def test_guesses_are_counted_with_those_at_the_login(self, target: Target, person: Person) -> None:
        transport = httpx.HTTPTransport(local_address=f"127.45.{secrets.randbelow(250)}.7")
        headers = dict(person.api.headers)
        with httpx.Client(
            base_url=target.api_url, transport=transport, headers=headers, timeout=30
        ) as client:
            form = {**self.FORM, "current_password": "a guess"}
            for _ in range(10):
                problem(client.put("/api/auth/password", json=form), 422, "wrong_password")
            problem(client.put("/api/auth/password", json=self.FORM), 429, "too_many_requests")
            problem(log_in(client, person.email, PASSWORD), 429, "too_many_requests")

    def test_it_ends_all_sessions_and_answers_a_new_one(self, target: Target, person: Person) -> None:
        with Person.logged_in(target, person.id, person.email) as other:
            session = checked(person.api.put("/api/auth/password", json=self.FORM), 200)
            for old in (person, other):
                problem(old.api.get("/api/accounts"), 401, "token_revoked")
            headers = {"Authorization": f"Bearer {session['access_token']}"}
            listed = checked(person.api.get("/api/auth/sessions", headers=headers), 200)
            assert [open_one["id"] for open_one in listed] == [session_of(session["access_token"])]
            checked(log_in(person.api, person.email, NEW), 200)
            problem(log_in(person.api, person.email, PASSWORD), 401, "invalid_credentials")

    def test_the_same_one_is_refused_and_leaves_no_session_behind(self, person: Person) -> None:
        before = person.read("/api/auth/sessions")
        form = {**self.FORM, "password": PASSWORD}
        body = problem(person.api.put("/api/auth/password", json=form), 422, "password_unchanged")
        assert [error["field"] for error in body["errors"]] == ["password"]
        assert person.read("/api/auth/sessions") == before


class TestPage:
    """Settings: the password, and where one is logged in."""

    @pytest.fixture
    def signed_in(self, target: Target, person: Person) -> Iterator[httpx.Client]:
        with target.api_client() as client:
            client.headers["Origin"] = target.api_url
            client.post("/login", data={"username": person.email, "password": PASSWORD})
            yield client

    @staticmethod
    def tokens(browser: httpx.Client) -> dict[str, str]:
        page = browser.get("/settings/password").text
        return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))

    def test_nobody_is_led_to_the_login(self, target: Target) -> None:
        with target.api_client() as browser:
            browser.headers["Origin"] = target.api_url
            shown = browser.get("/settings/password")
            assert shown.headers["location"] == "/login?next=%2Fsettings%2Fpassword"
            sent = browser.post("/settings/password", data=TestChange.FORM)
            assert sent.headers["location"] == "/login?next=%2Fsettings%2Fpassword&ended=yes"

    def test_a_form_of_another_session_changes_nothing(self, signed_in: httpx.Client, person: Person) -> None:
        refused = signed_in.post("/settings/password", data={**TestChange.FORM, "form_token": "another"})
        assert "logged in again" in signed_in.get(refused.headers["location"]).text
        checked(log_in(person.api, person.email, PASSWORD), 200)

    def test_the_password_is_changed_and_the_browser_stays_logged_in(
        self, signed_in: httpx.Client, person: Person
    ) -> None:
        wrong = {**self.tokens(signed_in), **TestChange.FORM, "current_password": "a guess"}
        refused = signed_in.post("/settings/password", data=wrong)
        assert "This is not your password." in signed_in.get(refused.headers["location"]).text
        answer = signed_in.post("/settings/password", data={**self.tokens(signed_in), **TestChange.FORM})
        assert answer.headers["location"] == "/settings/password?done=password_changed"
        assert "Your password is changed" in signed_in.get(answer.headers["location"]).text
        problem(person.api.get("/api/accounts"), 401, "token_revoked")

    def test_it_lists_sessions_and_ends_one(self, signed_in: httpx.Client, person: Person) -> None:
        page = signed_in.get("/settings/password").text
        assert "This one" in page
        path = f"/settings/sessions/{session_of(person.token)}/end"
        assert f'action="{path}"' in page
        for _ in range(2):
            answer = signed_in.post(path, data=self.tokens(signed_in))
            assert answer.headers["location"] == "/settings/password?done=session_ended"
        problem(person.api.get("/api/accounts"), 401, "token_revoked")
        assert signed_in.get("/invoices").status_code == 200

    def test_one_logs_out_everywhere(self, signed_in: httpx.Client, person: Person) -> None:
        answer = signed_in.post("/logout", data={**self.tokens(signed_in), "everywhere": "yes"})
        assert answer.headers["location"] == "/login?done=logged_out_everywhere"
        problem(person.api.get("/api/accounts"), 401, "token_revoked")
        assert signed_in.get("/invoices").headers["location"] == "/login?next=%2Finvoices"
