"""Nobody can rewrite the audit unseen."""

import hashlib
from concurrent.futures import ThreadPoolExecutor

import httpx
import psycopg
import pytest

from tests.concurrency import until_somebody_waits_for
from tests.person import Person
from tests.security.audit.verification import _PUBLIC, faults, verification
from tests.target import Target


class TestChain:
    def test_is_made_as_documented(self, alice: Person, dashboard: psycopg.Connection) -> None:
        alice.sale(100.10)
        hashed = b""
        rows = dashboard.execute(
            """
            select hash, jsonb_build_array(before, after)::text, jsonb_build_array(
                user_id, number, extract(epoch from occurred_at), channel, actor_id, actor_role, request_id,
                operation, record_type, record_id
            )::text
            from public.audit_entries where user_id = %s order by number
            """,
            (alice.id,),
        )
        for stored, content, header in rows:
            told = hashlib.sha256(content.encode()).digest()
            hashed = hashlib.sha256(hashed + told + header.encode()).digest()
            assert stored == hashed
        assert verification(alice)["head"] == hashed.hex()

    def test_two_who_type_at_once_write_one_after_the_other(
        self, target: Target, alice: Person, dashboard: psycopg.Connection
    ) -> None:
        """The dashboard changes rows without holding the books."""
        customer, item = alice.customer("Acme"), alice.item("Cloth", 50)
        with psycopg.connect(target.db_url) as other, ThreadPoolExecutor(1) as pool:
            with dashboard.transaction():
                dashboard.execute("update public.contacts set notes = 'a' where id = %s", (customer["id"],))
                change = "update public.items set description = 'b' where id = %s"
                second = pool.submit(other.execute, change, (item["id"],))
                until_somebody_waits_for(dashboard)
            assert second.result().rowcount == 1
        assert faults(alice) == []

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
        "table",
        ["profiles", "accounts", "transactions", "invoices", "invoice_items", "settlements", "tax_filings"],
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
            "erased = private.audit_content(audit_entries), before = null, after = null",
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
        superuser.execute("delete from public.audit_entries where user_id = %s and number = 2", (alice.id,))
        assert faults(alice)[0][1::2] == (3, "entry 2 is missing")

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
            (
                "update public.invoices set customer_name = 'Eve' where user_id = %s",
                "invoices",
                "changed in customer_name",
            ),
            ("delete from public.invoice_items where user_id = %s", "invoices", "changed in items"),
            (
                "update public.invoice_items set unit_price = 90, amount = 90 * quantity where user_id = %s",
                "invoices",
                "changed in items",
            ),
            (
                "insert into public.invoice_items (user_id, invoice_id, position, description, quantity, unit_price, "
                "amount, taxable_value, cgst, sgst, igst, tax_amount) "
                "select user_id, id, 2, 'x', 1, 1, 1, 1, 0, 0, 0, 0 from public.invoices where user_id = %s",
                "invoices",
                "changed in items",
            ),
            (
                "update public.settlements set amount = 90 where user_id = %s",
                "transactions",
                "changed in settlements",
            ),
            ("delete from public.settlements where user_id = %s", "transactions", "changed in settlements"),
            (
                "update public.invoices set status = 'draft' where user_id = %s",
                "invoices",
                "changed in status",
            ),
            ("delete from public.transactions where user_id = %s", "transactions", "the record is gone"),
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
