"""The demo data: for the user that a setting names, and without the setting for nobody."""

import psycopg

from local.project import ROOT
from tests.person import Person

SEED = (ROOT / "supabase" / "seed.sql").read_bytes()


def counted(dashboard: psycopg.Connection) -> list[tuple[int, ...]]:
    tables = ("accounts", "transactions", "invoices", "invoice_items", "profiles where full_name is not null")
    query = " union all ".join(f"select count(*) from {table}" for table in tables)
    return dashboard.execute(query.encode()).fetchall()


def test_without_a_user_it_writes_nothing(alice: Person, dashboard: psycopg.Connection) -> None:
    """As `supabase start` and `supabase db push --include-seed` run it."""
    alice.invoice([("Trade fair stand", 1, 50)])
    before = counted(dashboard)
    dashboard.execute(SEED)
    assert counted(dashboard) == before
    assert alice.read("/api/invoices")[0]["status"] == "draft"


def test_with_a_user_it_fills_the_books(alice: Person, bob: Person, dashboard: psycopg.Connection) -> None:
    bob.invoice([("Trade fair stand", 1, 50)])
    with dashboard.transaction():
        dashboard.execute("select set_config('renpay.demo_user_id', %s, true)", (alice.id,))
        dashboard.execute(SEED)
    invoices = alice.read("/api/invoices", limit=1000)
    assert {invoice["status"] for invoice in invoices} == {"draft", "sent", "overdue", "paid", "cancelled"}
    assert len(alice.read("/api/accounts")) == 2
    assert bob.read("/api/invoices")[0]["status"] == "draft"
    assert (alice.faults(), bob.faults()) == ([], [])
