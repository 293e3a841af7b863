"""A request with an Idempotency-Key happens once, whatever happens to the request."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import psycopg
import pytest

from local.stack import Stack
from tests.concurrency import at_once
from tests.person import Json, Person, problem
from tests.reliability.creating_requests import (
    Request,
    a_credit_note,
    a_part_payment,
    a_payment,
    a_payment_of_several,
    a_sale,
    a_submission,
    an_account,
    creating,
)
from tests.target import Target


def state(person: Person) -> Counter[str]:
    """How many records of each kind there are, and all the money."""
    kinds = [
        "accounts", "contacts", "items", "transactions", "invoices", "settlements", "ledger_entries", "tax_filings",
    ]  # fmt: skip
    public = {"Accept-Profile": "public", "Prefer": "count=exact"}
    totals = {kind: person.data.head(f"/{kind}", headers=public).headers["content-range"] for kind in kinds}
    paise = round(person.balance() * 100)
    return Counter({kind: int(total.partition("/")[2]) for kind, total in totals.items()} | {"paise": paise})


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/accounts", '{"name": "Till", "balance": %s}'),
        ("/api/transactions", '{"transaction_type": "expense", "amount": 9, "tax_rate": %s}'),
        (
            "/api/v1/invoices",
            '{"customer_name": "John", "items": [{"description": "A", "quantity": %s, "unit_price": 9}]}',
        ),
    ],
)
def test_equal_numbers_make_equal_requests(alice: Person, path: str, body: str) -> None:
    headers = {"Idempotency-Key": str(uuid4()), "Content-Type": "application/json"}
    answers = [
        alice.api.post(path, content=body % number, headers=headers)
        for number in ("10", "10.0", "10.00", "1e1")
    ]
    assert answers[0].is_success, answers[0].text
    assert len({answer.content for answer in answers}) == 1


@creating
class TestOneKey:
    def test_fifty_at_once_are_one(
        self, alice: Person, bob: Person, made: Callable[[Person], Request]
    ) -> None:
        path, body = made(alice)
        before = state(alice)
        send = partial(alice.api.post, path, json=body, headers={"Idempotency-Key": str(uuid4())})
        answers = at_once([send] * 50)
        assert len({answer.status_code for answer in answers}) == 1
        assert answers[0].is_success, answers[0].text
        assert len({answer.content for answer in answers}) == 1
        assert len({answer.headers.get("location") for answer in answers}) == 1
        assert Counter(answer.headers.get("idempotent-replayed") for answer in answers) == {
            None: 1,
            "true": 49,
        }

        once = state(alice) - before
        path, body = made(bob)
        before = state(bob)
        assert bob.api.post(path, json=body).is_success
        assert once == state(bob) - before
        assert alice.faults() == []

    def test_with_another_body_is_refused_and_changes_nothing(
        self, alice: Person, made: Callable[[Person], Request]
    ) -> None:
        path, body = made(alice)
        headers = {"Idempotency-Key": str(uuid4())}
        assert alice.api.post(path, json=body, headers=headers).is_success
        before = state(alice)
        other = next(other for other in (an_account, a_sale) if other is not made)(alice)
        problem(alice.api.post(other[0], json=other[1], headers=headers), 409, "idempotency_key_reused")
        assert state(alice) == before

    def test_of_somebody_else_is_another_key(
        self, alice: Person, bob: Person, made: Callable[[Person], Request]
    ) -> None:
        headers = {"Idempotency-Key": "order-4711"}
        for person in (alice, bob):
            path, body = made(person)
            answer = person.api.post(path, json=body, headers=headers)
            assert answer.is_success
            assert "idempotent-replayed" not in answer.headers

    def test_is_not_used_up_by_a_refusal(self, alice: Person, made: Callable[[Person], Request]) -> None:
        path, body = made(alice)
        headers = {"Idempotency-Key": str(uuid4())}
        assert alice.api.post("/api/accounts", json={"name": ""}, headers=headers).status_code == 422
        unknown = {"transaction_type": "sale", "amount": 1, "account_id": str(uuid4())}
        assert alice.api.post("/api/transactions", json=unknown, headers=headers).status_code == 404
        assert alice.api.post(path, json=body, headers=headers).is_success

    def test_works_for_a_retry_after_the_connection_was_cut(
        self, target: Target, alice: Person, made: Callable[[Person], Request]
    ) -> None:
        path, body = made(alice)
        key = str(uuid4())
        request = alice.api.build_request("POST", path, json=body, headers={"Idempotency-Key": key})
        send_and_hang_up(target, request)
        first, second = (alice.api.post(path, json=body, headers={"Idempotency-Key": key}) for _ in range(2))
        assert first.is_success
        assert first.content == second.content
        assert alice.faults() == []
        assert sum(entry["operation"] == "insert" for entry in created_since(alice, first)) == 1


def created_since(person: Person, answer: httpx.Response) -> list[Json]:
    """The audit's entries about what the answer shows."""
    body = answer.json()
    if isinstance(body, list):
        body = body[0]
    if "confirmation_number" in body:
        return [
            entry
            for entry in person.read("/api/audit", record_id=body["id"])
            if entry["operation"] == "insert"
        ]
    if "user_id" not in body and "invoice_number" in body:
        return [e for e in person.read("/api/audit", record_type="invoices") if e["operation"] == "insert"]
    found: list[Json] = person.read("/api/audit", record_id=body["id"])
    return found


def send_and_hang_up(target: Target, request: httpx.Request) -> None:
    """The whole request goes out, the answer is never read."""
    address = urlsplit(target.api_url)
    head = f"{request.method} {request.url.raw_path.decode()} HTTP/1.1\r\n"
    headers = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
    with socket.create_connection((address.hostname, address.port)) as connection:
        connection.sendall(f"{head}{headers}\r\n".encode() + request.content)


class TestSigkill:
    @pytest.mark.parametrize("victim", ["api", "gateway", "rest"])
    @pytest.mark.parametrize(
        "made",
        [a_sale, a_payment, a_part_payment, a_payment_of_several, a_credit_note, a_submission],
        ids=lambda made: made.__name__,
    )
    def test_between_the_commit_and_the_answer(
        self,
        stack: Stack,
        alice: Person,
        bob: Person,
        dashboard: psycopg.Connection,
        victim: str,
        made: Callable[[Person], Request],
    ) -> None:
        """The books stay locked until the process that would answer is surely dead; then the commit goes through."""
        path, body = made(alice)
        headers = {"Idempotency-Key": str(uuid4())}
        before = state(alice)
        with psycopg.connect(stack.db_url) as blocker:
            blocker.execute("select private.lock_books(%s)", (alice.id,))
            [failure] = at_once(
                [partial(_sent_and_killed, stack, dashboard, alice, path, body, headers, victim)]
            )
        assert isinstance(failure, httpx.TransportError) or failure.status_code == 503, failure
        again = _until_answered(lambda: alice.api.post(path, json=body, headers=headers))
        assert again.is_success, again.text
        once_more = alice.api.post(path, json=body, headers=headers)
        assert (once_more.content, once_more.headers["idempotent-replayed"]) == (again.content, "true")
        once = state(alice) - before
        assert (once["transactions"] + once["invoices"] > 0, alice.faults()) == (True, [])
        # As much as the same request of somebody else's, which nothing disturbs.
        path, body = made(bob)
        before = state(bob)
        assert bob.api.post(path, json=body).is_success
        assert once == state(bob) - before


def _sent_and_killed(
    stack: Stack,
    dashboard: psycopg.Connection,
    person: Person,
    path: str,
    body: Json,
    headers: Json,
    victim: str,
) -> httpx.Response | httpx.TransportError:
    def kill() -> None:
        waiting = (
            "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query like '%%pgrst%%'"
        )
        for _ in range(500):
            row = dashboard.execute(waiting).fetchone()
            if row and row[0]:
                break
        for pid in [*_children(stack.pids[victim]), stack.pids[victim]]:
            os.kill(pid, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        return person.api.post(path, json=body, headers=headers)
    except httpx.TransportError as failure:
        return failure
    finally:
        killer.join()


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _until_answered(call: Callable[[], httpx.Response]) -> httpx.Response:
    deadline = time.monotonic() + 30
    while True:
        try:
            answer = call()
        except httpx.TransportError:
            answer = None
        if answer is not None and answer.status_code != 503:
            return answer
        assert time.monotonic() < deadline
        time.sleep(0.05)


class TestKeys:
    def test_are_kept_for_a_day_at_least(
        self, alice: Person, service: httpx.Client, dashboard: psycopg.Connection
    ) -> None:
        path, body = a_sale(alice)
        for age, kept in ((timedelta(hours=25), True), (timedelta(hours=49), False)):
            headers = {"Idempotency-Key": str(uuid4())}
            alice.api.post(path, json=body, headers=headers)
            dashboard.execute(
                "update private.idempotency_keys set created_at = now() - %s where user_id = %s and key = %s",
                (age, alice.id, headers["Idempotency-Key"]),
            )
            profile = {"Content-Profile": "api"}
            job = service.post("/rpc/run_job", json={"job": "generate_tax_filings"}, headers=profile)
            assert job.is_success, job.text
            again = alice.api.post(path, json=body, headers=headers)
            assert ("idempotent-replayed" in again.headers) == kept

    @pytest.mark.parametrize(
        ("number", "bytes_so_far"), [(100_000, 100_000), (2, 100_000_001)], ids=["many", "large"]
    )
    def test_are_refused_beyond_what_is_kept_of_a_user(
        self, alice: Person, bob: Person, dashboard: psycopg.Connection, number: int, bytes_so_far: int
    ) -> None:
        path, body = a_sale(alice)
        first = {"Idempotency-Key": str(uuid4())}
        assert alice.api.post(path, json=body, headers=first).status_code == 201
        dashboard.execute(
            """
            insert into private.idempotency_keys (user_id, key, request_hash, answer, number, bytes_so_far)
            values (%s, 'newest', '', 'null', %s, %s)
            """,
            (alice.id, number, bytes_so_far),
        )
        before = state(alice)
        refused = alice.api.post(path, json=body, headers={"Idempotency-Key": str(uuid4())})
        problem(refused, 429, "too_many_idempotency_keys")
        assert refused.headers["Retry-After"] == "3600"
        assert state(alice) == before
        # What is kept is answered, without a key everything goes on, and nobody else notices.
        assert "idempotent-replayed" in alice.api.post(path, json=body, headers=first).headers
        assert alice.api.post(path, json=body).status_code == 201
        assert bob.api.post(path, json=body, headers=first).status_code == 201

    def test_a_bad_one_is_refused(self, alice: Person) -> None:
        path, body = a_sale(alice)
        answer = alice.api.post(path, json=body, headers={"Idempotency-Key": "x" * 256})
        problem(answer, 422, "validation_failed")
