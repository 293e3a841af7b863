"""Payments, their deletions and credit notes of one invoice at the same moment."""

from collections import Counter
from functools import partial

import pytest

from tests.concurrency import at_once
from tests.person import Json, Person


@pytest.fixture
def invoice(alice: Person) -> Json:
    """An invoice of 118.00."""
    return alice.invoice(status="sent")


class TestAtOnce:
    def test_the_last_rupee_is_paid_once(self, alice: Person, invoice: Json) -> None:
        alice.payment(invoice, amount=117)
        path = f"/api/invoices/{invoice['id']}/payments"
        answers = at_once([partial(alice.api.post, path, json={"amount": 1})] * 20)
        assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 19}
        codes = {answer.json()["code"] for answer in answers if answer.is_error}
        assert codes == {"invoice_already_paid"}
        assert (alice.reread(invoice)["status"], alice.balance(), alice.faults()) == ("paid", 118.00, [])

    def test_what_does_not_fit_is_refused_and_the_rest_is_paid(self, alice: Person, invoice: Json) -> None:
        path = f"/api/invoices/{invoice['id']}/payments"
        answers = at_once([partial(alice.api.post, path, json={"amount": 50})] * 10)
        assert Counter(answer.status_code for answer in answers) == {201: 2, 409: 8}
        assert {answer.json()["code"] for answer in answers if answer.is_error} == {"payment_exceeds_due"}
        assert (alice.reread(invoice)["amount_due"], alice.balance()) == (18.00, 100.00)

    def test_two_payments_over_the_same_invoices_in_opposite_orders(
        self, alice: Person, invoice: Json
    ) -> None:
        invoices = [invoice, alice.invoice(), alice.invoice()]
        named = [{"invoice_id": one["id"], "amount": 10} for one in invoices]
        calls = [
            partial(alice.api.post, "/api/payments", json={"invoices": order})
            for order in (named, named[::-1])
        ]
        answers = at_once(calls * 8)
        # 118.00 take eleven times 10.00.
        assert Counter(answer.status_code for answer in answers) == {201: 11, 409: 5}
        assert [alice.reread(one)["amount_due"] for one in invoices] == [8.00] * 3
        assert (alice.balance(), alice.faults()) == (330.00, [])

    def test_a_payment_is_deleted_while_a_credit_note_is_written(self, alice: Person, invoice: Json) -> None:
        alice.pay(invoice)
        path = f"/api/invoices/{invoice['id']}"
        payment = alice.payments(invoice)[0]["id"]
        delete, credit = at_once(
            [
                partial(alice.api.delete, f"{path}/payments/{payment}"),
                partial(alice.api.post, f"{path}/credit-note", json={}),
            ]
        )
        assert (delete.status_code, credit.status_code) == (204, 201)
        shown, note = alice.reread(invoice), alice.reread(credit.json())
        # Which came first decides only whether the note settles the invoice or is to be refunded.
        assert shown["amount_credited"] == 118.00
        assert (shown["amount_due"], note["amount_due"]) in {(0.00, 0.00), (118.00, 118.00)}
        assert (alice.balance(), alice.faults()) == (0, [])

    def test_everything_against_everything(self, alice: Person, invoice: Json) -> None:
        alice.payment(invoice, amount=10)
        path = f"/api/invoices/{invoice['id']}"
        payment = alice.payments(invoice)[0]["id"]
        line = [{"description": "Discount", "quantity": 1, "unit_price": 10}]
        calls = [
            partial(alice.api.post, path + "/payments", json={"amount": 5, "tax_deducted": 1}),
            partial(alice.api.post, path + "/credit-note", json={"items": line}),
            partial(alice.api.delete, f"{path}/payments/{payment}"),
            partial(alice.api.put, path, json={"status": "sent"}),
            partial(alice.api.put, path, json={"status": "cancelled"}),
            partial(alice.api.post, path + "/mark-as-paid"),
            partial(alice.api.post, "/api/payments", json={"invoices": [{"invoice_id": invoice["id"]}]}),
            partial(alice.api.delete, path),
        ]
        answers = at_once(calls * 5)
        assert {answer.status_code for answer in answers if answer.status_code >= 500} == set()
        assert alice.faults() == []
