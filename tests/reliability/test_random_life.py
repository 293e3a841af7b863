"""Two users live at random through the API, beside books in memory that were written from the documents.

After every step balances, transactions, invoices, filings and the ledger's own check agree with the memory.
`make soak` lives longer.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar, TypeVar
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.reliability.books import OUTSIDE_INDIA, Account, Books, Invoice, Kind, Line, Refusal, Transaction
from tests.reliability.client import Clients, Json, User, clients
from tests.target import Target

Thing = TypeVar("Thing")

SOAK = bool(os.environ.get("SOAK"))
EXAMPLES, STEPS = (1000, 100) if SOAK else (30, 50)

MONTHS = ["2026-01", "2026-02"]

who = st.sampled_from(["alice", "bob"])
nth = st.integers(0, 50)
maybe_nth = st.one_of(st.none(), nth)
kinds: st.SearchStrategy[Kind] = st.sampled_from(["sale", "expense", "transfer", "other"])
amounts = st.one_of(
    st.sampled_from(["0.01", "0.03", "1.00", "100.10", "999.99", "99999999.99"]).map(Decimal),
    st.integers(1, 10_000_000).map(lambda paise: Decimal(paise) / 100),
)
balances = st.one_of(amounts, amounts.map(lambda amount: -amount), st.just(Decimal(0)))
rates = st.one_of(
    st.none(), st.sampled_from(["0", "0.25", "3", "5", "12", "18", "28", "40", "33.333", "100"]).map(Decimal)
)
days = st.sampled_from(["2026-01-01", "2026-01-31", "2026-02-01", "2026-02-28", "2026-03-01", "2026-11-01"])
lines = st.lists(
    st.builds(
        Line,
        quantity=st.sampled_from(["1", "2", "0.333", "7.5"]).map(Decimal),
        price=st.one_of(st.just(Decimal(0)), amounts),
        rate=rates,
    ),
    min_size=1,
    max_size=3,
)
statuses = st.sampled_from(["draft", "sent", "overdue", "cancelled", "paid"])
times = st.integers(1, 3)


class RandomLife(RuleBasedStateMachine):
    """What two users can do with money, in any order."""

    shared: ClassVar[Clients]
    counted: ClassVar[Counter[str]] = Counter()

    users: dict[str, User]
    books: dict[str, Books]
    touched = ""
    """Who did something in this step."""

    @initialize()
    def begin(self) -> None:
        self.users = {"alice": self.shared.new_user(), "bob": self.shared.new_user()}
        self.books = {"alice": Books(), "bob": Books()}

    # What users do --------------------------------------------------------------------------------

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
        refusal = self.books[who].refuses_deletion(chosen.id, taker.id if taker else None)
        self.does(who, "DELETE", f"/api/accounts/{chosen.id}", refusal=refusal, **query)
        if not refusal:
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
        if target and probe and target.id == probe.id:
            self.refused(who, "POST", "/api/transactions", (422, "transfer_to_same_account"), body)
            return
        answer = self.create(who, "/api/transactions", body, repeat, 201)
        home = source.id if source else books.default_account(answer["account_id"])
        books.record(
            Transaction(
                answer["id"],
                kind,
                amount,
                home,
                day,
                target.id if target else None,
                answer["invoice_id"],
                rate,
            )
        )

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
        refusal = books.refuses_edit(old, new)
        self.does(who, "PUT", f"/api/transactions/{old.id}", _as_body(changes), refusal=refusal)
        if refusal:
            return
        if new.kind == "sale" and not new.invoice:
            new.invoice = self.users[who].ask("GET", f"/api/transactions/{old.id}").json()["invoice_id"]
        books.edit(old, new)

    @rule(who=who, which=nth)
    def delete_transaction(self, who: str, which: int) -> None:
        if chosen := self.transaction(who, which):
            refusal = self.books[who].refuses_removal(chosen)
            self.does(who, "DELETE", f"/api/transactions/{chosen.id}", refusal=refusal)
            if not refusal:
                self.books[who].remove(chosen)

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
            books.record(Transaction(payment, "expense", liability, home, _day(made), pays_filing=True))
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

    @rule(who=who)
    def read_everything(self, who: str) -> None:
        books = self.books[who]
        shown = self.does(who, "GET", "/api/accounts", limit=1000)
        assert {a["id"]: Decimal(str(a["balance"])) for a in shown} == {
            a.id: a.balance for a in books.accounts.values()
        }
        total = self.does(who, "GET", "/api/accounts/balance")["balance"]
        assert Decimal(str(total)) == sum((a.balance for a in books.accounts.values()), Decimal(0))
        assert {t["id"] for t in self.does(who, "GET", "/api/transactions", limit=1000)} == set(
            books.transactions
        )
        assert {i["id"]: i["status"] for i in self.does(who, "GET", "/api/invoices", limit=1000)} == {
            i.id: i.status for i in books.invoices.values()
        }

    @rule(
        who=who,
        which=nth,
        verb=st.sampled_from(["GET", "PUT", "DELETE"]),
        kind=st.sampled_from(["accounts", "transactions", "invoices"]),
    )
    def reach_for_the_others(self, who: str, which: int, verb: str, kind: str) -> None:
        other = self.books["bob" if who == "alice" else "alice"]
        ids = {
            "accounts": [*other.accounts],
            "transactions": [*other.transactions],
            "invoices": [*other.invoices],
        }[kind]
        if ids:
            path = f"/api/{kind}/{ids[which % len(ids)]}"
            self.refused(
                who, verb, path, (404, f"{kind.removesuffix('s')}_not_found"), {} if verb == "PUT" else None
            )

    # How they do it -------------------------------------------------------------------------------

    def does(
        self,
        who: str,
        method: str,
        path: str,
        body: Json | None = None,
        refusal: Refusal | None = None,
        **query: Any,
    ) -> Any:
        if refusal:
            return self.refused(who, method, path, refusal, body, **query)
        answer = self.users[who].ask(method, path, body, **query)
        assert answer.is_success, (method, path, body, answer.status_code, answer.text)
        self.note(who)
        return answer.json() if answer.content else None

    def create(self, who: str, path: str, body: Json, repeat: int, status: int) -> Any:
        key = str(uuid4())
        answers = [self.users[who].ask("POST", path, body, key) for _ in range(repeat)]
        assert {answer.status_code for answer in answers} == {status}, (path, body, answers[0].text)
        assert len({answer.text for answer in answers}) == 1
        assert ["idempotent-replayed" in answer.headers for answer in answers] == [False] + [True] * (
            repeat - 1
        )
        self.note(who)
        return answers[0].json()

    def refused(
        self, who: str, method: str, path: str, refusal: Refusal, body: Json | None = None, **query: Any
    ) -> None:
        answer = self.users[who].ask(method, path, body, **query)
        assert (answer.status_code, answer.json().get("code")) == refusal, (method, path, body, answer.text)
        self.counted["refusals"] += 1
        self.note(who)

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
        books.record(Transaction(made["id"], "sale", total, home, _day(made), None, invoice.id))

    def note(self, who: str) -> None:
        self.counted["requests"] += 1
        self.touched = who

    # What must hold -------------------------------------------------------------------------------

    def check_invariants(self, *arguments: Any, **more: Any) -> None:
        """After every step; the one who did nothing is looked at in the end."""
        self.counted["steps"] += 1
        super().check_invariants(*arguments, **more)
        if self.touched:
            assert_agree(self.users[self.touched], self.books[self.touched])

    def teardown(self) -> None:
        for who, user in self.users.items():
            assert_agree(user, self.books[who])
            assert user.audit_faults() == []

    # Which one ------------------------------------------------------------------------------------

    def account(self, who: str, number: int | None) -> Account | None:
        return _nth(list(self.books[who].accounts.values()), number)

    def transaction(self, who: str, number: int) -> Transaction | None:
        return _nth(list(self.books[who].transactions.values()), number)

    def invoice(self, who: str, number: int) -> Invoice | None:
        return _nth(list(self.books[who].invoices.values()), number)

    def new_account(self, who: str) -> str:
        known = self.books[who].accounts
        return next((seen for seen in self.users[who].sees()["accounts"] if seen not in known), "")


def assert_agree(user: User, books: Books) -> None:
    seen = user.sees()
    assert not seen["faults"]
    assert {key: [Decimal(value[0]), value[1]] for key, value in seen["accounts"].items()} == {
        account.id: [account.balance, account.is_default] for account in books.accounts.values()
    }
    assert {
        key: [value[0], Decimal(value[1]), *value[2:5], _decimal(value[5]), _decimal(value[6]), value[7]]
        for key, value in seen["transactions"].items()
    } == {
        t.id: [t.kind, t.amount, t.account, t.to, t.invoice, t.rate, t.tax, t.day]
        for t in books.transactions.values()
    }
    assert {
        key: [value[0], Decimal(value[1]), Decimal(value[2])] for key, value in seen["invoices"].items()
    } == {invoice.id: [invoice.status, invoice.total, invoice.tax] for invoice in books.invoices.values()}
    assert set(seen["submitted"]) == books.submitted


def _nth(things: list[Thing], number: int | None) -> Thing | None:
    return things[number % len(things)] if things and number is not None else None


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _as_body(changes: Json) -> Json:
    names = {"kind": "transaction_type", "account": "account_id", "to": "transfer_account_id", "day": "date"}
    body = {names.get(name, name): value for name, value in changes.items()}
    return body | ({"date": f"{body['date']}T00:00:00+05:30"} if "date" in body else {})


def _as_item(line: Line) -> Json:
    return {"description": "Work", "quantity": line.quantity, "unit_price": line.price, "tax_rate": line.rate}


def _day(transaction: Json) -> str:
    return datetime.fromisoformat(transaction["date"]).astimezone(ZoneInfo("Asia/Kolkata")).date().isoformat()


@pytest.fixture
def shared(target: Target) -> Iterator[Clients]:
    with clients(target) as shared:
        yield shared


def test_two_users_live_at_random(shared: Clients, capsys: pytest.CaptureFixture[str]) -> None:
    RandomLife.shared = shared
    RandomLife.counted.clear()
    run_state_machine_as_test(
        RandomLife,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            derandomize=not SOAK,
            suppress_health_check=list(HealthCheck),
            # Finding the shortest life that fails takes minutes: only where there are.
            phases=[Phase.generate, Phase.shrink] if SOAK else [Phase.generate],
        ),
    )
    with capsys.disabled():
        print("\nrandom life:", dict(RandomLife.counted), "no fault in the books")  # noqa: T201
