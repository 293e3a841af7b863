"""Money in a submitted GST period: input tax and sales stay, because returns count them."""

import pytest

from tests.functions.tax.filings import AFTER, IN_QUARTER, refused, submit, summary
from tests.person import Json, Person, checked


class TestInputTax:
    def test_is_not_recorded_in_it(self, alice: Person) -> None:
        submit(alice, total_tax_liability=0)
        expense = {"transaction_type": "expense", "amount": 118, "date": IN_QUARTER}
        for tax in ({"tax_rate": 18}, {"tax_amount": 18}):
            refused(alice, "POST", "/api/transactions", {**expense, **tax}, "next period")
        path = f"/api/transactions/{alice.expense(118, date=IN_QUARTER)['id']}"
        refused(alice, "PUT", path, {"tax_rate": 18})
        assert summary(alice)["changed_since_submission"] is None

    @pytest.mark.parametrize(
        "change",
        [
            {"amount": 100},
            {"tax_amount": 17},
            {"date": AFTER},
            {"category": "Tax Payment"},
            {"transaction_type": "other"},
        ],
        ids=str,
    )
    def test_stays(self, alice: Person, change: Json) -> None:
        path = f"/api/transactions/{alice.expense(118, date=IN_QUARTER, tax_rate=18)['id']}"
        submit(alice, total_tax_liability=-18)
        refused(alice, "PUT", path, change)
        refused(alice, "DELETE", path)
        checked(
            alice.api.put(path, json={"description": "Paper", "category": "Office", "reference": "B-7"}), 200
        )
        assert summary(alice)["changed_since_submission"] is None

    def test_of_another_day_is_not_moved_into_it(self, alice: Person) -> None:
        submit(alice, total_tax_liability=0)
        path = f"/api/transactions/{alice.expense(118, date=AFTER, tax_rate=18)['id']}"
        refused(alice, "PUT", path, {"date": IN_QUARTER})

    def test_moves_with_its_account(self, alice: Person) -> None:
        expense = alice.expense(118, date=IN_QUARTER, tax_rate=18)
        submit(alice, total_tax_liability=-18)
        savings = alice.account("Savings")["id"]
        path = f"/api/accounts/{expense['account_id']}"
        checked(alice.api.delete(path, params={"transfer_to_account_id": savings}), 204)
        assert alice.faults() == []


class TestSales:
    """The invoice of a sale follows it, so a sale stays where its invoice has to."""

    @pytest.mark.parametrize(
        "change",
        [
            {"amount": 236},
            {"tax_rate": 5},
            {"description": "Tea"},
            {"date": AFTER},
            {"transaction_type": "other"},
        ],
        ids=str,
    )
    def test_keep_their_invoice(self, alice: Person, change: Json) -> None:
        path = f"/api/transactions/{alice.sale(118, date=IN_QUARTER, description='Books')['id']}"
        submit(alice)
        refused(alice, "PUT", path, change, "credit note")
        refused(alice, "DELETE", path, None, "credit note")
        assert (alice.balance(), alice.faults()) == (100, [])

    def test_may_change_in_what_is_money_alone(self, alice: Person) -> None:
        path = f"/api/transactions/{alice.sale(118, date=IN_QUARTER, description='Books')['id']}"
        submit(alice)
        change = {
            "category": "Counter",
            "method": "upi",
            "reference": "UTR1",
            "account_id": alice.account()["id"],
        }
        checked(alice.api.put(path, json=change), 200)
        assert alice.faults() == []

    def test_that_pay_an_invoice_are_money(self, alice: Person) -> None:
        invoice = alice.invoice([("Design", 1, 100)], status="sent", issue_date="2022-12-01")
        alice.pay(invoice)
        submit(alice, total_tax_liability=0)
        [payment] = alice.read("/api/transactions")
        checked(alice.api.put(f"/api/transactions/{payment['id']}", json={"date": IN_QUARTER}), 200)
        checked(alice.api.delete(f"/api/transactions/{payment['id']}"), 204)
        assert alice.faults() == []
