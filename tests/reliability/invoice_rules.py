"""What two users can do with invoices, credit notes and filings, in any order."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.reliability.client import Json
from tests.reliability.life import Life, day_of
from tests.reliability.records import OUTSIDE_INDIA, Document, Kind, Line, Settlement, Transaction
from tests.reliability.strategies import days, lines, nth, rates, statuses, times, who

MONTHS = ["2026-01", "2026-02"]


class InvoiceRules(Life):
    """What documents and filings can go through."""

    @rule(
        who=who,
        lines=lines,
        rate=rates,
        included=st.booleans(),
        abroad=st.booleans(),
        status=statuses.filter(lambda status: status != "paid"),
        day=days,
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
        day: str,
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
            "issue_date": day,
            "due_date": day,
        }
        if self.books[who].closed(day):
            self.refused(who, "POST", "/api/invoices", {(409, "period_closed")}, body)
            return
        answer = self.create(who, "/api/invoices", body, repeat, 201)
        rate = Decimal(18) if rate is None else rate
        stored = {"overdue": "sent"}.get(status, status)
        self.books[who].documents[answer["id"]] = Document(
            answer["id"], stored, rate, lines, day, included, abroad, late=status == "overdue"
        )

    @rule(
        who=who,
        which=nth,
        status=st.one_of(st.none(), statuses),
        rate=rates,
        items=st.one_of(st.none(), lines),
    )
    def change_document(
        self, who: str, which: int, status: str | None, rate: Decimal | None, items: list[Line] | None
    ) -> None:
        books, old = self.books[who], self.document(who, which)
        if not old:
            return
        if old.against and status:
            rate = items = None
        new = replace(
            old,
            status={"overdue": "sent"}.get(status or old.status, status or old.status),
            rate=old.rate if rate is None else rate,
            lines=items or old.lines,
            late=old.late or status == "overdue",
        )
        body: Json = {"notes": "x"}
        if status:
            body["status"] = status
        if rate is not None:
            body["tax_rate"] = rate
        if items:
            body["items"] = [_as_item(line) for line in items]
        reasons = books.refuses_change(old, new, lines_sent=bool(items))
        self.does(who, "PUT", f"/api/invoices/{old.id}", body, reasons=reasons)
        if reasons:
            return
        pays = new.status == "paid" != old.status
        books.change(old, new)
        if pays and old.due > 0:
            self.note_payment(who, old)

    @rule(who=who, which=nth, rate=rates)
    def recalculate(self, who: str, which: int, rate: Decimal | None) -> None:
        books, old = self.books[who], self.document(who, which)
        if not old:
            return
        query: Json = {} if rate is None else {"tax_rate": str(rate)}
        new = (
            old
            if rate is None
            else replace(old, rate=rate, lines=[replace(line, rate=None) for line in old.lines])
        )
        reasons = books.refuses_change(old, new)
        self.does(who, "POST", f"/api/invoices/{old.id}/recalculate-taxes", reasons=reasons, **query)
        if not reasons:
            books.change(old, new)

    @rule(who=who, which=nth)
    def delete_document(self, who: str, which: int) -> None:
        if chosen := self.document(who, which):
            reasons = self.books[who].refuses_deletion_of(chosen)
            self.does(who, "DELETE", f"/api/invoices/{chosen.id}", reasons=reasons)
            if not reasons:
                self.books[who].delete_document(chosen)

    @rule(
        who=who,
        which=nth,
        items=st.one_of(st.none(), lines),
        share=st.sampled_from(["0.25", "0.5", "1"]).map(Decimal),
        draft=st.booleans(),
        day=days,
        repeat=times,
    )
    def write_credit_note(
        self,
        who: str,
        which: int,
        items: list[Line] | None,
        share: Decimal,
        draft: bool,
        day: str,
        repeat: int,
    ) -> None:
        """Of the whole, of lines, or of a part of each line."""
        books, invoice = self.books[who], self.document(who, which)
        if not invoice:
            return
        if share < 1:
            items = [replace(line, quantity=line.quantity * share) for line in invoice.lines]
        body: Json = {"draft": draft, "issue_date": day, "reason": "sales_return"}
        if items:
            if any(line.quantity * 1000 % 1 or line.quantity == 0 for line in items):
                return
            body["items"] = [_as_item(line) for line in items]
        note = replace(
            invoice,
            id="",
            status="draft" if draft else "sent",
            lines=items or invoice.lines,
            day=day,
            from_sale=False,
            against=invoice.id,
            late=False,
            settled=Decimal(0),
        )
        path = f"/api/invoices/{invoice.id}/credit-note"
        if reasons := books.refuses_note(invoice, note):
            self.refused(who, "POST", path, reasons, body)
            return
        note.id = self.create(who, path, body, repeat, 201)["id"]
        books.documents[note.id] = note
        if not draft:
            books.issue_note(note)

    @rule(who=who, month=st.sampled_from(MONTHS), honest=st.booleans(), repeat=times)
    def submit(self, who: str, month: str, honest: bool, repeat: int) -> None:
        books = self.books[who]
        if month in books.reopened:
            return
        collected, paid = books.tax_of(month, "cash")
        liability = collected - paid
        body = {
            "period_start": f"{month}-01",
            "period_end": _last_day(month),
            "tax_type": "gst",
            "total_tax_liability": liability if honest else liability + 1,
        }
        if month in books.submitted or not honest:
            code = "filing_already_submitted" if month in books.submitted else "liability_differs"
            self.refused(who, "POST", "/api/tax/submit", {(409, code)}, body)
            return
        answer = self.create(who, "/api/tax/submit", body, repeat, 200)
        books.submitted.add(month)
        books.filings[month] = answer["id"]
        if payment := answer["payment_transaction_id"]:
            home = books.default_account(self.new_account(who))
            made = self.users[who].ask("GET", f"/api/transactions/{payment}").json()
            books.record(Transaction(payment, "expense", liability, home, day_of(made), pays_filing=True))
        assert bool(payment) == (liability > 0)

    @rule(who=who, month=st.sampled_from(MONTHS))
    def reopen(self, who: str, month: str) -> None:
        books = self.books[who]
        if month in books.filings:
            self.does(who, "POST", f"/api/tax/filings/{books.filings[month]}/reopen")
            books.reopened.add(month)

    @rule(who=who, month=st.sampled_from([*MONTHS, "2026-11"]), basis=st.sampled_from(["invoice", "cash"]))
    def read_filing(self, who: str, month: str, basis: str) -> None:
        days: Json = {"start_date": f"{month}-01", "end_date": _last_day(month), "basis": basis}
        summary = self.does(who, "GET", "/api/tax/filing", **days)["summary"]
        collected, paid = self.books[who].tax_of(month, basis)
        found = [
            Decimal(str(summary[name]))
            for name in ("total_tax_collected", "total_tax_paid", "net_tax_liability")
        ]
        assert found == [collected, paid, collected - paid], (who, month, basis)

    def note_payment(self, who: str, document: Document) -> None:
        """The money that the API has moved, with the account and the day it chose where none was named."""
        books = self.books[who]
        rows = self.users[who].ask("GET", f"/api/invoices/{document.id}/payments").json()
        known = {one.transaction for one in books.of(document)}
        [made] = [row for row in rows if row["kind"] == "payment" and row["transaction_id"] not in known]
        amount, home = Decimal(str(made["amount"])), made["account_id"]
        if home not in books.accounts or not any(a.is_default for a in books.accounts.values()):
            books.default_account(home)
        kind: Kind = "expense" if document.against else "sale"
        books.record(Transaction(made["transaction_id"], kind, amount, home, made["date"]))
        books.settle(Settlement(document.id, "payment", amount, made["date"], made["transaction_id"]))


def _last_day(month: str) -> str:
    return f"{month}-{ {'01': 31, '02': 28, '11': 30}[month[-2:]] }"


def _as_item(line: Line) -> Json:
    return {"description": "Work", "quantity": line.quantity, "unit_price": line.price, "tax_rate": line.rate}
