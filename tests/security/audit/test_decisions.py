"""One entry for one decision: what follows from it is told by nobody, or in the same entry."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import psycopg
import pytest

from tests.person import Json, Person, checked
from tests.security.audit.verification import _API, faults, verification

LINES = (("Design", 2, 50.00), ("Hosting", 1, 10.00), ("Support", 3, 5.00))


@contextmanager
def told(person: Person, *expected: tuple[str, str]) -> Iterator[list[Json]]:
    """The entries that the block adds to the audit, which are these operations on these types of records."""
    before = verification(person)["entries"]
    entries: list[Json] = []
    yield entries
    audit = person.read("/api/audit", sort_order="asc", limit=1000)
    entries.extend(entry for entry in audit if entry["number"] > before)
    assert [(entry["operation"], entry["record_type"]) for entry in entries] == list(expected)
    assert (faults(person), person.faults()) == ([], [])


@pytest.fixture
def alice(alice: Person) -> Person:
    alice.account()
    return alice


class TestASale:
    def test_is_told_with_the_invoice_it_generates(self, alice: Person) -> None:
        with told(alice, ("insert", "transactions")) as entries:
            sale = alice.sale(118, description="Boots")
        after = entries[0]["after"]
        [settlement] = after["settlements"].values()
        assert (settlement["invoice_id"], settlement["amount"]) == (sale["invoice_id"], 118)
        assert (after["invoice"]["id"], after["invoice"]["customer_name"]) == (
            sale["invoice_id"],
            "Walk-in customer",
        )
        [line] = after["invoice"]["items"].values()
        assert (line["description"], line["unit_price"]) == ("Boots", 118)

    def test_that_is_edited_is_told_with_its_document(self, alice: Person) -> None:
        sale = alice.sale(118)
        with told(alice, ("update", "invoices"), ("update", "transactions")) as entries:
            checked(alice.api.put(f"/api/transactions/{sale['id']}", json={"amount": 236}), 200)
        document, money = entries
        assert money["after"]["amount"] == 236
        assert [settled["amount"] for settled in money["after"]["settlements"].values()] == [236]
        assert [line["unit_price"] for line in document["before"]["items"].values()] == [118]
        assert [line["unit_price"] for line in document["after"]["items"].values()] == [236]

    def test_that_is_deleted_cancels_its_document(self, alice: Person) -> None:
        sale = alice.sale(118)
        with told(alice, ("delete", "transactions"), ("update", "invoices")) as entries:
            checked(alice.api.delete(f"/api/transactions/{sale['id']}"), 204)
        assert len(entries[0]["before"]["settlements"]) == 1
        assert (entries[1]["before"], entries[1]["after"]) == ({"status": "sent"}, {"status": "cancelled"})

    def test_that_was_no_sale_before(self, alice: Person) -> None:
        expense = alice.expense(118)
        with told(alice, ("update", "transactions")) as entries:
            checked(
                alice.api.put(f"/api/transactions/{expense['id']}", json={"transaction_type": "sale"}), 200
            )
        assert {"transaction_type", "settlements", "invoice"} <= entries[0]["after"].keys()
        with told(alice, ("update", "invoices"), ("update", "transactions")):
            checked(
                alice.api.put(f"/api/transactions/{expense['id']}", json={"transaction_type": "expense"}), 200
            )


class TestADocument:
    def test_is_told_with_its_lines(self, alice: Person) -> None:
        with told(alice, ("insert", "invoices")) as entries:
            alice.invoice(LINES)
        lines = entries[0]["after"]["items"].values()
        assert sorted((line["position"], line["description"]) for line in lines) == [
            (1, "Design"),
            (2, "Hosting"),
            (3, "Support"),
        ]

    def test_a_change_of_its_header(self, alice: Person) -> None:
        invoice = alice.invoice(LINES)
        with told(alice, ("update", "invoices")) as entries:
            changes = {"notes": "Thank you", "customer_name": "Asha", "tax_rate": 5}
            checked(alice.api.put(f"/api/invoices/{invoice['id']}", json=changes), 200)
        assert entries[0]["after"] == changes

    def test_a_change_of_its_lines_and_header_at_once(self, alice: Person) -> None:
        invoice = alice.invoice(LINES)
        lines = [
            {"description": text, "quantity": 1, "unit_price": 1} for text in ("Design", "Care", "A", "B")
        ]
        with told(alice, ("update", "invoices")) as entries:
            checked(alice.api.put(f"/api/invoices/{invoice['id']}", json={"notes": "x", "items": lines}), 200)
        assert entries[0]["before"]["notes"] is None
        assert len(entries[0]["after"]["items"]) == 4
        with told(alice, ("update", "invoices")) as entries:
            checked(alice.api.put(f"/api/invoices/{invoice['id']}", json={"items": lines[:1]}), 200)
        assert set(entries[0]["after"]["items"].values() or [0]) == {None}

    def test_a_line_that_is_typed(self, alice: Person, dashboard: psycopg.Connection) -> None:
        invoice = alice.invoice(LINES)
        line = invoice["items"][0]["id"]
        with told(alice, ("update", "invoices")) as entries:
            dashboard.execute("update invoice_items set unit_price = 60 where id = %s", (line,))
        assert entries[0]["record_id"] == invoice["id"]
        assert (entries[0]["before"]["items"][line]["unit_price"], entries[0]["channel"]) == (50, "dashboard")
        with told(alice, ("update", "invoices")) as entries:
            dashboard.execute("delete from invoice_items where id = %s", (line,))
        assert entries[0]["after"] == {"items": {line: None}}

    def test_that_is_typed_line_by_line(self, alice: Person, dashboard: psycopg.Connection) -> None:
        with told(alice, ("insert", "invoices"), ("update", "invoices")):
            [(invoice,)] = dashboard.execute(
                "insert into invoices (user_id, customer_name) values (%s, 'Asha') returning id", (alice.id,)
            )
            add = (
                "insert into invoice_items (user_id, invoice_id, description, quantity, unit_price) "
                "values (%s, %s, 'Design', 1, 1)"
            )
            dashboard.execute(add, (alice.id, invoice))

    def test_that_is_deleted_with_its_payment(self, alice: Person) -> None:
        invoice = alice.invoice(LINES, status="sent")
        alice.pay(invoice)
        with told(alice, ("delete", "invoices"), ("delete", "transactions")) as entries:
            checked(alice.api.delete(f"/api/invoices/{invoice['id']}"), 204)
        assert len(entries[0]["before"]["items"]) == 3
        assert len(entries[1]["before"]["settlements"]) == 1


class TestASettlement:
    def test_mark_as_paid(self, alice: Person) -> None:
        invoice = alice.invoice(status="sent")
        with told(alice, ("insert", "transactions")) as entries:
            alice.pay(invoice)
        [settlement] = entries[0]["after"]["settlements"].values()
        assert (settlement["invoice_id"], settlement["kind"]) == (invoice["id"], "payment")

    def test_who_pays_a_draft_issues_it(self, alice: Person) -> None:
        invoice = alice.invoice()
        with told(alice, ("insert", "transactions"), ("update", "invoices")) as entries:
            alice.pay(invoice)
        assert (entries[1]["before"]["status"], entries[1]["after"]["status"]) == ("draft", "sent")

    def test_a_status_that_is_typed(self, alice: Person, dashboard: psycopg.Connection) -> None:
        invoice = alice.invoice(status="sent")
        with told(alice, ("insert", "transactions")):
            dashboard.execute("update invoices set status = 'paid' where id = %s", (invoice["id"],))
        with told(alice, ("delete", "transactions")):
            dashboard.execute("update invoices set status = 'sent' where id = %s", (invoice["id"],))

    def test_a_payment_that_is_typed(self, alice: Person, dashboard: psycopg.Connection) -> None:
        invoice = alice.invoice(status="sent")
        with told(alice, ("insert", "transactions")) as entries:
            dashboard.execute(
                "insert into settlements (user_id, invoice_id, amount) values (%s, %s, 10)",
                (alice.id, invoice["id"]),
            )
        assert len(entries[0]["after"]["settlements"]) == 1
        with told(alice, ("delete", "transactions"), ("delete", "settlements")):
            dashboard.execute("delete from settlements where invoice_id = %s", (invoice["id"],))

    def test_tax_deducted_and_a_write_off(self, alice: Person) -> None:
        invoice = alice.invoice(status="sent")
        payments = f"/api/invoices/{invoice['id']}/payments"
        with told(alice, ("insert", "transactions"), ("insert", "settlements")) as entries:
            checked(alice.api.post(payments, json={"amount": 100, "tax_deducted": 10, "write_off": 8}), 201)
        assert len(entries[0]["after"]["settlements"]) == 2
        assert entries[1]["after"]["kind"] == "write_off"

    def test_a_credit_note(self, alice: Person) -> None:
        invoice = alice.invoice(status="sent")
        with told(alice, ("insert", "invoices"), ("insert", "settlements")) as entries:
            note = checked(alice.api.post(f"/api/invoices/{invoice['id']}/credit-note", json={}), 201)
        assert (entries[0]["record_id"], entries[0]["after"]["status"]) == (note["id"], "sent")

    def test_payments_of_several_users_in_one_statement(
        self, alice: Person, bob: Person, service: httpx.Client
    ) -> None:
        bob.account()
        people = (alice, bob, alice)
        invoices = [person.invoice(status="sent")["id"] for person in people]
        with told(alice, *[("insert", "transactions")] * 2), told(bob, ("insert", "transactions")):
            answer = service.patch(
                "/invoices", params={"id": f"in.({','.join(invoices)})"}, json={"status": "paid"}
            )
            checked(answer, 204)


class TestAnAccount:
    def test_a_balance_that_is_typed(self, alice: Person, dashboard: psycopg.Connection) -> None:
        with told(alice, ("update", "accounts")) as entries:
            dashboard.execute("update accounts set balance = 50 where user_id = %s", (alice.id,))
        assert (entries[0]["before"], entries[0]["after"]) == ({"balance": 0}, {"balance": 50})
        with told(alice, ("insert", "transactions")):
            alice.expense(20)

    def test_a_new_default_account(self, alice: Person) -> None:
        with told(alice, ("update", "accounts"), ("insert", "accounts")):
            checked(alice.api.post("/api/accounts", json={"name": "Till", "is_default": True}), 201)


class TestATaxFiling:
    def test_a_draft_that_follows_the_books(self, alice: Person, service: httpx.Client) -> None:
        def draft() -> None:
            checked(service.post("/rpc/run_job", json={"job": "generate_tax_filings"}, headers=_API), 200)

        alice.sale(118, date="2026-09-01")
        with told(alice, ("insert", "tax_filings")) as entries:
            draft()
        assert (entries[0]["channel"], entries[0]["after"]["status"]) == ("schedule", "draft")
        assert "total_sales" not in entries[0]["after"]
        alice.sale(118, date="2026-09-01")
        with told(alice):
            draft()


class TestAColumnThatIsNew:
    @pytest.mark.parametrize("table", ["invoices", "invoice_items", "transactions", "settlements"])
    def test_makes_nothing_look_forged(
        self, alice: Person, dashboard: psycopg.Connection, table: str
    ) -> None:
        alice.sale(118)
        alice.pay(alice.invoice())
        with dashboard.transaction(force_rollback=True):
            dashboard.execute(f"alter table {table} add column reverse boolean not null default false")
            found = dashboard.execute("select * from api.verify_audit() where user_id = %s", (alice.id,))
            assert found.fetchall() == []


class TestALaunderedEdit:
    """Changed past the triggers, and then changed or deleted by the rules."""

    @pytest.mark.parametrize(
        ("forgery", "record_type", "details"),
        [
            ("update transactions set amount = 90 where user_id = %s", "transactions", "amount"),
            ("update invoices set notes = 'forged' where user_id = %s", "invoices", "notes"),
            ("update invoice_items set unit_price = 90, amount = 90 where user_id = %s", "invoices", "items"),
        ],
    )
    def test_is_found(
        self,
        alice: Person,
        dashboard: psycopg.Connection,
        superuser: psycopg.Connection,
        forgery: str,
        record_type: str,
        details: str,
    ) -> None:
        alice.sale(118)
        alice.invoice()
        superuser.execute(forgery, (alice.id,))
        for edit in (
            "update invoice_items set unit_price = 91 where user_id = %s and unit_price = 90 and tax_included is false",
            "update invoices set notes = 'mine' where user_id = %s and origin = 'invoice'",
            "update transactions set reference = 'x' where user_id = %s",
            "delete from transactions where user_id = %s",
        ):
            dashboard.execute(edit, (alice.id,))
        found = [fault for fault in faults(alice) if fault[0] == "entry_continues"]
        assert [fault[2:] for fault in found] == [(record_type, f"found another {details}")]
