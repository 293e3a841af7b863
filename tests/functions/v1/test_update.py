"""PATCH and DELETE of /api/v1/invoices/{id}, and its status."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from tests.functions.v1.invoices import DESIGN, created, on_api, patched, put_status
from tests.person import Json, Person, checked, problem


class TestUpdate:
    def test_changes_what_is_named_and_nothing_else(self, alice: Person) -> None:
        invoice = created(alice, customer_email="john@example.com")
        changed = patched(alice, invoice, notes="Net 15", due_date="2099-01-01", customer_email=None)
        named = {"notes": "Net 15", "due_date": "2098-12-31T18:30:00Z", "customer_email": None}
        assert changed == {**invoice, **named}
        assert patched(alice, invoice) == changed

    def test_new_items_bring_a_new_total(self, alice: Person) -> None:
        items = [{"description": "Hosting", "quantity": 3, "unit_price": 10}]
        changed = patched(alice, created(alice), items=items)
        assert changed["total_amount"] == 30.00
        assert [(item["id"], item["amount"]) for item in changed["items"]] == [(1, 30.00)]

    def test_paid_through_the_invoice_pays_and_repeating_it_does_nothing(self, alice: Person) -> None:
        invoice = created(alice)
        assert patched(alice, invoice, status="PAID")["status"] == "PAID"
        assert patched(alice, invoice, status="PAID", notes="Thanks")["notes"] == "Thanks"
        assert alice.balance() == 100.50
        assert len(alice.read("/api/transactions")) == 1

    def test_the_total_of_a_paid_invoice_stays(self, alice: Person) -> None:
        invoice = created(alice, status="PAID")
        answer = alice.api.patch(
            f"/api/v1/invoices/{invoice['id']}", json={"items": [{**DESIGN, "quantity": 1}]}
        )
        problem(answer, 409, "invoice_total_fixed")

    @pytest.mark.parametrize(
        "fault",
        [
            {"status": "sent"},
            {"status": None},
            {"customer_name": None},
            {"items": []},
            {"id": 7},
            {"total_amount": 7},
        ],
    )
    def test_another_shape_is_refused(self, alice: Person, fault: Json) -> None:
        answer = alice.api.patch(f"/api/v1/invoices/{created(alice)['id']}", json=fault)
        problem(answer, 422, "validation_failed")


class TestStatus:
    def test_there_and_back(self, alice: Person) -> None:
        invoice = created(alice)
        for status, balance in (
            ("PAID", 100.50),
            ("PENDING", 0),
            ("CANCELLED", 0),
            ("PENDING", 0),
            ("PAID", 100.50),
            ("CANCELLED", 0),
        ):
            assert checked(put_status(alice, invoice, status), 200) == {**invoice, "status": status}
            assert alice.balance() == balance
        assert alice.faults() == []

    def test_pending_sends_a_draft_and_leaves_sent_and_overdue(
        self, alice: Person, dashboard: psycopg.Connection
    ) -> None:
        invoice = created(alice, due_date="2023-08-14")
        for stored, after in (("draft", "sent"), ("sent", "sent"), ("overdue", "overdue")):
            dashboard.execute("update public.invoices set status = %s where user_id = %s", [stored, alice.id])
            checked(put_status(alice, invoice, "PENDING"), 200)
            assert on_api(alice, invoice)["status"] == after

    def test_paid_twice_is_refused(self, alice: Person) -> None:
        invoice = created(alice)
        checked(put_status(alice, invoice, "PAID"), 200)
        problem(put_status(alice, invoice, "PAID"), 409, "invoice_already_paid")

    def test_what_is_cancelled_or_empty_cannot_be_paid(self, alice: Person) -> None:
        cancelled = created(alice, status="CANCELLED")
        problem(put_status(alice, cancelled, "PAID"), 409, "invoice_cancelled")
        empty = created(alice, items=[{**DESIGN, "unit_price": 0}])
        problem(put_status(alice, empty, "PAID"), 409, "nothing_to_pay")

    def test_fifty_at_once_pay_once(self, alice: Person) -> None:
        invoice = created(alice)
        with ThreadPoolExecutor(50) as pool:
            answers = list(pool.map(lambda _: put_status(alice, invoice, "PAID"), range(50)))
        assert sorted(answer.status_code for answer in answers) == [200] + [409] * 49
        assert {answer.json().get("code") for answer in answers} == {None, "invoice_already_paid"}
        assert alice.balance() == 100.50
        assert len(alice.read("/api/transactions")) == 1
        assert alice.faults() == []

    @pytest.mark.parametrize(
        "body", [{}, {"status": "paid"}, {"status": None}, {"status": "PAID", "notes": ""}, []]
    )
    def test_another_shape_is_refused(self, alice: Person, body: Any) -> None:
        answer = alice.api.patch(f"/api/v1/invoices/{created(alice)['id']}/status", json=body)
        refused = problem(answer, 422, "validation_failed")
        assert refused["errors"]


class TestDelete:
    def test_takes_the_payment_along_and_gives_no_id_again(self, alice: Person) -> None:
        invoice = created(alice, status="PAID")
        answer = alice.api.delete(f"/api/v1/invoices/{invoice['id']}/")
        assert (answer.status_code, answer.content) == (204, b"")
        assert alice.balance() == 0
        problem(alice.api.get(f"/api/v1/invoices/{invoice['id']}"), 404, "invoice_not_found")
        problem(alice.api.delete(f"/api/v1/invoices/{invoice['id']}"), 404, "invoice_not_found")
        assert created(alice)["id"] == invoice["id"] + 1
        assert alice.faults() == []
