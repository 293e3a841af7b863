"""What can be done with a note afterwards, and with the invoice it is about."""

from collections import Counter
from functools import partial

import pytest

from tests.concurrency import at_once
from tests.functions.bad_input import ITEM
from tests.person import Json, Person, checked, problem


@pytest.fixture
def invoice(alice: Person) -> Json:
    """An issued invoice of 118.00."""
    return alice.invoice(status="sent")


def open_again(alice: Person, invoice: Json) -> None:
    shown = alice.again(invoice)
    assert (shown["status"], shown["amount_due"], shown["amount_credited"]) == ("sent", 118.00, 0)
    assert (alice.payments(invoice), alice.faults()) == ([], [])


class TestWithdrawn:
    @pytest.mark.parametrize("status", ["cancelled", "draft"])
    def test_what_it_settled_is_due_again(self, alice: Person, invoice: Json, status: str) -> None:
        note = alice.credit_note(invoice)
        answer = alice.api.put(f"/api/invoices/{note['id']}", json={"status": status})
        assert checked(answer, 200)["status"] == status
        open_again(alice, invoice)
        assert alice.again(note)["amount_settled"] == 0

    def test_and_what_was_refunded_comes_back(self, alice: Person, invoice: Json) -> None:
        alice.pay(invoice)
        note = alice.credit_note(invoice)
        path = f"/api/invoices/{note['id']}"
        checked(alice.api.put(path, json={"status": "paid"}), 200)
        assert alice.balance() == 0
        checked(alice.api.put(path, json={"status": "cancelled"}), 200)
        assert (alice.balance(), alice.again(invoice)["amount_credited"]) == (118.00, 0)
        assert alice.faults() == []

    def test_a_deleted_one_leaves_no_credit_and_its_number_is_not_given_again(
        self, alice: Person, invoice: Json
    ) -> None:
        note = alice.credit_note(invoice)
        checked(alice.api.delete(f"/api/invoices/{note['id']}"), 204)
        open_again(alice, invoice)
        assert alice.credit_note(invoice)["invoice_number"][-4:] == "0002"

    def test_a_refunded_one_takes_its_refund_along(self, alice: Person, invoice: Json) -> None:
        alice.pay(invoice)
        note = alice.credit_note(invoice, [("Returned", 1, 50)])
        path = f"/api/invoices/{note['id']}"
        checked(alice.api.put(path, json={"status": "paid"}), 200)
        checked(alice.api.delete(path), 204)
        assert (alice.balance(), alice.again(invoice)["amount_credited"], alice.faults()) == (118.00, 0, [])

    def test_a_refund_that_is_deleted_is_owed_again(self, alice: Person, invoice: Json) -> None:
        alice.pay(invoice)
        note = alice.credit_note(invoice)
        checked(alice.api.put(f"/api/invoices/{note['id']}", json={"status": "paid"}), 200)
        [refund] = alice.read("/api/transactions", transaction_type="expense")
        checked(alice.api.delete(f"/api/transactions/{refund['id']}"), 204)
        shown = alice.again(note)
        assert (shown["status"], shown["amount_due"], alice.balance()) == ("sent", 118.00, 118.00)
        assert alice.faults() == []

    def test_one_that_was_cancelled_is_issued_again(self, alice: Person, invoice: Json) -> None:
        path = f"/api/invoices/{alice.credit_note(invoice)['id']}"
        checked(alice.api.put(path, json={"status": "cancelled"}), 200)
        checked(alice.api.put(path, json={"status": "sent"}), 200)
        assert (alice.again(invoice)["status"], alice.faults()) == ("paid", [])

    @pytest.mark.parametrize(
        ("status", "code"), [("cancelled", "invoice_cancelled"), ("draft", "invoice_not_issued")]
    )
    def test_but_not_issued_again_against_what_was_withdrawn_meanwhile(
        self, alice: Person, invoice: Json, status: str, code: str
    ) -> None:
        path = f"/api/invoices/{alice.credit_note(invoice)['id']}"
        checked(alice.api.put(path, json={"status": "cancelled"}), 200)
        checked(alice.api.put(f"/api/invoices/{invoice['id']}", json={"status": status}), 200)
        problem(alice.api.put(path, json={"status": "sent"}), 409, code)
        assert (alice.again(invoice)["amount_credited"], alice.faults()) == (0, [])

    def test_one_that_has_settled_something_does_not_become_open_by_its_status(
        self, alice: Person, invoice: Json
    ) -> None:
        path = f"/api/invoices/{alice.credit_note(invoice)['id']}"
        problem(alice.api.put(path, json={"status": "sent"}), 409, "invoice_settled")
        assert (alice.read(path)["status"], alice.faults()) == ("paid", [])


class TestChanged:
    def test_a_refund_keeps_its_amount_its_type_and_no_input_tax(self, alice: Person, invoice: Json) -> None:
        alice.pay(invoice)
        note = alice.credit_note(invoice)
        checked(alice.api.put(f"/api/invoices/{note['id']}", json={"status": "paid"}), 200)
        [refund] = alice.read("/api/transactions", transaction_type="expense")
        path = f"/api/transactions/{refund['id']}"
        for changes in ({"amount": 100}, {"transaction_type": "sale"}, {"tax_rate": 18}, {"tax_amount": 18}):
            problem(alice.api.put(path, json=changes), 409, "payment_fixed")
        checked(alice.api.put(path, json={"date": "2026-11-20", "description": "Money back"}), 200)
        assert (alice.balance(), alice.again(note)["status"], alice.faults()) == (0, "paid", [])

    def test_its_notes_and_template_change(self, alice: Person, invoice: Json) -> None:
        path = f"/api/invoices/{alice.credit_note(invoice)['id']}"
        changed = checked(alice.api.put(path, json={"notes": "Sorry", "template": "simple"}), 200)
        assert (changed["notes"], changed["template"], changed["status"]) == ("Sorry", "simple", "paid")

    def test_its_lines_stay_while_it_settles_something(self, alice: Person, invoice: Json) -> None:
        path = f"/api/invoices/{alice.credit_note(invoice, [('Returned', 1, 50)])['id']}"
        problem(alice.api.put(path, json={"items": [ITEM]}), 409, "invoice_total_fixed")

    def test_the_lines_of_one_that_is_to_be_refunded_change_what_is_credited(
        self, alice: Person, invoice: Json
    ) -> None:
        alice.pay(invoice)
        note = alice.credit_note(invoice, [("Returned", 1, 50)])
        path = f"/api/invoices/{note['id']}"
        changed = checked(alice.api.put(path, json={"items": [{**ITEM, "unit_price": 75}]}), 200)
        assert (changed["total_amount"], alice.again(invoice)["amount_credited"]) == (88.50, 88.50)
        changed = checked(alice.api.put(path, json={"tax_rate": 0}), 200)
        assert (changed["total_amount"], alice.again(invoice)["amount_credited"]) == (75.00, 75.00)
        assert alice.faults() == []

    def test_never_above_what_is_left(self, alice: Person, invoice: Json) -> None:
        alice.pay(invoice)
        path = f"/api/invoices/{alice.credit_note(invoice, [('Returned', 1, 50)])['id']}"
        body = {"items": [{**ITEM, "unit_price": 100.01}]}
        problem(alice.api.put(path, json=body), 409, "credit_exceeds_invoice")
        problem(alice.api.put(path, json={"tax_rate": 100, "items": [ITEM]}), 409, "credit_exceeds_invoice")
        answer = alice.api.post(path + "/recalculate-taxes", params={"tax_rate": 100})
        assert checked(answer, 200)["total_amount"] == 100.00
        assert (alice.again(invoice)["amount_credited"], alice.faults()) == (100.00, [])

    def test_its_number_stays(self, alice: Person, invoice: Json) -> None:
        note = alice.credit_note(invoice)
        body = {"invoice_number": "CN-1"}
        problem(alice.api.put(f"/api/invoices/{note['id']}", json=body), 422, "validation_failed")

    def test_no_payment_settles_one(self, alice: Person, invoice: Json) -> None:
        alice.pay(invoice)
        note = alice.credit_note(invoice)
        path = f"/api/invoices/{note['id']}"
        problem(alice.api.post(path + "/mark-as-paid"), 404, "invoice_not_found")
        problem(alice.api.post(path + "/payments", json={"amount": 1}), 404, "invoice_not_found")
        body = {"invoices": [{"invoice_id": note["id"]}]}
        problem(alice.api.post("/api/payments", json=body), 404, "invoice_not_found")
        assert (alice.again(note)["amount_due"], alice.faults()) == (118.00, [])


class TestTheInvoice:
    def test_it_stays_while_a_note_is_about_it(self, alice: Person, invoice: Json) -> None:
        note = alice.credit_note(invoice, [("Returned", 1, 50)])
        path = f"/api/invoices/{invoice['id']}"
        problem(alice.api.delete(path), 409, "invoice_has_notes")
        problem(alice.api.delete("/api/v1/invoices/1"), 409, "invoice_has_notes")
        problem(alice.api.put(path, json={"customer_name": "Jane"}), 409, "invoice_has_notes")
        assert alice.again(invoice)["customer_name"] == "John Doe"
        checked(alice.api.delete(f"/api/invoices/{note['id']}"), 204)
        checked(alice.api.delete(path), 204)
        assert (alice.read("/api/invoices"), alice.faults()) == ([], [])

    def test_it_stays_while_a_draft_is_about_it(self, alice: Person, invoice: Json) -> None:
        alice.credit_note(invoice, draft=True)
        problem(alice.api.delete(f"/api/invoices/{invoice['id']}"), 409, "invoice_has_notes")

    def test_it_is_not_cancelled_while_a_note_credits_it(self, alice: Person, invoice: Json) -> None:
        alice.pay(invoice)
        alice.credit_note(invoice, [("Returned", 1, 50)])
        path = f"/api/invoices/{invoice['id']}"
        for status in ("cancelled", "draft"):
            problem(alice.api.put(path, json={"status": status}), 409, "invoice_has_notes")
        assert (alice.again(invoice)["status"], alice.faults()) == ("paid", [])

    def test_its_payment_may_be_deleted(self, alice: Person, invoice: Json) -> None:
        alice.pay(invoice)
        note = alice.credit_note(invoice, [("Returned", 1, 50)])
        path = f"/api/invoices/{invoice['id']}/payments/{alice.payments(invoice)[0]['id']}"
        checked(alice.api.delete(path), 204)
        shown = alice.again(invoice)
        assert (shown["status"], shown["amount_due"], shown["amount_credited"]) == ("sent", 118.00, 59.00)
        assert (alice.again(note)["amount_due"], alice.faults()) == (59.00, [])

    def test_twenty_whole_notes_at_once_credit_it_once(self, alice: Person, invoice: Json) -> None:
        path = f"/api/invoices/{invoice['id']}/credit-note"
        answers = at_once([partial(alice.api.post, path)] * 20)
        assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 19}
        assert {answer.json()["code"] for answer in answers if answer.is_error} == {"credit_exceeds_invoice"}
        [note] = alice.read("/api/invoices", document_type="credit_note")
        assert (note["invoice_number"][-4:], alice.faults()) == ("0001", [])
