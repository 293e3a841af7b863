"""POST /api/invoices/{id}/credit-note: of a whole invoice, or of lines."""

import re

import httpx
import pytest

from tests.functions.bad_input import ITEM, NOBODY
from tests.person import Json, Person, checked, problem


def kinds(payments: list[Json]) -> list[tuple[str, float]]:
    return [(payment["kind"], payment["amount"]) for payment in payments]


class TestAccess:
    def test_anonymous_is_refused(self, anonymous: httpx.Client, alice: Person) -> None:
        path = f"/api/invoices/{alice.invoice(status='sent')['id']}/credit-note"
        problem(anonymous.post(path), 401, "not_authenticated")

    def test_another_users_invoice_is_not_found(self, alice: Person, bob: Person) -> None:
        his = bob.invoice(status="sent")
        for invoice_id in (his["id"], NOBODY):
            problem(alice.api.post(f"/api/invoices/{invoice_id}/credit-note"), 404, "invoice_not_found")
        assert (bob.reread(his)["amount_credited"], bob.faults()) == (0, [])
        assert alice.read("/api/invoices", document_type="credit_note") == []


class TestIssue:
    def test_the_whole_invoice_is_credited_and_settled(self, alice: Person) -> None:
        invoice = alice.invoice([("Design", 3, 50.00), ("Travel", 1, 10.00)], status="sent", tax_rate=12)
        note = alice.credit_note(invoice, reason="sales_return")
        assert list(note) == list(invoice)
        for field in (
            "subtotal",
            "cgst",
            "sgst",
            "igst",
            "tax_amount",
            "total_amount",
            "tax_rate",
            "customer_name",
        ):
            assert note[field] == invoice[field], field
        lines = [(item["description"], item["quantity"], item["amount"]) for item in note["items"]]
        assert lines == [("Design", 3, 150.00), ("Travel", 1, 10.00)]
        assert (note["document_type"], note["against_id"]) == ("credit_note", invoice["id"])
        assert (note["note_reason"], note["amount_due"]) == ("sales_return", 0.00)
        assert re.fullmatch(r"CN-\d{4}-\d{2}-0001", note["invoice_number"])
        # 150.00 + 10.00 + 12 % = 179.20
        shown = alice.reread(invoice)
        assert (shown["status"], shown["amount_settled"], shown["amount_credited"]) == (
            "paid",
            179.20,
            179.20,
        )
        [credit] = alice.payments(invoice)
        assert (credit["kind"], credit["credit_note_id"], credit["amount"]) == (
            "credit_note",
            note["id"],
            179.20,
        )
        assert (alice.read("/api/transactions"), alice.faults()) == ([], [])

    def test_lines_are_taxed_like_the_invoice(self, alice: Person) -> None:
        alice.profile(state_code="29")
        invoice = alice.invoice(status="sent", place_of_supply="27", tax_rate=5, price_includes_tax=True)
        # 21.00 with 5 % in it: 20.00 + 1.00 IGST
        note = alice.credit_note(invoice, [("Returned", 1, 21.00)])
        assert (note["subtotal"], note["igst"], note["cgst"], note["total_amount"]) == (20.00, 1.00, 0, 21.00)
        assert note["place_of_supply"] == "27"

    def test_a_line_may_have_a_rate_of_its_own(self, alice: Person) -> None:
        invoice = alice.invoice(status="sent")
        line = {**ITEM, "unit_price": 10, "tax_rate": 0}
        answer = alice.api.post(f"/api/invoices/{invoice['id']}/credit-note", json={"items": [line]})
        assert checked(answer, 201)["total_amount"] == 10.00

    def test_what_is_paid_already_is_to_be_refunded(self, alice: Person) -> None:
        invoice = alice.pay(alice.invoice(status="sent"))
        note = alice.credit_note(invoice, [("Returned", 1, 50.00)])
        assert (note["status"], note["amount_due"]) == ("sent", 59.00)
        assert kinds(alice.payments(invoice)) == [("payment", 118.00)]
        refunded = checked(alice.api.put(f"/api/invoices/{note['id']}", json={"status": "paid"}), 200)
        assert (refunded["status"], refunded["amount_due"]) == ("paid", 0.00)
        refund = alice.read("/api/transactions", transaction_type="expense")[0]
        assert (refund["amount"], refund["tax_amount"]) == (59.00, None)
        assert refund["description"] == f"Refund of credit note {note['invoice_number']}"
        assert (alice.balance(), alice.faults()) == (59.00, [])

    def test_what_is_due_is_settled_and_the_rest_refunded(self, alice: Person) -> None:
        invoice = alice.invoice(status="sent")
        alice.payment(invoice, amount=100)
        note = alice.credit_note(invoice)
        assert kinds(alice.payments(invoice)) == [("payment", 100.00), ("credit_note", 18.00)]
        assert (note["amount_settled"], note["amount_due"]) == (18.00, 100.00)
        assert alice.faults() == []

    def test_several_notes_until_nothing_is_left(self, alice: Person) -> None:
        invoice = alice.invoice(status="sent")
        notes = [alice.credit_note(invoice, [("Returned", 1, price)]) for price in (25, 25, 50)]
        assert [note["invoice_number"][-4:] for note in notes] == ["0001", "0002", "0003"]
        shown = alice.reread(invoice)
        assert (shown["status"], shown["amount_credited"]) == ("paid", 118.00)
        problem(
            alice.api.post(
                f"/api/invoices/{invoice['id']}/credit-note", json={"items": [{**ITEM, "unit_price": 0.01}]}
            ),
            409,
            "credit_exceeds_invoice",
        )

    def test_a_draft_credits_nothing_until_it_is_issued(self, alice: Person) -> None:
        invoice = alice.invoice(status="sent")
        note = alice.credit_note(invoice, draft=True)
        shown = alice.reread(invoice)
        assert (note["status"], shown["amount_credited"], shown["amount_due"]) == ("draft", 0, 118.00)
        checked(alice.api.put(f"/api/invoices/{note['id']}", json={"status": "sent"}), 200)
        shown = alice.reread(invoice)
        assert (shown["status"], shown["amount_credited"]) == ("paid", 118.00)
        assert alice.faults() == []

    def test_the_invoices_own_numbers_go_on(self, alice: Person) -> None:
        invoice = alice.invoice(status="sent", issue_date="2026-10-01")
        alice.credit_note(invoice, issue_date="2026-10-02")
        assert alice.invoice(issue_date="2026-10-03")["invoice_number"] == "INV-2026-10-0002"

    def test_a_key_replays_the_answer_and_credits_once(self, alice: Person) -> None:
        path = f"/api/invoices/{alice.invoice(status='sent')['id']}/credit-note"
        key = {"Idempotency-Key": "returned-shirt"}
        body = {"items": [{**ITEM, "unit_price": 10}]}
        first, again = (alice.api.post(path, json=body, headers=key) for _ in range(2))
        assert checked(again, 201) == checked(first, 201)
        assert first.headers["location"] == f"/api/invoices/{first.json()['id']}"
        assert len(alice.read("/api/invoices", document_type="credit_note")) == 1


class TestRefused:
    def test_one_paisa_above_what_is_left(self, alice: Person) -> None:
        invoice = alice.invoice(status="sent", tax_rate=0)  # 100.00
        alice.credit_note(invoice, [("Returned", 1, 40.00)])
        path = f"/api/invoices/{invoice['id']}/credit-note"
        body = {"items": [{**ITEM, "unit_price": 60.01}]}
        refused = problem(alice.api.post(path, json=body), 409, "credit_exceeds_invoice")
        assert "60.00" in refused["detail"]
        assert refused["errors"][0]["field"] == "items"
        assert alice.reread(invoice)["amount_credited"] == 40.00
        # A whole one is more than what is left, too.
        problem(alice.api.post(path), 409, "credit_exceeds_invoice")
        assert alice.credit_note(invoice, [("Returned", 1, 60.00)])["total_amount"] == 60.00
        assert (len(alice.read("/api/invoices", document_type="credit_note")), alice.faults()) == (2, [])

    def test_a_draft_above_what_is_left_is_not_issued(self, alice: Person) -> None:
        invoice = alice.invoice(status="sent")
        note = alice.credit_note(invoice, [("Returned", 1, 100.01)], draft=True)
        path = f"/api/invoices/{note['id']}"
        for status in ("sent", "paid"):
            problem(alice.api.put(path, json={"status": status}), 409, "credit_exceeds_invoice")
        assert (alice.read(path)["status"], alice.reread(invoice)["amount_due"]) == ("draft", 118.00)

    @pytest.mark.parametrize(
        ("status", "code"), [("draft", "invoice_not_issued"), ("cancelled", "invoice_cancelled")]
    )
    def test_against_what_is_not_issued(self, alice: Person, status: str, code: str) -> None:
        invoice = alice.invoice(status=status)
        problem(alice.api.post(f"/api/invoices/{invoice['id']}/credit-note"), 409, code)
        assert alice.read("/api/invoices", document_type="credit_note") == []

    def test_against_another_note(self, alice: Person) -> None:
        note = alice.credit_note(alice.invoice(status="sent"))
        problem(alice.api.post(f"/api/invoices/{note['id']}/credit-note"), 404, "invoice_not_found")

    @pytest.mark.parametrize(
        "body",
        [
            {"items": []},
            {"items": [{**ITEM, "quantity": 1.2345}]},
            {"items": [{**ITEM, "unit_price": "50"}]},
            {"items": [{}]},
            {"reason": "mood"},
            {"issue_date": "2026-02-30"},
            {"draft": "yes"},
            {"total_amount": 1},
            [],
        ],
        ids=str,
    )
    def test_a_bad_body(self, alice: Person, body: object) -> None:
        path = f"/api/invoices/{alice.invoice(status='sent')['id']}/credit-note"
        problem(alice.api.post(path, json=body), 422, "validation_failed")

    def test_of_nothing(self, alice: Person) -> None:
        invoice = alice.invoice(status="sent")
        answer = alice.api.post(
            f"/api/invoices/{invoice['id']}/credit-note", json={"items": [{**ITEM, "unit_price": 0}]}
        )
        problem(answer, 409, "nothing_to_pay")
        assert (alice.reread(invoice)["amount_due"], alice.faults()) == (118.00, [])
