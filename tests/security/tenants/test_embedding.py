"""One request never answers the square of a user's rows: no table leads back to itself by embedding."""

import psycopg
import pytest

from tests.person import Person, checked
from tests.target import Target

ALLOWED_DOWN = {("invoices", "invoice_items")}
"""What may embed the rows that belong to it."""

_RELATIONSHIPS = """
    select conrelid::regclass::text, confrelid::regclass::text
    from pg_constraint
    where contype = 'f' and connamespace = 'public'::regnamespace
"""
_REFUSALS = """
    select argument.typname, proname
    from pg_proc inner join pg_type as argument on argument.oid = proargtypes[0]
    where pronamespace = 'public'::regnamespace and pronargs = 1 and proretset and position('embedding_not' in prosrc) > 0
"""


@pytest.fixture
def embeddable(dashboard: psycopg.Connection) -> set[tuple[str, str]]:
    """Every table and what PostgREST may embed in it: both directions of each foreign key, but those refused."""
    keys = dashboard.execute(_RELATIONSHIPS).fetchall()
    refused = set(dashboard.execute(_REFUSALS).fetchall())
    return (
        {(child, parent) for child, parent in keys} | {(parent, child) for child, parent in keys}
    ) - refused


def test_nothing_embeds_all_that_belongs_to_it(
    embeddable: set[tuple[str, str]], dashboard: psycopg.Connection
) -> None:
    down = {(parent, child) for child, parent in dashboard.execute(_RELATIONSHIPS)}
    assert embeddable & down == ALLOWED_DOWN


def test_nothing_leads_to_what_embeds_its_rows(embeddable: set[tuple[str, str]]) -> None:
    """Else each row of the one would bring all rows of the other."""
    assert {target for _, target in embeddable} & {source for source, _ in ALLOWED_DOWN} == set()


def test_the_circle_is_refused(target: Target, alice: Person) -> None:
    invoice = alice.invoice()
    alice.sale(100)
    with target.data_client(alice.token, "public") as tables:
        for path in (
            "/invoice_items?select=id,invoices(id,invoice_items(description))",
            "/invoice_items?select=id,invoices!invoice_items_invoice_belongs_to_user(id)",
            "/invoices?select=id,invoices(id)",
            "/accounts?select=id,transactions(id)",
            "/profiles?select=id,invoices(id)",
        ):
            answer = tables.get(path)
            assert (answer.status_code, answer.json()["hint"]) == (400, "embedding_not_available"), path
        [row] = checked(
            tables.get(f"/invoices?select=id,invoice_items(description)&id=eq.{invoice['id']}"), 200
        )
        assert len(row["invoice_items"]) == len(invoice["items"])
