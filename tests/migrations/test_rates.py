"""GST rates are rows: what the dashboard changes about them is what warnings say, at once and of every invoice."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.person import Json, Person


def messages(record: Json) -> list[str]:
    return [warning["message"] for warning in record["warnings"] if warning["code"] == "unusual_tax_rate"]


@pytest.mark.parametrize(
    ("day", "rate", "warned"),
    [
        ("2025-09-21", 12, []),
        ("2025-09-22", 12, ["12 % is a GST rate only for bricks, tiles and fly ash on 2025-09-22."]),
        ("2025-09-21", 28, []),
        ("2025-10-01", 28, ["28 % is a GST rate only for tobacco on 2025-10-01."]),
        ("2026-02-01", 28, ["28 % is not a GST rate in force on 2026-02-01."]),
        ("2025-09-21", 40, ["40 % is not a GST rate in force on 2025-09-21."]),
        ("2025-09-22", 40, []),
        ("2025-10-01", 17, ["17 % is not a GST rate in force on 2025-10-01."]),
        ("2025-10-01", 18, []),
    ],
)
def test_a_warning_says_what_the_rate_is_for(alice: Person, day: str, rate: float, warned: list[str]) -> None:
    invoice = alice.invoice(issue_date=day, tax_rate=rate)
    assert messages(invoice) == warned
    assert messages(alice.read("/api/invoices")[0]) == warned
    assert messages(alice.read(f"/api/tax/calculate-for-invoice/{invoice['id']}")) == warned


@pytest.fixture
def new_rate(dashboard: psycopg.Connection) -> Iterator[psycopg.Connection]:
    yield dashboard
    dashboard.execute("delete from gst_rates where rate = 16")


def test_a_rate_typed_into_the_dashboard_ends_the_warning(
    alice: Person, new_rate: psycopg.Connection
) -> None:
    invoice = alice.invoice(issue_date="2025-10-01", tax_rate=16)
    assert messages(invoice) == ["16 % is not a GST rate in force on 2025-10-01."]
    new_rate.execute("insert into gst_rates (rate, valid_from, note) values (16, '2025-10-01', 'new')")
    # Nothing about it is stored on the invoice.
    assert messages(alice.read(f"/api/invoices/{invoice['id']}")) == []
    new_rate.execute("update gst_rates set valid_from = '2025-10-02' where rate = 16")
    assert len(messages(alice.read(f"/api/invoices/{invoice['id']}"))) == 1


def test_rows_that_are_there_already_stay(dashboard: psycopg.Connection) -> None:
    """The migration adds what is missing: a restored or edited row is not lost to it."""
    statements = dashboard.execute(
        "select statement from supabase_migrations.schema_migrations, unnest(statements) as statement "
        "where statement ~ 'insert into public.gst_(rates|states)'"
    ).fetchall()
    assert len(statements) == 2
    with dashboard.transaction(force_rollback=True):
        dashboard.execute("update gst_rates set note = 'typed' where rate = 18")
        dashboard.execute("delete from gst_rates where rate = 40")
        for (statement,) in statements:
            dashboard.execute(statement)
        rows = dashboard.execute("select rate::int, note from gst_rates where rate in (18, 40) order by 1")
        assert rows.fetchall() == [(18, "typed"), (40, "demerit rate")]
