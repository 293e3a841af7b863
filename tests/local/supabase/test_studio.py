"""Supabase Studio writes as the dashboard does, for its own page on this machine only."""

import socket
from collections.abc import Iterator

import httpx
import psycopg
import pytest

from local.stack import Stack
from tests.person import Json, Person, checked
from tests.studio import running_studio


@pytest.fixture(scope="module")
def studio(stack: Stack) -> Iterator[httpx.Client]:
    with running_studio(stack) as url, httpx.Client(base_url=url, timeout=30) as client:
        yield client


def typed(studio: httpx.Client, table: str, row: Json) -> Json:
    """The row that Studio's page shows after somebody has typed it into a table."""
    [stored] = checked(
        studio.post(f"/rest/v1/{table}?select=*", json=row, headers={"prefer": "return=representation"}), 201
    )
    return stored  # type: ignore[no-any-return]


def test_a_typed_sale_makes_its_invoice(studio: httpx.Client, alice: Person) -> None:
    sale = typed(
        studio, "transactions", {"user_id": alice.id, "transaction_type": "sale", "amount": "1180.00"}
    )
    [invoice] = alice.read("/api/invoices")
    assert (invoice["status"], invoice["subtotal"], invoice["total_amount"]) == ("paid", 1000.0, 1180.0)
    assert alice.read(f"/api/transactions/{sale['id']}")["invoice_id"] == invoice["id"]
    assert alice.balance() == 1180.0
    assert alice.faults() == []
    # The audit does not take Studio for a job of the schedule, which has the secret key, too.
    assert alice.read("/api/audit")[0]["channel"] == "dashboard"


def test_an_edited_cell_follows_the_rules(studio: httpx.Client, alice: Person) -> None:
    sale = alice.sale(1180.0)
    edited = studio.patch(f"/rest/v1/transactions?id=eq.{sale['id']}", json={"amount": "590.00"})
    assert edited.is_success, edited.text
    assert alice.balance() == 590.0
    refused = studio.patch(f"/rest/v1/transactions?id=eq.{sale['id']}", json={"amount": "-1"})
    # Lite answers 500; its page shows the message.
    assert 'violates check constraint "transactions_amount_positive"' in refused.json()["message"]
    assert alice.balance() == 590.0


def test_it_changes_no_privilege(studio: httpx.Client, alice: Person, dashboard: psycopg.Connection) -> None:
    """Lite would grant the roles of the API everything on all tables, and on those to come."""
    checked(studio.get("/rest/v1/transactions?select=*"), 200)
    question = """
        select grantee, table_name, privilege_type from information_schema.role_table_grants
        where table_schema in ('public', 'private') and privilege_type = 'TRUNCATE'
        and grantee in ('anon', 'authenticated', 'service_role')
    """
    assert dashboard.execute(question).fetchall() == []
    with dashboard.transaction(force_rollback=True):
        dashboard.execute("create table public.notes ()")
        open_to = "select bool_or(has_table_privilege(role, 'public.notes', 'select')) from unnest(array['anon', 'authenticated', 'service_role']) as role"
        assert dashboard.execute(open_to).fetchone() == (False,)


def test_it_lists_the_tables(studio: httpx.Client) -> None:
    tables = checked(studio.get("/_system/introspect"), 200)["tables"]
    assert {"transactions", "invoices", "profiles"} <= {
        each["name"] for each in tables if each["schema"] == "public"
    }


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://localhost:8000"},
        {"origin": "null"},
        {"host": "evil.example"},
        {"host": "127.0.0.1"},
    ],
)
def test_other_websites_in_the_browser_are_refused(
    studio: httpx.Client, alice: Person, headers: dict[str, str]
) -> None:
    row = {"user_id": alice.id, "transaction_type": "sale", "amount": "1180.00"}
    for path in ("/rest/v1/transactions", "/_system/introspect", "/"):
        assert studio.post(path, json=row, headers=headers).status_code == 403
        assert studio.get(path, headers=headers).status_code == 403
    assert alice.balance() == 0.0


def test_it_listens_on_this_machine_only(studio: httpx.Client) -> None:
    # All of 127.0.0.0/8 is this machine, so a server that listens everywhere would answer here, too.
    with (
        pytest.raises(ConnectionRefusedError),
        socket.create_connection(("127.0.0.2", studio.base_url.port or 0)),
    ):
        pass
