"""The records of one user as they should be, and the arithmetic of GST, written from the documents."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

Kind = Literal["sale", "expense", "transfer", "other"]
OUTSIDE_INDIA = "96"
ISSUED = {"sent", "paid"}


def half_up(amount: Fraction) -> Decimal:
    return Decimal(int(amount * 100 + Fraction(1, 2))) / 100


@dataclass(frozen=True)
class Gst:
    """Tax on an amount: two equal halves inside of a state, one whole between states."""

    taxable: Decimal
    cgst: Decimal
    sgst: Decimal
    igst: Decimal

    @classmethod
    def of(cls, amount: Decimal, rate: Decimal, included: bool, inter_state: bool) -> Gst:
        share = Fraction(rate) / (100 + Fraction(rate) if included else 100)
        igst = half_up(Fraction(amount) * share) if inter_state else Decimal(0)
        half = Decimal(0) if inter_state else half_up(Fraction(amount) * share / 2)
        taxable = amount - igst - 2 * half if included else amount
        return cls(taxable, half, half, igst)

    @property
    def tax(self) -> Decimal:
        return self.cgst + self.sgst + self.igst


@dataclass
class Account:
    """Where money lies."""

    id: str
    balance: Decimal
    is_default: bool


@dataclass
class Transaction:
    """Money that moved. What it settles stands in the settlements, and so does the tax of a sale."""

    id: str
    kind: Kind
    amount: Decimal
    account: str
    day: str
    to: str | None = None
    rate: Decimal | None = None
    tax: Decimal | None = None
    """Input tax of an expense."""
    pays_filing: bool = False

    def moves(self) -> list[tuple[str, Decimal]]:
        if self.kind == "sale":
            return [(self.account, self.amount)]
        if self.kind == "expense":
            return [(self.account, -self.amount)]
        return [(self.account, -self.amount), (self.to, self.amount)] if self.to else []


@dataclass
class Line:
    """What an invoice asks money for."""

    quantity: Decimal
    price: Decimal
    rate: Decimal | None = None


@dataclass(eq=False)
class Settlement:
    """What settles a document: money, tax that the customer kept back, a write-off, or a credit note."""

    invoice: str
    kind: str
    amount: Decimal
    day: str
    transaction: str | None = None
    note: str | None = None


@dataclass
class Document:
    """A claim, the receipt of a sale, or a credit note."""

    id: str
    status: str
    """As it is stored: what is shown as overdue was sent."""
    rate: Decimal
    lines: list[Line]
    day: str
    included: bool = False
    inter_state: bool = False
    from_sale: bool = False
    against: str | None = None
    """The invoice that a credit note is about."""
    late: bool = False
    """Whether it is shown as overdue while it is sent: somebody said so, who issues it today is not late today."""
    settled: Decimal = Decimal(0)

    def computed(self) -> list[Gst]:
        return [
            Gst.of(
                half_up(Fraction(line.quantity) * Fraction(line.price)),
                self.rate if line.rate is None else line.rate,
                self.included,
                self.inter_state,
            )
            for line in self.lines
        ]

    @property
    def tax(self) -> Decimal:
        return sum((line.tax for line in self.computed()), Decimal(0))

    @property
    def total(self) -> Decimal:
        return sum((line.taxable + line.tax for line in self.computed()), Decimal(0))

    @property
    def due(self) -> Decimal:
        return self.total - self.settled

    @property
    def shown(self) -> str:
        return "overdue" if self.status == "sent" and self.late else self.status

    def tax_in(self, before: Decimal, amount: Decimal) -> Decimal:
        """The tax in an amount that is settled after another one: of each head by itself, to the paisa."""
        if amount == self.total:
            return self.tax
        heads = [sum(column, Decimal(0)) for column in zip(*self._heads(), strict=True)]
        return sum(
            (self._share(head, before + amount) - self._share(head, before) for head in heads), Decimal(0)
        )

    def _heads(self) -> list[tuple[Decimal, Decimal, Decimal]]:
        return [(line.cgst, line.sgst, line.igst) for line in self.computed()]

    def _share(self, head: Decimal, settled: Decimal) -> Decimal:
        return half_up(Fraction(head) * Fraction(settled) / Fraction(self.total))

    def says(self) -> tuple[object, ...]:
        """What is fixed when the document is: neither what settles it nor its notes."""
        issued = "sent" if self.status == "paid" else self.status
        return issued, self.rate, self.lines, self.day, self.late

    def follows(self, amount: Decimal) -> bool:
        """Whether it is still as a sale of this amount wrote it."""
        return self.from_sale and self.included and self.lines == [Line(Decimal(1), amount)]
