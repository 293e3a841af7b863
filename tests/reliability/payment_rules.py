"""What two users can do with payments: in parts, with tax kept back, of several invoices, typed, taken back."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.reliability.client import Json
from tests.reliability.life import Life
from tests.reliability.records import Document, Settlement, Transaction
from tests.reliability.strategies import days, maybe_nth, nth, parts, times, who

_TYPED = (
    "insert into public.settlements (user_id, invoice_id, kind, credit_note_id, amount, settled_on)"
    " values (%(user)s, %(invoice)s, %(kind)s, %(note)s, %(amount)s, %(day)s) returning transaction_id"
)
_DELETED = "delete from public.settlements where id = %(id)s and user_id = %(user)s returning id"


class PaymentRules(Life):
    """What settles documents."""

    @rule(
        who=who,
        which=nth,
        account=maybe_nth,
        day=days,
        money=st.one_of(st.none(), parts),
        deducted=st.one_of(st.none(), parts),
        written_off=st.one_of(st.none(), parts),
        marks=st.booleans(),
        repeat=times,
    )
    def pay(
        self,
        who: str,
        which: int,
        account: int | None,
        day: str,
        money: Decimal | None,
        deducted: Decimal | None,
        written_off: Decimal | None,
        marks: bool,
        repeat: int,
    ) -> None:
        """Whole or in part, by mark-as-paid or as a payment."""
        books, chosen, source = self.books[who], self.document(who, which), self.account(who, account)
        if not chosen:
            return
        amounts = _amounts(chosen, money, deducted, written_off)
        body: Json = {"date": f"{day}T00:00:00+05:30", **amounts}
        if source:
            body["account_id"] = source.id
        path = f"/api/invoices/{chosen.id}/{'mark-as-paid' if marks else 'payments'}"
        part = _settled(chosen, amounts)
        if reasons := books.refuses_payment(chosen, *part):
            self.refused(who, "POST", path, reasons, body)
            return
        self.create(who, path, body, repeat, 200 if marks else 201)
        self.note_settlements(who, [(chosen, part)], day, source.id if source else None)

    @rule(
        who=who,
        which=st.lists(nth, min_size=1, max_size=3),
        money=st.one_of(st.none(), parts),
        deducted=st.one_of(st.none(), parts),
        day=days,
        repeat=times,
    )
    def pay_several(
        self,
        who: str,
        which: list[int],
        money: Decimal | None,
        deducted: Decimal | None,
        day: str,
        repeat: int,
    ) -> None:
        books = self.books[who]
        chosen = {one.id: one for one in (self.document(who, number) for number in which) if one}
        if not chosen:
            return
        named = [(one, _amounts(one, money, deducted, None)) for one in chosen.values()]
        body: Json = {"date": f"{day}T00:00:00+05:30"}
        body["invoices"] = [{"invoice_id": one.id, **amounts} for one, amounts in named]
        settled = [(one, _settled(one, amounts)) for one, amounts in named]
        if reasons := set().union(*(books.refuses_payment(one, *part) for one, part in settled)):
            self.refused(who, "POST", "/api/payments", reasons, body)
            return
        self.create(who, "/api/payments", body, repeat, 201)
        self.note_settlements(who, settled, day, None)

    def note_settlements(
        self,
        who: str,
        settled: list[tuple[Document, tuple[Decimal, Decimal, Decimal]]],
        day: str,
        source: str | None,
    ) -> None:
        """One transaction for all of the money, and a settlement for each amount."""
        books, money = self.books[who], sum((part[0] for _, part in settled), Decimal(0))
        transaction_id = None
        if money:
            [made] = {
                row["transaction_id"]: row
                for document, _ in settled
                for row in self.users[who].ask("GET", f"/api/invoices/{document.id}/payments").json()
                if row["kind"] == "payment" and row["transaction_id"] not in books.transactions
            }.values()
            transaction_id = made["transaction_id"]
            home = source or books.default_account(made["account_id"])
            books.record(Transaction(transaction_id, "sale", money, home, day))
        books.settle(
            *(
                Settlement(document.id, kind, amount, day, None if kind == "write_off" else transaction_id)
                for document, part in settled
                for kind, amount in zip(("payment", "tax_deducted", "write_off"), part, strict=True)
                if amount
            )
        )

    @rule(who=who, which=nth, settlement=nth, typed=st.booleans())
    def delete_payment(self, who: str, which: int, settlement: int, typed: bool) -> None:
        """By the API, which names another way for some, or typed into the dashboard, where anything goes."""
        books, document = self.books[who], self.document(who, which)
        rows = self.users[who].ask("GET", f"/api/invoices/{document.id}/payments").json() if document else []
        if not document or not rows:
            return
        row = rows[settlement % len(rows)]
        [chosen] = [
            one
            for one in books.of(document)
            if (one.kind, one.transaction, one.note)
            == (row["kind"], row["transaction_id"], row["credit_note_id"])
            and one.amount == Decimal(str(row["amount"]))
            and (one.transaction or one.day == row["date"])
        ][:1]
        payment = books.transactions.get(chosen.transaction or "") if chosen.kind == "payment" else None
        if typed:
            self._delete_typed(who, row["id"], chosen, payment)
            return
        reasons = {
            (409, "settled_by_credit_note"): chosen.kind == "credit_note",
            (409, "payment_of_several"): payment is not None and len(books.paid_by(payment)) > 1,
        }
        gone = [one for one in books.settlements if payment and one.transaction == payment.id] or [chosen]
        found = {reason for reason, applies in reasons.items() if applies} or books.refuses_release(gone)
        self.does(who, "DELETE", f"/api/invoices/{document.id}/payments/{row['id']}", reasons=found)
        if found:
            return
        if payment:
            books.remove(payment)
        else:
            books.release([chosen])

    def _delete_typed(self, who: str, row_id: str, chosen: Settlement, payment: Transaction | None) -> None:
        books = self.books[who]
        reasons = {code for _, code in books.refuses_release([chosen])}
        told = self.users[who].types(_DELETED, id=row_id)
        self.note(who)
        if reasons:
            assert told in reasons, (told, reasons)
            return
        assert isinstance(told, tuple), told
        books.release([chosen])
        if payment and not books.paid_by(payment):
            books.remove(payment)

    @rule(
        who=who,
        which=nth,
        kind=st.sampled_from(["payment", "payment", "tax_deducted", "write_off"]),
        share=parts,
        day=days,
    )
    def type_settlement(self, who: str, which: int, kind: str, share: Decimal, day: str) -> None:
        books, document = self.books[who], self.document(who, which)
        amount = _share(document, share) if document else Decimal(0)
        if not document or not amount:
            return
        told = self.users[who].types(
            _TYPED, invoice=document.id, kind=kind, note=None, amount=amount, day=day
        )
        self.note(who)
        if reasons := {code for _, code in books.refuses_typed(document, kind, amount)}:
            assert told in reasons, (told, reasons)
            return
        assert isinstance(told, tuple), (told, document, kind, amount)
        transaction_id = str(told[0]) if told[0] else None
        if transaction_id:
            home = books.default_account(self.new_account(who))
            books.record(
                Transaction(transaction_id, "expense" if document.against else "sale", amount, home, day)
            )
        books.settle(Settlement(document.id, kind, amount, day, transaction_id))

    @rule(who=who, which=nth, note=nth, share=parts)
    def type_credit(self, who: str, which: int, note: int, share: Decimal) -> None:
        """A credit note settles another invoice."""
        books, document = self.books[who], self.document(who, which)
        source = self.credit_note(who, note) or self.document(who, note)
        amount = _share(source, share) if source else Decimal(0)
        if not document or not source or not amount:
            return
        told = self.users[who].types(
            _TYPED, invoice=document.id, kind="credit_note", note=source.id, amount=amount, day="2026-02-01"
        )
        self.note(who)
        if reasons := books.refuses_credit(document, source, amount):
            assert told in {code for _, code in reasons}, (told, reasons)
            return
        assert isinstance(told, tuple), told
        books.settle(Settlement(document.id, "credit_note", amount, "2026-02-01", note=source.id))


def _share(document: Document, share: Decimal) -> Decimal:
    """A part of what is due, or of the total where nothing is; above one, a paisa more than all."""
    whole = document.due or document.total
    return whole + Decimal("0.01") if share > 1 else (whole * share).quantize(Decimal("0.01"), ROUND_DOWN)


def _amounts(
    document: Document, money: Decimal | None, deducted: Decimal | None, written_off: Decimal | None
) -> Json:
    """The amounts that a request names."""
    named = {"amount": money, "tax_deducted": deducted, "write_off": written_off}
    return {name: _share(document, share) for name, share in named.items() if share is not None}


def _settled(document: Document, amounts: Json) -> tuple[Decimal, Decimal, Decimal]:
    deducted = amounts.get("tax_deducted", Decimal(0))
    written_off = amounts.get("write_off", Decimal(0))
    rest = max(document.due - deducted - written_off, Decimal(0))
    return amounts.get("amount", rest), deducted, written_off
