"""Where addresses are confirmed by mail: what a new user is told, and where the link leads."""

import secrets

import httpx

from tests.functions.auth.conftest import Confirming
from tests.person import PASSWORD, Json, checked, problem


def new_person() -> Json:
    return {"email": f"asha-{secrets.token_hex(6)}@example.com", "password": PASSWORD}


def log_in(client: httpx.Client, person: Json, password: str = PASSWORD) -> httpx.Response:
    return client.post("/api/auth/login", data={"username": person["email"], "password": password})


class TestByApi:
    def test_nobody_confirms_with_a_made_up_link(self, api: httpx.Client) -> None:
        problem(api.post("/api/auth/confirm", json={"token_hash": "a" * 56}), 410, "link_expired")

    def test_a_new_user_is_told_what_to_do_and_gets_in_after_it(
        self, confirming: Confirming, api: httpx.Client
    ) -> None:
        person = new_person()
        answer = checked(api.post("/api/auth/register", json=person), 200)
        assert answer["message"].endswith("Follow the link of the mail, then log in")
        assert answer["data"]["email"] == person["email"]
        problem(log_in(api, person), 403, "email_not_confirmed")
        token_hash = confirming.token_hash(person["email"], "/confirm")
        checked(api.post("/api/auth/confirm", json={"token_hash": token_hash}), 200)
        checked(log_in(api, person), 200)
        problem(api.post("/api/auth/confirm", json={"token_hash": token_hash}), 410, "link_expired")

    def test_it_leaves_no_session_behind(self, confirming: Confirming, api: httpx.Client) -> None:
        person = new_person()
        checked(api.post("/api/auth/register", json=person), 200)
        token_hash = confirming.token_hash(person["email"], "/confirm")
        checked(api.post("/api/auth/confirm", json={"token_hash": token_hash}), 200)
        token = checked(log_in(api, person), 200)["access_token"]
        listed = api.get("/api/auth/sessions", headers={"Authorization": f"Bearer {token}"})
        assert len(checked(listed, 200)) == 1

    def test_registering_does_not_tell_whether_an_address_is_known(
        self, confirming: Confirming, api: httpx.Client
    ) -> None:
        person = new_person()
        first = checked(api.post("/api/auth/register", json=person), 200)
        again = checked(api.post("/api/auth/register", json={**person, "password": "another one"}), 200)
        assert (first["message"], set(first["data"])) == (again["message"], set(again["data"]))
        assert first["data"]["id"] != again["data"]["id"]
        assert confirming.mailbox.count(person["email"]) == 1


class TestByPages:
    def test_the_link_leads_to_a_page_whose_button_confirms(
        self, confirming: Confirming, browser: httpx.Client
    ) -> None:
        person = new_person()
        answer = browser.post("/register", data=person)
        assert answer.headers["location"] == "/login?done=registered"
        assert "We have sent you a mail. Follow its link" in browser.get("/login?done=registered").text
        early = browser.post("/login", data={"username": person["email"], "password": PASSWORD})
        assert "Follow the link in the mail" in browser.get(early.headers["location"]).text

        token_hash = confirming.token_hash(person["email"], "/confirm")
        page = browser.get("/confirm", params={"token_hash": token_hash}).text
        assert f'name="token_hash" value="{token_hash}"' in page
        # To open the link is not enough: programs that look through mails do that.
        problem(log_in(browser, person), 403, "email_not_confirmed")
        confirmed = browser.post("/confirm", data={"token_hash": token_hash})
        assert confirmed.headers["location"] == "/login?done=confirmed"
        assert "Your e-mail address is confirmed." in browser.get("/login?done=confirmed").text
        assert "session" not in browser.cookies
        entered = browser.post("/login", data={"username": person["email"], "password": PASSWORD})
        assert entered.headers["location"] == "/"

    def test_a_link_that_was_used_says_what_to_do(self, browser: httpx.Client) -> None:
        answer = browser.post("/confirm", data={"token_hash": "b" * 56})
        assert answer.headers["location"] == f"/confirm?token_hash={'b' * 56}"
        page = browser.get(answer.headers["location"]).text
        assert "This link was used before, or is older than an hour." in page
        assert 'href="/register"' in page
