"""A bad invoice gets a clear 4xx with a stable code, and leaves nothing behind."""

from typing import Any

import pytest

from tests.functions.bad_input import CODES_OF_BAD_DATES, INVOICE, ITEM, nothing_was_written
from tests.person import Person, problem


class TestInvoices:
    @pytest.mark.parametrize(
        ("field", "value", "code"),
        [
            ("items", [], "validation_failed"),
            ("items", [{**ITEM, "quantity": 0}], "invalid_value"),
            ("items", [{**ITEM, "quantity": -1}], "invalid_value"),
            ("items", [{**ITEM, "quantity": 1.2345}], "validation_failed"),
            ("items", [{**ITEM, "unit_price": -1}], "invalid_value"),
            ("items", [{**ITEM, "unit_price": "50"}], "validation_failed"),
            ("items", [{**ITEM, "description": ""}], "validation_failed"),
            ("items", [{**ITEM, "hsn_code": "12"}], "validation_failed"),
            ("items", [{**ITEM, "colour": "red"}], "validation_failed"),
            ("items", [{}], "validation_failed"),
            ("items", "none", "validation_failed"),
            ("customer_name", "", "validation_failed"),
            ("customer_name", "x" * 201, "validation_failed"),
            ("status", "open", "validation_failed"),
            ("template", "fancy", "validation_failed"),
            ("tax_rate", 101, "invalid_value"),
            ("tax_rate", -0.001, "invalid_value"),
            ("tax_rate", 18.0001, "validation_failed"),
            ("invoice_number", "INV 1", "invalid_value"),
            ("due_date", "2020-01-01T00:00:00Z", "due_before_issue"),
            ("customer_gstin", "29AAACZ0001A1Z5", "invalid_gstin"),
            ("place_of_supply", "45", "unknown_state"),
            ("total_amount", 1, "validation_failed"),
            *(("issue_date", date, code) for date, code in CODES_OF_BAD_DATES),
        ],
        ids=lambda value: str(value)[:40],
    )
    def test_a_bad_field_is_refused(self, alice: Person, field: str, value: Any, code: str) -> None:
        problem(alice.api.post("/api/invoices", json={**INVOICE, field: value}), 422, code)
        nothing_was_written(alice)

    def test_a_gstin_is_told_what_is_wrong_with_it(self, alice: Person) -> None:
        answer = alice.api.post("/api/invoices", json={**INVOICE, "customer_gstin": "29AAACZ0001A1Z5"})
        assert "the check character should be 4" in problem(answer, 422, "invalid_gstin")["detail"]

    def test_a_number_is_used_once(self, alice: Person, bob: Person) -> None:
        alice.invoice(invoice_number="A/1")
        answer = alice.api.post("/api/invoices", json={**INVOICE, "invoice_number": "A/1"})
        problem(answer, 409, "invoice_number_taken")
        assert bob.invoice(invoice_number="A/1")["invoice_number"] == "A/1"

    def test_another_users_invoice_is_not_found(self, alice: Person, bob: Person) -> None:
        path = f"/api/invoices/{bob.invoice()['id']}"
        for answer in (
            alice.api.get(path),
            alice.api.put(path, json={"notes": "mine"}),
            alice.api.delete(path),
            alice.api.post(path + "/mark-as-paid"),
            alice.api.post(path + "/recalculate-taxes"),
            alice.api.get(path.replace("/invoices/", "/tax/calculate-for-invoice/")),
        ):
            problem(answer, 404, "invoice_not_found")
        assert [invoice["status"] for invoice in bob.read("/api/invoices")] == ["draft"]

    def test_a_paid_one_keeps_its_total(self, alice: Person) -> None:
        path = f"/api/invoices/{alice.pay(alice.invoice())['id']}"
        problem(alice.api.put(path, json={"tax_rate": 5}), 409, "invoice_total_fixed")
        problem(alice.api.put(path, json={"items": [ITEM, ITEM]}), 409, "invoice_total_fixed")
        problem(
            alice.api.post(path + "/recalculate-taxes", params={"tax_rate": 5}), 409, "invoice_total_fixed"
        )
        assert (alice.read(path)["total_amount"], alice.faults()) == (118.00, [])

    def test_a_cancelled_one_is_not_paid(self, alice: Person) -> None:
        path = f"/api/invoices/{alice.invoice(status='cancelled')['id']}"
        problem(alice.api.post(path + "/mark-as-paid"), 409, "invoice_cancelled")
        problem(alice.api.put(path, json={"status": "paid"}), 409, "invoice_cancelled")

    def test_one_without_an_amount_is_not_paid(self, alice: Person) -> None:
        invoice = alice.invoice([("Free sample", 1, 0)])
        problem(alice.api.post(f"/api/invoices/{invoice['id']}/mark-as-paid"), 409, "nothing_to_pay")

    def test_one_is_paid_once(self, alice: Person) -> None:
        path = f"/api/invoices/{alice.pay(alice.invoice())['id']}/mark-as-paid"
        problem(alice.api.post(path), 409, "invoice_already_paid")
        assert alice.balance() == 118.00

    @pytest.mark.parametrize("rate", ["101", "-1", "abc", "NaN", "1e9"])
    def test_taxes_are_recalculated_at_a_rate(self, alice: Person, rate: str) -> None:
        path = f"/api/invoices/{alice.invoice()['id']}/recalculate-taxes"
        problem(alice.api.post(path, params={"tax_rate": rate}), 422, "validation_failed")
