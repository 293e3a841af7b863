"""Nobody sees or changes what is somebody else's: every operation, table, view and function, for every kind of caller."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any
from uuid import uuid4

import httpx
import jwt
import psycopg
import pytest

from tests.person import PASSWORD, Json, Person, checked, problem
from tests.security.surface import FUNCTIONS, OPEN, OPERATIONS, RELATIONS
from tests.target import Target

SECRET = "Secret Customer"

TRICKS = [
    "/invoices?select=*,transactions(*),invoice_items(*),profiles(*)",
    "/transactions?select=*,accounts!transactions_account_belongs_to_user(*)",
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

Token = Callable[[Target, Person], str]


def _expired(target: Target, person: Person) -> str:
    claims = jwt.decode(person.token, options={"verify_signature": False})
    return jwt.encode({**claims, "exp": int(time.time()) - 60}, target.jwt_secret, "HS256")


def _logged_out(target: Target, person: Person) -> str:
    token = target.token(person.id, person.email)
    with target.api_client() as api:
        checked(api.post("/api/auth/logout", headers={"Authorization": f"Bearer {token}"}), 200)
    return token


def _wrong_signature(target: Target, person: Person) -> str:
    claims = jwt.decode(person.token, options={"verify_signature": False})
    return jwt.encode(claims, "another secret that is also quite long enough", "HS256")


def _unsigned(target: Target, person: Person) -> str:
    claims = jwt.decode(person.token, options={"verify_signature": False})
    return jwt.encode(claims, "", "none")


# Who is no user at all, whoever's token it once was.
NOBODIES: dict[str, Token] = {
    "anonymous": lambda target, person: "",
    "expired": _expired,
    "logged out": _logged_out,
    "wrong signature": _wrong_signature,
    "unsigned": _unsigned,
    "anon key": lambda target, person: target.anon_key,
    "service key": lambda target, person: target.secret_key,
}


@pytest.fixture
def ids(alice: Person) -> Json:
    """Alice's books, with something of everything, and the ids of what is in them."""
    account = alice.account("Secret Till", 4711.11)
    transaction = alice.sale(815.15, account_id=account["id"], description="Secret sale")
    invoice = alice.invoice(customer_name=SECRET, invoice_number="SECRET-1", notes="Secret note")
    serial = alice.read("/api/v1/invoices/find", invoice_number="SECRET-1")["id"]
    return {
        "user_id": alice.id,
        "account_id": account["id"],
        "second_account_id": alice.account("Secret Box")["id"],
        "transaction_id": transaction["id"],
        "invoice_id": invoice["id"],
        "second_invoice_id": alice.invoice(customer_name=SECRET)["id"],
        "invoice_number": "SECRET-1",
        "serial": serial,
    }


def filled(thing: Any, ids: Json) -> Any:
    """With ids in the place of their names."""
    return json.loads(re.sub(r"\{(\w+)\}", lambda name: str(ids[name[1]]), json.dumps(thing)))


def call(client: httpx.Client, operation: str, ids: Json, token: str | None = None) -> httpx.Response:
    method, path = operation.split()
    content = filled(OPERATIONS[operation], ids)
    headers = (
        {} if token is None else {"Authorization": f"Bearer {token}"} if token else {"Authorization": ""}
    )
    if method in {"POST", "PUT", "PATCH"}:
        return client.request(method, filled(path, ids), json=content, headers=headers)
    return client.request(method, filled(path, ids), params=content, headers=headers)


def books(database: psycopg.Connection[Any], person: Person) -> list[Any]:
    """Everything that belongs to a person, down to the last byte."""
    tables = [
        "accounts",
        "transactions",
        "invoices",
        "invoice_items",
        "ledger_entries",
        "tax_filings",
        "audit_entries",
    ]
    found: list[Any] = []
    for table in tables:
        found += database.execute(
            f"select t::text from public.{table} as t where user_id = %s order by 1", (person.id,)
        )
    return found + list(
        database.execute("select t::text from public.profiles as t where id = %s", (person.id,))
    )


def assert_tells_nothing(answer: httpx.Response, ids: Json) -> None:
    sent = str(answer.request.url) + answer.request.content.decode()
    for name, value in ids.items():
        if name != "serial" and str(value) not in sent:
            assert str(value) not in answer.text, (answer.request.url, name)
    assert "Secret" not in answer.text
    assert "4711.11" not in answer.text
    assert "815.15" not in answer.text


class TestApi:
    def test_every_operation_is_listed(self, anonymous: httpx.Client) -> None:
        paths = checked(anonymous.get("/openapi.json"), 200)["paths"]
        there = {f"{verb.upper()} {path}" for path, verbs in paths.items() for verb in verbs}
        listed = {op.replace("{serial}", "{invoice_id}").replace("{second_", "{") for op in OPERATIONS}
        assert listed | OPEN == there

    def test_the_owner_succeeds_with_each(self, alice: Person, ids: Json) -> None:
        for operation in OPERATIONS:
            answer = call(alice.api, operation, ids)
            assert answer.is_success, (operation, answer.text)

    @pytest.mark.parametrize("who", NOBODIES)
    def test_who_is_nobody_is_refused_by_each(
        self, target: Target, alice: Person, ids: Json, dashboard: psycopg.Connection, who: str
    ) -> None:
        token = NOBODIES[who](target, alice)
        before = books(dashboard, alice)
        with target.api_client() as api:
            for operation in OPERATIONS:
                answer = call(api, operation, ids, token)
                assert answer.status_code == 401, (operation, answer.text)
                assert_tells_nothing(answer, ids)
        assert books(dashboard, alice) == before

    def test_another_user_gets_404_or_what_is_hers(
        self, alice: Person, bob: Person, ids: Json, dashboard: psycopg.Connection
    ) -> None:
        before = books(dashboard, alice)
        for operation in OPERATIONS:
            answer = call(bob.api, operation, ids)
            assert_tells_nothing(answer, ids)
            if "_id}" in operation or "number}" in json.dumps(OPERATIONS[operation]):
                assert answer.status_code == 404, (operation, answer.text)
            # The serial numbers of /api/v1 begin at 1 for each user: what Bob finds there is his.
            elif "{serial}" not in operation:
                assert answer.is_success, (operation, answer.text)
        assert books(dashboard, alice) == before

    @pytest.mark.parametrize(
        ("method", "path", "body"),
        [
            ("POST", "/api/transactions", {"transaction_type": "sale", "amount": 1, "account_id": "{account_id}"}),
            ("POST", "/api/transactions", {"transaction_type": "transfer", "amount": 1, "transfer_account_id": "{account_id}"}),
            ("PUT", "/api/transactions/{own_transaction}", {"account_id": "{account_id}"}),
            ("PUT", "/api/transactions/{own_transaction}", {"transaction_type": "transfer", "transfer_account_id": "{account_id}"}),
            ("POST", "/api/invoices/{own_invoice}/mark-as-paid", {"account_id": "{account_id}"}),
            ("DELETE", "/api/accounts/{own_account}?transfer_to_account_id={account_id}", None),
            ("POST", "/api/tax/submit", {**OPERATIONS["POST /api/tax/submit"], "filing_id": "{invoice_id}"}),
        ],
    )  # fmt: skip
    def test_foreign_ids_in_bodies_and_parameters_are_not_found(
        self,
        alice: Person,
        bob: Person,
        ids: Json,
        dashboard: psycopg.Connection,
        method: str,
        path: str,
        body: Json,
    ) -> None:
        own = {"own_account": bob.account()["id"], "own_invoice": bob.invoice()["id"]}
        bob.account()
        own["own_transaction"] = bob.expense(1)["id"]
        before = books(dashboard, alice), books(dashboard, bob)
        answer = bob.api.request(method, filled(path, ids | own), json=filled(body, ids | own))
        assert answer.status_code == 404, answer.text
        assert (books(dashboard, alice), books(dashboard, bob)) == before

    @pytest.mark.parametrize(
        "path",
        [
            "/api/transactions?account_id={account_id}",
            "/api/invoices?customer_name=Secret",
            "/api/v1/invoices?customer_name=Secret",
            "/api/audit?record_id={account_id}",
            "/api/transactions?sort_by=amount&fields=id,amount,user_id&limit=1000",
        ],
    )
    def test_filters_find_nothing_of_others(self, bob: Person, ids: Json, path: str) -> None:
        answer = bob.api.get(filled(path, ids))
        assert (answer.status_code, answer.json(), answer.headers["x-total-count"]) == (200, [], "0")


@pytest.fixture
def data(target: Target, bob: Person) -> Iterator[Callable[[str], httpx.Client]]:
    """The Data API itself as Bob, on a schema."""
    clients: list[httpx.Client] = []

    def on(schema: str) -> httpx.Client:
        clients.append(target.data_client(bob.token, schema))
        return clients[-1]

    yield on
    for client in clients:
        client.close()


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
            from pg_proc where pronamespace::regnamespace::text in ('public', 'api', 'v1', 'web')
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
        }
        for table, own_id in own.items():
            answer = data("public").patch(f"/{table}?id=eq.{own_id}", json={"user_id": alice.id})
            assert answer.status_code == 403, answer.text
        rows: dict[str, Json] = {
            "accounts": {"name": "Till"},
            "transactions": {"transaction_type": "other", "amount": 1, "account_id": ids["account_id"]},
            "invoices": {"customer_name": "Mallory", "issue_date": "2026-01-01", "due_date": "2026-01-31"},
            "invoice_items": {
                "invoice_id": ids["invoice_id"],
                "description": "x",
                "quantity": 1,
                "unit_price": 1,
            },
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
            ("transactions", {"transaction_type": "sale", "amount": 1, "invoice_id": "{invoice_id}"}),
            ("transactions", {"transaction_type": "expense", "amount": 1}),
            ("accounts", {"name": "Till", "is_default": True}),
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
            "profiles": {"full_name": "Mallory"},
        }
        for table, change in changes.items():
            assert data("public").patch(f"/{table}", json=change, headers=minimal).status_code == 204
        for table in list(changes)[:-1]:
            assert data("public").delete(f"/{table}", headers=minimal).status_code == 204
        assert books(dashboard, alice) == before


class TestLogout:
    @staticmethod
    def run_job(service: httpx.Client) -> None:
        """Each run begins with forgetting what has expired."""
        schema = {"Content-Profile": "api"}
        checked(service.post("/rpc/run_job", json={"job": "mark_overdue_invoices"}, headers=schema), 200)

    def test_a_younger_token_of_the_session_stays_dead(
        self, target: Target, alice: Person, service: httpx.Client
    ) -> None:
        claims = jwt.decode(alice.token, options={"verify_signature": False})
        older = jwt.encode({**claims, "exp": int(time.time()) + 1}, target.jwt_secret, "HS256")
        checked(alice.api.post("/api/auth/logout", headers={"Authorization": f"Bearer {older}"}), 200)
        time.sleep(2)
        self.run_job(service)
        problem(alice.api.get("/api/accounts"), 401, "token_revoked")

    def test_a_session_that_supabase_auth_did_not_end_stays_dead(
        self, target: Target, anonymous: httpx.Client, service: httpx.Client, dashboard: psycopg.Connection
    ) -> None:
        with Person.registered(target) as person:
            login = {"username": person.email, "password": PASSWORD}
            session = checked(anonymous.post("/api/auth/login", data=login), 200)
            with target.data_client(session["access_token"]) as data:
                checked(data.post("/rpc/logout", json={}), 204)
            dashboard.execute(
                "update blacklisted_tokens set expires_at = now() where user_id = %s", (person.id,)
            )
            self.run_job(service)
            refreshed = anonymous.post("/api/auth/refresh", json={"refresh_token": session["refresh_token"]})
            token = checked(refreshed, 200)["access_token"]
            answer = anonymous.get("/api/accounts", headers={"Authorization": f"Bearer {token}"})
            problem(answer, 401, "token_revoked")

    def test_nobody_ends_anothers_session(self, alice: Person, data: Callable[[str], httpx.Client]) -> None:
        session_id = jwt.decode(alice.token, options={"verify_signature": False})["session_id"]
        checked(data("public").post("/blacklisted_tokens", json={"session_id": session_id}), 201)
        hers = {"session_id": session_id, "user_id": alice.id}
        assert data("public").post("/blacklisted_tokens", json=hers).status_code == 403
        alice.read("/api/accounts")

    def test_nobody_says_until_when_a_session_is_dead(self, data: Callable[[str], httpx.Client]) -> None:
        row = {"session_id": str(uuid4()), "expires_at": "2020-01-01T00:00:00Z"}
        assert data("public").post("/blacklisted_tokens", json=row).status_code == 403
