"""Who may come in: passwords, guessing, what a stranger can find out, and what every answer carries."""

from __future__ import annotations

import secrets
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import httpx
import psycopg
import pytest

from tests.concurrency import at_once
from tests.person import PASSWORD, Person, checked, problem
from tests.target import Target

WayIn = Callable[[httpx.Client, str, str], httpx.Response]


@contextmanager
def client_at(target: Target, address: str) -> Iterator[httpx.Client]:
    """A client with an address of its own."""
    transport = httpx.HTTPTransport(local_address=address)
    with httpx.Client(base_url=target.api_url, transport=transport, timeout=30) as client:
        yield client


@pytest.fixture
def address() -> str:
    """A client's address that no other test uses: the limits are by address, too."""
    return f"127.{secrets.randbelow(200) + 20}.{secrets.randbelow(250)}.{secrets.randbelow(250) + 1}"


def log_in(client: httpx.Client, name: str, password: str) -> httpx.Response:
    return client.post("/api/auth/login", data={"username": name, "password": password})


def log_in_with_a_browser(client: httpx.Client, name: str, password: str) -> httpx.Response:
    """Send the form of the page, and answer what the browser then shows."""
    form = {"username": name, "password": password}
    origin = {"Origin": str(client.base_url)}
    return client.post("/login", data=form, headers=origin, follow_redirects=True)


def settle(database: psycopg.Connection) -> None:
    """Time passes, and what was tried has failed."""
    database.execute("update private.login_attempts set attempted_at = attempted_at - interval '10 seconds'")


class TestPasswords:
    @pytest.mark.parametrize("password", ["", "short", "1234567", "x" * 73, "é" * 72, "nul\0in the middle"])
    def test_a_short_or_endless_one_is_refused(self, anonymous: httpx.Client, password: str) -> None:
        body = {"email": f"{secrets.token_hex(6)}@example.com", "password": password}
        assert anonymous.post("/api/auth/register", json=body).status_code == 422

    @pytest.mark.parametrize(
        "password", ["12345678", "ein langer Satz mit Wörtern", "x" * 72, "пароль-пароль"]
    )
    def test_any_other_is_taken_and_works(self, anonymous: httpx.Client, password: str) -> None:
        body = {"email": f"{secrets.token_hex(6)}@example.com", "password": password}
        checked(anonymous.post("/api/auth/register", json=body), 200)
        checked(log_in(anonymous, body["email"], password), 200)

    def test_no_answer_shows_one(self, target: Target, anonymous: httpx.Client) -> None:
        with Person.registered(target) as person:
            for answer in (
                person.api.get("/api/auth/me"),
                log_in(anonymous, person.email, PASSWORD),
                log_in(anonymous, person.email, PASSWORD + "!"),
                anonymous.post("/api/auth/register", json={"email": person.email, "password": PASSWORD}),
            ):
                assert PASSWORD not in answer.text
                assert "hash" not in answer.text
                assert "$2" not in answer.text


class TestGuessing:
    def test_ten_failures_of_a_client_with_an_account_are_enough(
        self, target: Target, address: str, dashboard: psycopg.Connection
    ) -> None:
        with Person.registered(target) as person, client_at(target, address) as client:
            failures = at_once([partial(log_in, client, person.email, "wrong password")] * 10)
            assert Counter(answer.status_code for answer in failures) == {401: 10}
            settle(dashboard)
            refused = log_in(client, person.email, PASSWORD)
            problem(refused, 429, "too_many_requests")
            assert refused.headers["retry-after"] == "900"

    def test_pages_count_with_the_api(
        self, target: Target, address: str, dashboard: psycopg.Connection
    ) -> None:
        with Person.registered(target) as person, client_at(target, address) as client:
            guesses = [partial(log_in_with_a_browser, client, person.email, "wrong password")] * 5
            for answer in at_once(guesses):
                assert "Name and password do not match." in answer.text
            at_once([partial(log_in, client, person.email, "wrong password")] * 5)
            settle(dashboard)
            refused = log_in_with_a_browser(client, person.email, PASSWORD)
            assert "Too many attempts. Try again in a quarter of an hour." in refused.text
            assert "session" not in client.cookies
            problem(log_in(client, person.email, PASSWORD), 429, "too_many_requests")

    def test_registering_again_is_no_way_to_guess(
        self, target: Target, address: str, dashboard: psycopg.Connection
    ) -> None:
        with Person.registered(target) as person, client_at(target, address) as client:
            origin = {"Origin": target.api_url}
            form = {"email": person.email, "password": "wrong password"}
            at_once([partial(client.post, "/register", data=form, headers=origin)] * 10)
            settle(dashboard)
            answer = client.post("/register", data={**form, "password": PASSWORD}, headers=origin)
            assert answer.headers["location"] == "/register"
            assert "session" not in client.cookies

    def test_its_owner_still_gets_in_from_elsewhere(
        self, target: Target, address: str, dashboard: psycopg.Connection
    ) -> None:
        with Person.registered(target) as person, client_at(target, address) as stranger:
            at_once([partial(log_in, stranger, person.email, "wrong password")] * 10)
            settle(dashboard)
            with client_at(target, "127.0.0.9") as owner:
                checked(log_in(owner, person.email, PASSWORD), 200)

    def test_a_username_is_the_same_account(
        self, target: Target, address: str, dashboard: psycopg.Connection
    ) -> None:
        with Person.registered(target) as person, client_at(target, address) as client:
            name = f"user-{secrets.token_hex(6)}"
            checked(person.api.patch("/api/auth/me", json={"username": name}), 200)
            half = [partial(log_in, client, name.upper(), "wrong password")] * 5
            at_once(half + [partial(log_in, client, person.email.upper(), "wrong password")] * 5)
            settle(dashboard)
            problem(log_in(client, name, PASSWORD), 429, "too_many_requests")

    def test_a_client_that_tries_many_accounts_is_stopped(
        self, target: Target, address: str, dashboard: psycopg.Connection
    ) -> None:
        with client_at(target, address) as client:
            dashboard.execute(
                "insert into private.login_attempts (account, client) "
                "select sha256(n::text::bytea), %s from generate_series(1, 100) as n",
                (address,),
            )
            settle(dashboard)
            problem(log_in(client, "nobody@example.com", "wrong password"), 429, "too_many_requests")

    def test_an_account_that_is_tried_from_everywhere_is_closed_for_a_while(
        self, target: Target, address: str, dashboard: psycopg.Connection
    ) -> None:
        with Person.registered(target) as person, client_at(target, address) as client:
            dashboard.execute(
                "insert into private.login_attempts (account, client) "
                "select private.account_key(%s), n::text from generate_series(1, 100) as n",
                (person.email,),
            )
            settle(dashboard)
            problem(log_in(client, person.email, PASSWORD), 429, "too_many_requests")
            dashboard.execute(
                "update private.login_attempts set attempted_at = attempted_at - interval '15 minutes' "
                "where account = private.account_key(%s)",
                (person.email,),
            )
            checked(log_in(client, person.email, PASSWORD), 200)

    def test_getting_in_forgets_the_failures(
        self, target: Target, address: str, dashboard: psycopg.Connection
    ) -> None:
        with Person.registered(target) as person, client_at(target, address) as client:
            for _ in range(2):
                at_once([partial(log_in, client, person.email, "wrong password")] * 9)
                settle(dashboard)
                checked(log_in(client, person.email, PASSWORD), 200)

    def test_many_log_ins_at_the_same_moment_are_no_guessing(self, target: Target, address: str) -> None:
        with Person.registered(target) as person, client_at(target, address) as client:
            answers = at_once([partial(log_in, client, person.email, PASSWORD)] * 30)
            assert Counter(answer.status_code for answer in answers) == {200: 30}

    def test_who_is_not_the_auth_function_cannot_count_or_ask(self, target: Target, alice: Person) -> None:
        arguments = {"name": "alice", "client": "127.0.0.1"}
        assert alice.data.post("/rpc/begin_login", json=arguments).status_code == 403
        with target.data_client(target.anon_key) as stranger:
            assert stranger.post("/rpc/begin_login", json=arguments).status_code == 401


class TestStrangers:
    def test_the_answer_is_the_same_whether_there_is_such_a_user(self, target: Target, address: str) -> None:
        with Person.registered(target) as person, client_at(target, address) as client:
            answers = [
                log_in(client, name, "wrong password")
                for name in (person.email, "nobody@example.com", "nobody")
            ]
            bodies = [{**answer.json(), "request_id": ""} for answer in answers]
            assert bodies[0] == bodies[1] == bodies[2]
            headers = [set(answer.headers) for answer in answers]
            assert headers[0] == headers[1] == headers[2]

    @pytest.mark.parametrize("way_in", [log_in, log_in_with_a_browser])
    def test_so_is_the_time_it_takes(self, target: Target, address: str, way_in: WayIn) -> None:
        def seconds(client: httpx.Client, name: str) -> float:
            began = time.monotonic()
            assert "do not match" in way_in(client, name, "wrong password").text
            return time.monotonic() - began

        with Person.registered(target) as person, client_at(target, address) as client:
            # In turn: what else keeps the machine busy slows both alike.
            times = [
                (seconds(client, person.email), seconds(client, f"{number}@example.com"))
                for number in range(7)
            ]
        known, unknown = zip(*times, strict=True)
        assert min(known + unknown) >= 0.5
        # Without the equal wait bcrypt alone makes a difference of a quarter of a second.
        assert abs(statistics.median(known) - statistics.median(unknown)) < 0.1


class TestHeaders:
    @pytest.mark.parametrize(
        "path", ["/api/accounts", "/health", "/openapi.json", "/docs", "/nowhere", "/api/auth/login"]
    )
    def test_every_answer_carries_them(self, anonymous: httpx.Client, path: str) -> None:
        answer = anonymous.get(path)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["strict-transport-security"].startswith("max-age=")
        assert answer.headers["referrer-policy"] in {"no-referrer", "same-origin"}
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert "no-store" in answer.headers["cache-control"]
        assert not {"server", "x-powered-by"} & set(answer.headers)

    def test_a_body_beyond_a_megabyte_is_refused_unread(self, alice: Person) -> None:
        huge = b'{"name": "' + b"x" * 6_000_000 + b'"}'
        headers = {"Content-Type": "application/json"}
        problem(alice.api.post("/api/accounts", content=huge, headers=headers), 413, "body_too_large")

        def in_pieces() -> Iterator[bytes]:
            for _ in range(60):
                yield b"x" * 100_000

        problem(alice.api.post("/api/accounts", content=in_pieces(), headers=headers), 413, "body_too_large")
