"""POST /api/v1/invoices."""

import re

import pytest

from tests.functions.v1.invoices import DESIGN, created, on_api, patched
from tests.person import Json, Person, checked, problem

FIELDS = [
    "id",
    "invoice_number",
    "date_created",
    "due_date",
    "total_amount",
    "status",
    "customer_name",
    "customer_email",
    "customer_address",
    "notes",
    "items",
]

NUMBER = re.compile(r"INV-\d{6}-[0-9A-Z]{6}")


class TestCreate:
    def test_answers_the_documented_fields(self, alice: Person) -> None:
        answer = alice.api.post(
            "/api/v1/invoices",
            json={
                "customer_name": "John Smith",
                "customer_email": "john@example.com",
                "customer_address": "123 Main St, City",
                "due_date": "2099-08-14",
                "notes": "Thank you",
                "items": [DESIGN, {"description": "Hosting", "quantity": 0.5, "unit_price": 9.99}],
            },
        )
        invoice = checked(answer, 201)
        assert list(invoice) == FIELDS
        assert answer.headers["location"] == "/api/v1/invoices/1"
        assert NUMBER.fullmatch(invoice["invoice_number"])
        assert invoice["invoice_number"][4:8] == invoice["date_created"][:4]
        assert invoice["date_created"].endswith("Z")
        assert invoice["due_date"] == "2099-08-13T18:30:00Z"  # midnight in Kolkata
        assert invoice["items"] == [
            {"id": 1, "invoice_id": 1, **DESIGN, "amount": 100.50},
            # 0.5 x 9.99 = 4.995
            {
                "id": 2,
                "invoice_id": 1,
                "description": "Hosting",
                "quantity": 0.5,
                "unit_price": 9.99,
                "amount": 5.00,
            },
        ]
        assert (invoice["id"], invoice["status"], invoice["total_amount"]) == (1, "PENDING", 105.50)
        assert '"total_amount":105.50' in answer.text

    def test_ids_count_per_user_and_numbers_do_not(self, alice: Person, bob: Person) -> None:
        ids = [(created(person)["id"], created(person)["id"]) for person in (alice, bob)]
        assert ids == [(1, 2), (1, 2)]
        numbers = {invoice["invoice_number"] for invoice in alice.read("/api/v1/invoices")}
        assert len(numbers) == 2

    def test_only_a_rate_that_is_named_is_added(self, alice: Person) -> None:
        assert created(alice)["total_amount"] == 100.50
        assert created(alice, tax_rate=18)["total_amount"] == 118.60  # 9.045 + 9.045, each rounded up

    def test_paid_at_once(self, alice: Person) -> None:
        assert created(alice, status="PAID")["status"] == "PAID"
        assert alice.balance() == 100.50
        assert alice.faults() == []

    def test_what_was_due_in_the_past_was_issued_then(self, alice: Person) -> None:
        invoice = created(alice, due_date="2023-08-14")
        assert on_api(alice, invoice)["issue_date"] == invoice["due_date"] == "2023-08-13T18:30:00Z"
        patched(alice, invoice, due_date="2023-07-01")
        assert on_api(alice, invoice)["issue_date"] == "2023-06-30T18:30:00Z"
        patched(alice, invoice, due_date="2099-07-01")
        assert on_api(alice, invoice)["issue_date"] == "2023-06-30T18:30:00Z"

    def test_a_key_creates_once(self, alice: Person) -> None:
        body = {"customer_name": "John Smith", "items": [DESIGN]}
        first, again = (
            alice.api.post("/api/v1/invoices", json=body, headers={"Idempotency-Key": "one"})
            for _ in range(2)
        )
        assert first.json() == again.json()
        assert again.headers["idempotent-replayed"] == "true"
        other = alice.api.post(
            "/api/v1/invoices", json={**body, "notes": "other"}, headers={"Idempotency-Key": "one"}
        )
        problem(other, 409, "idempotency_key_reused")
        assert len(alice.read("/api/v1/invoices")) == 1

    @pytest.mark.parametrize(
        "fault",
        [
            {"customer_name": ""},
            {"customer_name": None},
            {"items": []},
            {"items": [{**DESIGN, "quantity": "2"}]},
            {"items": [{**DESIGN, "unit_price": 1.234}]},
            {"items": [{**DESIGN, "amount": 5}]},
            {"status": "draft"},
            {"due_date": "tomorrow"},
            {"due_date": "2099-08-14T25:00:00"},
            {"tax_rate": "18"},
            {"invoice_number": "INV-202307-A1B2C3"},
        ],
    )
    def test_another_shape_is_refused(self, alice: Person, fault: Json) -> None:
        body = {"customer_name": "John Smith", "items": [DESIGN], **fault}
        problem(alice.api.post("/api/v1/invoices", json=body), 422, "validation_failed")

    def test_what_the_books_refuse(self, alice: Person) -> None:
        body = {"customer_name": "John Smith", "items": [DESIGN]}
        nothing = alice.api.post(
            "/api/v1/invoices", json={**body, "status": "PAID", "items": [{**DESIGN, "unit_price": 0}]}
        )
        problem(nothing, 409, "nothing_to_pay")
        negative = alice.api.post("/api/v1/invoices", json={**body, "items": [{**DESIGN, "unit_price": -1}]})
        assert negative.status_code == 422
        assert alice.read("/api/v1/invoices") == []
