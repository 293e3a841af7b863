"""What goes with a user who is deleted, and what the law keeps: in the dashboard and through Supabase Auth."""

from collections.abc import Callable
from datetime import date, datetime
from typing import LiteralString
from zoneinfo import ZoneInfo

import httpx
import psycopg
import pytest

from local.stack import Stack
from tests.functions.tax.filings import submit
from tests.person import Person, checked

Delete = Callable[[Person], None]
QUARTER = "2023-02-01"
KEPT = (
    "accounts",
    "ledger_entries",
    "transactions",
    "invoices",
    "invoice_items",
    "settlements",
    "tax_filings",
)


@pytest.fixture(params=["dashboard", "auth"])
def delete(request: pytest.FixtureRequest, stack: Stack, dashboard: psycopg.Connection) -> Delete:
    """Delete a user in SQL, or with the role of Supabase Auth."""

    def in_sql(person: Person) -> None:
        dashboard.execute("delete from auth.users where id = %s", (person.id,))

    def as_auth(person: Person) -> None:
        with psycopg.connect(stack.postgres.url("supabase_auth_admin"), autocommit=True) as auth:
            auth.execute("delete from auth.users where id = %s", (person.id,))

    return in_sql if request.param == "dashboard" else as_auth


def count(dashboard: psycopg.Connection, table: str, person: Person) -> int:
    column = "id" if table == "profiles" else "user_id"
    query: LiteralString = f"select count(*) from {table} where {column} = %s"
    [(counted,)] = dashboard.execute(query, (person.id,))
    return int(counted)


def faults(dashboard: psycopg.Connection, person: Person) -> list[tuple[object, ...]]:
    found = dashboard.execute("select * from api.verify_audit() where user_id = %s", (person.id,)).fetchall()
    return (
        found
        + dashboard.execute("select * from api.verify_ledger() where user_id = %s", (person.id,)).fetchall()
    )


def username(person: Person) -> str:
    return f"asha.rao.{person.id[:8]}"


def filed(person: Person) -> Person:
    """The person, with all kinds of books, of which one quarter was filed."""
    person.profile(
        username=username(person),
        full_name="Asha Rao",
        business_name="Asha Traders",
        address="1 MG Road",
        upi_id="asha@upi",
    )
    checked(person.api.post("/api/customers", json={"name": "Ravi", "email": "ravi@example.com"}), 201)
    person.sale(118, date=QUARTER)
    person.pay(person.invoice(customer_name="Meena", customer_email="meena@example.com"))
    person.invoice(customer_name="Draft Dev", customer_email="dev@example.com")
    submit(person, total_tax_liability=18)
    return person


class TestNothingFiled:
    def test_everything_goes(self, alice: Person, dashboard: psycopg.Connection, delete: Delete) -> None:
        alice.pay(alice.invoice())
        alice.sale(118)
        delete(alice)
        for table in ("profiles", "audit_entries", *KEPT):
            assert count(dashboard, table, alice) == 0, table


class TestFiledBooks:
    def test_stay_without_the_person(
        self, alice: Person, dashboard: psycopg.Connection, delete: Delete
    ) -> None:
        before = {
            table: count(dashboard, table, filed(alice) if table == "accounts" else alice) for table in KEPT
        }
        delete(alice)
        after = {table: count(dashboard, table, alice) for table in KEPT}
        # The draft, with its line, is no filed document.
        assert after == {
            **before,
            "invoices": before["invoices"] - 1,
            "invoice_items": before["invoice_items"] - 1,
        }
        [profile] = dashboard.execute(
            "select email, username, full_name, business_name, address, upi_id, closed_at is not null, kept_until "
            "from profiles where id = %s",
            (alice.id,),
        ).fetchall()
        assert profile[:7] == (None, None, None, None, None, None, True)
        today = datetime.now(ZoneInfo("Asia/Kolkata")).date()
        # The annual return of the financial year that is running is due in the December after it.
        assert profile[7] == date(today.year + (7 if today.month > 3 else 6), 12, 31)
        assert count(dashboard, "contacts", alice) == 0
        assert faults(dashboard, alice) == []

    def test_the_audit_proves_them_and_names_nobody(
        self, alice: Person, dashboard: psycopg.Connection
    ) -> None:
        filed(alice)
        entries = count(dashboard, "audit_entries", alice)
        dashboard.execute("delete from auth.users where id = %s", (alice.id,))
        assert count(dashboard, "audit_entries", alice) > entries
        # What a filed document prints of its seller and its customer stays.
        personal = "asha.rao|Asha Rao|asha@upi|ravi@example.com|dev@example.com|Draft Dev"
        [(named,)] = dashboard.execute(
            "select count(*) from audit_entries "
            "where user_id = %s and concat(before, after) ~ %s and record_type <> 'transactions'",
            (alice.id, personal),
        )
        assert named == 0
        [(told,)] = dashboard.execute(
            "select count(*) from audit_entries where user_id = %s and after ->> 'customer_name' = 'Meena'",
            (alice.id,),
        )
        assert told == 1

    def test_nobody_logs_in_to_them_and_the_name_is_free(
        self, alice: Person, bob: Person, dashboard: psycopg.Connection, service: httpx.Client
    ) -> None:
        filed(alice)
        dashboard.execute("delete from auth.users where id = %s", (alice.id,))
        bob.profile(username=username(alice))
        asked = {"job": "generate_tax_filings"}
        checked(service.post("/rpc/run_job", json=asked, headers={"Content-Profile": "api"}), 200)
        drafts = dashboard.execute(
            "select count(*) from tax_filings where user_id = %s and status = 'draft'", (alice.id,)
        )
        assert drafts.fetchall() == [(0,)]

    def test_stay_for_their_years(
        self, alice: Person, dashboard: psycopg.Connection, superuser: psycopg.Connection
    ) -> None:
        filed(alice)
        dashboard.execute("delete from auth.users where id = %s", (alice.id,))
        with pytest.raises(psycopg.DatabaseError, match="keeps them until"):
            dashboard.execute("delete from profiles where id = %s", (alice.id,))
        dashboard.execute("select private.forget_expired_books()")
        assert count(dashboard, "profiles", alice) == 1
        superuser.execute("update profiles set kept_until = now()::date - 1 where id = %s", (alice.id,))
        dashboard.execute("select private.forget_expired_books()")
        for table in ("profiles", "audit_entries", *KEPT):
            assert count(dashboard, table, alice) == 0, table


class TestAProfile:
    def test_is_not_deleted_under_its_user(self, alice: Person, dashboard: psycopg.Connection) -> None:
        alice.sale(118)
        with pytest.raises(psycopg.DatabaseError, match="goes with its user"):
            dashboard.execute("delete from profiles where id = %s", (alice.id,))
        assert (alice.balance(), alice.faults()) == (118, [])

    def test_is_not_made_without_a_user(self, dashboard: psycopg.Connection) -> None:
        with pytest.raises(psycopg.DatabaseError, match="comes with its user"):
            dashboard.execute("insert into profiles (id) values (gen_random_uuid())")
