"""Whoever waits for books of their own holds few of the connections that all users share."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed, wait
from contextlib import contextmanager

import httpx
import psycopg
import pytest

from tests.person import Json, Person, checked
from tests.target import Target

HOLD = "select from public.profiles where id = %s for no key update"
SALE: Json = {"transaction_type": "sale", "amount": 118}
WAITING_AT_MOST = 2
AT_WORK_AT_MOST = 4


@contextmanager
def held(target: Target, person: Person) -> Iterator[psycopg.Connection]:
    """Somebody, say a large import, is writing to the books of a person."""
    with psycopg.connect(target.db_url) as writer:
        writer.execute(HOLD, (person.id,))
        yield writer


@pytest.fixture
def tables(target: Target, alice: Person) -> Iterator[httpx.Client]:
    """The tables themselves, through the Data API."""
    with target.data_client(alice.token, "public") as client:
        yield client


def _waiting(dashboard: psycopg.Connection) -> int:
    [(count,)] = dashboard.execute(
        "select count(*) from pg_stat_activity where usename = 'authenticator' and wait_event_type = 'Lock'"
    )
    return int(count)


def test_two_requests_wait_and_the_others_are_told_to_come_back(
    target: Target, alice: Person, bob: Person, tables: httpx.Client, dashboard: psycopg.Connection
) -> None:
    with held(target, alice) as writer, ThreadPoolExecutor(30) as pool:
        row = {**SALE, "user_id": alice.id}
        sent = [pool.submit(tables.post, "/transactions", json=row) for _ in range(30)]
        refused = _finished(sent, 30 - WAITING_AT_MOST)
        assert _waiting(dashboard) == WAITING_AT_MOST
        checked(bob.api.get("/api/accounts"), 200)
        writer.commit()
        answers = [request.result() for request in sent]
    assert Counter(answer.status_code for answer in answers) == {
        201: WAITING_AT_MOST,
        429: 30 - WAITING_AT_MOST,
    }
    for answer in refused:
        assert answer.headers["Retry-After"] == "1"
        assert answer.json()["hint"] == "books_busy"
    assert alice.faults() == []


def test_four_reads_hold_a_connection_and_the_others_are_told_to_come_back(
    target: Target, alice: Person, bob: Person, tables: httpx.Client, dashboard: psycopg.Connection
) -> None:
    with psycopg.connect(target.db_url) as owner, ThreadPoolExecutor(30) as pool:
        owner.execute("lock table public.items")
        sent = [pool.submit(tables.get, "/items") for _ in range(30)]
        refused = _finished(sent, 30 - AT_WORK_AT_MOST)
        assert _waiting(dashboard) == AT_WORK_AT_MOST
        checked(bob.api.get("/api/accounts"), 200)
        owner.commit()
        answers = [request.result() for request in sent]
    assert Counter(answer.status_code for answer in answers) == {
        200: AT_WORK_AT_MOST,
        429: 30 - AT_WORK_AT_MOST,
    }
    for answer in refused:
        assert (answer.headers["Retry-After"], answer.json()["hint"]) == ("1", "books_busy")


def test_a_read_ends_after_four_seconds(target: Target, tables: httpx.Client) -> None:
    """Before the five seconds after which a lock is not waited for any longer, and the eight of a write."""
    with psycopg.connect(target.db_url) as owner:
        owner.execute("lock table public.items")
        assert tables.get("/items").json()["code"] == "57014"


def _finished(sent: list[Future[httpx.Response]], count: int) -> list[httpx.Response]:
    """The first answers, as many as are expected before the books are free."""
    return [request.result() for _, request in zip(range(count), as_completed(sent, timeout=4), strict=False)]


def test_the_api_comes_back_until_the_books_are_free(target: Target, alice: Person) -> None:
    with held(target, alice) as writer, ThreadPoolExecutor(10) as pool:
        sent = [pool.submit(alice.api.post, "/api/transactions", json=SALE) for _ in range(10)]
        assert wait(sent, timeout=1).done == set()
        writer.commit()
        assert Counter(request.result().status_code for request in sent) == {201: 10}
    assert (alice.balance(), alice.faults()) == (1180.00, [])


def test_a_user_alone_is_never_refused(alice: Person, tables: httpx.Client) -> None:
    """One after the other, each finds the books free."""
    rows = [{**SALE, "user_id": alice.id}] * 5
    assert {tables.post("/transactions", json=row).status_code for row in rows} == {201}
