"""A submitted GST period stays as it is, whoever writes: SQL in the dashboard, the Data API, the secret key."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import psycopg
import pytest

from tests.concurrency import until_somebody_waits_for
from tests.person import Json, Person, checked
from tests.target import Target

DAY = "2023-02-10"
SUBMISSION: Json = {
    "period_start": "2023-01-01",
    "period_end": "2023-03-31",
    "tax_type": "gst",
    "total_tax_liability": 0,
}


@pytest.fixture
def invoice(alice: Person) -> Json:
    """An invoice of a quarter that is submitted; its line, a draft, and an expense with input tax."""
    written = alice.invoice([("Design", 1, 100)], status="sent", issue_date=DAY)
    alice.invoice([("Design", 1, 100)], issue_date=DAY, notes="draft")
    alice.expense(118, date=DAY, tax_rate=18, reference="B-1")
    checked(alice.api.post("/api/tax/submit", json={**SUBMISSION, "total_tax_liability": -18}), 200)
    return written


STATEMENTS = {
    "a document": "insert into invoices (user_id, customer_name, issue_date) values (%(user)s, 'A', '2023-02-10')",
    "an issued one": """
        insert into invoices (user_id, customer_name, issue_date, status)
        values (%(user)s, 'A', '2023-02-10', 'sent')
    """,
    "its customer": "update invoices set customer_name = 'B' where id = %(invoice)s",
    "its day": "update invoices set issue_date = '2023-04-01', due_date = '2023-04-01' where id = %(invoice)s",
    "its status": "update invoices set status = 'cancelled' where id = %(invoice)s",
    "it": "delete from invoices where id = %(invoice)s",
    "all of them": "update invoices set tax_rate = 5 where user_id = %(user)s",
    "the status of a draft": "update invoices set status = 'sent' where user_id = %(user)s and notes = 'draft'",
    "a payment of a draft": """
        insert into settlements (user_id, invoice_id, amount)
        select user_id, id, 118 from invoices where user_id = %(user)s and notes = 'draft'
    """,
    "its line": "update invoice_items set unit_price = 99 where invoice_id = %(invoice)s",
    "its line's text": "update invoice_items set description = 'Logo' where invoice_id = %(invoice)s",
    "another line": """
        insert into invoice_items (user_id, invoice_id, description, quantity, unit_price)
        values (%(user)s, %(invoice)s, 'Gift', 1, 0)
    """,
    "no line": "delete from invoice_items where invoice_id = %(invoice)s",
    "a sale": """
        insert into transactions (user_id, transaction_type, amount, date) values (%(user)s, 'sale', 118, '2023-02-10')
    """,
    "an input": """
        insert into transactions (user_id, transaction_type, amount, tax_amount, date)
        values (%(user)s, 'expense', 118, 18, '2023-02-10')
    """,
    "no input": "delete from transactions where user_id = %(user)s and reference = 'B-1'",
    "less input": "update transactions set tax_amount = 9 where user_id = %(user)s and reference = 'B-1'",
}


class TestDashboard:
    @pytest.mark.parametrize("statement", STATEMENTS.values(), ids=STATEMENTS)
    def test_is_told_the_way_out(
        self, alice: Person, dashboard: psycopg.Connection, invoice: Json, statement: str
    ) -> None:
        before = alice.read("/api/invoices"), alice.read("/api/transactions")
        with pytest.raises(psycopg.DatabaseError, match=r"was submitted as GST.*reopen") as refusal:
            dashboard.execute(statement, {"user": alice.id, "invoice": invoice["id"]})
        assert refusal.value.diag.message_hint == "period_closed"
        assert (alice.read("/api/invoices"), alice.read("/api/transactions")) == before
        assert alice.faults() == []

    def test_may_reopen(self, alice: Person, dashboard: psycopg.Connection, invoice: Json) -> None:
        dashboard.execute("update tax_filings set reopened_at = now() where user_id = %s", (alice.id,))
        dashboard.execute("update invoices set customer_name = 'B' where id = %s", (invoice["id"],))
        with pytest.raises(psycopg.DatabaseError, match="keeps its figures"):
            dashboard.execute("update tax_filings set net_tax_liability = 0 where user_id = %s", (alice.id,))
        dashboard.execute("update tax_filings set reopened_at = null where user_id = %s", (alice.id,))
        with pytest.raises(psycopg.DatabaseError, match="was submitted"):
            dashboard.execute("update invoices set customer_name = 'C' where id = %s", (invoice["id"],))

    def test_may_pay_and_annotate(self, alice: Person, dashboard: psycopg.Connection, invoice: Json) -> None:
        dashboard.execute(
            "update invoices set status = 'paid', notes = 'Thanks' where id = %s", (invoice["id"],)
        )
        assert alice.read(f"/api/invoices/{invoice['id']}")["status"] == "paid"
        dashboard.execute("update invoices set status = 'sent' where id = %s", (invoice["id"],))
        assert alice.faults() == []

    def test_deletes_a_user_with_closed_periods(
        self, alice: Person, dashboard: psycopg.Connection, invoice: Json
    ) -> None:
        dashboard.execute("delete from auth.users where id = %s", (alice.id,))
        left = dashboard.execute("select from invoices where id = %s and status <> 'sent'", (invoice["id"],))
        assert left.fetchall() == []

    def test_what_may_change_is_listed_and_nothing_else(self, dashboard: psycopg.Connection) -> None:
        """A column that comes one day is fixed, until somebody decides otherwise."""
        free = dashboard.execute(
            """
            select array_agg(attname::text order by attname)
            from pg_attribute
            where attrelid = 'invoices'::regclass and attnum > 0 and not attisdropped
            and not private.said_by(jsonb_populate_record(null::invoices, '{"status": "sent"}')) ? attname
            """
        ).fetchone()
        assert free == (
            [
                "amount_credited", "amount_due", "amount_settled", "customer_id", "notes", "paid_at", "template",
                "updated_at",
            ],
        )  # fmt: skip


class TestDataApi:
    def test_of_the_user_is_told_the_way_out(self, alice: Person, target: Target, invoice: Json) -> None:
        with target.data_client(alice.token, schema="public") as tables:
            for answer in (
                tables.patch(f"/invoices?id=eq.{invoice['id']}", json={"customer_name": "B"}),
                tables.delete(f"/invoices?id=eq.{invoice['id']}"),
                tables.post("/invoices", json={"user_id": alice.id, "customer_name": "A", "issue_date": DAY}),
                tables.patch(f"/invoice_items?invoice_id=eq.{invoice['id']}", json={"quantity": 2}),
            ):
                assert (answer.status_code, answer.json()["hint"]) == (409, "period_closed")

    def test_of_the_service_is_told_the_way_out(
        self, alice: Person, service: httpx.Client, invoice: Json
    ) -> None:
        answer = service.patch(f"/invoices?id=eq.{invoice['id']}", json={"status": "draft"})
        assert (answer.status_code, answer.json()["hint"]) == (409, "period_closed")
        assert alice.faults() == []

    def test_a_user_reopens_nothing_past_the_function(
        self, alice: Person, target: Target, invoice: Json
    ) -> None:
        with target.data_client(alice.token, schema="public") as tables:
            answer = tables.patch(f"/tax_filings?user_id=eq.{alice.id}", json={"reopened_at": "now"})
        assert answer.status_code == 403, answer.text


class TestBetweenTwoSteps:
    """Whoever submits waits for who writes, and the other way round: what is written is counted, or refused."""

    @pytest.mark.parametrize(
        "statement",
        [
            "update invoices set issue_date = '2023-02-10', due_date = '2023-04-09' where user_id = %s",
            "update invoice_items set unit_price = 200 where user_id = %s",
            "insert into invoices (user_id, customer_name, issue_date) values (%s, 'A', '2023-02-10')",
            "delete from invoices where user_id = %s",
            """
            insert into transactions (user_id, transaction_type, amount, tax_rate, date)
            values (%s, 'expense', 118, 18, '2023-02-10')
            """,
        ],
    )
    def test_a_submission_waits_for_the_dashboard(
        self, alice: Person, dashboard: psycopg.Connection, statement: str
    ) -> None:
        alice.profile(gstin="29AABCR1718E1ZL")
        alice.invoice([("Design", 1, 100)], status="sent", issue_date="2023-02-01")
        with ThreadPoolExecutor() as pool:
            with dashboard.transaction():
                dashboard.execute(statement, (alice.id,))
                submitted = pool.submit(
                    alice.api.post, "/api/tax/submit", json={**SUBMISSION, "total_tax_liability": 18}
                )
                until_somebody_waits_for(dashboard)
            assert submitted.result().status_code in {200, 409}
        shown = alice.read("/api/tax/filing", start_date="2023-01-01", end_date="2023-03-31")["summary"]
        assert shown["changed_since_submission"] is None
        assert alice.faults() == []
