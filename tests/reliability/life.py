"""Two users and the books that they should have: how they act, and what must hold after every step."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar, TypeVar
from uuid import uuid4
from zoneinfo import ZoneInfo

from hypothesis.stateful import RuleBasedStateMachine, initialize

from tests.reliability.accounts import Refusal
from tests.reliability.books import Books
from tests.reliability.client import Clients, Json, User
from tests.reliability.records import Account, Document, Transaction

Thing = TypeVar("Thing")


class Life(RuleBasedStateMachine):
    """Two users, the books they should have, and the ways to act that every rule uses."""

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

    # How they do it -------------------------------------------------------------------------------

    def does(
        self,
        who: str,
        method: str,
        path: str,
        body: Json | None = None,
        reasons: set[Refusal] | None = None,
        **query: Any,
    ) -> Any:
        """Ask for something that succeeds, unless there are reasons to refuse it."""
        if reasons:
            return self.refused(who, method, path, reasons, body, **query)
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
        self, who: str, method: str, path: str, reasons: set[Refusal], body: Json | None = None, **query: Any
    ) -> None:
        answer = self.users[who].ask(method, path, body, **query)
        told = (answer.status_code, answer.json().get("code"))
        assert told in reasons, (method, path, body, answer.text, reasons)
        self.counted["refusals"] += 1
        self.note(who)

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

    def document(self, who: str, number: int) -> Document | None:
        return _nth(list(self.books[who].documents.values()), number)

    def invoice(self, who: str, number: int) -> Document | None:
        return _nth([one for one in self.books[who].documents.values() if not one.against], number)

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
        t.id: [t.kind, t.amount, t.account, t.to, *books.shown(t), t.day] for t in books.transactions.values()
    }
    assert {
        key: [value[0], *map(Decimal, value[1:6]), *value[6:]] for key, value in seen["documents"].items()
    } == {
        d.id: [d.status, d.total, d.tax, d.settled, d.due, books.credited(d), d.against, d.day]
        for d in books.documents.values()
    }
    assert sorted(
        (str(row[:2]), Decimal(row[2]), *map(str, row[3:])) for row in seen["settlements"]
    ) == sorted(
        (
            str([s.invoice, s.kind]),
            s.amount,
            str(s.transaction),
            str(s.note),
            str(None if s.transaction else s.day),
        )
        for s in books.settlements
    )
    assert set(seen["submitted"]) == books.submitted
    assert set(seen["reopened"]) == books.reopened


def _nth(things: list[Thing], number: int | None) -> Thing | None:
    return things[number % len(things)] if things and number is not None else None


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def day_of(transaction: Json) -> str:
    return datetime.fromisoformat(transaction["date"]).astimezone(ZoneInfo("Asia/Kolkata")).date().isoformat()
