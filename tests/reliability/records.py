"""The records of one user as they should be, and the arithmetic of GST, written from the documents."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

Kind = Literal["sale", "expense", "transfer", "other"]
OUTSIDE_INDIA = "96"


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
    """Money that moved."""

    id: str
    kind: Kind
    amount: Decimal
    account: str
    day: str
    to: str | None = None
    invoice: str | None = None
    rate: Decimal | None = None
    tax: Decimal | None = None
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


@dataclass
class Invoice:
    """A claim, or the receipt of a sale."""

    id: str
    status: str
    rate: Decimal
    lines: list[Line]
    included: bool = False
    inter_state: bool = False
    from_sale: bool = False

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

    def follows(self, amount: Decimal) -> bool:
        """Whether it is still as a sale of this amount wrote it."""
        return self.from_sale and self.included and self.lines == [Line(Decimal(1), amount)]
