"""Periods, and what is frozen in the books however they are written."""

import httpx
import psycopg
import pytest

from tests.person import Person, checked

# Today -> the last month, quarter and Indian financial year that ended before it: first and last days.
LAST_ENDED = {
    "2026-11-21": ("2026-10-01 2026-10-31", "2026-07-01 2026-09-30", "2025-04-01 2026-03-31"),
    "2026-04-01": ("2026-03-01 2026-03-31", "2026-01-01 2026-03-31", "2025-04-01 2026-03-31"),
    "2026-03-31": ("2026-02-01 2026-02-28", "2025-10-01 2025-12-31", "2024-04-01 2025-03-31"),
    "2026-01-05": ("2025-12-01 2025-12-31", "2025-10-01 2025-12-31", "2024-04-01 2025-03-31"),
    "2026-07-01": ("2026-06-01 2026-06-30", "2026-04-01 2026-06-30", "2025-04-01 2026-03-31"),
    "2026-10-01": ("2026-09-01 2026-09-30", "2026-07-01 2026-09-30", "2025-04-01 2026-03-31"),
    "2026-12-31": ("2026-11-01 2026-11-30", "2026-07-01 2026-09-30", "2025-04-01 2026-03-31"),
    "2024-02-29": ("2024-01-01 2024-01-31", "2023-10-01 2023-12-31", "2022-04-01 2023-03-31"),
    "2027-03-01": ("2027-02-01 2027-02-28", "2026-10-01 2026-12-31", "2025-04-01 2026-03-31"),
    "2026-05-15": ("2026-04-01 2026-04-30", "2026-01-01 2026-03-31", "2025-04-01 2026-03-31"),
}


class TestPeriods:
    @pytest.mark.parametrize("today", LAST_ENDED)
    def test_the_last_one_ended_before_today(self, dashboard: psycopg.Connection, today: str) -> None:
        found = dashboard.execute(
            """
            select concat_ws(' ', lower(period), upper(period) - 1)
            from
                unnest(array['monthly', 'quarterly', 'annually']) with ordinality as asked (frequency, place),
                private.last_ended_period(%s, frequency) as period
            order by place
            """,
            (today,),
        ).fetchall()
        assert tuple(period for (period,) in found) == LAST_ENDED[today]

    def test_each_day_lies_in_one(self, dashboard: psycopg.Connection) -> None:
        """Periods leave no gap, never overlap, and hold the day they are asked for."""
        wrong = dashboard.execute(
            """
            select day, frequency
            from
                generate_series('2023-01-01'::date, '2032-12-31', '1 day') as instant,
                date(instant) as day,
                unnest(array['monthly', 'quarterly', 'annually']) as frequency,
                private.period_containing(day, frequency) as period
            where
                not day <@ period
                or private.last_ended_period(day, frequency) <> private.period_containing(lower(period) - 1, frequency)
                or upper(private.last_ended_period(day, frequency)) <> lower(period)
            limit 1
            """
        ).fetchall()
        assert wrong == []


class TestDrafts:
    @pytest.mark.parametrize("column", ["user_id", "id"])
    def test_keep_their_owner(self, alice: Person, bob: Person, service: httpx.Client, column: str) -> None:
        drafted = alice.read("/api/tax/filing/auto-generate")["summary"]["filing_id"]
        answer = service.patch("/tax_filings", params={"id": f"eq.{drafted}"}, json={column: bob.id})
        assert (answer.status_code, answer.json()["hint"]) == (409, "owner_is_fixed")
        assert alice.read("/api/tax/filing/auto-generate")["summary"]["filing_id"] == drafted

    def test_never_cover_days_that_were_submitted(
        self, alice: Person, bob: Person, dashboard: psycopg.Connection
    ) -> None:
        body = {"tax_type": "gst", "total_tax_liability": 0}
        quarter = {"period_start": "2023-01-01", "period_end": "2023-03-31"}
        checked(alice.api.post("/api/tax/submit", json=body | quarter), 200)
        drafted = """
            insert into public.tax_filings (
                user_id, tax_type, period_start, period_end, total_sales, total_expenses, total_tax_collected,
                total_tax_paid, net_tax_liability, cgst, sgst, igst, transaction_count
            )
            values (%s, %s, '2022-04-01', %s, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        """
        with pytest.raises(psycopg.DatabaseError, match="Some of these days were submitted"):
            dashboard.execute(drafted, (alice.id, "gst", "2023-03-31"))
        dashboard.execute(drafted, (alice.id, "gst", "2022-12-31"))
        dashboard.execute(drafted, (alice.id, "other", "2023-03-31"))
        dashboard.execute(drafted, (bob.id, "gst", "2023-03-31"))
        with pytest.raises(psycopg.DatabaseError, match="Some of these days were submitted"):
            dashboard.execute(
                "update public.tax_filings set period_end = '2023-01-01' where user_id = %s and status = 'draft'",
                (alice.id,),
            )


class TestSubmissions:
    """Nobody rewrites what was submitted: not the dashboard, not the secret key."""

    def submitted(self, alice: Person) -> str:
        alice.sale(1180, date="2023-01-15T00:00:00Z")
        body = {
            "period_start": "2023-01-01",
            "period_end": "2023-03-31",
            "tax_type": "gst",
            "total_tax_liability": 180,
        }
        return str(checked(alice.api.post("/api/tax/submit", json=body), 200)["id"])

    @pytest.mark.parametrize(
        "change",
        [
            "net_tax_liability = 0",
            "total_sales = 1",
            "period_end = '2023-06-30'",
            "status = 'draft', submission_date = null, confirmation_number = null",
            "confirmation_number = 'GST000000000'",
            "payment_transaction_id = null",
        ],
    )
    def test_keep_their_figures(self, alice: Person, dashboard: psycopg.Connection, change: str) -> None:
        filing = self.submitted(alice)
        with pytest.raises(psycopg.DatabaseError, match="keeps its figures"):
            dashboard.execute(f"update public.tax_filings set {change} where id = %s", (filing,))
        assert alice.faults() == []

    def test_may_be_accepted_and_annotated(self, alice: Person, dashboard: psycopg.Connection) -> None:
        filing = self.submitted(alice)
        dashboard.execute(
            "update public.tax_filings set status = 'accepted', notes = 'ARN AA29' where id = %s", (filing,)
        )
        assert alice.read("/api/tax/report", year=2023)["filings"][0]["status"] == "accepted"

    def test_are_not_deleted(self, alice: Person, dashboard: psycopg.Connection) -> None:
        filing = self.submitted(alice)
        with pytest.raises(psycopg.DatabaseError, match="A submitted filing stays"):
            dashboard.execute("delete from public.tax_filings where id = %s", (filing,))

    def test_stay_when_their_user_goes(self, alice: Person, dashboard: psycopg.Connection) -> None:
        filing = self.submitted(alice)
        dashboard.execute("delete from auth.users where id = %s", (alice.id,))
        left = dashboard.execute("select status from public.tax_filings where id = %s", (filing,)).fetchall()
        assert left == [("submitted",)]

    def test_are_nobodys_to_write_past_the_api(self, alice: Person) -> None:
        filing = self.submitted(alice)
        row, public = {"id": f"eq.{filing}"}, {"Content-Profile": "public"}
        for answer in (
            alice.data.patch("/tax_filings", params=row, json={"status": "accepted"}, headers=public),
            alice.data.delete("/tax_filings", params=row, headers=public),
            alice.data.post("/tax_filings", json={"user_id": alice.id, "tax_type": "gst"}, headers=public),
        ):
            assert answer.status_code == 403, answer.text
