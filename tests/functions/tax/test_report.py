"""GET /api/tax/report."""

from tests.functions.tax.filings import IN_QUARTER, submit
from tests.person import Person


class TestReport:
    def test_by_year_and_type(self, alice: Person, bob: Person) -> None:
        alice.sale(118, date=IN_QUARTER)
        submit(alice)
        submit(alice, tax_type="income_tax", total_tax_liability=30)
        submit(alice, period_start="2022-10-01", period_end="2022-12-31", total_tax_liability=0)
        submit(bob, total_tax_liability=0)

        everything = alice.read("/api/tax/report", year=2023)
        assert [row["tax_type"] for row in everything["filings"]] == ["gst", "income_tax"]
        assert everything["total_tax_paid"] == 48.00
        gst = alice.read("/api/tax/report", year=2023, tax_type="gst")
        assert [row["total_tax_liability"] for row in gst["filings"]] == [18.00]
        assert gst["total_tax_paid"] == 18.00
        assert alice.read("/api/tax/report", year=2022)["total_tax_paid"] == 0.00
        assert alice.read("/api/tax/report", year=2021) == {"year": 2021, "total_tax_paid": 0, "filings": []}

    def test_shows_drafts_with_live_figures(self, alice: Person) -> None:
        drafted = alice.read("/api/tax/filing/auto-generate", period="monthly")["summary"]
        alice.sale(118, date=drafted["period_end"])
        [row] = alice.read("/api/tax/report", year=int(drafted["period_start"][:4]))["filings"]
        assert (row["status"], row["total_tax_liability"], row["submission_date"]) == ("draft", 18.00, None)
