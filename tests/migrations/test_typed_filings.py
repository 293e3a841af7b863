"""Filings that are typed into the dashboard obey the rules of those that are submitted."""

import psycopg
import pytest

from tests.person import Person, checked

FILED = """
    insert into public.tax_filings (
        user_id, tax_type, period_start, period_end, status, submission_date, confirmation_number, total_sales,
        total_expenses, total_tax_collected, total_tax_paid, net_tax_liability, cgst, sgst, igst, transaction_count,
        payment_transaction_id
    )
    values (
        %(user)s, %(tax_type)s, %(start)s, %(end)s, %(status)s, %(submitted)s, %(number)s, 0, 0, 0, 0, %(net)s, 0, 0, 0,
        0, %(payment)s
    )
"""


def file(dashboard: psycopg.Connection, alice: Person, **typed: object) -> None:
    """A GST filing of October 2026, submitted, with nothing due."""
    values = {
        "tax_type": "gst", "start": "2026-10-01", "end": "2026-10-31", "status": "submitted",
        "submitted": "2026-11-10", "number": "GST1", "net": 0, "payment": None,
    }  # fmt: skip
    dashboard.execute(FILED, {"user": alice.id, **values, **typed})


def pay(dashboard: psycopg.Connection, alice: Person, amount: int, **typed: object) -> object:
    values = {"type": "expense", "category": "Tax Payment", **typed}
    found = dashboard.execute(
        """
        insert into public.transactions (user_id, transaction_type, amount, category)
        values (%(user)s, %(type)s, %(amount)s, %(category)s) returning id
        """,
        {"user": alice.id, "amount": amount, **values},
    ).fetchone()
    assert found
    return found[0]


class TestSubmissions:
    def test_with_their_payment_are_kept(self, alice: Person, dashboard: psycopg.Connection) -> None:
        file(dashboard, alice, net=500, payment=pay(dashboard, alice, 500))
        assert alice.read("/api/tax/report", year=2026)["total_tax_paid"] == 500
        assert alice.faults() == []

    def test_and_their_payment_may_come_in_one_transaction(
        self, alice: Person, dashboard: psycopg.Connection
    ) -> None:
        payment = "11111111-2222-4333-8444-" + alice.id[-12:]
        with dashboard.transaction():
            file(dashboard, alice, net=500, payment=payment)
            dashboard.execute(
                """
                insert into public.transactions (id, user_id, transaction_type, amount, category)
                values (%s, %s, 'expense', 500, 'Tax Payment')
                """,
                (payment, alice.id),
            )
        assert alice.faults() == []

    def test_without_it_are_refused(self, alice: Person, dashboard: psycopg.Connection) -> None:
        with pytest.raises(psycopg.DatabaseError, match="tax_filings_payment_named"):
            file(dashboard, alice, net=500)
        with pytest.raises(psycopg.DatabaseError, match="tax_filings_payment_exists"):
            file(dashboard, alice, net=500, payment="11111111-2222-4333-8444-555555555555")

    @pytest.mark.parametrize(
        ("amount", "typed"), [(499, {}), (501, {}), (500, {"category": "Rent"}), (500, {"type": "other"})]
    )
    def test_with_another_payment_are_refused(
        self, alice: Person, dashboard: psycopg.Connection, amount: int, typed: dict[str, str]
    ) -> None:
        payment = pay(dashboard, alice, amount, **typed)
        with pytest.raises(psycopg.DatabaseError, match="The filing owes 500"):
            file(dashboard, alice, net=500, payment=payment)
        assert alice.read("/api/tax/report", year=2026)["filings"] == []

    def test_with_somebody_elses_are_refused(
        self, alice: Person, bob: Person, dashboard: psycopg.Connection
    ) -> None:
        with pytest.raises(psycopg.DatabaseError, match="The filing owes 500"):
            file(dashboard, alice, net=500, payment=pay(dashboard, bob, 500))

    def test_from_a_draft_need_it_too(self, alice: Person, dashboard: psycopg.Connection) -> None:
        file(dashboard, alice, status="draft", submitted=None, number=None, net=500)
        submit = """
            update public.tax_filings set status = 'submitted', submission_date = now(), confirmation_number = 'GST1'
            where user_id = %s
        """
        with pytest.raises(psycopg.DatabaseError, match="tax_filings_payment_named"):
            dashboard.execute(submit, (alice.id,))


class TestPeriods:
    @pytest.mark.parametrize(
        ("start", "end", "reason"),
        [
            ("2026-10-01", "2099-12-31", "period_within_a_year"),
            ("2025-01-01", "2026-01-01", "period_within_a_year"),
            ("2017-06-01", "2017-06-30", "not_before_gst"),
            ("2026-12-01", "2027-02-28", "The period ends on 2027-02-28"),
        ],
    )
    def test_that_are_nonsense_are_refused(
        self, alice: Person, dashboard: psycopg.Connection, start: str, end: str, reason: str
    ) -> None:
        with pytest.raises(psycopg.DatabaseError, match=reason):
            file(dashboard, alice, start=start, end=end)
        assert alice.read("/api/tax/filing/auto-generate")["summary"]["status"] == "draft"

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"period_start": "2017-06-01", "period_end": "2017-06-30"}, "period_start"),
            ({"period_start": "2023-01-01", "period_end": "2024-01-01"}, "period_end"),
        ],
    )
    def test_are_refused_by_the_api_too(self, alice: Person, fields: dict[str, str], field: str) -> None:
        body = {"tax_type": "gst", "total_tax_liability": 0, **fields}
        answer = alice.api.post("/api/tax/submit", json=body)
        assert checked(answer, 422)["errors"][0]["field"] == field

    def test_of_a_whole_year_are_kept(self, alice: Person) -> None:
        body = {
            "tax_type": "gst",
            "total_tax_liability": 0,
            "period_start": "2023-04-01",
            "period_end": "2024-03-31",
        }
        checked(alice.api.post("/api/tax/submit", json=body), 200)

    def test_of_another_tax_may_be_older(self, alice: Person) -> None:
        body = {"total_tax_liability": 0, "period_start": "2016-04-01", "period_end": "2017-03-31"}
        checked(alice.api.post("/api/tax/submit", json={**body, "tax_type": "income_tax"}), 200)
