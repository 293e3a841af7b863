"""DELETE /api/invoices/{id}/payments/{payment_id}, and the other ways to take a payment back."""

import pytest

from tests.functions.bad_input import NOBODY
from tests.person import Json, Person, checked, problem


def figures(alice: Person, invoice: Json) -> tuple[str, float, float]:
    """Status and what is due of an invoice, and what all accounts have."""
    shown = alice.reread(invoice)
    return shown["status"], shown["amount_due"], alice.balance()


def delete(alice: Person, invoice: Json, payment: Json) -> None:
    answer = alice.api.delete(f"/api/invoices/{invoice['id']}/payments/{payment['id']}")
    assert checked(answer, 204) is None


class TestDelete:
    def test_one_of_several_leaves_the_others(self, alice: Person) -> None:
        invoice = alice.invoice(status="sent")
        for amount in (18, 40, 60):
            alice.payment(invoice, amount=amount)
        assert figures(alice, invoice) == ("paid", 0.00, 118.00)
        first, second, third = alice.payments(invoice)
        delete(alice, invoice, second)
        assert figures(alice, invoice) == ("sent", 40.00, 78.00)
        assert alice.payments(invoice) == [first, third]
        # And the rest can be paid again.
        assert alice.payment(invoice)["status"] == "paid"
        assert (alice.balance(), alice.faults()) == (118.00, [])

    def test_the_only_one_makes_the_invoice_unpaid(self, alice: Person) -> None:
        invoice = alice.pay(alice.invoice(status="sent"))
        [payment] = alice.payments(invoice)
        delete(alice, invoice, payment)
        assert figures(alice, invoice) == ("sent", 118.00, 0)
        assert (alice.payments(invoice), alice.read("/api/transactions"), alice.faults()) == ([], [], [])

    def test_the_tax_kept_back_from_it_goes_along(self, alice: Person) -> None:
        invoice = alice.invoice(status="sent")
        alice.payment(invoice, tax_deducted=10)
        delete(alice, invoice, alice.payments(invoice)[0])
        assert figures(alice, invoice) == ("sent", 118.00, 0)
        assert (alice.payments(invoice), alice.read("/api/tax/tds")["total"]) == ([], 0)

    def test_the_tax_alone_leaves_the_money(self, alice: Person) -> None:
        invoice = alice.invoice(status="sent")
        alice.payment(invoice, tax_deducted=10)
        money, deducted = alice.payments(invoice)
        delete(alice, invoice, deducted)
        assert figures(alice, invoice) == ("sent", 10.00, 108.00)
        assert alice.payments(invoice) == [money]
        assert alice.faults() == []

    def test_what_was_written_off_is_due_again(self, alice: Person) -> None:
        invoice = alice.invoice(status="sent")
        alice.payment(invoice, write_off=18)
        money, written_off = alice.payments(invoice)
        delete(alice, invoice, written_off)
        assert (figures(alice, invoice), alice.payments(invoice)) == (("sent", 18.00, 100.00), [money])

    def test_the_transaction_is_deleted_as_well(self, alice: Person) -> None:
        invoice = alice.invoice(status="sent")
        alice.payment(invoice, amount=100)
        checked(alice.api.delete(f"/api/transactions/{alice.payments(invoice)[0]['transaction_id']}"), 204)
        assert figures(alice, invoice) == ("sent", 118.00, 0)
        assert (alice.payments(invoice), alice.faults()) == ([], [])

    def test_that_of_a_sale_cancels_its_invoice(self, alice: Person) -> None:
        invoice = {"id": alice.sale(118)["invoice_id"]}
        delete(alice, invoice, alice.payments(invoice)[0])
        assert figures(alice, invoice) == ("cancelled", 118.00, 0)
        assert alice.faults() == []

    def test_it_is_deleted_once(self, alice: Person) -> None:
        invoice = alice.pay(alice.invoice())
        path = f"/api/invoices/{invoice['id']}/payments/{alice.payments(invoice)[0]['id']}"
        checked(alice.api.delete(path), 204)
        problem(alice.api.delete(path), 404, "payment_not_found")

    def test_one_of_another_invoice_is_not_found(self, alice: Person) -> None:
        paid, other = alice.pay(alice.invoice()), alice.invoice()
        path = f"/api/invoices/{other['id']}/payments/{alice.payments(paid)[0]['id']}"
        problem(alice.api.delete(path), 404, "payment_not_found")
        problem(alice.api.delete(f"/api/invoices/{NOBODY}/payments/{NOBODY}"), 404, "payment_not_found")
        assert alice.reread(paid)["status"] == "paid"

    def test_that_of_several_invoices_names_its_transaction(self, alice: Person) -> None:
        invoices = [alice.invoice(status="sent") for _ in range(2)]
        named = [{"invoice_id": invoice["id"]} for invoice in invoices]
        checked(alice.api.post("/api/payments", json={"invoices": named}), 201)
        [payment] = alice.payments(invoices[0])
        path = f"/api/invoices/{invoices[0]['id']}/payments/{payment['id']}"
        refused = problem(alice.api.delete(path), 409, "payment_of_several")
        assert payment["transaction_id"] in refused["detail"]
        assert alice.balance() == 236.00
        # The way out that the answer names.
        checked(alice.api.delete(f"/api/transactions/{payment['transaction_id']}"), 204)
        for invoice in invoices:
            assert figures(alice, invoice) == ("sent", 118.00, 0)
        assert alice.faults() == []

    def test_a_credit_note_is_cancelled_instead(self, alice: Person) -> None:
        invoice = alice.invoice(status="sent")
        note = alice.credit_note(invoice, [("Discount", 1, 50)])
        [credit] = alice.payments(invoice)
        assert (credit["kind"], credit["credit_note_id"]) == ("credit_note", note["id"])
        path = f"/api/invoices/{invoice['id']}/payments/{credit['id']}"
        problem(alice.api.delete(path), 409, "settled_by_credit_note")
        checked(alice.api.put(f"/api/invoices/{note['id']}", json={"status": "cancelled"}), 200)
        assert figures(alice, invoice) == ("sent", 118.00, 0)


class TestLeavingPaid:
    """A single settlement in money is undone by the status; everything else is taken back one by one."""

    @pytest.mark.parametrize("status", ["sent", "draft", "cancelled"])
    def test_a_single_payment_is_undone(self, alice: Person, status: str) -> None:
        invoice = alice.pay(alice.invoice(status="sent"))
        answer = alice.api.put(f"/api/invoices/{invoice['id']}", json={"status": status})
        assert checked(answer, 200)["status"] == status
        assert (alice.payments(invoice), alice.balance(), alice.faults()) == ([], 0, [])

    @pytest.mark.parametrize("status", ["sent", "draft", "cancelled"])
    @pytest.mark.parametrize(
        "settled_by", ["two payments", "tax deducted", "a write-off", "a payment of several", "a note"]
    )
    def test_more_than_that_is_not(self, alice: Person, status: str, settled_by: str) -> None:
        invoice = alice.invoice(status="sent")
        if settled_by == "two payments":
            alice.payment(invoice, amount=18)
            alice.payment(invoice)
        elif settled_by == "tax deducted":
            alice.payment(invoice, tax_deducted=10)
        elif settled_by == "a write-off":
            alice.payment(invoice, write_off=1)
        elif settled_by == "a payment of several":
            named = [{"invoice_id": one["id"]} for one in (invoice, alice.invoice())]
            checked(alice.api.post("/api/payments", json={"invoices": named}), 201)
        else:
            alice.credit_note(invoice)
        before = alice.balance()
        path = f"/api/invoices/{invoice['id']}"
        codes = {"invoice_settled", "invoice_has_notes"} if settled_by == "a note" else {"invoice_settled"}
        for refused in (alice.api.put(path, json={"status": status}), alice.api.delete(path)):
            assert (refused.status_code, refused.json()["code"] in codes) == (409, True), refused.text
        assert figures(alice, invoice) == ("paid", 0.00, before)
        assert alice.faults() == []

    def test_the_other_contract_refuses_it_as_well(self, alice: Person) -> None:
        invoice = alice.invoice(status="sent")
        alice.payment(invoice, tax_deducted=10)
        path = "/api/v1/invoices/1/status"
        for status in ("PENDING", "CANCELLED"):
            problem(alice.api.patch(path, json={"status": status}), 409, "invoice_settled")
        assert alice.reread(invoice)["status"] == "paid"

    def test_one_paid_in_part_is_cancelled_once_its_single_payment_can_be_undone(self, alice: Person) -> None:
        invoice = alice.invoice(status="sent")
        alice.payment(invoice, amount=18)
        answer = alice.api.put(f"/api/invoices/{invoice['id']}", json={"status": "cancelled"})
        assert checked(answer, 200)["status"] == "cancelled"
        assert (alice.payments(invoice), alice.balance(), alice.faults()) == ([], 0, [])
