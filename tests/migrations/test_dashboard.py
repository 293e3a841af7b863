"""The same law for every way to write: SQL as the dashboard writes it."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg import errors

from tests.person import Json, Person, checked

Rows = list[tuple[Any, ...]]


def rows(dashboard: psycopg.Connection, query: str, *values: object) -> Rows:
    return dashboard.execute(query, values).fetchall()


class TestSql:
    def test_a_sale_moves_the_default_account_and_writes_its_invoice(
        self, alice: Person, dashboard: psycopg.Connection
    ) -> None:
        rows(
            dashboard,
            "insert into transactions (user_id, transaction_type, amount) values (%s, 'sale', 118) returning id",
            alice.id,
        )
        assert alice.balance() == 118
        [invoice] = alice.read("/api/invoices")
        assert (invoice["subtotal"], invoice["tax_amount"], invoice["status"]) == (100.00, 18.00, "paid")
        assert alice.faults() == []

    def test_ten_rows_in_one_statement(self, alice: Person, dashboard: psycopg.Connection) -> None:
        here, there = alice.account("Here"), alice.account("There")
        dashboard.execute(
            """
            insert into transactions (user_id, account_id, transfer_account_id, transaction_type, amount, date)
            select
                %(user)s,
                case when n %% 2 = 0 then %(here)s::uuid else %(there)s::uuid end,
                case when n > 8 then case when n %% 2 = 0 then %(there)s::uuid else %(here)s::uuid end end,
                case when n > 8 then 'transfer' when n > 5 then 'expense' else 'sale' end,
                n,
                '2026-03-01T00:00:00Z'
            from generate_series(1, 10) as n
            """,
            {"user": alice.id, "here": here["id"], "there": there["id"]},
        )
        # Here: sales 2 + 4, expenses 6 + 8, transfer 10 out and 9 in. There: sales 1 + 3 + 5, expense 7, 9 out, 10 in.
        assert alice.read(f"/api/accounts/{here['id']}")["balance"] == -9
        assert alice.read(f"/api/accounts/{there['id']}")["balance"] == 3
        numbers = [invoice["invoice_number"] for invoice in alice.read("/api/invoices", sort_by="created_at")]
        assert sorted(numbers) == [f"INV-2026-03-{number:04}" for number in range(1, 6)]
        assert alice.faults() == []

    def test_a_typed_balance_is_an_adjustment(self, alice: Person, dashboard: psycopg.Connection) -> None:
        account = alice.account(balance=100)
        dashboard.execute("update accounts set balance = 75.25 where id = %s", (account["id"],))
        entries = rows(
            dashboard,
            "select kind, amount, balance_after from ledger_entries where account_id = %s order by entry_number",
            account["id"],
        )
        assert entries == [
            ("opening", Decimal("100.00"), Decimal("100.00")),
            ("adjustment", Decimal("-24.75"), Decimal("75.25")),
        ]
        assert alice.faults() == []

    def test_an_ignored_duplicate_changes_nothing(self, alice: Person, dashboard: psycopg.Connection) -> None:
        default, other = alice.account(), alice.account(balance=10)
        dashboard.execute(
            "insert into accounts (id, user_id, name, balance, is_default) values (%s, %s, 'Again', 50, true) "
            "on conflict (id) do nothing",
            (other["id"], alice.id),
        )
        assert [account["is_default"] for account in alice.read("/api/accounts")] == [True, False]
        dashboard.execute("update accounts set balance = 20 where id = %s", (other["id"],))
        alice.sale(5, account_id=default["id"])
        assert (alice.balance(), alice.faults()) == (25, [])

    def test_an_id_is_used_again(self, alice: Person, dashboard: psycopg.Connection) -> None:
        alice.account()
        [gone, _] = [alice.account(balance=10)["id"], alice.account()]
        checked(alice.api.delete(f"/api/accounts/{gone}"), 204)
        dashboard.execute(
            "insert into accounts (id, user_id, name, balance) values (%s, %s, 'Again', 50)", (gone, alice.id)
        )
        alice.sale(5, account_id=gone)
        numbers = rows(
            dashboard,
            "select entry_number, kind, balance_after from ledger_entries where account_id = %s",
            gone,
        )
        assert sorted(numbers) == [
            (1, "opening", 10),
            (2, "closure", 0),
            (3, "opening", 50),
            (4, "transaction", 55),
        ]
        assert alice.faults() == []

    def test_an_invoice_typed_row_by_row(self, alice: Person, dashboard: psycopg.Connection) -> None:
        [(invoice_id,)] = rows(
            dashboard,
            "insert into invoices (user_id, customer_name) values (%s, 'Asha') returning id",
            alice.id,
        )
        dashboard.execute(
            "insert into invoice_items (invoice_id, user_id, description, quantity, unit_price) "
            "values (%s, %s, 'Design', 2, 50)",
            (invoice_id, alice.id),
        )
        assert alice.read(f"/api/invoices/{invoice_id}")["total_amount"] == 118
        dashboard.execute("update invoices set status = 'paid' where id = %s", (invoice_id,))
        assert alice.balance() == 118
        dashboard.execute("update invoices set status = 'sent' where id = %s", (invoice_id,))
        assert (alice.balance(), alice.faults()) == (0, [])

    def test_another_zone_moves_nothing(self, alice: Person, dashboard: psycopg.Connection) -> None:
        # 11:30 on the 1st and 0:30 on the 2nd in India; 7:00 and 20:00 on the 1st in Berlin.
        for hour in (6, 19):
            alice.sale(10, date=f"2026-03-01T{hour:02}:00:00Z")
        written = (
            "select (select count(*) from invoices as row where user_id = %(user)s and row.xmin = current.xid)"
            " + (select count(*) from transactions as row where user_id = %(user)s and row.xmin = current.xid)"
            " from (select pg_current_xact_id()::xid as xid) as current"
        )
        with dashboard.transaction():
            dashboard.execute("update profiles set time_zone = 'Europe/Berlin' where id = %s", (alice.id,))
            assert dashboard.execute(written, {"user": alice.id}).fetchall() == [(0,)]
        days = (
            "select paid.day::text, invoice.issue_day::text, invoice.due_day::text from transactions as paid"
            " join settlements as settlement on settlement.transaction_id = paid.id"
            " join invoices as invoice on invoice.id = settlement.invoice_id"
            " where paid.user_id = %s order by paid.date"
        )
        assert rows(dashboard, days, alice.id) == [("2026-03-01",) * 3, ("2026-03-02",) * 3]
        assert alice.faults() == []

    def test_what_is_written_after_the_move_is_dated_in_the_new_zone(
        self, alice: Person, dashboard: psycopg.Connection
    ) -> None:
        dashboard.execute("update profiles set time_zone = 'Europe/Berlin' where id = %s", (alice.id,))
        sale = alice.sale(10, date="2026-03-01T19:00:00Z")
        assert alice.read("/api/transactions", start_date="2026-03-02") == []
        assert [row["id"] for row in alice.read("/api/transactions", end_date="2026-03-01")] == [sale["id"]]
        # An edit that leaves the instant alone leaves the day alone, one that moves it finds the day anew.
        alice.profile(time_zone="Asia/Kolkata")
        path = f"/api/transactions/{sale['id']}"
        checked(alice.api.put(path, json={"description": "Berlin"}), 200)
        assert alice.read("/api/transactions", start_date="2026-03-02") == []
        checked(alice.api.put(path, json={"date": "2026-03-01T19:01:00Z"}), 200)
        assert len(alice.read("/api/transactions", start_date="2026-03-02")) == 1
        assert alice.faults() == []

    @pytest.mark.parametrize(
        "statement",
        [
            "insert into transactions (user_id, transaction_type, amount) values (%(user)s, 'sale', 0)",
            "insert into transactions (user_id, transaction_type, amount) values (%(user)s, 'sale', 'NaN')",
            "insert into transactions (user_id, transaction_type, amount) values (%(user)s, 'gift', 1)",
            "insert into accounts (user_id, name, balance) values (%(user)s, 'A', 'NaN')",
            "insert into invoices (user_id, customer_name, tax_rate) values (%(user)s, 'A', 101)",
            "insert into invoices (user_id, customer_name, customer_gstin) values (%(user)s, 'A', '29AAACZ0001A1Z5')",
            "insert into invoices (user_id, customer_name, status) values (%(user)s, 'A', 'paid')",
            "update accounts set entry_count = 7 where user_id = %(user)s",
            "update ledger_entries set amount = 1 where user_id = %(user)s",
            "delete from ledger_entries where user_id = %(user)s",
            "truncate ledger_entries",
            "delete from accounts where user_id = %(user)s",
            "update profiles set time_zone = 'Mars/Base' where id = %(user)s",
        ],
    )
    def test_what_the_api_refuses_is_refused(
        self, alice: Person, dashboard: psycopg.Connection, statement: str
    ) -> None:
        alice.sale(10)
        with pytest.raises(psycopg.Error):
            dashboard.execute(statement, {"user": alice.id})
        assert (alice.balance(), alice.faults()) == (10, [])

    def test_a_row_of_one_user_cannot_name_anothers(
        self, alice: Person, bob: Person, dashboard: psycopg.Connection
    ) -> None:
        foreign = bob.account()["id"]
        with pytest.raises(errors.ForeignKeyViolation):
            dashboard.execute(
                "insert into transactions (user_id, account_id, transaction_type, amount) values (%s, %s, 'sale', 1)",
                (alice.id, foreign),
            )
        assert bob.balance() == 0

    def test_a_deleted_user_takes_everything_along(
        self, alice: Person, dashboard: psycopg.Connection
    ) -> None:
        alice.pay(alice.invoice())
        alice.sale(10)
        alice.expense(118, tax_rate=18, date="2023-01-01T00:00:00Z")
        alice.account("Second", balance=5)
        dashboard.execute("delete from auth.users where id = %s", (alice.id,))
        for table in ("profiles", "accounts", "ledger_entries", "transactions", "invoices", "invoice_items"):
            column = "id" if table == "profiles" else "user_id"
            assert rows(dashboard, f"select count(*) from {table} where {column} = %s", alice.id) == [(0,)]


class TestWhileTheApiWrites:
    """The dashboard holds nobody's books: a request may come in the middle of a statement."""

    @pytest.mark.parametrize(
        ("statement", "method", "path", "body", "balance"),
        [
            (
                "delete from transactions where user_id = %s and transaction_type = 'expense'",
                *("PUT", "/api/accounts/{account}", {"name": "Renamed"}, 1000),
            ),
            (
                "update accounts set balance = balance + 50 where user_id = %s and name = 'Old'",
                *("PUT", "/api/accounts/{account}", {"is_default": True}, 1040),
            ),
            (
                "update transactions set amount = 4 where user_id = %s and transaction_type = 'expense'",
                *("PUT", "/api/transactions/{expense}", {"description": "Paper"}, 996),
            ),
            (
                "update accounts set balance = balance + 50 where user_id = %s and name = 'Other'",
                *("DELETE", "/api/accounts/{other}?transfer_to_account_id={account}", None, 1040),
            ),
        ],
    )
    def test_neither_undoes_the_other(
        self,
        alice: Person,
        dashboard: psycopg.Connection,
        statement: LiteralString,
        method: str,
        path: str,
        body: Json | None,
        balance: int,
    ) -> None:
        account = alice.account("Old", balance=1000)
        other = alice.account("Other")
        expense = alice.expense(10, account_id=account["id"])
        path = path.format(account=account["id"], other=other["id"], expense=expense["id"])
        with ThreadPoolExecutor() as pool:
            with dashboard.transaction():
                dashboard.execute(statement, (alice.id,))
                answer = pool.submit(alice.api.request, method, path, json=body)
                while not rows(dashboard, "select from pg_stat_activity where wait_event_type = 'Lock'"):
                    assert not answer.done()
            assert answer.result().is_success
        assert (alice.balance(), alice.faults()) == (balance, [])
