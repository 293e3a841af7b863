"""The books of one user as they should be, kept in memory by rules written down a second time, from the documents."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from tests.reliability.accounts import Refusal
from tests.reliability.documents import (
    CANCELLED,
    CLOSED,
    EXCEEDS_INVOICE,
    HAS_NOTES,
    NOT_ISSUED,
    NOTHING,
    SETTLED,
    TOTAL_FIXED,
    Documents,
)
from tests.reliability.records import ISSUED, Document, Gst, Line, Settlement, Transaction

DEFAULT_RATE = Decimal(18)
TAX_PAYMENT_FIXED: Refusal = (409, "tax_payment_fixed")
PAYMENT_FIXED: Refusal = (409, "payment_fixed")


@dataclass
class Books(Documents):
    """One user's accounts, transactions, documents, settlements and submissions.

    Each method changes them as the API should, or names the reasons why it should refuse: it tells one of them.
    """

    # Transactions -------------------------------------------------------------------------------------

    def refuses_new(self, transaction: Transaction) -> set[Refusal]:
        reasons = self.refuses(transaction)
        taxed = transaction.kind == "expense" and transaction.rate is not None
        if self.closed(transaction.day) and (transaction.kind == "sale" or taxed):
            reasons.add(CLOSED)
        return reasons

    def record(self, transaction: Transaction, invoice_id: str | None = None) -> None:
        """A new transaction; a sale has the id of the invoice it brought along."""
        self.transactions[transaction.id] = transaction
        self.post(transaction, 1)
        if transaction.kind == "sale" and invoice_id:
            self._generate(transaction, invoice_id)
        elif transaction.kind == "expense" and transaction.rate is not None and transaction.tax is None:
            transaction.tax = Gst.of(transaction.amount, transaction.rate, True, False).tax

    def _generate(self, sale: Transaction, invoice_id: str) -> None:
        rate = DEFAULT_RATE if sale.rate is None else sale.rate
        lines = [Line(Decimal(1), sale.amount)]
        self.documents[invoice_id] = Document(invoice_id, "paid", rate, lines, sale.day, True, from_sale=True)
        self.settle(Settlement(invoice_id, "payment", sale.amount, sale.day, sale.id))

    def edited(self, old: Transaction, **changes: object) -> Transaction:
        """What an edit asks for."""
        new = replace(old)
        if changes.get("kind", old.kind) != old.kind:
            new.to = new.rate = new.tax = None
        new = replace(new, **changes)  # type: ignore[arg-type]
        if new.kind == "expense" and new.rate is not None and new.tax == old.tax and new.amount != old.amount:
            new.tax = Gst.of(new.amount, new.rate, True, False).tax
        return new

    def followers(self, old: Transaction, new: Transaction) -> list[Document]:
        """The generated invoices that follow an edit of their sale."""
        if new == old or (new.kind, new.amount, new.day) == (old.kind, old.amount, old.day):
            return []
        paid = [self.documents[one.invoice] for one in self.paid_by(old)]
        return [document for document in paid if document.follows(old.amount)]

    def followed(self, document: Document, new: Transaction, old: Transaction) -> Document:
        if new.kind != "sale":
            return replace(document, status="cancelled")
        day = new.day if new.day != old.day else document.day
        return replace(document, lines=[Line(Decimal(1), new.amount)], day=day)

    def refuses_edit(self, old: Transaction, new: Transaction) -> set[Refusal]:
        reasons = self.refuses(replace(new, tax=None) if new.kind == "sale" else new)
        changed = (new.kind, new.amount) != (old.kind, old.amount)
        following = self.followers(old, new)
        if old.pays_filing and changed:
            reasons.add(TAX_PAYMENT_FIXED)
        if changed and len(following) < len(self.paid_by(old)):
            reasons.add(PAYMENT_FIXED)
        for document in following:
            reasons |= self.fixed(document, self.followed(document, new, old))
        if new.kind == "sale" and old.kind != "sale" and self.closed(new.day):
            reasons.add(CLOSED)
        if (new.kind, new.amount, new.tax, new.day) != (old.kind, old.amount, old.tax, old.day):
            days = [one.day for one in (old, new) if one.kind == "expense" and one.tax is not None]
            if any(self.closed(day) for day in days):
                reasons.add(CLOSED)
        return reasons

    def edit(self, old: Transaction, new: Transaction, invoice_id: str | None) -> None:
        following = self.followers(old, new)
        self.post(old, -1)
        self.post(new, 1)
        self.transactions[new.id] = new
        if new.kind == "sale" and old.kind != "sale":
            assert invoice_id
            self._generate(new, invoice_id)
        elif old.kind == "sale" and new.kind != "sale":
            self.release([one for one in self.settlements if one.transaction == old.id])
        else:
            for document in following:
                changed = self.followed(document, new, old)
                document.lines, document.day, document.settled = changed.lines, changed.day, new.amount
                for one in self.paid_by(new):
                    one.amount = new.amount

    def refuses_removal(self, transaction: Transaction) -> set[Refusal]:
        reasons = self.refuses_release([one for one in self.settlements if one.transaction == transaction.id])
        if transaction.pays_filing:
            reasons.add(TAX_PAYMENT_FIXED)
        if transaction.kind == "expense" and transaction.tax is not None and self.closed(transaction.day):
            reasons.add(CLOSED)
        return reasons

    def shown(self, transaction: Transaction) -> tuple[str | None, Decimal | None, Decimal | None]:
        """The invoice that the contract names, the rate and the tax."""
        if transaction.kind != "sale":
            return None, transaction.rate, transaction.tax
        paid = [(one, tax) for one, tax, _ in self.receipts() if one in self.paid_by(transaction)]
        tax = sum((tax for _, tax in paid), Decimal(0)) if paid else None
        if len(paid) != 1:
            return None, transaction.rate, tax
        return paid[0][0].invoice, self.documents[paid[0][0].invoice].rate, tax

    # Documents ----------------------------------------------------------------------------------------

    def refuses_change(self, old: Document, new: Document, lines_sent: bool = False) -> set[Refusal]:
        """Another status, rate or lines. The rate is written before the lines, and each must be allowed."""
        between = replace(old, rate=new.rate)
        other_total = new.total != old.total or between.total != old.total
        leaves = old.settled > 0 and new.status not in {"paid", old.status}
        # A request that cancels a document writes its lines before: then its payment still stands.
        lines_first = new.status == "cancelled" and lines_sent and old.status != "paid"
        says_else = (old.rate, old.lines) != (new.rate, new.lines)
        pays = new.status == "paid" != old.status
        reasons = {
            CANCELLED: old.status == "cancelled" and (pays or (new.status == "cancelled" and says_else)),
            NOTHING: pays and new.total == 0,
            SETTLED: leaves and not self.is_single_payment(old),
            TOTAL_FIXED: other_total and old.settled > 0 and (not leaves or lines_first),
        }
        if old.against and new.status != "cancelled":
            reasons |= self._refuses_credit(old, new, between)
        found = self.fixed(old, new) | {reason for reason, applies in reasons.items() if applies}
        if old.against and old.status in ISSUED and new.status not in ISSUED:
            # What the note has settled is due again, and a generated invoice is nothing without its settlement.
            found |= self.refuses_release(self.used(old), old if new.status == "cancelled" else None)
        return found

    def _refuses_credit(self, old: Document, new: Document, between: Document) -> dict[Refusal, bool]:
        invoice = self.documents[old.against or ""]
        issues = new.status in ISSUED and new.status != old.status
        stays = new.status in ISSUED and old.status in ISSUED
        left = invoice.total - self.credited(invoice, but=old)
        return {
            EXCEEDS_INVOICE: (issues and new.total > left)
            or (stays and max(new.total, between.total) > left),
            NOT_ISSUED: issues and invoice.status == "draft",
            CANCELLED: (issues and invoice.status == "cancelled")
            or (old.status == "cancelled" and new.status == "paid"),
            NOTHING: issues and new.total == 0,
            # Leaving `paid` for `sent` does not take back what the note has settled.
            SETTLED: (
                old.settled > 0
                and new.status not in {"paid", old.status}
                and (not self.is_single_payment(old) or (new.status == "sent" and bool(self.used(old))))
            ),
        }

    def change(self, old: Document, new: Document) -> None:
        """Another status, rate or lines; who pays records it with `pay`."""
        document = self.documents[old.id]
        if document.against and new.status not in ISSUED and old.status in ISSUED:
            self.release(self.used(document))
        leaves = old.settled > 0 and new.status not in {"paid", old.status}
        document.status, document.rate, document.lines = new.status, new.rate, new.lines
        document.late = new.late and new.status != "draft"
        if leaves:
            self.take_money_back(document)
            document.status = new.status
        if document.against and new.status in ISSUED and new.status != old.status:
            self.issue_note(document)

    def refuses_deletion_of(self, document: Document) -> set[Refusal]:
        reasons = {
            HAS_NOTES: bool(self.notes_of(document)),
            SETTLED: not document.against and document.settled > 0 and not self.is_single_payment(document),
            CLOSED: document.status != "draft" and self.closed(document.day),
        }
        released = self.refuses_release(self.used(document), document)
        return released | {reason for reason, applies in reasons.items() if applies}

    def delete_document(self, document: Document) -> None:
        del self.documents[document.id]
        for transaction_id in dict.fromkeys(one.transaction for one in self.of(document) if one.transaction):
            self.remove(self.transactions[transaction_id])
        self.release([*self.of(document), *self.used(document)])
