"""Ten thousand random invoices: lines, invoice, breakdown and filing always add up, to the paisa.

Beside the database stands an oracle: the arithmetic of GST once more, in Python's decimals. After invoices were
written, edited, deleted, paid and unpaid, both must agree on every figure.
"""

import json
import os
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID

import httpx
import psycopg
import pytest

from tests.person import Json, Person, checked

INVOICES = 10_000
SALES = 300
EXPENSES = 300
# How many rows one request brings.
LOAD = 500

HOME, AWAY = "29", "27"
RATES = [
    Decimal(rate)
    for rate in ("0", "0.1", "0.25", "1.5", "3", "5", "7.5", "12", "18", "28", "33.333", "40", "100")
]
FIRST_DAY = date(2025, 1, 1)
PAISA = Decimal("0.01")
ZERO = Decimal("0.00")

Row = TypeVar("Row")


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


def loads(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    for start in range(0, len(rows), LOAD):
        yield rows[start : start + LOAD]


@dataclass(frozen=True)
class Books:
    """The same books in the database, written through the Data API: rows with the secret key, which may choose ids."""

    owner: Person
    service: httpx.Client

    def insert(self, table: str, rows: Sequence[Json]) -> None:
        for load in loads([{**row, "user_id": self.owner.id} for row in rows]):
            checked(self.service.post(f"/{table}", json=load), 201)

    def update(self, table: str, changes: Json, **rows: str) -> None:
        answer = self.owner.data.patch(
            f"/{table}", params=rows, json=changes, headers={"Content-Profile": "public"}
        )
        checked(answer, 204)

    def delete(self, table: str, **rows: str) -> None:
        checked(self.owner.data.delete(f"/{table}", params=rows, headers={"Content-Profile": "public"}), 204)

    def write(self, invoices: Sequence[Invoice]) -> None:
        self.insert(
            "invoices",
            [
                {
                    "id": invoice.id,
                    "customer_name": "Acme",
                    "notes": invoice.mark,
                    "tax_rate": str(invoice.tax_rate),
                    "price_includes_tax": invoice.inclusive,
                    "place_of_supply": invoice.place,
                    "status": "sent",
                }
                for invoice in invoices
            ],
        )
        self.insert(
            "invoice_items",
            [
                {
                    "id": line.id,
                    "invoice_id": invoice.id,
                    "position": position,
                    "description": line.mark,
                    "quantity": str(line.quantity),
                    "unit_price": str(line.unit_price),
                    "tax_rate": None if line.tax_rate is None else str(line.tax_rate),
                }
                for invoice in invoices
                for position, line in enumerate(invoice.lines, 1)
            ],
        )

    def pay(self, invoices: Sequence[Invoice]) -> None:
        """By their oracle's total: a paisa off, and the database would refuse."""
        self.insert(
            "transactions",
            [
                {
                    "transaction_type": "sale",
                    "invoice_id": invoice.id,
                    "amount": str(invoice.sums.total),
                    "date": f"{invoice.paid_on}T12:00:00Z",
                }
                for invoice in invoices
            ],
        )

    def filing(self, first: date, last: date) -> Any:
        answer = self.owner.api.get(
            "/api/tax/filing", params={"start_date": str(first), "end_date": str(last)}
        )
        assert answer.status_code == 200, answer.text
        return json.loads(answer.content, parse_float=Decimal, parse_int=Decimal)


@pytest.fixture
def oracle() -> Oracle:
    seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(2**32))
    print(f"SEED={seed} repeats this")  # noqa: T201 - pytest shows it when the test fails
    return Oracle(random.Random(seed))


def test_books_of_random_invoices_add_up(
    alice: Person, dashboard: psycopg.Connection, oracle: Oracle, service: httpx.Client
) -> None:
    alice.profile(state_code=HOME)
    books = Books(alice, service)
    invent(oracle)
    books.write(list(oracle.invoices.values()))
    edit(oracle, books)
    trade(oracle, books)

    assert_invoices_agree(oracle, dashboard, alice)
    whole_year = (FIRST_DAY, FIRST_DAY + timedelta(days=364))
    for first, last in (whole_year, *(sorted((oracle.day(), oracle.day())) for _ in range(10))):
        assert_filing_agrees(oracle, books.filing(first, last), first, last)
    assert alice.faults() == []


def invent(oracle: Oracle) -> None:
    for _ in range(INVOICES):
        invoice = oracle.invoice()
        oracle.invoices[invoice.id] = invoice


def edit(oracle: Oracle, books: Books) -> None:
    """Each kind of edit on its share of the invoices, in the oracle and in the books."""
    oracle.edit_invoices("retaxed", tax_rate=Decimal(5))
    books.update("invoices", {"tax_rate": 5}, notes="eq.retaxed")
    oracle.edit_invoices("turned", inclusive=True)
    books.update("invoices", {"price_includes_tax": True}, notes="eq.turned")
    oracle.edit_invoices("moved", place=AWAY)
    books.update("invoices", {"place_of_supply": AWAY}, notes="eq.moved")
    oracle.edit_lines("retaxed", tax_rate=Decimal(12))
    books.update("invoice_items", {"tax_rate": 12}, description="eq.retaxed")
    oracle.edit_lines("repriced", unit_price=Decimal("10.05"), quantity=Decimal("0.333"))
    books.update("invoice_items", {"unit_price": 10.05, "quantity": 0.333}, description="eq.repriced")
    oracle.drop_lines()
    books.delete("invoice_items", description="eq.dropped")


def trade(oracle: Oracle, books: Books) -> None:
    """Pay invoices, take payments back, delete invoices; sell and spend without any."""
    books.pay(oracle.to_pay)
    oracle.edit_invoices("unpaid", paid_on=None)
    books.update("invoices", {"status": "sent"}, notes="eq.unpaid", status="eq.paid")
    oracle.invoices = {key: invoice for key, invoice in oracle.invoices.items() if invoice.mark != "deleted"}
    books.delete("invoices", notes="eq.deleted")

    sales = [(oracle.day(), oracle.amount(least=1), oracle.dice.choice(RATES)) for _ in range(SALES)]
    oracle.sales = [
        (day, Sums.of(amount, rate, inclusive=True, inter_state=False)) for day, amount, rate in sales
    ]
    books.insert(
        "transactions",
        [
            {
                "transaction_type": "sale",
                "amount": str(amount),
                "tax_rate": str(rate),
                "date": f"{day}T12:00:00Z",
            }
            for day, amount, rate in sales
        ],
    )
    for _ in range(EXPENSES):
        amount = oracle.amount(least=1)
        tax = oracle.dice.choice([None, rounded(amount * oracle.dice.randrange(101) / 100)])
        category = oracle.dice.choice(["Stock", "Rent", "Tax Payment"])
        oracle.expenses.append(Expense(oracle.day(), amount, tax, category))
    books.insert(
        "transactions",
        [
            {
                "transaction_type": "expense",
                "amount": str(expense.amount),
                "tax_amount": None if expense.tax is None else str(expense.tax),
                "category": expense.category,
                "date": f"{expense.day}T12:00:00Z",
            }
            for expense in oracle.expenses
        ],
    )


def assert_invoices_agree(oracle: Oracle, dashboard: psycopg.Connection, owner: Person) -> None:
    lines = dashboard.execute(
        "select id::text, amount, taxable_value, cgst, sgst, igst from public.invoice_items"
        " where user_id = %s and invoice_id in (select id from public.invoices where origin = 'invoice')",
        (owner.id,),
    ).fetchall()
    assert {key: (amount, Sums(*sums)) for key, amount, *sums in lines} == {
        line.id: (line.amount, invoice.sums_of(line))
        for invoice in oracle.invoices.values()
        for line in invoice.lines
    }
    invoices = dashboard.execute(
        "select id::text, total_amount, status = 'paid', subtotal, cgst, sgst, igst from public.invoices"
        " where user_id = %s and origin = 'invoice'",
        (owner.id,),
    ).fetchall()
    paid = {invoice.id for invoice in oracle.to_pay}
    assert {key: (total, is_paid, Sums(*sums)) for key, total, is_paid, *sums in invoices} == {
        invoice.id: (invoice.sums.total, invoice.id in paid, invoice.sums)
        for invoice in oracle.invoices.values()
    }
    for invoice in oracle.invoices.values():
        if invoice.inclusive:
            assert invoice.sums.total == sum((line.amount for line in invoice.lines), ZERO), invoice


def assert_filing_agrees(oracle: Oracle, filing: Any, first: date, last: date) -> None:
    shown, rows = filing["summary"], filing["transactions"]
    for kind, amount, tax in (
        ("sale", "total_sales", "total_tax_collected"),
        ("expense", "total_expenses", "total_tax_paid"),
    ):
        counted = [row for row in rows if row["transaction_type"] == kind]
        assert shown[amount] == sum(row["amount"] for row in counted)
        assert shown[tax] == sum(row["tax_amount"] for row in counted)
    assert shown["transaction_count"] == len(rows)
    assert sum(shown["breakdown"].values()) == shown["total_tax_collected"]

    sold, inputs = oracle.sold(first, last), oracle.inputs(first, last)
    tax_paid = sum((expense.tax for expense in inputs if expense.tax), ZERO)
    assert shown["breakdown"] == {"cgst": sold.cgst, "sgst": sold.sgst, "igst": sold.igst}
    assert (shown["total_sales"], shown["total_tax_collected"]) == (sold.taxable, sold.tax)
    assert shown["total_expenses"] == sum((expense.amount for expense in inputs), ZERO) - tax_paid
    assert (shown["total_tax_paid"], shown["net_tax_liability"]) == (tax_paid, sold.tax - tax_paid)
