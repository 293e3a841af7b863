"""The books of one user as they should be, kept in memory by rules written down a second time, from the documents."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal

from tests.reliability.records import Account, Gst, Invoice, Line, Transaction

Refusal = tuple[int, str]
DEFAULT_RATE = Decimal(18)


@dataclass
class Books:
    """One user's accounts in the order in which they were opened, transactions, invoices and submissions.

    Each method changes them as the API should, or says the status and code with which it should refuse.
    """

    accounts: dict[str, Account] = field(default_factory=dict)
    transactions: dict[str, Transaction] = field(default_factory=dict)
    invoices: dict[str, Invoice] = field(default_factory=dict)
    submitted: set[str] = field(default_factory=set)

    # Accounts -------------------------------------------------------------------------------------

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

    def refuses_deletion(self, account_id: str, receiver: str | None) -> Refusal | None:
        if receiver == account_id:
            return 422, "transfer_to_same_account"
        if len(self.accounts) == 1:
            return 409, "last_account"
        if receiver is None and self.is_used(account_id):
            return 409, "account_has_transactions"
        return None

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

    # Transactions ---------------------------------------------------------------------------------

    def _post(self, transaction: Transaction, direction: int) -> None:
        for account_id, amount in transaction.moves():
            self.accounts[account_id].balance += direction * amount

    def refuses(self, transaction: Transaction) -> Refusal | None:
        if transaction.to and transaction.kind != "transfer":
            return 422, "invalid_value"
        if transaction.to == transaction.account:
            return 422, "transfer_to_same_account"
        if transaction.tax is not None and transaction.tax > transaction.amount:
            return 422, "invalid_value"
        return None

    def record(self, transaction: Transaction) -> None:
        """A new transaction; a sale has the id of the invoice it brought along."""
        self.transactions[transaction.id] = transaction
        self._post(transaction, 1)
        if transaction.kind == "sale":
            self._settle(transaction)
        elif transaction.kind == "expense" and transaction.rate is not None and transaction.tax is None:
            transaction.tax = Gst.of(transaction.amount, transaction.rate, True, False).tax

    def _settle(self, sale: Transaction) -> None:
        assert sale.invoice
        if sale.invoice not in self.invoices:
            sale.rate = DEFAULT_RATE if sale.rate is None else sale.rate
            lines = [Line(Decimal(1), sale.amount)]
            self.invoices[sale.invoice] = Invoice(sale.invoice, "paid", sale.rate, lines, True, False, True)
        invoice = self.invoices[sale.invoice]
        invoice.status = "paid"
        sale.rate, sale.tax = invoice.rate, invoice.tax

    def edited(self, old: Transaction, **changes: object) -> Transaction:
        """What an edit asks for."""
        new = replace(old)
        if changes.get("kind", old.kind) != old.kind:
            new.to = new.rate = new.tax = None
        new = replace(new, **changes)  # type: ignore[arg-type]
        if new.kind == "sale":
            new.rate = old.rate if new.rate is None and old.kind == "sale" else new.rate
        if new.kind == "expense" and new.rate is not None and new.tax == old.tax and new.amount != old.amount:
            new.tax = Gst.of(new.amount, new.rate, True, False).tax
        return new

    def refuses_edit(self, old: Transaction, new: Transaction) -> Refusal | None:
        if old.pays_filing and (new.amount, new.kind) != (old.amount, old.kind):
            return 409, "tax_payment_fixed"
        changed = (new.kind, new.amount) != (old.kind, old.amount)
        if old.invoice and changed and not self.invoices[old.invoice].follows(old.amount):
            return 409, "payment_fixed"
        # The tax of a sale is computed anew.
        return self.refuses(replace(new, tax=None) if new.kind == "sale" else new)

    def edit(self, old: Transaction, new: Transaction) -> None:
        self._post(old, -1)
        self._post(new, 1)
        self.transactions[new.id] = new
        if old.kind == "sale" and new.kind != "sale":
            assert old.invoice
            self.invoices[old.invoice].status = "cancelled"
            new.invoice = None
        elif new.kind == "sale":
            invoice = self.invoices.get(new.invoice or "")
            if invoice and invoice.follows(old.amount):
                invoice.lines = [Line(Decimal(1), new.amount)]
            self._settle(new)

    def refuses_removal(self, transaction: Transaction) -> Refusal | None:
        return (409, "tax_payment_fixed") if transaction.pays_filing else None

    def remove(self, transaction: Transaction) -> None:
        self._post(transaction, -1)
        del self.transactions[transaction.id]
        if transaction.invoice:
            invoice = self.invoices[transaction.invoice]
            if invoice.status == "paid":
                invoice.status = "cancelled" if invoice.from_sale else "sent"

    # Invoices -------------------------------------------------------------------------------------

    def payment_of(self, invoice: Invoice) -> Transaction | None:
        return next((t for t in self.transactions.values() if t.invoice == invoice.id), None)

    def refuses_payment(self, invoice: Invoice) -> Refusal | None:
        if invoice.total == 0:
            return 409, "nothing_to_pay"
        if invoice.status == "paid":
            return 409, "invoice_already_paid"
        if invoice.status == "cancelled":
            return 409, "invoice_cancelled"
        return None

    def refuses_change(self, old: Invoice, new: Invoice) -> Refusal | None:
        if old.status == new.status == "paid":
            return (409, "invoice_total_fixed") if new.total != old.total else None
        if old.status == new.status == "cancelled" and (old.rate, old.lines) != (new.rate, new.lines):
            return 409, "invoice_cancelled"
        if new.status == "paid":
            if old.status == "cancelled":
                return 409, "invoice_cancelled"
            return (409, "nothing_to_pay") if new.total == 0 else None
        return None

    def change(self, old: Invoice, new: Invoice) -> None:
        """A paid one that becomes unpaid gives its payment back; who pays records it with `record`."""
        payment = self.payment_of(old)
        self.invoices[new.id] = new
        if payment and new.status != "paid":
            self.remove(payment)
        elif payment:
            payment.rate, payment.tax = new.rate, new.tax

    def delete_invoice(self, invoice: Invoice) -> None:
        if payment := self.payment_of(invoice):
            self.remove(payment)
        del self.invoices[invoice.id]

    # Tax ------------------------------------------------------------------------------------------

    def tax_of(self, month: str) -> tuple[Decimal, Decimal]:
        """Tax collected with sales, and paid with expenses, of a month."""
        counted = [t for t in self.transactions.values() if t.day.startswith(month) and not t.pays_filing]
        collected = sum((t.tax or Decimal(0) for t in counted if t.kind == "sale"), Decimal(0))
        paid = sum((t.tax or Decimal(0) for t in counted if t.kind == "expense"), Decimal(0))
        return collected, paid
