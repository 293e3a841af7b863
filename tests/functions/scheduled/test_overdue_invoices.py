"""Overdue invoices, marked once, whatever happens on the way."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import httpx
import psycopg
import pytest

from tests.concurrency import at_once
from tests.functions.scheduled.jobs import mark_overdue, poisoned
from tests.person import Json, Person, checked
from tests.target import Target


class TestMarkOverdueInvoices:
    def test_only_what_was_sent_and_only_after_its_day(self, schedule: httpx.Client, alice: Person) -> None:
        dates: Json = {"issue_date": "2016-05-01", "due_date": "2016-05-10"}
        before = {
            status: alice.invoice(status=status, **dates)["id"] for status in ("draft", "sent", "cancelled")
        }
        before["paid"] = alice.pay(alice.invoice(**dates))["id"]

        def statuses() -> Json:
            return {was: alice.read(f"/api/invoices/{key}")["status"] for was, key in before.items()}

        unchanged = {status: status for status in before}
        # In India the tenth ends at 18:30 UTC.
        mark_overdue(schedule, as_of="2016-05-10T18:29:00Z")
        assert statuses() == unchanged
        mark_overdue(schedule, as_of="2016-05-10T18:31:00Z")
        assert statuses() == {**unchanged, "sent": "overdue"}
        assert alice.faults() == []

    def test_in_the_profiles_day(self, schedule: httpx.Client, alice: Person) -> None:
        alice.profile(time_zone="America/New_York")
        path = f"/api/invoices/{alice.invoice(status='sent', issue_date='2016-05-01', due_date='2016-05-10')['id']}"
        mark_overdue(schedule, as_of="2016-05-11T03:59:00Z")
        assert alice.read(path)["status"] == "sent"
        mark_overdue(schedule, as_of="2016-05-11T04:01:00Z")
        assert alice.read(path)["status"] == "overdue"

    def test_an_overdue_one_is_paid_like_any_other(self, schedule: httpx.Client, alice: Person) -> None:
        invoice = alice.invoice(status="sent", issue_date="2016-05-01", due_date="2016-05-10")
        mark_overdue(schedule, as_of="2016-06-01T00:00:00Z")
        assert alice.pay(invoice)["status"] == "paid"
        assert (alice.balance(), alice.faults()) == (118.00, [])

    def test_twenty_at_once_mark_each_once(self, target: Target, alice: Person) -> None:
        invoices = [
            alice.invoice(status="sent", issue_date="2017-05-01", due_date="2017-05-10") for _ in range(5)
        ]

        def firing() -> int:
            with target.data_client(target.secret_key) as client:
                return int(mark_overdue(client, as_of="2017-06-01T00:00:00Z")["processed"])

        at_once([firing] * 20, workers=20)
        entries = checked(
            alice.data.get(
                "/audit_entries",
                params={"record_type": "eq.invoices", "operation": "eq.update"},
                headers={"Accept-Profile": "public"},
            ),
            200,
        )
        marked = [entry["record_id"] for entry in entries if entry["after"].get("status") == "overdue"]
        assert sorted(marked) == sorted(invoice["id"] for invoice in invoices)

    def test_waits_for_books_that_are_busy(
        self, schedule: httpx.Client, target: Target, alice: Person
    ) -> None:
        hers = alice.invoice(status="sent", issue_date="2018-05-01", due_date="2018-05-10")
        with psycopg.connect(target.db_url) as writer, ThreadPoolExecutor(1) as pool:
            writer.execute("select from public.profiles where id = %s for no key update", (alice.id,))
            running = pool.submit(mark_overdue, schedule, as_of="2018-06-01T00:00:00Z")
            with pytest.raises(TimeoutError):
                running.result(timeout=0.5)
            writer.commit()
            assert running.result()["failed"] == 0
        assert alice.read(f"/api/invoices/{hers['id']}")["status"] == "overdue"

    def test_books_that_stay_locked_are_told_and_stop_nobody_else(
        self, schedule: httpx.Client, target: Target, alice: Person, bob: Person
    ) -> None:
        dates: Json = {"status": "sent", "issue_date": "2018-05-01", "due_date": "2018-05-10"}
        hers, his = alice.invoice(**dates), bob.invoice(**dates)
        with psycopg.connect(target.db_url) as writer:
            writer.execute("select from public.profiles where id = %s for no key update", (alice.id,))
            run = mark_overdue(schedule, as_of="2018-06-02T00:00:00Z")
        assert [(failure["user_id"], failure["code"]) for failure in run["failures"]] == [(alice.id, "55P03")]
        assert bob.read(f"/api/invoices/{his['id']}")["status"] == "overdue"
        mark_overdue(schedule, as_of="2018-06-02T00:00:00Z")
        assert alice.read(f"/api/invoices/{hers['id']}")["status"] == "overdue"

    def test_a_poisoned_user_stops_nobody_else(
        self, schedule: httpx.Client, alice: Person, bob: Person, dashboard: psycopg.Connection
    ) -> None:
        dates: Json = {"status": "sent", "issue_date": "2019-05-01", "due_date": "2019-05-10"}
        hers, his = alice.invoice(**dates), bob.invoice(**dates)
        with poisoned(dashboard, "invoices", UUID(alice.id)):
            run = mark_overdue(schedule, as_of="2019-06-01T00:00:00Z")
        assert [failure["user_id"] for failure in run["failures"]] == [alice.id]
        assert alice.read(f"/api/invoices/{hers['id']}")["status"] == "sent"
        assert bob.read(f"/api/invoices/{his['id']}")["status"] == "overdue"
