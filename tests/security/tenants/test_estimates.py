"""Estimates speak of everybody's rows: they are refused, and know nothing of what people type."""

import http.client
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.person import Person
from tests.target import Target

SAMPLED = {
    # Chosen from a few words that everybody knows.
    *[
        "audit_entries.channel",
        "audit_entries.actor_role",
        "audit_entries.operation",
        "audit_entries.record_type",
    ],
    *["invoice_items.treatment", "ledger_entries.kind", "settlements.kind", "transactions.method"],
    *[
        "invoices.document_type",
        "invoices.origin",
        "invoices.status",
        "invoices.template",
        "invoices.note_reason",
    ],
    *["items.treatment", "profiles.time_zone", "profiles.filing_frequency", "transactions.transaction_type"],
    *["tax_filings.tax_type", "tax_filings.basis", "tax_filings.status"],
    # Of the schedule and of the law, not of a user.
    *[
        "job_runs.job",
        "job_runs.failures",
        "gst_rates.only_for",
        "gst_rates.note",
        "gst_states.code",
        "gst_states.name",
    ],
}


@pytest.fixture
def neighbour(bob: Person) -> Person:
    """Somebody whose customers are nobody else's business."""
    for number in range(50):
        bob.invoice(customer_name=f"Customer {number}", customer_email=f"zz{number}@secret.example.com")
    return bob


def estimate(
    target: Target, person: Person, schema: str, path: str, *preferences: str
) -> tuple[int, str | None]:
    """The status and the range of an answer, to a request with a header for each preference."""
    address = urlsplit(target.supabase_url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=30)
    connection.putrequest("GET", f"/rest/v1/{path}")
    headers = {"apikey": target.anon_key, "Authorization": f"Bearer {person.token}", "Accept-Profile": schema}
    for name, value in [*headers.items(), *(("Prefer", preference) for preference in preferences)]:
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, answer.getheader("Content-Range")


@pytest.mark.parametrize("kind", ["planned", "estimated"])
@pytest.mark.parametrize(
    ("schema", "path"),
    [
        ("v1", "invoices?select=id&customer_email_search=match.%5Ez"),
        ("public", "invoices?select=id&customer_name=eq.Customer%201"),
        ("public", "profiles?select=id"),
    ],
)
def test_an_estimated_count_is_refused(
    target: Target, alice: Person, schema: str, path: str, kind: str
) -> None:
    assert estimate(target, alice, schema, path, f"count={kind}") == (400, None)
    assert estimate(target, alice, schema, path, "return=minimal", f" count = {kind}") == (400, None)
    assert estimate(target, alice, schema, path, "count=exact")[0] == 200


def test_the_refusal_says_what_to_do(alice: Person) -> None:
    answer = alice.data.get("/invoices", headers={"Prefer": "count=planned"})
    assert (answer.status_code, answer.json()["hint"]) == (400, "count_not_available")
    assert "count=exact" in answer.json()["message"]


@pytest.mark.parametrize(
    ("schema", "path", "other"),
    [
        ("v1", "customer_email_search=match.%5Ezz", "customer_email_search=match.%5Exx"),
        (
            "public",
            "customer_email=gte.zz&customer_email=lt.zzz",
            "customer_email=gte.xx&customer_email=lt.xxx",
        ),
        ("public", "customer_name=eq.Customer%201", "customer_name=eq.Customer%20x"),
    ],
)
def test_one_that_gets_past_tells_nothing_of_a_neighbour(
    target: Target,
    alice: Person,
    neighbour: Person,
    dashboard: psycopg.Connection,
    schema: str,
    path: str,
    other: str,
) -> None:
    """Of several Prefer headers the database sees the last, and PostgREST obeys the first."""
    dashboard.execute("analyze public.invoices")
    past = ("count=planned", "return=representation")
    known = estimate(target, alice, schema, f"invoices?select=id&{path}", *past)
    unknown = estimate(target, alice, schema, f"invoices?select=id&{other}", *past)
    assert known == unknown


def test_no_plan_is_told(alice: Person) -> None:
    answer = alice.data.get("/invoices", headers={"Accept": "application/vnd.pgrst.plan+json"})
    assert (answer.status_code, answer.json()["code"]) == (415, "PGRST107")


def test_there_are_no_samples_of_what_people_type(dashboard: psycopg.Connection) -> None:
    """PostgreSQL samples every column that is not told otherwise: a new one is put into planner_statistics, or above."""
    sampled = dashboard.execute(
        """
        select relname || '.' || attname
        from pg_attribute
        inner join pg_class on pg_class.oid = attrelid
        where
            relnamespace = 'public'::regnamespace and relkind = 'r' and attnum > 0 and not attisdropped
            and atttypid = any(array['text', 'jsonb']::regtype[]) and coalesce(attstattarget, -1) not in (0, 1)
        """
    )
    assert {name for (name,) in sampled} == SAMPLED


def test_nor_of_what_an_index_computes_from_it(dashboard: psycopg.Connection) -> None:
    sampled = dashboard.execute(
        """
        select relname, attname
        from pg_index
        inner join pg_class on pg_class.oid = indexrelid
        inner join pg_attribute on attrelid = indexrelid
        where
            relnamespace = 'public'::regnamespace and indkey[attnum - 1] = 0
            and atttypid = 'text'::regtype and coalesce(attstattarget, -1) not in (0, 1)
        """
    )
    assert sampled.fetchall() == []
