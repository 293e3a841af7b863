"""What two users can do with invoices and filings, in any order."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.reliability.client import Json
from tests.reliability.life import Life, day_of
from tests.reliability.records import OUTSIDE_INDIA, Invoice, Line, Transaction
from tests.reliability.strategies import days, lines, maybe_nth, nth, rates, statuses, times, who

MONTHS = ["2026-01", "2026-02"]


class InvoiceRules(Life):
    """What invoices, their payments and filings can go through."""

    @rule(
        who=who,
        lines=lines,
        rate=rates,
        included=st.booleans(),
        abroad=st.booleans(),
        status=statuses.filter(lambda status: status != "paid"),
        repeat=times,
    )
    def write_invoice(
        self,
        who: str,
        lines: list[Line],
        rate: Decimal | None,
        included: bool,
        abroad: bool,
        status: str,
        repeat: int,
    ) -> None:
        body = {
            "customer_name": "John Doe",
            "items": [_as_item(line) for line in lines],
            "tax_rate": rate,
            "price_includes_tax": included,
            "status": status,
            "place_of_supply": OUTSIDE_INDIA if abroad else None,
            # Due already: any of them may be overdue.
            "issue_date": "2026-01-01",
            "due_date": "2026-01-31",
        }
        answer = self.create(who, "/api/invoices", body, repeat, 201)
        rate = Decimal(18) if rate is None else rate
        self.books[who].invoices[answer["id"]] = Invoice(answer["id"], status, rate, lines, included, abroad)

    @rule(who=who, which=nth, account=maybe_nth, day=days, repeat=times)
    def pay(self, who: str, which: int, account: int | None, day: str, repeat: int) -> None:
        books, chosen, source = self.books[who], self.invoice(who, which), self.account(who, account)
        if not chosen:
            return
        path = f"/api/invoices/{chosen.id}/mark-as-paid"
        body = {"date": f"{day}T00:00:00+05:30", **({"account_id": source.id} if source else {})}
        if refusal := books.refuses_payment(chosen):
            self.refused(who, "POST", path, refusal, body)
            return
        self.create(who, path, body, repeat, 200)
        self.note_payment(who, chosen)

    @rule(
        who=who,
        which=nth,
        status=st.one_of(st.none(), statuses),
        rate=rates,
        items=st.one_of(st.none(), lines),
    )
    def change_invoice(
        self, who: str, which: int, status: str | None, rate: Decimal | None, items: list[Line] | None
    ) -> None:
        books, old = self.books[who], self.invoice(who, which)
        if not old:
            return
        new = replace(
            old,
            status=status or old.status,
            rate=old.rate if rate is None else rate,
            lines=items or old.lines,
        )
        body: Json = {"notes": "x"}
        if status:
            body["status"] = status
        if rate is not None:
            body["tax_rate"] = rate
        if items:
            body["items"] = [_as_item(line) for line in items]
        refusal = books.refuses_change(old, new)
        self.does(who, "PUT", f"/api/invoices/{old.id}", body, refusal=refusal)
        if not refusal:
            books.change(old, new)
            if new.status == "paid" and not books.payment_of(new):
                self.note_payment(who, new)

    @rule(who=who, which=nth, rate=rates)
    def recalculate(self, who: str, which: int, rate: Decimal | None) -> None:
        books, old = self.books[who], self.invoice(who, which)
        if not old:
            return
        query: Json = {} if rate is None else {"tax_rate": str(rate)}
        new = (
            old
            if rate is None
            else replace(old, rate=rate, lines=[replace(line, rate=None) for line in old.lines])
        )
        refusal = books.refuses_change(old, new)
        self.does(who, "POST", f"/api/invoices/{old.id}/recalculate-taxes", refusal=refusal, **query)
        if not refusal:
            books.change(old, new)

    @rule(who=who, which=nth)
    def delete_invoice(self, who: str, which: int) -> None:
        if chosen := self.invoice(who, which):
            self.does(who, "DELETE", f"/api/invoices/{chosen.id}")
            self.books[who].delete_invoice(chosen)

    @rule(who=who, month=st.sampled_from(MONTHS), honest=st.booleans(), repeat=times)
    def submit(self, who: str, month: str, honest: bool, repeat: int) -> None:
        books = self.books[who]
        collected, paid = books.tax_of(month)
        liability = collected - paid
        last = {"2026-01": "2026-01-31", "2026-02": "2026-02-28"}[month]
        body = {
            "period_start": f"{month}-01",
            "period_end": last,
            "tax_type": "gst",
            "total_tax_liability": liability if honest else liability + 1,
        }
        if month in books.submitted or not honest:
            code = "filing_already_submitted" if month in books.submitted else "liability_differs"
            self.refused(who, "POST", "/api/tax/submit", (409, code), body)
            return
        answer = self.create(who, "/api/tax/submit", body, repeat, 200)
        books.submitted.add(month)
        if payment := answer["payment_transaction_id"]:
            home = books.default_account(self.new_account(who))
            made = self.users[who].ask("GET", f"/api/transactions/{payment}").json()
            books.record(Transaction(payment, "expense", liability, home, day_of(made), pays_filing=True))
        assert bool(payment) == (liability > 0)

    @rule(who=who, month=st.sampled_from(MONTHS))
    def read_filing(self, who: str, month: str) -> None:
        last = {"2026-01": "2026-01-31", "2026-02": "2026-02-28"}[month]
        answer = self.does(who, "GET", "/api/tax/filing", start_date=f"{month}-01", end_date=last)
        collected, paid = self.books[who].tax_of(month)
        summary = answer["summary"]
        found = [
            Decimal(str(summary[name]))
            for name in ("total_tax_collected", "total_tax_paid", "net_tax_liability")
        ]
        assert found == [collected, paid, collected - paid]

    def note_payment(self, who: str, invoice: Invoice) -> None:
        """The payment that the API has recorded, with the account and the day it chose where none was named."""
        books, total = self.books[who], invoice.total
        [made] = [
            transaction
            for transaction in self.users[who].ask("GET", "/api/transactions", limit=1000).json()
            if transaction["invoice_id"] == invoice.id
        ]
        home = made["account_id"]
        if home not in books.accounts or not any(a.is_default for a in books.accounts.values()):
            books.default_account(home)
        books.record(Transaction(made["id"], "sale", total, home, day_of(made), None, invoice.id))


def _as_item(line: Line) -> Json:
    return {"description": "Work", "quantity": line.quantity, "unit_price": line.price, "tax_rate": line.rate}
