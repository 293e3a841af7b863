"""The zone of a profile changes in an instant, however much was written before."""

import time
from typing import LiteralString

import psycopg

from tests.person import Person

TEN_THOUSAND: LiteralString = """
    insert into invoices (
        user_id, serial, financial_year, invoice_number, customer_name, issue_date, issue_day, due_date, due_day, tax_rate,
        created_at, created_day
    )
    select %s, n, 2025, 'OLD-' || n, 'Asha', '2025-05-01T20:00Z', '2025-05-02', '2025-05-01T20:00Z', '2025-05-02', 18, '2025-05-01T20:00Z',
        '2025-05-02'
    from generate_series(1, 10000) as n
"""


def test_ten_thousand_invoices_do_not_move(
    alice: Person, superuser: psycopg.Connection, dashboard: psycopg.Connection
) -> None:
    superuser.execute(TEN_THOUSAND, (alice.id,))
    began = time.monotonic()
    alice.profile(time_zone="America/New_York")
    # 1.0.0 wrote every one of them anew: 7 seconds, and 503 for more.
    assert time.monotonic() - began < 1
    days = dashboard.execute("select distinct issue_day::text from invoices where user_id = %s", (alice.id,))
    assert days.fetchall() == [("2025-05-02",)]
    dashboard.execute("delete from auth.users where id = %s", (alice.id,))
