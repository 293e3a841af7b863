"""What two users can do with accounts and transactions, in any order."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.reliability.client import Json
from tests.reliability.life import Life
from tests.reliability.records import Kind, Transaction
from tests.reliability.strategies import amounts, balances, days, kinds, maybe_nth, nth, rates, times, who


class MoneyRules(Life):
    """What moves money between accounts."""

    @rule(who=who, balance=balances, default=st.booleans(), repeat=times)
    def open_account(self, who: str, balance: Decimal, default: bool, repeat: int) -> None:
        body = {"name": "Till", "balance": balance, "is_default": default}
        answer = self.create(who, "/api/accounts", body, repeat, 201)
        self.books[who].open_account(answer["id"], balance, default)

    @rule(who=who, account=nth, balance=balances)
    def write_balance(self, who: str, account: int, balance: Decimal) -> None:
        if chosen := self.account(who, account):
            self.does(who, "PUT", f"/api/accounts/{chosen.id}", {"balance": balance})
            chosen.balance = balance

    @rule(who=who, account=nth)
    def make_default(self, who: str, account: int) -> None:
        if chosen := self.account(who, account):
            self.does(who, "PUT", f"/api/accounts/{chosen.id}", {"is_default": True})
            self.books[who].make_default(chosen.id)

    @rule(who=who, account=nth, receiver=maybe_nth)
    def delete_account(self, who: str, account: int, receiver: int | None) -> None:
        chosen = self.account(who, account)
        if not chosen:
            return
        taker = self.account(who, receiver)
        query: Json = {"transfer_to_account_id": taker.id} if taker else {}
        reasons = self.books[who].refuses_deletion(chosen.id, taker.id if taker else None)
        self.does(who, "DELETE", f"/api/accounts/{chosen.id}", reasons=reasons, **query)
        if not reasons:
            self.books[who].delete_account(chosen.id, taker.id if taker else None)

    @rule(
        who=who,
        kind=kinds,
        amount=amounts,
        account=maybe_nth,
        to=maybe_nth,
        rate=rates,
        day=days,
        repeat=times,
    )
    def record(
        self,
        who: str,
        kind: Kind,
        amount: Decimal,
        account: int | None,
        to: int | None,
        rate: Decimal | None,
        day: str,
        repeat: int,
    ) -> None:
        books, source, target = self.books[who], self.account(who, account), self.account(who, to)
        rate = rate if kind in {"sale", "expense"} else None
        target = target if kind == "transfer" else None
        body = {
            "transaction_type": kind,
            "amount": amount,
            "date": f"{day}T00:00:00+05:30",
            "tax_rate": rate,
            "account_id": source.id if source else None,
            "transfer_account_id": target.id if target else None,
        }
        probe = source or next((a for a in books.accounts.values() if a.is_default), None)
        probe = probe or next(iter(books.accounts.values()), None)
        home = probe.id if probe else ""
        wanted = Transaction("", kind, amount, home, day, target.id if target else None, rate)
        if reasons := books.refuses_new(wanted):
            self.refused(who, "POST", "/api/transactions", reasons, body)
            return
        answer = self.create(who, "/api/transactions", body, repeat, 201)
        home = source.id if source else books.default_account(answer["account_id"])
        books.record(replace(wanted, id=answer["id"], account=home), answer["invoice_id"])

    @rule(who=who, to=nth, amount=amounts, repeat=times)
    def transfer(self, who: str, to: int, amount: Decimal, repeat: int) -> None:
        self.record(who, "transfer", amount, to + 1, to, None, "2026-01-31", repeat)

    @rule(
        who=who,
        which=nth,
        amount=st.one_of(st.none(), amounts),
        kind=st.one_of(st.none(), kinds),
        account=maybe_nth,
        to=maybe_nth,
        day=st.one_of(st.none(), days),
    )
    def edit(
        self,
        who: str,
        which: int,
        amount: Decimal | None,
        kind: Kind | None,
        account: int | None,
        to: int | None,
        day: str | None,
    ) -> None:
        books, old = self.books[who], self.transaction(who, which)
        if not old:
            return
        source, target = self.account(who, account), self.account(who, to)
        changes: Json = {"amount": amount, "kind": kind, "account": source.id if source else None, "day": day}
        changes = {name: value for name, value in changes.items() if value is not None}
        if target:
            changes["to"] = target.id
        new = books.edited(old, **changes)
        reasons = books.refuses_edit(old, new)
        answer = self.does(who, "PUT", f"/api/transactions/{old.id}", _as_body(changes), reasons=reasons)
        if not reasons:
            books.edit(old, new, answer["invoice_id"])

    @rule(who=who, which=nth)
    def delete_transaction(self, who: str, which: int) -> None:
        if chosen := self.transaction(who, which):
            reasons = self.books[who].refuses_removal(chosen)
            self.does(who, "DELETE", f"/api/transactions/{chosen.id}", reasons=reasons)
            if not reasons:
                self.books[who].remove(chosen)


def _as_body(changes: Json) -> Json:
    names = {"kind": "transaction_type", "account": "account_id", "to": "transfer_account_id", "day": "date"}
    body = {names.get(name, name): value for name, value in changes.items()}
    return body | ({"date": f"{body['date']}T00:00:00+05:30"} if "date" in body else {})
