"""Ten thousand random invoices: lines, invoice, breakdown and filing always add up, to the paisa.

Beside the database stands an oracle: the arithmetic of GST once more, in Python's decimals. After invoices were
written, edited, deleted, paid and unpaid, both must agree on every figure.
"""

import os
import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import httpx
import psycopg
import pytest

from tests.migrations.gst_oracle import AWAY, FIRST_DAY, HOME, RATES, ZERO, Expense, Oracle, Sums, rounded
from tests.migrations.oracle_books import Books
from tests.person import Person

INVOICES = 10_000
SALES = 300
EXPENSES = 300


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
