"""The page of transactions."""

from tests.functions.web.browser import Browser
from tests.person import Person


class TestTransactions:
    def test_an_expense_by_form(self, web: Browser, alice: Person) -> None:
        expense = {"transaction_type": "expense", "amount": "1,180", "tax_rate": "18", "date": "2026-11-05"}
        assert web.send("/transactions", {**expense, "description": "Rent"}).status_code == 303
        assert alice.balance() == -1180.00
        assert "\N{MINUS SIGN}₹1,180.00" in web.page(
            "/transactions?type=expense&from=2026-11-05&to=2026-11-05&q=rent"
        )

    def test_an_account_that_was_closed_meanwhile_is_chosen_anew(self, web: Browser, alice: Person) -> None:
        alice.account("First")
        till = alice.account("Till")["id"]
        invoice = alice.invoice(status="sent")["id"]
        closing = {**web.hidden("/accounts", f"/accounts/{till}"), "action": "delete"}
        expense = {**web.hidden("/transactions", "/transactions"), "account_id": till}
        payment = {**web.hidden(f"/invoice/{invoice}"), "status": "paid", "account_id": till}
        assert web.http.post(f"/accounts/{till}", data=closing).status_code == 303
        sent = {"transaction_type": "expense", "amount": "123.45", "description": "Rent"}
        for path, fields in (("/transactions", {**expense, **sent}), (f"/invoice/{invoice}/status", payment)):
            answer = web.http.post(path, data=fields)
            assert 'id="account_id-error"' in answer.text
            assert "has been closed" in answer.text
        assert 'value="123.45"' in web.http.post("/transactions", data={**expense, **sent}).text
        assert alice.balance() == 0

    def test_a_transfer_asks_where_to(self, web: Browser, alice: Person) -> None:
        alice.account("First", 100.00)
        answer = web.send("/transactions", {"transaction_type": "transfer", "amount": "10"})
        assert answer.status_code == 422
        assert 'id="transfer_account_id-error"' in answer.text
        assert alice.read("/api/transactions") == []
