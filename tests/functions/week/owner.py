"""An owner, what she does in a week, and the books that she has then."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from tests.person import Json, Line, Person

Lines = Sequence[Line]
OCTOBER: Json = {"period_start": "2026-10-01", "period_end": "2026-10-31", "tax_type": "gst"}


class Owner(ABC):
    """Somebody who keeps books by one of the doors. Everything that she makes has an id."""

    def __init__(self, person: Person) -> None:
        self.person = person

    @abstractmethod
    def begins(self, **profile: str) -> None:
        """She fills in her profile."""

    @abstractmethod
    def opens(self, name: str, balance: float, is_default: bool) -> str: ...

    @abstractmethod
    def records(self, kind: str, amount: float, day: str, account: str, **fields: object) -> str:
        """A sale, an expense or a transfer."""

    @abstractmethod
    def corrects(self, transaction: str, amount: float) -> None: ...

    @abstractmethod
    def forgets(self, transaction: str) -> None:
        """She deletes a transaction."""

    @abstractmethod
    def invoices(self, customer: str, lines: Lines) -> str:
        """She sends an invoice, at 18 %."""

    @abstractmethod
    def rewrites(self, invoice: str, line: Line) -> None:
        """She changes the only line of an invoice."""

    @abstractmethod
    def settles(self, invoice: str) -> None:
        """All of it is paid, today."""

    @abstractmethod
    def cancels(self, invoice: str) -> None: ...

    @abstractmethod
    def removes(self, invoice: str) -> None: ...

    @abstractmethod
    def receives(self, invoice: str, amount: float, day: str, deducted: float = 0) -> None:
        """A part of it is paid, with or without tax kept back."""

    @abstractmethod
    def receives_for_all(self, invoices: list[str], day: str) -> None:
        """One payment settles them."""

    @abstractmethod
    def writes_off(self, invoice: str, amount: float) -> None: ...

    @abstractmethod
    def gives_back(self, invoice: str, amount: float) -> None:
        """The payment of this amount was a mistake."""

    @abstractmethod
    def credits(self, invoice: str, line: Line) -> str:
        """She issues a credit note with one line."""

    @abstractmethod
    def refunds(self, note: str) -> None: ...

    @abstractmethod
    def files(self, sales: float, tax: float) -> None:
        """She submits October, with nothing spent, and pays the tax."""


def live_a_week(owner: Owner) -> None:
    # Monday
    owner.begins(business_name="Asha Designs", gstin="29AAACZ0001A1Z4", state_code="29")
    till = owner.opens("Till", 500.00, is_default=True)
    bank = owner.opens("Bank", 10000.00, is_default=False)
    owner.records("sale", 1180.00, "2026-10-20", bank, tax_rate=18)
    shirts = owner.records("sale", 236.00, "2026-11-02", till, tax_rate=5, category="Shirts")
    owner.records("expense", 118.00, "2026-11-02", bank, tax_rate=18, category="Stock")
    dinner = owner.records("expense", 59.00, "2026-11-02", till, category="Dinner")
    # Tuesday
    asha = owner.invoices("Asha", [("Design", 2, 500.00), ("Travel", 1, 99.99)])
    bharat = owner.invoices("Bharat Ltd.", [("Advice", 1, 1000.00)])
    chand = owner.invoices("Chand", [("Print", 3, 33.33)])
    # Wednesday
    owner.settles(asha)
    owner.receives(bharat, 600.00, "2026-11-04", deducted=100.00)
    # Thursday
    owner.rewrites(chand, ("Print", 4, 33.33))
    owner.cancels(chand)
    owner.removes(owner.invoices("Nobody", [("Mistake", 1, 1.00)]))
    # Friday
    owner.corrects(shirts, 354.00)
    owner.records("transfer", 100.00, "2026-11-06", bank, transfer_account_id=till)
    owner.forgets(dinner)
    # Saturday
    owner.refunds(owner.credits(asha, ("Returned", 1, 100.00)))
    owner.credits(bharat, ("Discount", 1, 100.00))
    owner.receives_for_all(
        [owner.invoices("Deepa", [("Logo", 1, 70.00)]), owner.invoices("Esha", [("Card", 500, 1.15)])],
        "2026-11-07",
    )
    # Sunday: of 1,180.00 there are 600.00, 100.00 and 118.00
    owner.receives(bharat, 300.00, "2026-11-08")
    owner.receives(bharat, 50.00, "2026-11-08")
    owner.gives_back(bharat, 50.00)
    owner.writes_off(bharat, 62.00)
    owner.files(1000.00, 180.00)


def books_of(person: Person) -> Json:
    """What the books say, without what names the records: ids, numbers, instants."""
    documents = [
        document
        for kind in ("invoice", "credit_note")
        for document in person.read("/api/invoices", limit=1000, document_type=kind)
    ]
    accounts = {account["id"]: account["name"] for account in person.read("/api/accounts")}
    names = {
        document["id"]: f"{document['customer_name']} {document['total_amount']}" for document in documents
    }
    transactions = person.read("/api/transactions", limit=1000)
    november = {"start_date": "2026-11-01", "end_date": "2026-11-30"}
    return {
        "balances": {account["name"]: account["balance"] for account in person.read("/api/accounts")},
        "documents": _sorted(
            {
                **_only(document, _DOCUMENT),
                "against": names.get(document["against_id"]),
                "lines": [_only(item, _LINE) for item in document["items"]],
            }
            for document in documents
        ),
        "settlements": _sorted(
            {**_only(row, ("kind", "amount", "date")), "of": names[document["id"]]}
            for document in documents
            for row in person.payments(document)
        ),
        "transactions": _sorted(
            {
                **_only(row, _TRANSACTION),
                "account": accounts[row["account_id"]],
                "to": accounts.get(row["transfer_account_id"]),
                "pays": names.get(row["invoice_id"]),
            }
            for row in transactions
        ),
        "summary": person.read("/api/accounts/summary")["paid_invoices_count"],
        "filings": {
            f"{month} {basis}": _filing(person, {**days, "basis": basis})
            for month, days in (
                ("October", {"start_date": "2026-10-01", "end_date": "2026-10-31"}),
                ("November", november),
            )
            for basis in ("invoice", "cash")
        },
        "submissions": [
            _only(row, ("period_start", "total_tax_liability", "status", "changed_since_submission"))
            for row in person.read("/api/tax/report", year=2026)["filings"]
        ],
        "tax deducted": [
            _only(row, ("customer_name", "financial_year", "amount"))
            for row in person.read("/api/tax/tds")["customers"]
        ],
        "faults": [person.faults(), person.read("/api/audit/verify")["faults"]],
    }


_DOCUMENT = (
    "document_type", "status", "customer_name", "subtotal", "cgst", "sgst", "igst", "total_amount", "amount_settled",
    "amount_due", "amount_credited", "tax_rate", "place_of_supply",
)  # fmt: skip
_LINE = ("description", "quantity", "unit_price", "amount", "taxable_value", "tax_amount")
_TRANSACTION = ("transaction_type", "amount", "tax_rate", "tax_amount", "category")
_FIGURES = (
    "total_sales", "total_expenses", "total_tax_collected", "total_tax_paid", "net_tax_liability", "breakdown",
    "transaction_count", "unpaid_invoices", "status",
)  # fmt: skip


def _filing(person: Person, days: Json) -> Json:
    answer = person.read("/api/tax/filing", **days)
    rows = [_only(row, ("amount", "tax_amount", "transaction_type")) for row in answer["transactions"]]
    return {**_only(answer["summary"], _FIGURES), "rows": _sorted(rows)}


def _only(row: Json, names: Sequence[str]) -> Json:
    return {name: row[name] for name in names}


def _sorted(rows: Any) -> list[Json]:
    return sorted(rows, key=lambda row: str(sorted(row.items())))
