"""What changed since a filing was submitted: nothing, unless its owner opened it again."""

from typing import cast

from tests.functions.tax.filings import IN_QUARTER, QUARTER, FilingsOf, figures, reopen, submit, summary
from tests.person import Json, Person, checked


class TestChangedSinceSubmission:
    CHANGED = {
        "total_sales": {"submitted": 100.00, "now": 200.00},
        "total_tax_collected": {"submitted": 18.00, "now": 36.00},
        "net_tax_liability": {"submitted": 18.00, "now": 36.00},
        "cgst": {"submitted": 9.00, "now": 18.00},
        "sgst": {"submitted": 9.00, "now": 18.00},
    }

    def changes(self, alice: Person) -> list[Json | None]:
        """As the filing says it, and as the report does."""
        [reported] = alice.read("/api/tax/report", year=2023)["filings"]
        return [summary(alice)["changed_since_submission"], reported["changed_since_submission"]]

    def test_names_the_figures_that_differ(self, alice: Person, filings_of: FilingsOf) -> None:
        sale = alice.sale(118, date=IN_QUARTER)
        submission = submit(alice)
        reopen(alice, submission)
        assert self.changes(alice) == [None, None]

        path = f"/api/transactions/{sale['id']}"
        checked(alice.api.put(path, json={"description": "Renamed"}), 200)
        alice.expense(118, date=IN_QUARTER)
        alice.sale(118, date="2023-04-01")
        assert self.changes(alice) == [None, None]

        checked(alice.api.put(path, json={"amount": 236}), 200)
        assert self.changes(alice) == [self.CHANGED, self.CHANGED]
        assert summary(alice)["status"] == "submitted"
        [reported] = alice.read("/api/tax/report", year=2023)["filings"]
        assert reported["total_tax_liability"] == submission["total_tax_liability"] == 18.00
        assert filings_of(alice) == [("2023-01-01", "2023-03-31", "submitted", 100, 18, 1)]

        checked(alice.api.put(path, json={"amount": 118}), 200)
        assert self.changes(alice) == [None, None]

    def test_generating_again_leaves_the_submission(self, alice: Person, filings_of: FilingsOf) -> None:
        drafted = alice.read("/api/tax/filing/auto-generate", period="monthly")["summary"]
        period = {name: drafted[name] for name in ("period_start", "period_end")}
        reopen(alice, submit(alice, **period, total_tax_liability=0))
        alice.sale(118, date=period["period_end"])
        again = alice.read("/api/tax/filing/auto-generate", period="monthly")["summary"]
        assert (again["filing_id"], again["status"]) == (drafted["filing_id"], "submitted")
        assert again["changed_since_submission"]["net_tax_liability"] == {"submitted": 0.00, "now": 18.00}
        assert filings_of(alice) == [(*period.values(), "submitted", 0, 0, 0)]

    def test_money_of_a_cash_filing_may_still_come(self, alice: Person) -> None:
        """A payment that is recorded late is no document: it is shown, and nothing is refused."""
        invoice = alice.invoice([("Design", 1, 100)], status="sent", issue_date="2022-12-01")
        submit(alice, total_tax_liability=0)
        path = f"/api/invoices/{invoice['id']}/mark-as-paid"
        checked(alice.api.post(path, json={"date": IN_QUARTER}), 200)
        changes = summary(alice)["changed_since_submission"]
        assert changes["total_tax_collected"] == {"submitted": 0.00, "now": 18.00}

    def test_the_page_shows_what_was_submitted_and_the_difference(self, alice: Person) -> None:
        sale = alice.sale(1180, date=IN_QUARTER)

        def page() -> Json:
            answer = alice.data.post("/rpc/tax_page", json=QUARTER, headers={"Content-Profile": "web"})
            return cast(Json, checked(answer, 200))

        assert page()["submitted"] is None
        submission = submit(alice, total_tax_liability=180)
        reopen(alice, submission)
        checked(alice.api.put(f"/api/transactions/{sale['id']}", json={"amount": 1298}), 200)
        shown = page()
        submitted = shown["submitted"]
        assert submitted["confirmation_number"] == submission["confirmation_number"]
        assert (submitted["net_tax_liability"], submitted["paid"], submitted["difference"]) == (180, True, 18)
        assert figures(submitted) == [1000, 0, 180, 0, 180]
        assert figures(shown["summary"]) == [1100, 0, 198, 0, 198]
