"""Notes that are typed into the dashboard, and what they settle."""

from decimal import Decimal

import psycopg
import pytest

from tests.person import Json, Person

NOTE = (
    "insert into invoices (user_id, document_type, against_id, customer_name, status)"
    " values (%(user)s, %(type)s, %(invoice)s, 'John Doe', 'draft') returning id"
)
LINE = "insert into invoice_items (user_id, invoice_id, description, quantity, unit_price) values (%s, %s, 'Back', 1, %s)"
SETTLE = (
    "insert into settlements (user_id, invoice_id, kind, credit_note_id, amount)"
    " values (%s, %s, 'credit_note', %s, %s)"
)


@pytest.fixture
def invoice(alice: Person) -> Json:
    """An issued invoice of 118.00."""
    return alice.invoice(status="sent", issue_date="2026-10-01")


def write_note(
    dashboard: psycopg.Connection, person: Person, invoice: Json, price: str, kind: str = "credit_note"
) -> str:
    """The id of a note that somebody types, with one line, as a draft."""
    values = {"user": person.id, "type": kind, "invoice": invoice["id"]}
    [(note_id,)] = dashboard.execute(NOTE, values).fetchall()
    dashboard.execute(LINE, (person.id, note_id, price))
    return str(note_id)


class TestATypedNote:
    def test_credits_when_it_is_issued(
        self, alice: Person, dashboard: psycopg.Connection, invoice: Json
    ) -> None:
        note = write_note(dashboard, alice, invoice, "50")
        assert alice.reread(invoice)["amount_credited"] == 0
        dashboard.execute("update invoices set status = 'sent' where id = %s", (note,))
        shown = alice.reread(invoice)
        assert (shown["amount_credited"], shown["amount_due"]) == (59.00, 59.00)
        dashboard.execute("update invoices set status = 'cancelled' where id = %s", (note,))
        shown = alice.reread(invoice)
        assert (shown["amount_credited"], shown["amount_due"], alice.faults()) == (0, 118.00, [])

    def test_that_is_deleted_credits_no_more(
        self, alice: Person, dashboard: psycopg.Connection, invoice: Json
    ) -> None:
        note = write_note(dashboard, alice, invoice, "50")
        dashboard.execute("update invoices set status = 'sent' where id = %s", (note,))
        dashboard.execute("delete from invoices where id = %s", (note,))
        shown = alice.reread(invoice)
        assert (shown["amount_credited"], shown["amount_due"], alice.faults()) == (0, 118.00, [])

    def test_above_what_is_left_is_not_issued(
        self, alice: Person, dashboard: psycopg.Connection, invoice: Json
    ) -> None:
        note = write_note(dashboard, alice, invoice, "100.01")
        with pytest.raises(psycopg.Error) as refused:
            dashboard.execute("update invoices set status = 'sent' where id = %s", (note,))
        assert refused.value.diag.message_hint == "credit_exceeds_invoice"
        assert (alice.reread(invoice)["amount_credited"], alice.faults()) == (0, [])

    def test_that_is_issued_at_birth_credits_its_lines(
        self, alice: Person, dashboard: psycopg.Connection, invoice: Json
    ) -> None:
        values = {"user": alice.id, "type": "credit_note", "invoice": invoice["id"]}
        [(note,)] = dashboard.execute(NOTE.replace("'draft'", "'sent'"), values).fetchall()
        for price in ("20", "30"):
            dashboard.execute(LINE, (alice.id, note, price))
        assert alice.reread(invoice)["amount_credited"] == 59.00
        with pytest.raises(psycopg.Error) as refused:
            dashboard.execute(LINE, (alice.id, note, "50.01"))
        assert refused.value.diag.message_hint == "credit_exceeds_invoice"
        assert (alice.reread(invoice)["amount_credited"], alice.faults()) == (59.00, [])

    @pytest.mark.parametrize("status", ["draft", "cancelled"])
    def test_about_what_is_not_issued_is_refused(
        self, alice: Person, dashboard: psycopg.Connection, status: str
    ) -> None:
        invoice = alice.invoice(status=status)
        with pytest.raises(psycopg.Error) as refused:
            write_note(dashboard, alice, invoice, "1")
        assert refused.value.diag.message_hint in {"invoice_not_issued", "invoice_cancelled"}

    def test_about_anothers_invoice_is_refused(
        self, bob: Person, dashboard: psycopg.Connection, invoice: Json
    ) -> None:
        with pytest.raises(psycopg.Error) as refused:
            write_note(dashboard, bob, invoice, "1")
        assert refused.value.diag.message_hint == "invoice_not_found"

    def test_settles_another_invoice_by_a_typed_settlement(
        self, alice: Person, dashboard: psycopg.Connection, invoice: Json
    ) -> None:
        alice.pay(invoice)
        note, other = alice.credit_note(invoice), alice.invoice(status="sent")
        dashboard.execute(SETTLE, (alice.id, other["id"], note["id"], Decimal(100)))
        shown = alice.reread(other)
        assert (shown["amount_due"], alice.reread(note)["amount_due"]) == (18.00, 18.00)
        with pytest.raises(psycopg.Error):
            dashboard.execute(SETTLE, (alice.id, other["id"], note["id"], Decimal("18.01")))
        third = alice.invoice(status="sent")
        with pytest.raises(psycopg.Error):
            dashboard.execute(SETTLE, (alice.id, third["id"], note["id"], Decimal("18.01")))
        assert alice.faults() == []

    @pytest.mark.parametrize("source", ["an invoice", "a draft", "a cancelled note", "bob's note", "itself"])
    def test_what_is_no_issued_note_settles_nothing(
        self, alice: Person, bob: Person, dashboard: psycopg.Connection, invoice: Json, source: str
    ) -> None:
        alice.pay(invoice)
        other = alice.invoice(status="sent")
        note = {
            "an invoice": lambda: alice.invoice(status="sent"),
            "a draft": lambda: alice.credit_note(invoice, draft=True),
            "a cancelled note": lambda: alice.credit_note(invoice, [("Back", 1, 1)]),
            "bob's note": lambda: bob.credit_note(bob.pay(bob.invoice(status="sent"))),
            "itself": lambda: other,
        }[source]()
        if source == "a cancelled note":
            alice.api.put(f"/api/invoices/{note['id']}", json={"status": "cancelled"})
        with pytest.raises(psycopg.Error) as refused:
            dashboard.execute(SETTLE, (alice.id, other["id"], note["id"], 10))
        assert refused.value.diag.message_hint == "invoice_not_found"
        assert (alice.reread(other)["amount_due"], alice.faults(), bob.faults()) == (118.00, [], [])

    def test_a_note_is_refunded_by_a_typed_settlement(
        self, alice: Person, dashboard: psycopg.Connection, invoice: Json
    ) -> None:
        alice.pay(invoice)
        note = alice.credit_note(invoice)
        typed = "insert into settlements (user_id, invoice_id, amount) values (%s, %s, %s)"
        dashboard.execute(typed, (alice.id, note["id"], 100))
        assert (alice.reread(note)["amount_due"], alice.balance()) == (18.00, 18.00)
        with pytest.raises(psycopg.Error) as refused:
            dashboard.execute(typed, (alice.id, note["id"], Decimal("18.01")))
        assert refused.value.diag.message_hint == "payment_exceeds_due"
        assert alice.faults() == []

    @pytest.mark.parametrize("kind", ["credit_note", "tax_deducted"])
    def test_a_note_is_settled_by_money_only(
        self, alice: Person, dashboard: psycopg.Connection, invoice: Json, kind: str
    ) -> None:
        alice.pay(invoice)
        note = alice.credit_note(invoice, [("Back", 1, 50)])
        other = alice.credit_note(invoice, [("Back", 1, 10)])
        with pytest.raises(psycopg.Error) as refused:
            dashboard.execute(
                "insert into settlements (user_id, invoice_id, kind, credit_note_id, amount) values (%s, %s, %s, %s, 1)",
                (alice.id, note["id"], kind, other["id"] if kind == "credit_note" else None),
            )
        assert refused.value.diag.message_hint == "payment_differs"
        assert (alice.reread(note)["amount_due"], alice.faults()) == (59.00, [])
