"""The page of accounts."""

import re

from tests.functions.web.browser import Browser
from tests.person import Person


class TestAccounts:
    def test_accounts_are_opened_changed_and_closed(self, web: Browser, alice: Person) -> None:
        web.send("/accounts", {"name": "First", "balance": "100"})
        web.send("/accounts", {"name": "Second", "balance": "50"})
        first, second = alice.read("/api/accounts")
        hidden = web.hidden("/accounts", "/accounts")
        web.http.post(
            f"/accounts/{second['id']}",
            data={**hidden, "name": "Till", "shown_balance": "50.00", "balance": "60", "action": "save"},
        )
        assert "Adjustment" in web.page("/accounts")
        closing = {**hidden, "action": "delete", "transfer_to_account_id": first["id"]}
        assert web.http.post(f"/accounts/{second['id']}", data=closing).status_code == 303
        assert alice.balance() == 160.00
        refused = web.http.post(f"/accounts/{first['id']}", data={**hidden, "action": "delete"})
        assert refused.status_code == 409

    def test_renaming_an_account_moves_no_money(self, web: Browser, alice: Person) -> None:
        till = alice.account("Till", 100.00)
        path = f"/accounts/{till['id']}"
        stale = {**web.hidden("/accounts", path), "name": "Shop", "balance": "100.00", "action": "save"}
        alice.sale(50.00)
        assert web.http.post(path, data=stale).status_code == 303
        assert (alice.balance(), alice.read("/api/accounts")[0]["name"]) == (150.00, "Shop")
        assert "Adjustment" not in web.page("/accounts")

    def test_a_balance_that_moved_meanwhile_is_not_overwritten(self, web: Browser, alice: Person) -> None:
        till = alice.account("Till", 100.00)
        path = f"/accounts/{till['id']}"
        stale = {**web.hidden("/accounts", path), "name": "Shop", "balance": "90.00", "action": "save"}
        alice.sale(50.00)
        refused = web.http.post(path, data=stale)
        assert refused.status_code == 409
        assert "₹150.00" in refused.text
        assert 'id="balance-error"' in refused.text
        assert 'value="90.00"' in refused.text
        assert (alice.balance(), alice.read("/api/accounts")[0]["name"]) == (150.00, "Till")

    def test_an_adjustment_sent_twice_is_one(self, web: Browser, alice: Person) -> None:
        path = f"/accounts/{alice.account('Till', 100.00)['id']}"
        fields = {**web.hidden("/accounts", path), "name": "Till", "balance": "90.00", "action": "save"}
        assert [web.http.post(path, data=fields).status_code for _ in range(2)] == [303, 303]
        assert alice.balance() == 90.00

    def test_what_is_wrong_with_an_account_stands_at_its_field(self, web: Browser, alice: Person) -> None:
        path = f"/accounts/{alice.account('Till', 100.00)['id']}"
        hidden = web.hidden("/accounts", path)
        answer = web.http.post(path, data={**hidden, "name": "", "balance": "xyz", "action": "save"})
        assert answer.status_code == 422
        assert 'id="name-error"' in answer.text
        assert 'id="balance-error"' in answer.text
        assert 'value="xyz"' in answer.text
        assert len(re.findall('aria-invalid="true"', answer.text)) == 2

    def test_a_deleted_transaction_is_named_in_the_ledger(self, web: Browser, alice: Person) -> None:
        invoice = alice.invoice(status="sent")
        alice.pay(invoice)
        path = f"/invoice/{invoice['id']}"
        web.send(f"{path}/status", {"status": "sent", "done": "unpaid"}, path)
        page = web.page("/accounts")
        assert page.count("Transaction, deleted since") == 2
        assert ">Transaction<" not in page
