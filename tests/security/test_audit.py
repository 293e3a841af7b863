"""Who changed what, when, from what to what, through which channel; and nobody can rewrite it unseen."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import httpx
import psycopg
import pytest

from tests.concurrency import at_once
from tests.person import Json, Person, checked, problem
from tests.target import Target


def verification(person: Person) -> Json:
    answer: Json = person.read("/api/audit/verify")
    return answer


def faults(person: Person) -> list[tuple[str, int | None, str | None, str]]:
    found = verification(person)["faults"]
    return [(fault["rule"], fault["number"], fault["record_type"], fault["details"]) for fault in found]


def story(person: Person, **query: object) -> list[tuple[str, str, str]]:
    entries = person.read("/api/audit", sort_order="asc", **query)
    return [(entry["channel"], entry["operation"], entry["record_type"]) for entry in entries]


class TestTrail:
    def test_anonymous_is_refused(self, anonymous: httpx.Client) -> None:
        problem(anonymous.get("/api/audit"), 401, "not_authenticated")
        problem(anonymous.get("/api/audit/verify"), 401, "not_authenticated")

    def test_another_users_is_not_shown(self, alice: Person, bob: Person) -> None:
        account = alice.account()["id"]
        assert bob.read("/api/audit", record_id=account) == []
        assert len(alice.read("/api/audit", record_id=account)) == 1

    def test_a_sale_is_told_with_all_that_follows_from_it(self, alice: Person) -> None:
        alice.account()
        alice.sale(100.10)
        assert story(alice) == [
            ("dashboard", "insert", "profiles"),
            ("api", "insert", "accounts"),
            ("api", "insert", "transactions"),
            ("api", "update", "accounts"),
            ("api", "insert", "invoices"),
            ("api", "insert", "invoice_items"),
        ]
        assert faults(alice) == []

    def test_an_edit_tells_only_what_changed_from_what_to_what(self, alice: Person) -> None:
        account = alice.account("Till", 10.10)
        checked(alice.api.put(f"/api/accounts/{account['id']}", json={"name": "Till", "balance": 25.35}), 200)
        [entry] = alice.read("/api/audit", record_id=account["id"], operation="update")
        assert (entry["before"], entry["after"]) == ({"balance": 10.10}, {"balance": 25.35})
        assert (entry["actor_id"], entry["actor_role"]) == (alice.id, "authenticated")

    def test_writing_what_stands_there_is_no_change(self, alice: Person) -> None:
        account = alice.account("Till")
        before = verification(alice)["entries"]
        checked(alice.api.put(f"/api/accounts/{account['id']}", json={"name": "Till"}), 200)
        assert verification(alice)["entries"] == before

    def test_a_deletion_keeps_what_was_there(self, alice: Person) -> None:
        expense = alice.expense(12.50, description="Stamps")
        checked(alice.api.delete(f"/api/transactions/{expense['id']}"), 204)
        [entry] = alice.read("/api/audit", record_id=expense["id"], operation="delete")
        assert (entry["before"]["amount"], entry["before"]["description"]) == (12.50, "Stamps")
        assert entry["after"] is None
        assert faults(alice) == []

    def test_an_id_may_be_used_again(self, alice: Person, dashboard: psycopg.Connection) -> None:
        first = alice.expense(12.50, description="Stamps", category="Office", tax_rate=18)
        checked(alice.api.delete(f"/api/transactions/{first['id']}"), 204)
        dashboard.execute(
            "insert into public.transactions (id, user_id, transaction_type, amount) values (%s, %s, 'expense', 7)",
            (first["id"], alice.id),
        )
        assert faults(alice) == []
        alice.api.put(f"/api/transactions/{first['id']}", json={"category": "Travel"})
        assert faults(alice) == []

    def test_the_request_is_named_by_its_id(self, alice: Person) -> None:
        body = {"name": "Till"}
        made = alice.api.post("/api/accounts", json=body, headers={"X-Request-Id": "from-the-shop-7"})
        [entry] = alice.read("/api/audit", request_id="from-the-shop-7")
        assert entry["record_id"] == checked(made, 201)["id"]

    def test_each_channel_has_its_name(
        self, target: Target, anonymous: httpx.Client, dashboard: psycopg.Connection, service: httpx.Client
    ) -> None:
        with Person.registered(target) as person:
            person.invoice(status="sent", issue_date="2023-01-01", due_date="2023-01-31")
            checked(service.post("/rpc/run_job", json={"job": "mark_overdue_invoices"}, headers=_API), 200)
            dashboard.execute("update public.invoices set notes = 'x' where user_id = %s", (person.id,))
            assert story(person, record_type="profiles") == [("auth", "insert", "profiles")]
            assert story(person, record_type="invoices")[-2:] == [
                ("schedule", "update", "invoices"),
                ("dashboard", "update", "invoices"),
            ]

    def test_the_list_is_filtered_and_paged(self, alice: Person) -> None:
        for amount in range(1, 6):
            alice.expense(amount)
        first = alice.api.get("/api/audit", params={"limit": 4, "record_type": "transactions"})
        second = alice.api.get(first.links["next"]["url"])
        numbers = [entry["number"] for entry in [*first.json(), *second.json()]]
        assert (first.headers["X-Total-Count"], len(numbers)) == ("5", 5)
        assert numbers == sorted(numbers, reverse=True)
        assert alice.read("/api/audit", end_date="2000-01-01") == []
        problem(alice.api.get("/api/audit", params={"operation": "truncate"}), 422, "validation_failed")

    def test_ten_thousand_rows_in_one_statement_are_one_chain(
        self, alice: Person, dashboard: psycopg.Connection
    ) -> None:
        dashboard.execute(
            "insert into public.transactions (user_id, transaction_type, amount) "
            "select %s, 'expense', 1 from generate_series(1, 10000)",
            (alice.id,),
        )
        # The profile, the account, ten thousand expenses and what they left on the account.
        assert verification(alice)["entries"] == 10_003
        assert faults(alice) == []

    def test_fifty_writers_at_once_keep_one_chain(self, alice: Person, dashboard: psycopg.Connection) -> None:
        write = partial(alice.api.post, "/api/transactions", json={"transaction_type": "sale", "amount": 1})
        assert {answer.status_code for answer in at_once([write] * 50)} == {201}
        numbers = [entry["number"] for entry in alice.read("/api/audit", sort_order="asc", limit=1000)]
        assert numbers == list(range(1, len(numbers) + 1))
        assert faults(alice) == []

    def test_writers_in_two_dashboards_queue_for_the_head(self, target: Target, alice: Person) -> None:
        for amount in (1, 2):
            alice.expense(amount)
        change = "update public.transactions set description = 'x' where user_id = %s and amount = %s"
        with psycopg.connect(target.db_url) as first, ThreadPoolExecutor(1) as pool:
            first.execute(change, (alice.id, 1))
            second = pool.submit(_executed, target.db_url, change, (alice.id, 2))
            # The second one waits, and goes on when the first has committed.
            with pytest.raises(TimeoutError):
                second.result(timeout=0.5)
            first.commit()
            second.result()
        assert faults(alice) == []


def _executed(db_url: str, statement: str, values: tuple[object, ...]) -> None:
    with psycopg.connect(db_url, autocommit=True) as connection:
        connection.execute(statement, values)


class TestChain:
    def test_is_made_as_documented(self, alice: Person, dashboard: psycopg.Connection) -> None:
        alice.sale(100.10)
        hashed = b""
        rows = dashboard.execute(
            """
            select hash, jsonb_build_array(
                user_id, number, extract(epoch from occurred_at), channel, actor_id, actor_role, request_id,
                operation, record_type, record_id, before, after
            )::text
            from public.audit_entries where user_id = %s order by number
            """,
            (alice.id,),
        )
        for stored, content in rows:
            hashed = hashlib.sha256(hashed + content.encode()).digest()
            assert stored == hashed
        assert verification(alice)["head"] == hashed.hex()

    @pytest.mark.parametrize(
        "statement", ["update public.audit_entries set channel = 'api'", "delete from public.audit_entries"]
    )
    def test_entries_are_not_changed_or_removed_in_the_dashboard(
        self, alice: Person, dashboard: psycopg.Connection, statement: str
    ) -> None:
        with pytest.raises(psycopg.errors.DatabaseError, match="never changed or removed"):
            dashboard.execute(f"{statement} where user_id = %s", (alice.id,))

    def test_the_audit_is_not_truncated(self, dashboard: psycopg.Connection) -> None:
        with pytest.raises(psycopg.errors.DatabaseError, match="never changed or removed"):
            dashboard.execute("truncate public.audit_entries")

    @pytest.mark.parametrize(
        "table", ["profiles", "accounts", "transactions", "invoices", "invoice_items", "tax_filings"]
    )
    def test_the_books_are_not_truncated(
        self, alice: Person, dashboard: psycopg.Connection, table: str
    ) -> None:
        alice.sale(10)
        with pytest.raises(psycopg.errors.DatabaseError, match="TRUNCATE leaves no trace"):
            dashboard.execute(f"truncate public.{table} cascade")
        assert (alice.balance(), alice.faults(), faults(alice)) == (10, [], [])

    @pytest.mark.parametrize("verb", ["POST", "PATCH", "DELETE"])
    def test_nobody_writes_it_through_the_data_api(
        self, alice: Person, service: httpx.Client, verb: str
    ) -> None:
        where = {"user_id": f"eq.{alice.id}"}
        for client in (alice.data, service):
            answer = client.request(
                verb, "/audit_entries", params=where, json={"channel": "api"}, headers=_PUBLIC
            )
            assert (answer.status_code, answer.json()["code"]) == (403, "42501")
        assert faults(alice) == []

    @pytest.mark.parametrize(
        "forgery",
        [
            "after = after || '{\"balance\": 1}'",
            "occurred_at = occurred_at - interval '1 day'",
            "actor_id = gen_random_uuid()",
            "channel = 'dashboard'",
            "hash = sha256('x')",
        ],
    )
    def test_an_edited_entry_is_the_first_broken_link(
        self, alice: Person, superuser: psycopg.Connection, forgery: str
    ) -> None:
        alice.account()
        alice.sale(10)
        superuser.execute(
            f"update public.audit_entries set {forgery} where user_id = %s and number = 2", (alice.id,)
        )
        assert faults(alice)[0][:3] == ("chain_is_unbroken", 2, "accounts")

    def test_a_removed_entry_is_missed(self, alice: Person, superuser: psycopg.Connection) -> None:
        alice.sale(10)
        superuser.execute("delete from public.audit_entries where user_id = %s and number = 3", (alice.id,))
        assert faults(alice)[0][1::2] == (4, "entry 3 is missing")

    def test_a_tail_that_was_cut_off_is_missed(self, alice: Person, superuser: psycopg.Connection) -> None:
        alice.sale(10)
        last = verification(alice)["entries"]
        superuser.execute(
            "delete from public.audit_entries where user_id = %s and number = %s", (alice.id, last)
        )
        assert faults(alice)[0][:2] == ("chain_is_unbroken", last)

    def test_an_anchor_kept_elsewhere_shows_a_chain_that_was_written_anew(self, alice: Person) -> None:
        alice.account()
        anchor = verification(alice)
        alice.sale(10)
        [entry] = [entry for entry in alice.read("/api/audit") if entry["number"] == anchor["entries"]]
        assert entry["hash"] == anchor["head"]


class TestEditsPastTheRules:
    @pytest.mark.parametrize(
        ("forgery", "record_type", "details"),
        [
            (
                "update public.accounts set balance = 1000000 where user_id = %s",
                "accounts",
                "changed in balance",
            ),
            (
                "update public.transactions set amount = 90 where user_id = %s",
                "transactions",
                "changed in amount",
            ),
            ("update public.invoices set notes = 'x' where user_id = %s", "invoices", "changed in notes"),
            ("delete from public.invoice_items where user_id = %s", "invoice_items", "the record is gone"),
            (
                "update public.profiles set gstin = null, full_name = 'Eve' where id = %s",
                "profiles",
                "changed in full_name",
            ),
        ],
    )
    def test_a_superusers_edit_is_named(
        self, alice: Person, superuser: psycopg.Connection, forgery: str, record_type: str, details: str
    ) -> None:
        alice.sale(100)
        superuser.execute(forgery, (alice.id,))
        assert [fault[2:] for fault in faults(alice)] == [(record_type, details)]

    def test_a_superusers_own_row_is_named(self, alice: Person, superuser: psycopg.Connection) -> None:
        superuser.execute(
            "insert into public.accounts (user_id, name) values (%s, 'Slush fund')", (alice.id,)
        )
        assert [fault[2:] for fault in faults(alice)] == [
            ("accounts", "the record was not written by an audited statement")
        ]

    def test_a_forged_ledger_entry_is_found_by_the_ledger(
        self, alice: Person, superuser: psycopg.Connection
    ) -> None:
        alice.account(balance=50.00)
        superuser.execute(
            "update public.ledger_entries set amount = 60, balance_after = 60 where user_id = %s", (alice.id,)
        )
        superuser.execute("update public.accounts set balance = 60 where user_id = %s", (alice.id,))
        assert alice.faults() == []  # the books agree with each other ...
        assert [fault[2:] for fault in faults(alice)] == [
            ("accounts", "changed in balance")
        ]  # ... not with the past

    def test_another_users_broken_chain_is_not_mine(
        self, alice: Person, bob: Person, superuser: psycopg.Connection
    ) -> None:
        superuser.execute("delete from public.audit_entries where user_id = %s", (alice.id,))
        assert faults(alice) != []
        assert faults(bob) == []


_API = {"Content-Profile": "api", "Accept-Profile": "api"}
_PUBLIC = {"Content-Profile": "public", "Accept-Profile": "public"}
