"""A session that has ended, here or at Supabase Auth, is dead at once on all ways in."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import jwt
import psycopg
import pytest

from tests.person import PASSWORD, Json, Person, checked, problem
from tests.target import Target, session_of


@dataclass(frozen=True)
class Device:
    """One session of a registered user."""

    target: Target
    person: Person
    session: Json
    auth: httpx.Client
    """Supabase Auth itself, as a program that does not know us asks it."""
    dashboard: psycopg.Connection[Any]

    @property
    def token(self) -> str:
        return str(self.session["access_token"])

    def refresh(self, refresh_token: str) -> httpx.Response:
        form = {"refresh_token": refresh_token}
        return self.auth.post("/token?grant_type=refresh_token", json=form)

    def ways_in(self) -> list[httpx.Response]:
        """What each of them answers: both contracts, the pages, the functions and the tables of the Data API."""
        bearer = {"Authorization": f"Bearer {self.token}"}
        with ExitStack() as clients:
            api = clients.enter_context(self.target.api_client())
            functions = clients.enter_context(self.target.data_client(self.token))
            tables = clients.enter_context(self.target.data_client(self.token, "public"))
            cookie = {"Cookie": f"session={self.token}~none"}
            return [
                api.get("/api/auth/me", headers=bearer),
                api.get("/api/accounts", headers=bearer),
                api.patch("/api/auth/me", json={"full_name": "Mallory"}, headers=bearer),
                api.get("/api/v1/invoices", headers=bearer),
                functions.post("/rpc/total_balance", json={}),
                functions.get("/accounts"),
                tables.get("/profiles"),
                tables.post("/accounts", json={"name": "Late"}),
                api.get("/invoices", headers=cookie),
            ]

    def assert_open(self) -> None:
        for answer in self.ways_in():
            assert answer.is_success, (answer.request.url, answer.text)

    def assert_dead(self) -> None:
        *answers, page = self.ways_in()
        for answer in answers:
            assert answer.status_code == 401, (answer.request.url, answer.text)
            body = answer.json()
            code = body["code"] if str(answer.request.url).startswith(self.target.api_url) else body["hint"]
            assert code == "token_revoked", body
        assert (page.status_code, page.headers["location"]) == (303, "/login?next=%2Finvoices")


@pytest.fixture
def device(target: Target, dashboard: psycopg.Connection) -> Iterator[Device]:
    """A session that was opened with a password, and its user, who has another session."""
    headers = {"apikey": target.anon_key}
    with (
        Person.registered(target) as person,
        httpx.Client(base_url=f"{target.supabase_url}/auth/v1", headers=headers, timeout=30) as auth,
    ):
        login = {"username": person.email, "password": PASSWORD}
        session = checked(person.api.post("/api/auth/login", data=login), 200)
        yield Device(target, person, session, auth, dashboard)


def by_a_global_log_out(device: Device) -> None:
    elsewhere = {"Authorization": f"Bearer {device.person.token}"}
    assert device.auth.post("/logout?scope=global", headers=elsewhere).status_code == 204


def by_its_own_log_out(device: Device) -> None:
    bearer = {"Authorization": f"Bearer {device.token}"}
    assert device.auth.post("/logout?scope=local", headers=bearer).status_code == 204


def by_reusing_a_refresh_token(device: Device) -> None:
    first = device.session["refresh_token"]
    second = checked(device.refresh(first), 200)["refresh_token"]
    third = checked(device.refresh(second), 200)["refresh_token"]
    device.assert_open()
    assert device.refresh(first).json()["error_code"] == "refresh_token_already_used"
    assert device.refresh(third).is_error


def by_a_new_password_at_a_hosted_project(device: Device) -> None:
    """Supabase Auth deletes all other sessions then; its stand-in does not."""
    device.dashboard.execute("delete from auth.sessions where user_id = %s", (device.person.id,))


def by_the_end_of_its_user(device: Device) -> None:
    device.dashboard.execute("delete from auth.users where id = %s", (device.person.id,))


def here_everywhere(device: Device) -> None:
    checked(device.person.api.post("/api/auth/logout", params={"everywhere": True}), 200)


def here_from_another_session(device: Device) -> None:
    path = f"/api/auth/sessions/{session_of(device.token)}"
    checked(device.person.api.delete(path), 204)


def here_past_our_functions(device: Device) -> None:
    checked(device.person.data.post("/rpc/logout", json={"everywhere": True}), 204)


@pytest.mark.parametrize(
    "ended",
    [
        by_a_global_log_out,
        by_its_own_log_out,
        by_reusing_a_refresh_token,
        by_a_new_password_at_a_hosted_project,
        by_the_end_of_its_user,
        here_everywhere,
        here_from_another_session,
        here_past_our_functions,
    ],
)
def test_a_session_that_has_ended_is_dead_at_once(device: Device, ended: Callable[[Device], None]) -> None:
    device.assert_open()
    ended(device)
    device.assert_dead()


def test_a_refresh_continues_the_session(device: Device) -> None:
    checked(device.refresh(device.session["refresh_token"]), 200)
    device.assert_open()


def test_policies_refuse_what_was_logged_out(device: Device) -> None:
    def names() -> list[tuple[str, ...]]:
        """What a statement finds that runs as the user, whatever has let it in."""
        claims = json.dumps(jwt.decode(device.token, options={"verify_signature": False}))
        with device.dashboard.transaction(force_rollback=True):
            device.dashboard.execute("set local role authenticated")
            device.dashboard.execute("select set_config('request.jwt.claims', %s, true)", (claims,))
            return device.dashboard.execute("select name from public.accounts").fetchall()

    device.person.account("Till")
    assert names() == [("Till",)]
    here_from_another_session(device)
    assert names() == []


class TestSessions:
    def test_nobody_sees_or_ends_those_of_another(self, device: Device, alice: Person) -> None:
        ids = {session["id"] for session in device.person.read("/api/auth/sessions")}
        assert session_of(device.token) in ids
        assert not ids & {session["id"] for session in alice.read("/api/auth/sessions")}
        path = f"/api/auth/sessions/{session_of(device.token)}"
        problem(alice.api.delete(path), 404, "session_not_found")
        device.assert_open()

    def test_the_own_ones_are_listed_this_one_first(self, device: Device) -> None:
        listed = device.person.read("/api/auth/sessions")
        own = session_of(device.person.token)
        assert [session["is_current"] for session in listed] == [True, *[False] * (len(listed) - 1)]
        assert listed[0]["id"] == own
        assert all(session["created_at"] <= session["last_used_at"] for session in listed)

    def test_one_tells_who_has_opened_it(self, target: Target, device: Device) -> None:
        login = {"username": device.person.email, "password": PASSWORD}
        browser = {b"User-Agent": "Browser/1.0 é".encode()}
        opened = checked(device.person.api.post("/api/auth/login", data=login, headers=browser), 200)
        [found] = [
            session
            for session in device.person.read("/api/auth/sessions")
            if session["id"] == session_of(opened["access_token"])
        ]
        assert (found["user_agent"], found["ip_address"]) == ("Browser/1.0 ??", "127.0.0.1")

    def test_one_that_has_ended_is_listed_no_more_and_ended_once(self, device: Device) -> None:
        path = f"/api/auth/sessions/{session_of(device.token)}"
        checked(device.person.api.delete(path), 204)
        problem(device.person.api.delete(path), 404, "session_not_found")
        listed = device.person.read("/api/auth/sessions")
        assert session_of(device.token) not in {session["id"] for session in listed}

    def test_logging_out_everywhere_leaves_none_to_refresh(self, device: Device) -> None:
        checked(device.person.api.post("/api/auth/logout", params={"everywhere": True}), 200)
        assert device.refresh(device.session["refresh_token"]).is_error

    def test_a_token_without_a_session_is_refused(self, target: Target, alice: Person) -> None:
        claims = jwt.decode(alice.token, options={"verify_signature": False})
        token = jwt.encode({**claims, "session_id": str(uuid4())}, target.jwt_secret, "HS256")
        with target.data_client(token) as data:
            assert data.get("/accounts").json()["hint"] == "token_revoked"
