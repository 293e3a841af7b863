"""What follows from other records is computed again, on request of somebody with the dashboard."""

from typing import LiteralString

import psycopg
import pytest
from psycopg import errors

from tests.functions.tax.filings import IN_QUARTER, submit
from tests.person import Json, Person, checked

DAMAGE: list[LiteralString] = [
    "update invoices set subtotal = 1, tax_amount = 0, cgst = 0, sgst = 0, total_amount = 1, amount_settled = 0, amount_credited = 0 where user_id = %s",
    "update invoices set amount_settled = 0 where user_id = %s",
    "update invoices set status = 'sent' where user_id = %s and status = 'paid'",
    "update invoices set amount_credited = 1 where user_id = %s and document_type = 'invoice'",
    "update invoice_items set taxable_value = 1 where user_id = %s",
    "delete from private.transaction_totals where user_id = %s",
    "update private.invoice_totals set subtotal = subtotal + 1 where user_id = %s",
]


@pytest.fixture
def books(alice: Person) -> Person:
    """Paid whole and in part, with a credit note, a draft, a sale and an expense."""
    alice.pay(alice.invoice([("Design", 3, 33.33), ("Print", 1, 0.05)]))
    part = alice.invoice([("Design", 1, 1000)], status="sent")
    checked(alice.api.post(f"/api/invoices/{part['id']}/payments", json={"amount": 600}), 201)
    items = [{"description": "Design", "quantity": 1, "unit_price": 100}]
    note = {"reason": "correction", "items": items}
    checked(alice.api.post(f"/api/invoices/{part['id']}/credit-note", json=note), 201)
    alice.invoice()
    alice.sale(118)
    alice.expense(59, tax_rate=18)
    return alice


def shown(person: Person) -> list[Json]:
    lists = ("/api/invoices", "/api/invoices?document_type=credit_note", "/api/transactions")
    rows = [row for path in lists for row in person.read(path)]
    lines = [line for row in rows for line in row.get("items", [])]
    return [
        {name: value for name, value in row.items() if name != "updated_at"}
        for row in lines + rows
        if row.pop("items", 1)
    ]


@pytest.mark.parametrize("damage", DAMAGE)
def test_what_was_damaged_is_as_before(
    books: Person, superuser: psycopg.Connection, dashboard: psycopg.Connection, damage: LiteralString
) -> None:
    before = shown(books)
    superuser.execute(damage, (books.id,))
    assert shown(books) != before or books.faults() != []
    dashboard.execute("select private.repair_totals(%s)", (books.id,))
    assert books.faults() == []
    assert shown(books) == before
    [(made_by,)] = dashboard.execute(
        "select repaired_by from private.repairs where user_id = %s", (books.id,)
    ).fetchall()
    assert made_by == "postgres"


def test_what_is_credited_comes_from_notes_as_repaired(
    alice: Person, superuser: psycopg.Connection, dashboard: psycopg.Connection
) -> None:
    for _ in range(8):  # some of the notes lie after their invoices in the table
        invoice = alice.invoice([("Design", 1, 1000)], status="sent")
        checked(
            alice.api.post(f"/api/invoices/{invoice['id']}/credit-note", json={"reason": "correction"}), 201
        )
    before = shown(alice)
    superuser.execute(
        "update invoices set subtotal = 1, tax_amount = 0, cgst = 0, sgst = 0, total_amount = 1, amount_settled = 0"
        " where user_id = %s and document_type = 'credit_note'",
        (alice.id,),
    )
    dashboard.execute(
        "select set_config('enable_indexscan', 'off', false), set_config('enable_bitmapscan', 'off', false)"
    )
    dashboard.execute("select private.repair_totals(%s)", (alice.id,))
    assert alice.faults() == []
    assert shown(alice) == before


def test_a_closed_period_is_repaired_too(
    alice: Person, superuser: psycopg.Connection, dashboard: psycopg.Connection
) -> None:
    invoice = alice.invoice([("Design", 1, 100)], status="sent", issue_date=IN_QUARTER)
    submit(alice, total_tax_liability=0)
    superuser.execute("update invoices set subtotal = 1, total_amount = 19 where user_id = %s", (alice.id,))
    dashboard.execute("select private.repair_totals(%s)", (alice.id,))
    assert alice.read(f"/api/invoices/{invoice['id']}")["total_amount"] == 118
    assert alice.faults() == []
    # Closed as before for everybody else.
    with pytest.raises(psycopg.Error, match="was submitted"):
        dashboard.execute("update invoices set tax_rate = 5 where user_id = %s", (alice.id,))


def test_the_audit_tells_what_was_repaired(
    books: Person, superuser: psycopg.Connection, dashboard: psycopg.Connection
) -> None:
    superuser.execute(
        "update invoices set amount_settled = 0 where user_id = %s and customer_name = 'John Doe' and total_amount = 118.04",
        (books.id,),
    )
    dashboard.execute("select private.repair_totals(%s)", (books.id,))
    told = books.read("/api/audit", record_type="repairs")
    assert [(entry["channel"], entry["operation"]) for entry in told] == [("dashboard", "insert")]
    [change] = told[0]["after"]["changes"]
    assert change["record_type"] == "invoices"
    # 99.99 with 9.00 + 9.00 of tax (8.9991 each), and 0.05 without (0.0045 each).
    assert change["before"] == {"amount_settled": 0.00, "amount_due": 118.04}
    assert change["after"] == {"amount_settled": 118.04, "amount_due": 0.00}
    assert books.read("/api/audit/verify")["faults"] == []


def test_books_in_order_stay_untouched(books: Person, dashboard: psycopg.Connection) -> None:
    before = books.read("/api/invoices")
    dashboard.execute("select private.repair_totals(%s)", (books.id,))
    assert books.read("/api/audit", limit=1)[0]["after"]["changes"] == []
    assert books.read("/api/invoices") == before


def test_typing_over_a_sum_changes_nothing(books: Person, dashboard: psycopg.Connection) -> None:
    before = shown(books)
    dashboard.execute("update invoices set subtotal = 5, total_amount = 5 where user_id = %s", (books.id,))
    assert shown(books) == before


@pytest.mark.parametrize("role", ["authenticated", "anon"])
def test_users_cannot_ask_for_it(books: Person, dashboard: psycopg.Connection, role: str) -> None:
    dashboard.execute("select set_config('role', %s, false)", (role,))
    with pytest.raises(errors.InsufficientPrivilege):
        dashboard.execute("select private.repair_totals(%s)", (books.id,))
