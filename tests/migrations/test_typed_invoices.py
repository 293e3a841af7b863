"""Invoices as the dashboard and CSV files write them: lines, numbers, and history with its payments."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, LiteralString

import httpx
import psycopg
import pytest

from tests.concurrency import until_somebody_waits_for
from tests.functions.tax.filings import summary
from tests.person import Json, Person, checked
from tests.target import Target


@pytest.fixture
def unaudited(dashboard: psycopg.Connection) -> Iterator[None]:
    """Without the triggers of the audit, whose lock on the chain would let one writer wait for the other."""
    tables: list[LiteralString] = ["invoices", "invoice_items"]
    for table in tables:
        dashboard.execute(f"alter table {table} disable trigger audit_update")
        dashboard.execute(f"alter table {table} disable trigger audit_delete")
    yield
    for table in tables:
        dashboard.execute(f"alter table {table} enable trigger audit_update")
        dashboard.execute(f"alter table {table} enable trigger audit_delete")


class TestLines:
    def test_of_a_cancelled_invoice_go_to_no_other(
        self, alice: Person, dashboard: psycopg.Connection
    ) -> None:
        cancelled = alice.invoice([("Design", 1, 100), ("Print", 1, 200)], status="cancelled")
        draft = alice.invoice([("Paper", 1, 50)])
        with pytest.raises(psycopg.Error, match="A line keeps the invoice it is on"):
            dashboard.execute(
                "update invoice_items set invoice_id = %s, position = 2 where invoice_id = %s and position = 1",
                (draft["id"], cancelled["id"]),
            )
        assert alice.read(f"/api/invoices/{cancelled['id']}")["total_amount"] == 354
        assert alice.read(f"/api/invoices/{draft['id']}")["total_amount"] == 59
        assert alice.faults() == []

    @pytest.mark.usefixtures("unaudited")
    @pytest.mark.parametrize(
        "second",
        [
            "delete from invoice_items where invoice_id = %s and position = 2",
            "update invoice_items set unit_price = 1 where invoice_id = %s and position = 2",
        ],
    )
    def test_deleted_at_once_leave_the_right_total(
        self, alice: Person, target: Target, dashboard: psycopg.Connection, second: LiteralString
    ) -> None:
        invoice = alice.invoice([("A", 1, 100), ("B", 1, 200), ("C", 1, 400)])
        with psycopg.connect(target.db_url, autocommit=True) as other, ThreadPoolExecutor() as pool:
            with dashboard.transaction():
                dashboard.execute(
                    "delete from invoice_items where invoice_id = %s and position = 1", (invoice["id"],)
                )
                answer = pool.submit(other.execute, second, (invoice["id"],))
                until_somebody_waits_for(dashboard)
            answer.result(timeout=5)
        left = alice.read(f"/api/invoices/{invoice['id']}")
        assert left["subtotal"] == sum(line["amount"] for line in left["items"])
        assert len(left["items"]) == (1 if second.startswith("delete") else 2)
        assert alice.faults() == []
        # The audit has seen nothing of it.
        dashboard.execute("delete from auth.users where id = %s", (alice.id,))


class TestUpserts:
    def counters(self, alice: Person, dashboard: psycopg.Connection) -> list[tuple[Any, ...]]:
        return dashboard.execute(
            "select series, last_value from private.counters where user_id = %s order by series", (alice.id,)
        ).fetchall()

    @pytest.mark.parametrize("resolution", ["merge-duplicates", "ignore-duplicates"])
    def test_onto_an_invoice_that_is_there_burn_no_number(
        self, alice: Person, service: httpx.Client, dashboard: psycopg.Connection, resolution: str
    ) -> None:
        invoice = alice.invoice(customer_name="Before")
        before = self.counters(alice, dashboard)
        row = {"id": invoice["id"], "user_id": alice.id, "customer_name": "After"}
        answer = service.post(
            "/invoices",
            params={"on_conflict": "id"},
            json=[row],
            headers={"Prefer": f"resolution={resolution},return=minimal"},
        )
        assert answer.is_success, answer.text
        assert self.counters(alice, dashboard) == before
        changed = alice.read(f"/api/invoices/{invoice['id']}")
        assert changed["customer_name"] == ("After" if resolution.startswith("merge") else "Before")
        assert changed["invoice_number"] == invoice["invoice_number"]
        following = alice.invoice()["invoice_number"]
        assert int(following[-4:]) == int(invoice["invoice_number"][-4:]) + 1
        assert alice.faults() == []


class TestHistory:
    """Invoices of another program, loaded by COPY: sent first, with their lines, then paid on their old days."""

    HEADERS = """
        copy invoices (id, user_id, invoice_number, customer_name, issue_date, due_date, tax_rate, status) from stdin
    """
    LINES = "copy invoice_items (invoice_id, user_id, description, quantity, unit_price) from stdin"

    def loaded(self, alice: Person, dashboard: psycopg.Connection, status: str = "sent") -> list[str]:
        ids = [f"{alice.id[:-2]}{number:02}" for number in (1, 2)]
        with dashboard.cursor().copy(self.HEADERS) as copy:
            for number, invoice_id in enumerate(ids, start=1):
                copy.write_row(
                    (invoice_id, alice.id, f"OLD-{number}", "Asha", "2025-01-10", "2025-02-10", 18, status)
                )
        with dashboard.cursor().copy(self.LINES) as copy:
            for invoice_id in ids:
                copy.write_row((invoice_id, alice.id, "Design", 1, 100))
        return ids

    def test_a_payment_typed_with_its_day_is_of_that_day(
        self, alice: Person, dashboard: psycopg.Connection
    ) -> None:
        self.loaded(alice, dashboard)
        dashboard.execute(
            "update invoices set status = 'paid', paid_at = '2025-03-31T18:29:00Z' where user_id = %s and invoice_number = 'OLD-1'",
            (alice.id,),
        )
        dashboard.execute(
            "update invoices set status = 'paid', paid_at = '2025-03-31T18:31:00Z' where user_id = %s and invoice_number = 'OLD-2'",
            (alice.id,),
        )
        payments = alice.read("/api/transactions", sort_order="asc")
        assert [payment["date"] for payment in payments] == ["2025-03-31T18:29:00Z", "2025-03-31T18:31:00Z"]
        for first, last in (("2025-01-01", "2025-03-31"), ("2025-04-01", "2025-06-30")):
            assert summary(alice, start_date=first, end_date=last, basis="cash")["total_sales"] == 100
        assert {invoice["status"] for invoice in alice.read("/api/invoices")} == {"paid"}
        assert alice.balance() == 236
        assert alice.faults() == []

    def test_paid_invoices_without_lines_are_refused_with_the_way(
        self, alice: Person, dashboard: psycopg.Connection
    ) -> None:
        with pytest.raises(psycopg.Error, match="Insert the invoice as sent, then its lines"):
            self.loaded(alice, dashboard, status="paid")
        assert alice.read("/api/invoices") == []

    def test_a_payment_of_tomorrow_is_refused(self, alice: Person, dashboard: psycopg.Connection) -> None:
        self.loaded(alice, dashboard)
        with pytest.raises(psycopg.Error, match="A payment is recorded on the day it was made"):
            dashboard.execute(
                "update invoices set status = 'paid', paid_at = now() + interval '1 day' where user_id = %s",
                (alice.id,),
            )
        assert alice.read("/api/transactions") == []

    def test_a_day_of_payment_by_itself_says_nothing(
        self, alice: Person, dashboard: psycopg.Connection
    ) -> None:
        invoice: Json = alice.invoice(status="sent")
        dashboard.execute("update invoices set paid_at = '2025-01-01' where id = %s", (invoice["id"],))
        assert dashboard.execute(
            "select paid_at from invoices where id = %s", (invoice["id"],)
        ).fetchall() == [(None,)]
        alice.pay(invoice)
        dashboard.execute("update invoices set paid_at = '2025-01-01' where id = %s", (invoice["id"],))
        [payment] = alice.read("/api/transactions")
        [(paid_at,)] = dashboard.execute(
            "select to_json(paid_at at time zone 'utc') #>> '{}' || 'Z' from invoices where id = %s",
            (invoice["id"],),
        ).fetchall()
        assert paid_at == payment["date"]
        checked(alice.api.get("/api/invoices"), 200)
