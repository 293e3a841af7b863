"""Drafts of filings: GET /api/tax/filing/auto-generate and create_tax_filing."""

from functools import partial

import httpx
import psycopg
import pytest

from tests.concurrency import at_once
from tests.functions.tax.filings import FilingsOf, submit
from tests.person import Person, checked, problem


class TestDrafts:
    def test_are_refreshed_on_repeat(self, alice: Person, filings_of: FilingsOf) -> None:
        first = alice.read("/api/tax/filing/auto-generate", period="monthly")["summary"]
        assert (first["status"], first["total_sales"]) == ("draft", 0)
        alice.sale(118, date=first["period_end"])
        again = alice.read("/api/tax/filing/auto-generate", period="monthly")["summary"]
        assert (again["filing_id"], again["total_sales"]) == (first["filing_id"], 100)
        assert filings_of(alice) == [(first["period_start"], first["period_end"], "draft", 100, 18, 1)]

    @pytest.mark.parametrize("period", ["monthly", "quarterly", "annually"])
    def test_are_of_the_last_ended_period(
        self, alice: Person, dashboard: psycopg.Connection, period: str
    ) -> None:
        found = dashboard.execute(
            """
            select lower(ended)::text, (upper(ended) - 1)::text
            from private.last_ended_period((now() at time zone 'Asia/Kolkata')::date, %s) as ended
            """,
            (period,),
        ).fetchone()
        shown = alice.read("/api/tax/filing/auto-generate", period=period)["summary"]
        assert (shown["period_start"], shown["period_end"]) == found

    def test_are_not_made_over_days_that_were_submitted(
        self, alice: Person, schedule: httpx.Client, filings_of: FilingsOf
    ) -> None:
        alice.profile(filing_frequency="annually")
        year = alice.read("/api/tax/filing/auto-generate", period="annually")["summary"]
        quarter = {"period_start": f"{year['period_end'][:4]}-01-01", "period_end": year["period_end"]}
        alice.sale(118, date=year["period_end"])
        submit(alice, **quarter)
        submitted = [(*quarter.values(), "submitted", 100, 18, 1)]
        assert filings_of(alice) == submitted  # the draft of the year is gone

        answer = alice.api.get("/api/tax/filing/auto-generate", params={"period": "annually"})
        detail = problem(answer, 409, "filing_overlaps")["detail"]
        assert detail.startswith("{period_start} to {period_end} was submitted as GST".format(**quarter))
        checked(schedule.post("/rpc/run_job", json={"job": "generate_tax_filings"}), 200)
        assert filings_of(alice) == submitted

    def test_of_the_current_period_are_not_made_over_days_that_were_submitted(
        self, alice: Person, dashboard: psycopg.Connection, filings_of: FilingsOf
    ) -> None:
        dashboard.execute(
            """
            insert into public.tax_filings (
                user_id, tax_type, period_start, period_end, status, submission_date, confirmation_number, total_sales,
                total_expenses, total_tax_collected, total_tax_paid, net_tax_liability, cgst, sgst, igst, transaction_count
            )
            select %s, 'gst', now() - interval '3 days', now() - interval '2 days', 'submitted', now(), 'GST1', 0, 0, 0, 0, 0, 0, 0, 0, 0
            """,
            (alice.id,),
        )
        alice.profile(filing_frequency="annually")
        path = f"/api/invoices/{alice.invoice()['id']}/mark-as-paid"
        checked(alice.api.post(path, params={"create_tax_filing": True}), 200)
        assert len(filings_of(alice)) == 1

    def test_twenty_at_once_make_one(self, alice: Person, filings_of: FilingsOf) -> None:
        answers = at_once([partial(alice.api.get, "/api/tax/filing/auto-generate")] * 20)
        assert len({checked(answer, 200)["summary"]["filing_id"] for answer in answers}) == 1
        assert len(filings_of(alice)) == 1

    def test_of_the_current_period_take_a_paid_invoice(self, alice: Person, filings_of: FilingsOf) -> None:
        alice.profile(filing_frequency="monthly")
        for counted in (1, 2):
            invoice = alice.invoice([("Design", 1, 100)])
            path = f"/api/invoices/{invoice['id']}/mark-as-paid"
            paid = checked(alice.api.post(path, params={"create_tax_filing": True}), 200)
            [(start, end, *stored)] = filings_of(alice)
            assert stored == ["draft", 100 * counted, 18 * counted, counted]
            assert start <= paid["updated_at"][:10] <= end

    def test_are_made_for_no_invoice_that_could_not_be_paid(
        self, alice: Person, filings_of: FilingsOf
    ) -> None:
        path = f"/api/invoices/{alice.invoice(status='cancelled')['id']}/mark-as-paid"
        problem(alice.api.post(path, params={"create_tax_filing": True}), 409, "invoice_cancelled")
        assert filings_of(alice) == []
