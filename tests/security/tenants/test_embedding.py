"""One request never answers the square of a user's rows: no table leads back to itself by embedding."""

from itertools import product

import psycopg
import pytest

from tests.person import Person, checked
from tests.security.surface import RELATIONS
from tests.target import Target

ALLOWED_DOWN = {("invoices", "invoice_items")}
"""What may embed the rows that belong to it."""
EMBEDDED_IN_VIEWS = {("api", "invoices", "invoices")}
"""An invoice its notes, which have none themselves."""

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


@pytest.mark.parametrize("schema", ["api", "v1"])
def test_views_of_the_contracts_embed_nothing_else(target: Target, alice: Person, schema: str) -> None:
    """PostgREST finds the foreign keys behind a view in its columns; 300 says that it finds several."""
    views = [name.removeprefix(f"{schema}.") for name in RELATIONS if name.startswith(f"{schema}.")]
    with target.data_client(alice.token, schema) as data:
        answers = {
            (schema, view, other): data.get(f"/{view}?select={other}(*)&limit=1")
            for view, other in product(views, views)
        }
    embedded = {pair for pair, answer in answers.items() if answer.status_code in {200, 300}}
    assert embedded == {pair for pair in EMBEDDED_IN_VIEWS if pair[0] == schema}
    assert {answer.json()["code"] for pair, answer in answers.items() if pair not in embedded} == {"PGRST200"}
