"""An invoice that a note names stays what it was when the note was written."""

from typing import cast

import psycopg
import pytest

from tests.person import Json, Person, checked, problem

LINE: Json = {"description": "Design", "quantity": 1, "unit_price": 100}
PART: Json = {"items": [{**LINE, "unit_price": 50}]}


def noted(alice: Person, **note: object) -> tuple[str, Json]:
    """The path of an invoice of 118.00, and a credit note about it, of 59.00."""
    path = f"/api/invoices/{alice.invoice([('Design', 1, 100)], status='sent')['id']}"
    return path, cast(Json, checked(alice.api.post(f"{path}/credit-note", json={**PART, **note}), 201))


class TestAnInvoiceWithANote:
    @pytest.mark.parametrize(
        "change",
        [
            {"items": [{**LINE, "description": "Logo"}]},
            {"items": [LINE, {**LINE, "unit_price": 0}]},
            {"customer_name": "Bina"},
            {"customer_gstin": "29AABCR1718E1ZL"},
            {"issue_date": "2026-01-01"},
            {"place_of_supply": "27"},
            {"status": "draft"},
            {"status": "cancelled"},
        ],
        ids=str,
    )
    def test_keeps_what_it_says(self, alice: Person, change: Json) -> None:
        # Nothing settles this one: its note is a draft.
        path, _ = noted(alice, draft=True)
        before = alice.read(path)
        detail = problem(alice.api.put(path, json=change), 409, "invoice_has_notes")["detail"]
        assert "Cancel the note, or issue another one" in detail
        assert alice.read(path) == before
        assert alice.faults() == []

    def test_keeps_its_amounts(self, alice: Person) -> None:
        path, _ = noted(alice)
        for change in ({"items": [{**LINE, "unit_price": 200}]}, {"tax_rate": 5}):
            assert alice.api.put(path, json=change).status_code == 409
        assert alice.read(path)["total_amount"] == 118

    def test_is_not_calculated_anew(self, alice: Person) -> None:
        path, _ = noted(alice, draft=True)
        answer = alice.api.post(f"{path}/recalculate-taxes", params={"tax_rate": 5})
        problem(answer, 409, "invoice_has_notes")
        assert checked(alice.api.post(f"{path}/recalculate-taxes"), 200)["total_amount"] == 118

    def test_stays(self, alice: Person, dashboard: psycopg.Connection) -> None:
        path, _ = noted(alice)
        problem(alice.api.delete(path), 409, "invoice_has_notes")
        with pytest.raises(psycopg.DatabaseError, match="A note is about invoice"):
            dashboard.execute("delete from invoices where id = %s", (path.split("/")[-1],))

    def test_is_paid_and_annotated(self, alice: Person) -> None:
        path, _ = noted(alice)
        changed = checked(
            alice.api.put(path, json={"notes": "Thanks", "template": "simple", "status": "paid"}), 200
        )
        assert (changed["status"], changed["amount_settled"]) == ("paid", 118)
        assert alice.faults() == []

    def test_is_free_again_when_the_note_is_cancelled(self, alice: Person) -> None:
        path, note = noted(alice)
        checked(alice.api.put(f"/api/invoices/{note['id']}", json={"status": "cancelled"}), 200)
        checked(alice.api.put(path, json={"customer_name": "Bina", "tax_rate": 5}), 200)
        assert alice.faults() == []


class TestASaleWithANote:
    def test_keeps_its_invoice(self, alice: Person) -> None:
        sale = alice.sale(118, description="Books")
        checked(alice.api.post(f"/api/invoices/{sale['invoice_id']}/credit-note", json=PART), 201)
        path = f"/api/transactions/{sale['id']}"
        for change in (
            {"amount": 236},
            {"tax_rate": 5},
            {"description": "Tea"},
            {"transaction_type": "other"},
        ):
            problem(alice.api.put(path, json=change), 409, "invoice_has_notes")
        problem(alice.api.delete(path), 409, "invoice_has_notes")
        checked(alice.api.put(path, json={"category": "Counter"}), 200)
        assert (alice.balance(), alice.faults()) == (118, [])
