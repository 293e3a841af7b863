"""Totals by day and by month equal the sums of what they count, whatever is written, and by whichever way."""

import random
from typing import Any, LiteralString

import httpx
import psycopg
import pytest
from psycopg import errors

from tests.person import Person, checked


def change(person: Person, transaction: dict[str, Any], **fields: object) -> None:
    checked(person.api.put(f"/api/transactions/{transaction['id']}", json=fields), 200)


def figures(person: Person, first: str = "2020-01-01", last: str = "2026-03-31") -> dict[str, Any]:
    answer = person.read(
        "/api/tax/filing", start_date=first, end_date=last, include_transactions=False, period="annually"
    )
    return dict(answer["summary"])


def length(person: Person, path: str = "/api/transactions", **filters: str) -> int:
    answer = person.api.get(path, params={"limit": 1, **filters})
    checked(answer, 200)
    return int(answer.headers["x-total-count"])


class TestFollowing:
    def test_an_edit_takes_the_old_away_and_adds_the_new(self, alice: Person) -> None:
        other = alice.account("Savings")
        sale = alice.sale(118, date="2026-01-10T10:00:00Z", category="Goods")
        for fields in (
            {"amount": 236},
            {"category": "Services"},
            {"account_id": other["id"]},
            {"date": "2026-02-28T20:00:00Z"},  # 1 March in India
            {"tax_rate": 5},
            {"transaction_type": "expense"},
        ):
            change(alice, sale, **fields)
            assert alice.faults() == []
        assert length(alice, transaction_type="sale") == 0
        assert length(alice, account_id=other["id"], start_date="2026-03-01", end_date="2026-03-01") == 1

    def test_what_is_deleted_counts_no_more(self, alice: Person) -> None:
        expense = alice.expense(59, tax_rate=18, date="2026-01-10T10:00:00Z")
        assert figures(alice)["total_tax_paid"] == 9.0
        checked(alice.api.delete(f"/api/transactions/{expense['id']}"), 204)
        assert (figures(alice)["total_tax_paid"], length(alice)) == (0, 0)
        assert alice.faults() == []

    def test_an_account_takes_its_totals_along(self, alice: Person) -> None:
        first, second = alice.account("First"), alice.account("Second")
        alice.sale(100, account_id=second["id"])
        alice.transaction("transfer", 10, account_id=second["id"], transfer_account_id=first["id"])
        path = f"/api/accounts/{second['id']}"
        checked(alice.api.delete(path, params={"transfer_to_account_id": first["id"]}), 204)
        assert length(alice, account_id=first["id"]) == 2
        assert alice.read("/api/accounts/summary")["accounts"][0]["transaction_count"] == 2
        assert alice.faults() == []

    @pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Kiritimati", "UTC"])
    def test_days_stay_whatever_the_time_zone_becomes(
        self, alice: Person, dashboard: psycopg.Connection, zone: str
    ) -> None:
        for hour in (0, 6, 12, 18, 23):
            alice.sale(100, date=f"2025-12-31T{hour:02}:30:00Z")
        listed = {"start_date": "2026-01-01", "end_date": "2026-01-01"}
        # 18:30 and 23:30 UTC are the next day in India.
        assert (length(alice, **listed), length(alice)) == (2, 5)
        dashboard.execute("update public.profiles set time_zone = %s where id = %s", (zone, alice.id))
        assert (length(alice, **listed), length(alice)) == (2, 5)
        assert alice.faults() == []

    def test_igst_follows_the_place_of_supply(self, alice: Person, dashboard: psycopg.Connection) -> None:
        dashboard.execute("update public.profiles set state_code = '07' where id = %s", (alice.id,))
        invoice = alice.invoice(place_of_supply="27")  # 100.00 + 18.00
        checked(
            alice.api.post(
                f"/api/invoices/{invoice['id']}/mark-as-paid", json={"date": "2026-01-10T10:00:00Z"}
            ),
            200,
        )
        assert figures(alice)["breakdown"] == {"cgst": 0, "sgst": 0, "igst": 18}
        checked(alice.api.put(f"/api/invoices/{invoice['id']}", json={"place_of_supply": "07"}), 200)
        assert figures(alice)["breakdown"] == {"cgst": 9, "sgst": 9, "igst": 0}
        assert alice.faults() == []

    def test_invoices_are_counted_by_status(self, alice: Person) -> None:
        invoice = alice.invoice(status="sent")
        alice.sale(100)
        assert (length(alice, "/api/invoices"), length(alice, "/api/invoices", status="sent")) == (2, 1)
        assert length(alice, "/api/v1/invoices", status="PENDING") == 1
        alice.pay(invoice)
        assert (length(alice, "/api/invoices", status="sent"), alice.faults()) == (0, [])
        assert alice.read("/api/accounts/summary")["paid_invoices_count"] == 2

    def test_ten_rows_or_a_thousand_in_one_statement(self, alice: Person) -> None:
        rows = [
            {"user_id": alice.id, "transaction_type": kind, "amount": amount, "category": f"{amount % 7}"}
            for kind in ("sale", "expense")
            for amount in range(1, 501)
        ]
        headers = {"Content-Profile": "public"}
        checked(alice.data.post("/transactions", json=rows, headers=headers), 201)
        assert (length(alice), length(alice, category="3", transaction_type="expense")) == (1000, 72)
        assert alice.faults() == []

    def test_a_user_who_is_deleted_leaves_none(self, alice: Person, dashboard: psycopg.Connection) -> None:
        alice.sale(100)
        dashboard.execute("delete from auth.users where id = %s", (alice.id,))
        left = dashboard.execute(
            "select count(*) from private.transaction_totals where user_id = %s", (alice.id,)
        ).fetchone()
        assert left == (0,)

    def test_anything_in_any_order(self, alice: Person, dashboard: psycopg.Connection) -> None:
        chance = random.Random(22)
        for name in ("First", "Second", "Third"):
            alice.account(name)
        for _ in range(120):
            statement = chance.choice(_STATEMENTS)
            dashboard.execute(statement, {"user": alice.id, "days": chance.randrange(800)})
        assert alice.faults() == []
        counted = dashboard.execute(
            "select count(*) from public.transactions where user_id = %s", (alice.id,)
        ).fetchone()
        assert counted == (length(alice),)


_ANY = "(select id from public.transactions where user_id = %(user)s order by random() limit 1)"
_STATEMENTS = [
    "insert into public.transactions (user_id, transaction_type, amount, category, date)"
    " select %(user)s, kind, 10 + %(days)s, 'C' || %(days)s %% 3, now() - %(days)s * interval '1 day'"
    " from unnest(array['sale', 'expense', 'expense', 'transfer', 'other']) as kind",
    f"update public.transactions set amount = amount + 1 where id = {_ANY}",
    f"update public.transactions set date = date - interval '40 days' where id = {_ANY}",
    f"update public.transactions set transaction_type = 'sale', tax_rate = null, tax_amount = null"
    f" where id = {_ANY} and transaction_type in ('expense', 'other')",
    f"update public.transactions set tax_rate = 12 where id = {_ANY} and transaction_type = 'expense'",
    f"update public.transactions set category = null where id = {_ANY}",
    "update public.transactions set account_id ="
    " (select id from public.accounts where user_id = %(user)s order by random() limit 1)"
    f" where id = {_ANY} and transfer_account_id is null",
    f"delete from public.transactions where id = {_ANY}",
    "update public.profiles set time_zone ="
    " (array['Asia/Kolkata', 'Pacific/Honolulu'])[1 + %(days)s %% 2] where id = %(user)s",
]


class TestAnswers:
    @pytest.mark.parametrize(
        ("first", "last"),
        [
            ("2025-11-05", "2025-11-20"),  # within a month
            ("2025-11-01", "2025-11-30"),  # a month
            ("2025-11-15", "2025-12-14"),  # no whole month
            ("2025-10-31", "2026-01-01"),  # two months and a day at each end
            ("2025-04-01", "2026-03-31"),  # a year
        ],
    )
    def test_any_range_of_days_is_the_sum_of_its_rows(self, alice: Person, first: str, last: str) -> None:
        for day in range(1, 31, 2):
            alice.sale(118, date=f"2025-11-{day:02}T10:00:00Z")
        for date in ("2025-10-31", "2025-12-01", "2025-12-31", "2026-01-01", "2026-01-02"):
            alice.expense(59, tax_rate=18, date=f"{date}T10:00:00Z")
        filing = alice.read("/api/tax/filing", start_date=first, end_date=last)
        rows = filing["transactions"]
        sales = [row for row in rows if row["transaction_type"] == "sale"]
        assert filing["summary"]["transaction_count"] == len(rows)
        assert filing["summary"]["total_sales"] == sum(row["amount"] for row in sales)
        assert filing["summary"]["total_tax_collected"] == sum(row["tax_amount"] for row in sales)
        assert length(alice, start_date=first, end_date=last) == len(rows)

    def test_a_category_like_a_quotation_is_one(self, alice: Person) -> None:
        for category in ('"; चाय', "", None):
            alice.expense(10, category=category)
        assert (length(alice, category='"; चाय'), length(alice)) == (1, 3)


class TestVerification:
    @pytest.mark.parametrize(
        ("table", "rule"),
        [("transaction_totals", "totals_are_sums"), ("invoice_totals", "invoice_totals_are_sums")],
    )
    def test_a_total_that_is_none_is_found(
        self, alice: Person, superuser: psycopg.Connection, table: str, rule: str
    ) -> None:
        alice.sale(100)
        tamper = f"update private.{table} set counted = counted + %s where user_id = %s"
        superuser.execute(tamper, (1, alice.id))
        assert {fault["rule"] for fault in alice.faults()} == {rule}
        superuser.execute(tamper, (-1, alice.id))

    @pytest.mark.parametrize(
        ("forgery", "rule"),
        [
            (
                "update transactions set day = day - 40 where user_id = %s",
                "transactions_day_is_of_its_instant",
            ),
            (
                "update invoices set issue_day = issue_day - 3, financial_year = 2020 where user_id = %s",
                "invoices_days_are_of_their_instants",
            ),
            (
                "update invoices set due_day = due_day + 3 where user_id = %s",
                "invoices_days_are_of_their_instants",
            ),
            (
                "update invoices set created_day = created_day - 3 where user_id = %s",
                "invoices_days_are_of_their_instants",
            ),
        ],
    )
    def test_a_day_of_another_instant_cannot_be_written(
        self, alice: Person, superuser: psycopg.Connection, forgery: LiteralString, rule: str
    ) -> None:
        alice.sale(100)
        with pytest.raises(errors.CheckViolation, match=rule):
            superuser.execute(forgery, (alice.id,))

    @pytest.mark.parametrize(
        "forgery",
        [
            "update transactions set day = day - 1 where user_id = %s",
            "update invoices set issue_day = issue_day - 1 where user_id = %s",
            "update invoices set due_day = due_day - 1, issue_day = issue_day - 1 where user_id = %s",
        ],
    )
    def test_a_day_that_was_another_is_found(
        self,
        alice: Person,
        superuser: psycopg.Connection,
        dashboard: psycopg.Connection,
        forgery: LiteralString,
    ) -> None:
        # In India and in New York it is the 1st, in Honolulu still the last of February.
        alice.sale(100, date="2026-03-01T06:00:00Z")
        superuser.execute(forgery, (alice.id,))
        assert {fault["rule"] for fault in alice.faults()} & {"totals_are_sums", "invoice_totals_are_sums"}
        assert checked(alice.data.post("/rpc/verify_audit", json={}), 200) != []
        dashboard.execute("delete from auth.users where id = %s", (alice.id,))

    def test_an_account_of_somebody_else_is_none(
        self,
        alice: Person,
        bob: Person,
        superuser: psycopg.Connection,
        dashboard: psycopg.Connection,
        service: httpx.Client,
    ) -> None:
        superuser.execute(
            "insert into ledger_entries (user_id, account_id, entry_number, kind, amount, balance_after) "
            "values (%s, %s, 1, 'opening', 5, 5)",
            (alice.id, bob.account()["id"]),
        )
        faults = checked(service.post("/rpc/verify_ledger", headers={"Content-Profile": "api"}), 200)
        assert ("closed_account_is_empty", alice.id) in {
            (fault["rule"], fault["user_id"]) for fault in faults
        }
        dashboard.execute("delete from auth.users where id = %s", (alice.id,))

    def test_nobody_reads_anothers_totals(self, alice: Person, bob: Person) -> None:
        alice.sale(100)
        assert (length(bob), figures(bob)["total_sales"]) == (0, 0)
