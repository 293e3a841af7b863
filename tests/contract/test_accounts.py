"""The Renpay document: accounts, as they stand there, against their documented answers."""

import pytest

from tests.contract.calls import DOCUMENTED, as_documented, figures, sent
from tests.person import Person, checked


class TestAccounts:
    def test_create_read_change_and_list(self, alice: Person) -> None:
        account = as_documented("Create an account", sent(DOCUMENTED["Create an account"], alice.api))
        assert figures(account, "name", "balance", "user_id") == ["Business Account", 0.0, alice.id]
        ids = {"account_id": account["id"]}

        read = sent(DOCUMENTED["Get a specific account"], alice.api, **ids)
        assert as_documented("Get a specific account", read) == account

        changed = as_documented("Update an account", sent(DOCUMENTED["Update an account"], alice.api, **ids))
        assert figures(changed, "name", "balance") == ["Updated Business Account", 1500.25]

        listed = as_documented("Get all accounts", sent(DOCUMENTED["Get all accounts"], alice.api))
        assert listed == [changed]
        total = as_documented("Get total balance", sent(DOCUMENTED["Get total balance"], alice.api))
        assert total == {"balance": 1500.25}

    def test_the_transactions_of_one(self, alice: Person) -> None:
        sale = alice.sale(100.50, date="2023-01-01T00:00:00Z", category="Sales", description="Product sale")
        alice.expense(7, account_id=alice.account("Other")["id"])
        title = "Get transactions for a specific account"
        answer = sent(DOCUMENTED[title], alice.api, account_id=sale["account_id"])
        assert as_documented(title, answer) == [sale]
        path = f"/api/accounts/{sale['account_id']}/transactions"
        assert alice.read(path, start_date="2023-01-02") == []
        assert alice.read(path, end_date="2022-12-31") == []
        assert alice.read(path, transaction_type="expense") == []

    @pytest.mark.parametrize("period", ["week", "month", "quarter", "year"])
    def test_the_summary(self, alice: Person, period: str) -> None:
        alice.sale(2000.00)
        alice.expense(500.00)
        paid, _ = alice.invoice(status="sent"), alice.invoice()
        alice.pay(paid)
        answer = alice.api.get(DOCUMENTED["Get account summary"].path, params={"period": period})
        summary = as_documented("Get account summary", answer)
        assert figures(summary, "total_balance", "income", "expenses", "net_change") == [
            1618.00,
            2118.00,
            500.00,
            1618.00,
        ]
        assert figures(summary, "invoices_count", "paid_invoices_count", "period") == [3, 2, period]
        assert figures(summary["accounts"][0], "balance", "transaction_count") == [1618.00, 3]

    def test_the_summary_is_of_the_month_by_default(self, alice: Person) -> None:
        assert alice.read("/api/accounts/summary")["period"] == "month"

    def test_delete_one(self, alice: Person) -> None:
        alice.account("Stays")
        ids = {"account_id": alice.account("Goes")["id"]}
        answer = sent(DOCUMENTED["Delete an account"], alice.api, **ids)
        assert as_documented("Delete an account", answer) is None

    def test_delete_one_and_hand_it_over(self, alice: Person) -> None:
        stays = alice.account("Stays", balance=10)
        goes = alice.account("Goes", balance=5.25)
        sale = alice.sale(100, account_id=goes["id"])
        answer = alice.api.delete(
            f"/api/accounts/{goes['id']}", params={"transfer_to_account_id": stays["id"]}
        )
        assert as_documented("Delete an account", answer) is None
        [account] = alice.read("/api/accounts")
        assert figures(account, "id", "balance") == [stays["id"], 115.25]
        assert alice.read(f"/api/transactions/{sale['id']}")["account_id"] == stays["id"]
        assert alice.faults() == []

    def test_who_follows_the_default_account(self, alice: Person) -> None:
        default, oldest, receiver = (alice.account(name)["id"] for name in ("First", "Second", "Third"))
        alice.sale(10)
        path = f"/api/accounts/{default}"
        checked(alice.api.delete(path, params={"transfer_to_account_id": receiver}), 204)
        assert alice.sale(1)["account_id"] == receiver
        path = f"/api/accounts/{receiver}"
        checked(alice.api.delete(path, params={"transfer_to_account_id": oldest}), 204)
        alice.account("Fourth")
        assert alice.sale(1)["account_id"] == oldest

    def test_the_oldest_account_follows_an_empty_default(self, alice: Person) -> None:
        default, oldest, _ = (alice.account(name)["id"] for name in ("First", "Second", "Third"))
        checked(alice.api.delete(f"/api/accounts/{default}"), 204)
        alice.account("Fourth")
        assert [account["is_default"] for account in alice.read("/api/accounts")] == [True, False, False]
        assert alice.sale(1)["account_id"] == oldest
