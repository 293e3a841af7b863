"""GET /api/tax/filing. Bad input is tried in test_bad_input.py."""

import httpx
import pytest

from tests.functions.tax.filings import IN_QUARTER, FilingsOf, figures, filing, heads, summary
from tests.person import Person, checked, problem


class TestFiling:
    @pytest.mark.parametrize("path", ["filing?start_date=2023-01-01&end_date=2023-03-31", "report?year=2023"])
    def test_anonymous_is_refused(self, anonymous: httpx.Client, path: str) -> None:
        problem(anonymous.get(f"/api/tax/{path}"), 401, "not_authenticated")

    def test_of_others_is_not_seen(self, alice: Person, bob: Person) -> None:
        bob.sale(118, date=IN_QUARTER)
        assert figures(summary(alice)) == [0, 0, 0, 0, 0]
        assert filing(alice)["transactions"] == []

    def test_writes_nothing(self, alice: Person, filings_of: FilingsOf) -> None:
        alice.sale(118, date=IN_QUARTER)
        assert summary(alice)["filing_id"] is None
        assert filings_of(alice) == []

    def test_counts_input_tax_only_where_it_was_recorded(self, alice: Person) -> None:
        alice.expense(118, date=IN_QUARTER)
        assert summary(alice)["transaction_count"] == 0
        alice.expense(118, date=IN_QUARTER, tax_rate=18)
        alice.expense(118, date=IN_QUARTER, tax_amount=5)
        alice.expense(50, date=IN_QUARTER, tax_rate=0)
        assert figures(summary(alice)) == [0, 100 + 113 + 50, 0, 18 + 5, -23]

    def test_a_tax_payment_is_no_input(self, alice: Person) -> None:
        alice.expense(118, date=IN_QUARTER, tax_rate=18, category="Tax Payment")
        alice.transaction("other", 118, date=IN_QUARTER)
        alice.transaction("transfer", 118, date=IN_QUARTER)
        assert figures(summary(alice)) == [0, 0, 0, 0, 0]

    def test_counts_an_invoice_when_it_is_paid(self, alice: Person) -> None:
        invoice = alice.invoice([("Design", 1, 100)], status="sent", issue_date=IN_QUARTER)
        unpaid = {"count": 1, "taxable_value": 100.00, "tax_amount": 18.00}
        assert summary(alice)["unpaid_invoices"] == unpaid
        assert figures(summary(alice)) == [0, 0, 0, 0, 0]

        paid = alice.api.post(f"/api/invoices/{invoice['id']}/mark-as-paid", json={"date": IN_QUARTER})
        checked(paid, 200)
        assert summary(alice)["unpaid_invoices"]["count"] == 0
        assert figures(summary(alice)) == [100, 0, 18, 0, 18]

    def test_splits_the_tax_by_place_of_supply(self, alice: Person) -> None:
        alice.profile(state_code="29")
        for place in ("29", "27"):
            invoice = alice.invoice([("Design", 1, 100.05)], place_of_supply=place)
            path = f"/api/invoices/{invoice['id']}/mark-as-paid"
            checked(alice.api.post(path, json={"date": IN_QUARTER}), 200)
        # 9.0045 twice within the state, 18.009 out of it.
        assert heads(summary(alice)) == [9.00, 9.00, 18.01]
        assert figures(summary(alice)) == [200.10, 0, 36.01, 0, 36.01]

    def test_follows_edits_and_deletions(self, alice: Person) -> None:
        sale, other = alice.sale(118, date=IN_QUARTER), alice.sale(236, date=IN_QUARTER)
        checked(alice.api.put(f"/api/transactions/{sale['id']}", json={"tax_rate": 5}), 200)
        assert figures(summary(alice)) == [112.38 + 200, 0, 5.62 + 36, 0, 41.62]
        checked(alice.api.delete(f"/api/transactions/{other['id']}"), 204)
        assert figures(summary(alice)) == [112.38, 0, 5.62, 0, 5.62]

    def test_transactions_may_be_left_out(self, alice: Person) -> None:
        alice.sale(118, date=IN_QUARTER)
        assert len(filing(alice)["transactions"]) == 1
        brief = filing(alice, include_transactions=False)
        assert (brief["transactions"], brief["summary"]["transaction_count"]) == ([], 1)

    @pytest.mark.parametrize("tax_type", ["income_tax", "other"])
    def test_other_taxes_know_income_and_expenses(self, alice: Person, tax_type: str) -> None:
        """Without GST, and with every expense but tax payments; what is due on it the books don't know."""
        alice.sale(1180, date=IN_QUARTER)
        alice.expense(118, date=IN_QUARTER, tax_rate=18)
        alice.expense(50, date=IN_QUARTER)
        alice.expense(25, date=IN_QUARTER, category="Tax Payment")
        shown = filing(alice, tax_type=tax_type)
        assert figures(shown["summary"]) == [1000, 150, 0, 0, 0]
        assert heads(shown["summary"]) == [0, 0, 0]
        assert sorted(row["amount"] for row in shown["transactions"]) == [50, 100, 1000]
