"""Sales with their invoices and invoices with their payments, when somebody else writes at the same time, too."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import httpx
import psycopg

from tests.concurrency import until_somebody_waits_for
from tests.person import Json, Person, checked, problem

ITEM: Json = {"description": "Design", "quantity": 1, "unit_price": 100}
INVOICE: Json = {"customer_name": "Asha", "items": [ITEM]}


class TestAnEditedSale:
    def test_keeps_the_dates_that_its_invoice_was_given(self, alice: Person) -> None:
        sale = alice.sale(118, date="2026-03-01")
        path = f"/api/invoices/{sale['invoice_id']}"
        given = {"issue_date": "2026-02-01T00:00:00Z", "due_date": "2026-02-15T00:00:00Z"}
        checked(alice.api.put(path, json=given), 200)
        for changes in ({"description": "Boots"}, {"amount": 59}, {"tax_rate": 5}):
            checked(alice.api.put(f"/api/transactions/{sale['id']}", json=changes), 200)
            assert {name: alice.read(path)[name] for name in given} == given, changes
        moved = checked(alice.api.put(f"/api/transactions/{sale['id']}", json={"date": "2026-03-02"}), 200)
        invoice = alice.read(path)
        assert (invoice["issue_date"], invoice["due_date"]) == (moved["date"], moved["date"])
        assert alice.faults() == []

    def test_waits_for_whoever_edits_its_invoice(
        self, alice: Person, dashboard: psycopg.Connection, service: httpx.Client
    ) -> None:
        sale = alice.sale(118)
        with ThreadPoolExecutor() as pool:
            with dashboard.transaction():
                # 2 x 59.00 is 118.00 as before, but no longer what the sale wrote: the invoice is the user's own.
                dashboard.execute(
                    "update invoice_items set quantity = 2, unit_price = 59 where invoice_id = %s",
                    (sale["invoice_id"],),
                )
                edited = pool.submit(
                    service.patch, "/transactions", params={"id": f"eq.{sale['id']}"}, json={"amount": 59}
                )
                until_somebody_waits_for(dashboard)
            assert edited.result().json()["hint"] == "payment_fixed"
        assert (alice.balance(), alice.faults()) == (118.00, [])


class TestAnEditedInvoice:
    def test_keeps_what_the_dashboard_writes_meanwhile(
        self, alice: Person, dashboard: psycopg.Connection
    ) -> None:
        path = f"/api/invoices/{alice.invoice()['id']}"
        with ThreadPoolExecutor() as pool:
            with dashboard.transaction():
                dashboard.execute("update invoices set status = 'sent' where user_id = %s", (alice.id,))
                edited = pool.submit(alice.api.put, path, json={"notes": "Thank you"})
                until_somebody_waits_for(dashboard)
            assert checked(edited.result(), 200)["status"] == "sent"


class TestACancelledInvoice:
    def test_is_not_paid_at_birth(self, alice: Person) -> None:
        answer = alice.api.post(
            "/api/invoices", params={"create_transaction": True}, json={**INVOICE, "status": "cancelled"}
        )
        problem(answer, 409, "invoice_cancelled")
        assert (alice.read("/api/invoices"), alice.balance()) == ([], 0)


class TestMarkAsPaid:
    def test_drafts_the_filing_of_the_day_it_was_paid(
        self, alice: Person, dashboard: psycopg.Connection
    ) -> None:
        alice.profile(filing_frequency="monthly")
        path = f"/api/invoices/{alice.invoice()['id']}/mark-as-paid"
        checked(alice.api.post(path, params={"create_tax_filing": True}, json={"date": "2026-08-15"}), 200)
        drafts = dashboard.execute(
            "select period_start::text, total_tax_collected from tax_filings where user_id = %s", (alice.id,)
        ).fetchall()
        assert drafts == [("2026-08-01", Decimal("18.00"))]

    def test_not_before_it_is_paid(self, alice: Person) -> None:
        path = f"/api/invoices/{alice.invoice()['id']}/mark-as-paid"
        later = datetime.now(UTC) + timedelta(days=2)
        answer = alice.api.post(path, json={"date": later.date().isoformat()})
        problem(answer, 422, "payment_in_future")
        assert alice.balance() == 0
