"""Logs, counters and totals: rows that only the rules write, because one typed row would stop the books."""

from typing import LiteralString

import psycopg
import pytest

from tests.person import Person

LEDGER: LiteralString = (
    "insert into ledger_entries (user_id, account_id, entry_number, kind, amount, balance_after) "
    "select user_id, id, entry_count + 1, 'adjustment', 1, balance + 1 from accounts where user_id = %s"
)
AUDIT: LiteralString = (
    "insert into audit_entries (user_id, number, channel, actor_role, operation, record_type, record_id, hash) "
    "select user_id, last_number + 1, 'dashboard', 'postgres', 'insert', 'accounts', user_id, '' "
    "from private.audit_heads where user_id = %s"
)


@pytest.mark.parametrize(
    ("statement", "hint"),
    [
        (LEDGER, "ledger_is_append_only"),
        (AUDIT, "audit_is_append_only"),
        ("update private.audit_heads set last_number = 9 where user_id = %s", "written_by_rules"),
        ("delete from private.audit_heads where user_id = %s", "written_by_rules"),
        ("update private.counters set last_value = 9 where user_id = %s", "written_by_rules"),
        ("insert into private.counters values (%s, 'INV-2030-01', 9)", "written_by_rules"),
        ("delete from private.counters where user_id = %s", "written_by_rules"),
        ("delete from private.deleted_invoice_numbers where user_id = %s", "written_by_rules"),
        ("update private.transaction_totals set amount = 9 where user_id = %s", "written_by_rules"),
        ("delete from private.invoice_totals where user_id = %s", "written_by_rules"),
    ],
)
def test_a_typed_row_is_refused_and_the_books_go_on(
    alice: Person, dashboard: psycopg.Connection, statement: LiteralString, hint: str
) -> None:
    alice.sale(118)
    with pytest.raises(psycopg.DatabaseError) as refusal:
        dashboard.execute(statement, (alice.id,))
    assert refusal.value.diag.message_hint == hint
    alice.sale(118)
    alice.invoice()
    assert (alice.balance(), alice.faults(), alice.read("/api/audit/verify")["faults"]) == (236, [], [])


def test_a_typed_serial_is_the_counters(alice: Person, dashboard: psycopg.Connection) -> None:
    alice.invoice()
    [(serial,)] = dashboard.execute(
        "insert into invoices (user_id, customer_name, serial) values (%s, 'Asha', 900) returning serial",
        (alice.id,),
    )
    assert serial == 2
    alice.sale(118)
    alice.invoice()
    serials = dashboard.execute("select serial from invoices where user_id = %s order by 1", (alice.id,))
    assert serials.fetchall() == [(1,), (2,), (3,), (4,)]


def test_an_upsert_takes_no_number(alice: Person, dashboard: psycopg.Connection) -> None:
    invoice = alice.invoice()
    dashboard.execute(
        "insert into invoices (id, user_id, customer_name) values (%s, %s, 'Ravi') "
        "on conflict (id) do update set customer_name = excluded.customer_name",
        (invoice["id"], alice.id),
    )
    assert alice.invoice()["invoice_number"][-4:] == "0002"
