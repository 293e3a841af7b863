"""Nobody sees or changes what is somebody else's: every table, view and function, for every kind of caller."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from uuid import uuid4

import httpx
import psycopg
import pytest

from tests.person import Json, Person
from tests.security.surface import FUNCTIONS, RELATIONS
from tests.security.tenants.books import NOBODIES, assert_tells_nothing, books, filled
from tests.target import Target

TRICKS = [
    "/invoices?select=*,transactions(*),invoice_items(*),profiles(*)",
    "/transactions?select=*,accounts!transactions_account_belongs_to_user(*)",
    "/profiles?select=*,contacts(*),items(*)",
    "/gst_states?select=*,contacts(*)",
    "/profiles?select=*,bills(*),bill_items(*),credit_adjustments(*),gstr2b_documents(*)",
    "/gst_states?select=*,bills!bills_place_of_supply_fkey(*)",
    "/contacts?name=imatch.Secret",
    "/profiles?select=*,accounts(*),invoices(*),transactions(*),audit_entries(*)",
    "/gst_states?select=*,profiles(*),invoices(*)",
    "/gst_states?select=*,invoices!inner(*)",
    "/invoices?select=count",
    "/invoices?select=total_amount.sum()",
    "/accounts?order=balance.desc",
    "/accounts?balance=gt.0",
    "/accounts?or=(user_id.neq.null,balance.gt.0)",
    "/transactions?select=*&order=accounts(balance).desc",
    "/ledger_entries?select=*",
    "/audit_entries?select=*",
    "/job_runs?select=*",
    "/idempotency_keys?select=*",
    "/audit_heads?select=*",
]
PREFERENCES = [
    "return=representation",
    "return=minimal",
    "resolution=merge-duplicates",
    "missing=default,tx=commit",
]


_PRIVILEGES = """
    select
        relnamespace::regnamespace || '.' || relname,
        (
            select coalesce(string_agg(left(verb, 1), '' order by place), '')
            from unnest(array['select', 'insert', 'update', 'delete', 'truncate']) with ordinality as v (verb, place)
            where has_table_privilege(%(role)s, pg_class.oid, verb)
            or verb in ('select', 'insert', 'update') and has_any_column_privilege(%(role)s, pg_class.oid, verb)
        )
    from pg_class
    where relnamespace::regnamespace::text in ('public', 'api', 'v1', 'web') and relkind in ('r', 'p', 'v', 'm', 'f')
"""


class TestDataApi:
    def test_every_table_and_view_is_listed_with_its_privileges(self, dashboard: psycopg.Connection) -> None:
        for role, listed in (
            ("anon", dict.fromkeys(RELATIONS, "")),
            ("authenticated", {name: users for name, (users, _) in RELATIONS.items()}),
            ("service_role", {name: service for name, (_, service) in RELATIONS.items()}),
        ):
            found: dict[str, str] = dict(dashboard.execute(_PRIVILEGES, {"role": role}).fetchall())
            assert {name: verbs.upper() for name, verbs in found.items()} == listed, role

    def test_every_function_is_listed_with_who_may_call_it(self, dashboard: psycopg.Connection) -> None:
        found = dashboard.execute(
            """
            select pronamespace::regnamespace || '.' || proname, array(
                select role from unnest(array['anon', 'authenticated', 'service_role']) as role
                where has_function_privilege(role, oid, 'execute')
            )
            from pg_proc
            where
                pronamespace::regnamespace::text in ('public', 'api', 'v1', 'web')
                -- Those answer nothing; see test_embedding.py.
                and position('embedding_not_available' in prosrc) = 0
            """
        )
        assert {name: set(roles) for name, roles in found} == {
            name: roles for name, (roles, _) in FUNCTIONS.items()
        }

    def test_every_table_has_row_level_security(self, dashboard: psycopg.Connection) -> None:
        open_tables = dashboard.execute(
            "select oid::regclass::text from pg_class where relkind = 'r' and not relrowsecurity "
            "and relnamespace::regnamespace::text in ('public', 'api', 'v1', 'web')"
        )
        assert open_tables.fetchall() == []

    def test_another_user_reads_no_row_and_writes_none(
        self,
        alice: Person,
        bob: Person,
        ids: Json,
        dashboard: psycopg.Connection,
        data: Callable[[str], httpx.Client],
    ) -> None:
        before = books(dashboard, alice), books(dashboard, bob)
        for relation, (privileges, _) in RELATIONS.items():
            schema, name = relation.split(".")
            client = data(schema)
            read = client.get(f"/{name}", headers={"Prefer": "count=exact"})
            assert read.is_success == ("S" in privileges), (relation, read.text)
            assert_tells_nothing(read, ids)
            owner = "id" if name in {"profiles", "profile", "users"} else "user_id"
            for verb, prefer in product(("POST", "PATCH", "DELETE"), PREFERENCES):
                where = {} if verb == "POST" else {owner: f"eq.{alice.id}"}
                body = {owner: alice.id}
                answer = client.request(verb, f"/{name}", params=where, json=body, headers={"Prefer": prefer})
                assert answer.text in {"", "[]"} or answer.is_error, (relation, verb, prefer, answer.text)
                assert_tells_nothing(answer, ids)
        assert (books(dashboard, alice), books(dashboard, bob)) == before

    def test_another_user_reaches_nothing_through_a_function(
        self, alice: Person, ids: Json, dashboard: psycopg.Connection, data: Callable[[str], httpx.Client]
    ) -> None:
        before = books(dashboard, alice)
        # Logging out comes last: it ends what the others need.
        for function, (roles, arguments) in sorted(FUNCTIONS.items(), key=lambda entry: "logout" in entry[0]):
            schema, name = function.split(".")
            answer = data(schema).post(f"/rpc/{name}", json=filled(arguments, ids))
            assert "PGRST2" not in answer.text, (function, answer.text)
            assert_tells_nothing(answer, ids)
            if "authenticated" in roles:
                assert answer.status_code not in {401, 403, 500}, (function, answer.text)
            else:
                assert answer.status_code == 403, (function, answer.text)
        assert books(dashboard, alice) == before

    @pytest.mark.parametrize("who", NOBODIES)
    def test_who_is_nobody_reads_nothing_and_calls_nothing(
        self, target: Target, alice: Person, ids: Json, dashboard: psycopg.Connection, who: str
    ) -> None:
        if who == "service key":
            pytest.skip("the secret key is somebody: it may read the books; see SECURITY.md")
        token = NOBODIES[who](target, alice) or target.anon_key
        before = books(dashboard, alice)
        for schema, name in (relation.split(".") for relation in RELATIONS):
            with target.data_client(token, schema) as client:
                answer = client.get(f"/{name}")
            assert answer.status_code == 401, (schema, name, answer.text)
            assert_tells_nothing(answer, ids)
        for function, (roles, arguments) in FUNCTIONS.items():
            schema, name = function.split(".")
            if "anon" in roles:
                continue
            with target.data_client(token, schema) as client:
                answer = client.post(f"/rpc/{name}", json=filled(arguments, ids))
            assert answer.status_code == 401, (function, answer.text)
            assert_tells_nothing(answer, ids)
        assert books(dashboard, alice) == before

    def test_no_trick_shows_a_foreign_row(
        self, alice: Person, ids: Json, data: Callable[[str], httpx.Client]
    ) -> None:
        for trick, prefer in product(TRICKS, ("count=exact", "count=planned", "count=estimated")):
            answer = data("public").get(trick, headers={"Prefer": prefer})
            assert_tells_nothing(answer, ids)
            assert alice.id not in answer.text

    @pytest.mark.parametrize("schema", ["private", "auth", "extensions", "pg_catalog", "information_schema"])
    def test_other_schemas_are_closed(self, data: Callable[[str], httpx.Client], schema: str) -> None:
        assert data(schema).get("/users").json()["code"] == "PGRST106"

    def test_plans_and_rollbacks_are_not_for_the_asking(
        self, bob: Person, data: Callable[[str], httpx.Client]
    ) -> None:
        plan = data("public").get("/accounts", headers={"Accept": "application/vnd.pgrst.plan+json"})
        assert plan.status_code == 415
        made = data("public").post("/accounts", json={"name": "Till"}, headers={"Prefer": "tx=rollback"})
        assert made.status_code == 201
        assert len(bob.read("/api/accounts")) == 1

    def test_a_row_cannot_be_given_to_somebody_else(
        self,
        alice: Person,
        bob: Person,
        ids: Json,
        data: Callable[[str], httpx.Client],
        dashboard: psycopg.Connection,
    ) -> None:
        before = books(dashboard, alice)
        own = {
            "accounts": bob.account()["id"],
            "transactions": bob.sale(1)["id"],
            "invoices": bob.invoice()["id"],
            "contacts": bob.customer()["id"],
            "items": bob.item()["id"],
        }
        for table, own_id in own.items():
            answer = data("public").patch(f"/{table}?id=eq.{own_id}", json={"user_id": alice.id})
            assert answer.status_code == 403, answer.text
        rows: dict[str, Json] = {
            "accounts": {"name": "Till"},
            "contacts": {"name": "Mallory", "is_customer": True},
            "items": {"name": "Till", "unit_price": 1},
            "transactions": {"transaction_type": "other", "amount": 1, "account_id": ids["account_id"]},
            "invoices": {"customer_name": "Mallory", "issue_date": "2026-01-01", "due_date": "2026-01-31"},
            "invoice_items": {
                "invoice_id": ids["invoice_id"],
                "description": "x",
                "quantity": 1,
                "unit_price": 1,
            },
            "settlements": {"invoice_id": ids["invoice_id"], "amount": 1, "kind": "write_off"},
            "blacklisted_tokens": {"session_id": str(uuid4())},
        }
        for table, row in rows.items():
            answer = data("public").post(f"/{table}", json={**row, "user_id": alice.id})
            assert (answer.status_code, answer.json()["code"]) == (403, "42501"), (table, answer.text)
        assert books(dashboard, alice) == before

    def test_a_refusal_of_anothers_row_tells_nothing_and_waits_for_nobody(
        self,
        target: Target,
        alice: Person,
        ids: Json,
        data: Callable[[str], httpx.Client],
        dashboard: psycopg.Connection,
    ) -> None:
        """Triggers see a row before row level security does."""
        line = {"description": "x", "quantity": 1, "unit_price": 1}
        rows: list[tuple[str, Json]] = [
            ("transactions", {"transaction_type": "sale", "amount": 1}),
            ("transactions", {"transaction_type": "expense", "amount": 1}),
            ("settlements", {"invoice_id": "{invoice_id}", "amount": 1}),
            (
                "settlements",
                {"invoice_id": "{invoice_id}", "amount": 1, "transaction_id": "{transaction_id}"},
            ),
            ("settlements", {"invoice_id": str(uuid4()), "amount": 1, "kind": "write_off"}),
            (
                "invoices",
                {"customer_name": "Mallory", "document_type": "credit_note", "against_id": "{invoice_id}"},
            ),
            ("accounts", {"name": "Till", "is_default": True}),
            ("contacts", {"name": "Mallory", "is_customer": True, "gstin": "29AAACZ0001A1Z4"}),
            ("items", {"name": "Secret Item", "unit_price": 1}),
            ("invoices", {"customer_name": "Mallory", "invoice_number": "{invoice_number}"}),
            ("invoice_items", {"invoice_id": "{invoice_id}", **line}),
            ("invoice_items", {"invoice_id": str(uuid4()), **line}),
        ]
        with dashboard.transaction():
            dashboard.execute("select from profiles where id = %s for no key update", (alice.id,))
            for table, row in rows:
                answer = data("public").post(f"/{table}", json={**filled(row, ids), "user_id": alice.id})
                assert (answer.status_code, answer.json()) == (
                    403,
                    {
                        "code": "42501",
                        "details": None,
                        "hint": None,
                        "message": f'new row violates row-level security policy for table "{table}"',
                    },
                )

    def test_without_a_filter_only_own_rows_are_meant(
        self,
        alice: Person,
        bob: Person,
        ids: Json,
        data: Callable[[str], httpx.Client],
        dashboard: psycopg.Connection,
    ) -> None:
        """PostgreSQL asks the policy for reading only where a statement reads: a filter would hide a hole."""
        before = books(dashboard, alice)
        minimal = {"Prefer": "return=minimal"}
        changes = {
            "invoice_items": {"description": "Mallory"},
            "transactions": {"description": "Mallory"},
            "invoices": {"notes": "Mallory"},
            "accounts": {"name": "Mallory"},
            "contacts": {"name": "Mallory"},
            "items": {"description": "Mallory"},
            "profiles": {"full_name": "Mallory"},
        }
        for table, change in changes.items():
            assert data("public").patch(f"/{table}", json=change, headers=minimal).status_code == 204
        for table in list(changes)[:-1]:
            assert data("public").delete(f"/{table}", headers=minimal).status_code == 204
        assert books(dashboard, alice) == before
