"""The arithmetic of GST once more, in Python's decimals."""

import random
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

HOME, AWAY = "29", "27"

RATES = [
    Decimal(rate)
    for rate in ("0", "0.1", "0.25", "1.5", "3", "5", "7.5", "12", "18", "28", "33.333", "40", "100")
]

FIRST_DAY = date(2025, 1, 1)
PAISA = Decimal("0.01")
ZERO = Decimal("0.00")


def rounded(amount: Decimal) -> Decimal:
    return amount.quantize(PAISA, ROUND_HALF_UP)


@dataclass(frozen=True)
class Sums:
    """Amounts of a line, and of everything that is made of lines."""

    taxable: Decimal = ZERO
    cgst: Decimal = ZERO
    sgst: Decimal = ZERO
    igst: Decimal = ZERO

    @classmethod
    def of(cls, amount: Decimal, rate: Decimal, *, inclusive: bool, inter_state: bool) -> "Sums":
        divisor = 100 + rate if inclusive else Decimal(100)
        half = ZERO if inter_state else rounded(amount * rate / 2 / divisor)
        igst = rounded(amount * rate / divisor) if inter_state else ZERO
        return cls(amount - half - half - igst if inclusive else amount, half, half, igst)

    @property
    def tax(self) -> Decimal:
        return self.cgst + self.sgst + self.igst

    @property
    def total(self) -> Decimal:
        return self.taxable + self.tax

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            self.taxable + other.taxable,
            self.cgst + other.cgst,
            self.sgst + other.sgst,
            self.igst + other.igst,
        )


@dataclass(frozen=True)
class Line:
    id: str
    quantity: Decimal
    unit_price: Decimal
    tax_rate: Decimal | None
    mark: str

    @property
    def amount(self) -> Decimal:
        return rounded(self.quantity * self.unit_price)


@dataclass(frozen=True)
class Invoice:
    id: str
    mark: str
    tax_rate: Decimal
    inclusive: bool
    place: str
    paid_on: date | None
    lines: tuple[Line, ...]

    def sums_of(self, line: Line) -> Sums:
        rate = self.tax_rate if line.tax_rate is None else line.tax_rate
        return Sums.of(line.amount, rate, inclusive=self.inclusive, inter_state=self.place != HOME)

    @cached_property
    def sums(self) -> Sums:
        return sum((self.sums_of(line) for line in self.lines), Sums())


@dataclass(frozen=True)
class Expense:
    day: date
    amount: Decimal
    tax: Decimal | None
    category: str


@dataclass
class Oracle:
    """The books as they should be. Its edits are those that the test makes through the Data API."""

    dice: random.Random
    invoices: dict[str, Invoice] = field(default_factory=dict)
    sales: list[tuple[date, Sums]] = field(default_factory=list)
    expenses: list[Expense] = field(default_factory=list)

    # Invention ----------------------------------------------------------------------------------------------

    def new_id(self) -> str:
        return str(UUID(int=self.dice.getrandbits(128), version=4))

    def amount(self, least: int = 0) -> Decimal:
        """Mostly small ones, where rounding shows."""
        most = self.dice.choice([9, 99, 9_999, 99_999, 9_999_999])
        return Decimal(self.dice.randint(least, most)) / 100

    def day(self) -> date:
        return FIRST_DAY + timedelta(days=self.dice.randrange(365))

    def line(self) -> Line:
        quantity = (
            Decimal(self.dice.choice([1000, self.dice.randint(1, 9999), 1000 * self.dice.randint(1, 99)]))
            / 1000
        )
        rate = self.dice.choice([None, self.dice.choice(RATES)])
        mark = self.dice.choices(["kept", "dropped", "retaxed", "repriced"], [85, 5, 5, 5])[0]
        return Line(self.new_id(), quantity, self.amount(), rate, mark)

    def invoice(self) -> Invoice:
        return Invoice(
            self.new_id(),
            self.dice.choices(
                ["kept", "deleted", "retaxed", "turned", "moved", "unpaid"], [75, 5, 5, 5, 5, 5]
            )[0],
            self.dice.choice(RATES),
            self.dice.random() < 0.5,
            self.dice.choice([HOME, AWAY]),
            self.day() if self.dice.random() < 0.5 else None,
            tuple(self.line() for _ in range(self.dice.choice([1, 1, 2, 2, 3, 5]))),
        )

    # Edits --------------------------------------------------------------------------------------------------

    def edit_invoices(self, mark: str, **changes: Any) -> None:
        for invoice in self.invoices.values():
            if invoice.mark == mark:
                self.invoices[invoice.id] = replace(invoice, **changes)

    def edit_lines(self, mark: str, **changes: Any) -> None:
        for invoice in self.invoices.values():
            lines = (replace(line, **changes) if line.mark == mark else line for line in invoice.lines)
            self.invoices[invoice.id] = replace(invoice, lines=tuple(lines))

    def drop_lines(self) -> None:
        for invoice in self.invoices.values():
            lines = tuple(line for line in invoice.lines if line.mark != "dropped")
            self.invoices[invoice.id] = replace(invoice, lines=lines)

    # Answers ------------------------------------------------------------------------------------------------

    @property
    def to_pay(self) -> list[Invoice]:
        return [invoice for invoice in self.invoices.values() if invoice.paid_on and invoice.sums.total]

    def sold(self, first: date, last: date) -> Sums:
        paid = ((invoice.paid_on, invoice.sums) for invoice in self.to_pay)
        return sum((sums for day, sums in [*paid, *self.sales] if day and first <= day <= last), Sums())

    def inputs(self, first: date, last: date) -> list[Expense]:
        return [
            expense
            for expense in self.expenses
            if expense.tax is not None and expense.category != "Tax Payment" and first <= expense.day <= last
        ]
