"""Which day, and so which period, something belongs to."""

import pytest

from tests.functions.tax.filings import summary
from tests.person import Person


class TestDays:
    """A day begins where the business is: at 18:30 UTC the day before, unless its profile says otherwise."""

    # The last minute of a period in India and the first of the next one, and the periods.
    BOUNDARIES = {
        "31 March": ("2025-03-31", ("2025-01-01", "2025-03-31"), ("2025-04-01", "2025-06-30")),
        "30 June": ("2025-06-30", ("2025-04-01", "2025-06-30"), ("2025-07-01", "2025-09-30")),
        "31 December": ("2025-12-31", ("2025-10-01", "2025-12-31"), ("2026-01-01", "2026-03-31")),
    }

    def sales_in(self, alice: Person, period: tuple[str, str]) -> float:
        return float(summary(alice, start_date=period[0], end_date=period[1])["total_sales"])

    @pytest.mark.parametrize(("day", "ending", "beginning"), BOUNDARIES.values(), ids=BOUNDARIES)
    def test_periods_end_at_half_past_six(
        self, alice: Person, day: str, ending: tuple[str, str], beginning: tuple[str, str]
    ) -> None:
        alice.sale(118, date=f"{day}T18:29:00Z")
        alice.sale(236, date=f"{day}T18:31:00Z")
        assert (self.sales_in(alice, ending), self.sales_in(alice, beginning)) == (100, 200)

    @pytest.mark.parametrize(("day", "ending", "beginning"), BOUNDARIES.values(), ids=BOUNDARIES)
    def test_a_date_is_a_whole_day_in_india(
        self, alice: Person, day: str, ending: tuple[str, str], beginning: tuple[str, str]
    ) -> None:
        alice.sale(118, date=ending[1])
        alice.sale(236, date=beginning[0])
        assert (self.sales_in(alice, ending), self.sales_in(alice, beginning)) == (100, 200)

    def test_the_financial_year_begins_with_april(self, alice: Person) -> None:
        alice.sale(118, date="2025-03-31T18:29:00Z")
        alice.sale(236, date="2025-03-31T18:31:00Z")
        assert self.sales_in(alice, ("2024-04-01", "2025-03-31")) == 100
        assert self.sales_in(alice, ("2025-04-01", "2026-03-31")) == 200

    def test_the_zone_is_the_profiles(self, alice: Person) -> None:
        alice.profile(time_zone="America/New_York")
        ending, beginning = self.BOUNDARIES["31 March"][1:]
        # Midnight there, in summer time.
        alice.sale(118, date="2025-04-01T03:59:00Z")
        alice.sale(236, date="2025-04-01T04:01:00Z")
        assert (self.sales_in(alice, ending), self.sales_in(alice, beginning)) == (100, 200)

    def test_another_zone_leaves_the_days_of_what_is_written(self, alice: Person) -> None:
        """A printed day never moves, and so neither does its number, its year or its return."""
        ending, beginning = self.BOUNDARIES["31 March"][1:]
        alice.sale(118, date="2025-03-31T18:31:00Z")
        invoice = alice.invoice([("Design", 1, 50)], status="sent", issue_date="2025-03-31T18:31:00Z")
        for zone in ("Asia/Kolkata", "UTC", "Asia/Kolkata"):
            alice.profile(time_zone=zone)
            shown = summary(alice, start_date=beginning[0], end_date=beginning[1])
            assert (shown["total_sales"], shown["unpaid_invoices"]["count"]) == (100, 1), zone
            assert self.sales_in(alice, ending) == 0
        assert invoice["invoice_number"].startswith("INV-2025-04-")
        assert alice.faults() == []

    def test_a_zone_can_be_changed_whatever_is_due(self, alice: Person) -> None:
        """Issued and due on one day in India, which in Pakistan are two, in the wrong order."""
        alice.invoice(issue_date="2025-03-31T20:00:00Z", due_date="2025-04-01")
        assert alice.profile(time_zone="Asia/Karachi")["time_zone"] == "Asia/Karachi"
        assert alice.faults() == []
