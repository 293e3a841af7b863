"""The documents of one user as they should be, what settles them, and the tax in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal

from tests.reliability.accounts import Accounts, Refusal
from tests.reliability.records import ISSUED, Document, Settlement, Transaction

CLOSED: Refusal = (409, "period_closed")
HAS_NOTES: Refusal = (409, "invoice_has_notes")
SETTLED: Refusal = (409, "invoice_settled")
CANCELLED: Refusal = (409, "invoice_cancelled")
NOT_ISSUED: Refusal = (409, "invoice_not_issued")
NOTHING: Refusal = (409, "nothing_to_pay")
PAID: Refusal = (409, "invoice_already_paid")
EXCEEDS_DUE: Refusal = (409, "payment_exceeds_due")
EXCEEDS_INVOICE: Refusal = (409, "credit_exceeds_invoice")
TOTAL_FIXED: Refusal = (409, "invoice_total_fixed")
UNKNOWN: Refusal = (404, "invoice_not_found")


@dataclass
class Documents(Accounts):
    """Invoices and credit notes, and settlements in the order in which they came."""

    documents: dict[str, Document] = field(default_factory=dict)
    settlements: list[Settlement] = field(default_factory=list)
    submitted: set[str] = field(default_factory=set)
    reopened: set[str] = field(default_factory=set)
    filings: dict[str, str] = field(default_factory=dict)
    """Month -> the id of its filing."""

    # What stands --------------------------------------------------------------------------------------

    def closed(self, day: str) -> bool:
        return day[:7] in self.submitted - self.reopened

    def of(self, document: Document) -> list[Settlement]:
        return [settlement for settlement in self.settlements if settlement.invoice == document.id]

    def used(self, note: Document) -> list[Settlement]:
        return [settlement for settlement in self.settlements if settlement.note == note.id]

    def paid_by(self, transaction: Transaction) -> list[Settlement]:
        return [
            settlement
            for settlement in self.settlements
            if settlement.transaction == transaction.id and settlement.kind == "payment"
        ]

    def notes_of(self, invoice: Document) -> list[Document]:
        return [note for note in self.documents.values() if note.against == invoice.id]

    def credited(self, invoice: Document, but: Document | None = None) -> Decimal:
        notes = [note for note in self.notes_of(invoice) if note.status in ISSUED and note is not but]
        return sum((note.total for note in notes), Decimal(0))

    def fixed(self, old: Document, new: Document, gone: Document | None = None) -> set[Refusal]:
        """Why a document can't come to say something else; a note that is gone by then fixes nothing."""
        if old.says() == new.says():
            return set()
        reasons = set()
        if self.closed(old.day) and old.status != "draft":
            reasons.add(CLOSED)
        if self.closed(new.day) and (new.status != "draft" or new.day != old.day):
            reasons.add(CLOSED)
        if any(note.status != "cancelled" and note is not gone for note in self.notes_of(old)):
            reasons.add(HAS_NOTES)
        return reasons

    # Settling -----------------------------------------------------------------------------------------

    def follow(self, ids: Iterable[str]) -> None:
        """What the settlements make of these documents."""
        for document in [self.documents[one] for one in ids if one in self.documents]:
            amounts = [one.amount for one in [*self.of(document), *self.used(document)]]
            settled = sum(amounts, Decimal(0))
            if settled == document.settled:
                continue
            document.settled = settled
            if settled == document.total:
                document.status = "paid"
            elif document.status == "paid" and document.from_sale and settled == 0:
                document.status = "cancelled"
            elif document.status == "paid" or (document.status == "draft" and settled > 0):
                document.status = "sent"

    def settle(self, *settlements: Settlement) -> None:
        self.settlements += settlements
        touched = [(one.invoice, one.note or one.invoice) for one in settlements]
        self.follow(dict.fromkeys(document for pair in touched for document in pair))

    def release(self, settlements: list[Settlement]) -> None:
        """Take settlements away, all at once."""
        gone = {id(one) for one in settlements}
        self.settlements = [one for one in self.settlements if id(one) not in gone]
        touched = [(one.invoice, one.note or one.invoice) for one in settlements]
        self.follow(dict.fromkeys(document for pair in touched for document in pair))

    def refuses_release(self, settlements: list[Settlement], gone: Document | None = None) -> set[Refusal]:
        """What a sale generated is cancelled without it, unless it is fixed."""
        reasons: set[Refusal] = set()
        for document in {one.invoice: self.documents[one.invoice] for one in settlements}.values():
            left = sum((one.amount for one in self.of(document) if one not in settlements), Decimal(0))
            if document.status == "paid" and document.from_sale and left == 0:
                reasons |= self.fixed(document, replace(document, status="cancelled"), gone)
        return reasons

    def is_single_payment(self, document: Document) -> bool:
        """Whether nothing settles it but one transaction that settles nothing else."""
        found = self.of(document)
        if not found:
            return True
        [first, *others] = found
        payment = self.transactions.get(first.transaction or "")
        return not others and first.kind == "payment" and bool(payment) and payment.amount == first.amount  # type: ignore[union-attr]

    def remove(self, transaction: Transaction) -> None:
        self.post(transaction, -1)
        del self.transactions[transaction.id]
        self.release([one for one in self.settlements if one.transaction == transaction.id])

    def take_money_back(self, document: Document) -> None:
        ids = dict.fromkeys(one.transaction for one in self.of(document) if one.transaction)
        for transaction_id in ids:
            self.remove(self.transactions[transaction_id])

    # Payments -----------------------------------------------------------------------------------------

    def refuses_payment(
        self, document: Document, money: Decimal, deducted: Decimal, written_off: Decimal
    ) -> set[Refusal]:
        whole = money + deducted + written_off
        if document.against:
            return {UNKNOWN}
        if document.status != "cancelled" and document.due > 0 and whole == 0:
            return {(422, "invalid_value")}
        return self._refuses_amount(document, whole)

    def _refuses_amount(self, document: Document, amount: Decimal) -> set[Refusal]:
        if document.status == "cancelled":
            return {CANCELLED}
        if document.total == 0:
            return {NOTHING}
        if document.due == 0:
            return {PAID}
        if amount > document.due:
            return {EXCEEDS_DUE}
        return {CLOSED} if document.status == "draft" and self.closed(document.day) else set()

    def refuses_typed(self, document: Document, kind: str, amount: Decimal) -> set[Refusal]:
        """A settlement that is typed into the dashboard."""
        if document.against and document.status not in ISSUED:
            return {NOT_ISSUED}
        if document.against and kind != "payment":
            return {(409, "payment_differs")}
        return self._refuses_amount(document, amount)

    def refuses_credit(self, document: Document, note: Document, amount: Decimal) -> set[Refusal]:
        """A settlement by a credit note that is typed into the dashboard."""
        if document.against:
            return {NOT_ISSUED if document.status not in ISSUED else (409, "payment_differs")}
        if not note.against or note.status not in ISSUED:
            return {UNKNOWN}
        return self.refuses_typed(document, "credit_note", amount) | self.refuses_typed(
            note, "payment", amount
        )

    # Credit notes -------------------------------------------------------------------------------------

    def refuses_note(self, invoice: Document, note: Document) -> set[Refusal]:
        reasons = {
            UNKNOWN: bool(invoice.against),
            NOT_ISSUED: invoice.status == "draft",
            CANCELLED: invoice.status == "cancelled",
            CLOSED: self.closed(note.day),
        }
        if note.status != "draft":
            reasons[NOTHING] = note.total == 0
            reasons[EXCEEDS_INVOICE] = self.credited(invoice, but=note) + note.total > invoice.total
        return {reason for reason, applies in reasons.items() if applies}

    def issue_note(self, note: Document) -> None:
        """A note settles what is due on its invoice."""
        assert note.against
        invoice = self.documents[note.against]
        amount = min(note.due, invoice.due)
        if amount > 0:
            self.settle(Settlement(invoice.id, "credit_note", amount, note.day, note=note.id))

    # Tax ----------------------------------------------------------------------------------------------

    def receipts(self) -> list[tuple[Settlement, Decimal, str]]:
        """Money and tax kept back that settle documents, with the tax in them, below zero for refunds, and the day."""
        before: dict[str, Decimal] = {}
        found = []
        for one in self.settlements:
            document = self.documents[one.invoice]
            tax = document.tax_in(before.get(one.invoice, Decimal(0)), one.amount)
            before[one.invoice] = before.get(one.invoice, Decimal(0)) + one.amount
            day = self.transactions[one.transaction].day if one.transaction else one.day
            if one.kind in {"payment", "tax_deducted"}:
                found.append((one, -tax if document.against else tax, day))
        return found

    def tax_of(self, month: str, basis: str) -> tuple[Decimal, Decimal]:
        """Tax on sales, by the money received or by the documents issued, and input tax of a month."""
        if basis == "cash":
            collected = [tax for _, tax, day in self.receipts() if day.startswith(month)]
        else:
            issued = [
                one for one in self.documents.values() if one.status in ISSUED and one.day.startswith(month)
            ]
            collected = [-one.tax if one.against else one.tax for one in issued]
        inputs = [
            one.tax
            for one in self.transactions.values()
            if one.kind == "expense"
            and one.tax is not None
            and one.day.startswith(month)
            and not one.pays_filing
        ]
        return sum(collected, Decimal(0)), sum(inputs, Decimal(0))
