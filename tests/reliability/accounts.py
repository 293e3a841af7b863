"""The accounts of one user as they should be."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from tests.reliability.records import Account, Transaction

Refusal = tuple[int, str]


@dataclass
class Accounts:
    """Accounts in the order in which they were opened, and the money that moved between them.

    Each method changes them as the API should, or names the reasons why it should refuse.
    """

    accounts: dict[str, Account] = field(default_factory=dict)
    transactions: dict[str, Transaction] = field(default_factory=dict)

    def open_account(self, account_id: str, balance: Decimal, make_default: bool) -> None:
        first = not any(account.is_default for account in self.accounts.values())
        self.accounts[account_id] = Account(account_id, balance, is_default=False)
        if make_default or first:
            self.make_default(account_id)

    def make_default(self, account_id: str) -> None:
        for account in self.accounts.values():
            account.is_default = account.id == account_id

    def default_account(self, opened_id: str) -> str:
        """The default one, else the oldest, else the one that had to be opened."""
        if not self.accounts:
            self.open_account(opened_id, Decimal(0), make_default=True)
        chosen = next((a.id for a in self.accounts.values() if a.is_default), next(iter(self.accounts)))
        self.make_default(chosen)
        return chosen

    def is_used(self, account_id: str) -> bool:
        return any(account_id in (t.account, t.to) for t in self.transactions.values())

    def refuses_deletion(self, account_id: str, receiver: str | None) -> set[Refusal]:
        reasons = {
            (422, "transfer_to_same_account"): receiver == account_id,
            (409, "last_account"): len(self.accounts) == 1 and receiver != account_id,
            (409, "account_has_transactions"): (
                receiver is None and len(self.accounts) > 1 and self.is_used(account_id)
            ),
        }
        return {reason for reason, applies in reasons.items() if applies}

    def delete_account(self, account_id: str, receiver: str | None) -> None:
        closed = self.accounts.pop(account_id)
        if closed.is_default:
            self.make_default(receiver or next(iter(self.accounts)))
        if receiver is None:
            return
        self.accounts[receiver].balance += closed.balance
        for transaction in self.transactions.values():
            if {transaction.account, transaction.to} == {account_id, receiver}:
                transaction.to = None
            transaction.account = receiver if transaction.account == account_id else transaction.account
            transaction.to = receiver if transaction.to == account_id else transaction.to

    def post(self, transaction: Transaction, direction: int) -> None:
        for account_id, amount in transaction.moves():
            self.accounts[account_id].balance += direction * amount

    def refuses(self, transaction: Transaction) -> set[Refusal]:
        reasons = {
            (422, "invalid_value"): (
                (bool(transaction.to) and transaction.kind != "transfer")
                or (transaction.tax is not None and transaction.tax > transaction.amount)
            ),
            (422, "transfer_to_same_account"): transaction.to == transaction.account,
        }
        return {reason for reason, applies in reasons.items() if applies}
