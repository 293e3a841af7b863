"""Eight workers do whatever comes to their mind with the same two users' money. In the end everything adds up."""

from __future__ import annotations

import os
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

import httpx

from tests.functions.scheduled.jobs import generate
from tests.reliability.client import Json, User, clients
from tests.target import Target

WORKERS = 8
ACTIONS = 4000 if os.environ.get("SOAK") else 100

# Two may want the same thing; then one is told so. Nothing else may go wrong.
ALLOWED = {200, 201, 204, 404, 409, 422}


@dataclass
class Worker:
    """Somebody in a hurry: remembers ids without knowing whether they still exist."""

    users: list[User]
    chance: random.Random
    counted: Counter[int] = field(default_factory=Counter)

    def works(self, actions: int) -> Counter[int]:
        for _ in range(actions):
            user = self.chance.choice(self.users)
            answer = self.chance.choice(self.deeds())(user)
            self.counted[answer.status_code] += 1
            assert answer.status_code in ALLOWED, (answer.request.method, str(answer.url), answer.text)
        return self.counted

    def deeds(self) -> list[Callable[[User], httpx.Response]]:
        return [
            *[self.records] * 4, self.edits, self.edits, self.opens, self.closes, self.writes_balance,
            partial(self.deletes, "transactions"), self.invoices, self.invoices, self.pays, self.pays,
            self.pays_in_part, self.pays_in_part, self.pays_several, self.takes_back, self.credits, self.changes_note,
            self.changes_status, partial(self.deletes, "invoices"), self.files, self.submits,
        ]  # fmt: skip

    def amount(self) -> float:
        return self.chance.randint(1, 1_000_000) / 100

    def one_of(self, user: User, kind: str) -> str:
        rows = user.ask("GET", f"/api/{kind}", fields="id", limit=20).json()
        return str(self.chance.choice(rows)["id"]) if rows else "00000000-0000-4000-8000-000000000000"

    def records(self, user: User) -> httpx.Response:
        body: Json = {
            "transaction_type": self.chance.choice(["sale", "expense", "transfer", "other"]),
            "amount": self.amount(),
            "date": f"2026-0{self.chance.randint(1, 3)}-15",
        }
        if body["transaction_type"] == "transfer":
            body |= {
                "account_id": self.one_of(user, "accounts"),
                "transfer_account_id": self.one_of(user, "accounts"),
            }
        return user.ask("POST", "/api/transactions", body)

    def edits(self, user: User) -> httpx.Response:
        body = {"amount": self.amount(), "transaction_type": self.chance.choice(["sale", "expense"])}
        return user.ask("PUT", f"/api/transactions/{self.one_of(user, 'transactions')}", body)

    def opens(self, user: User) -> httpx.Response:
        return user.ask("POST", "/api/accounts", {"name": "Till", "balance": self.amount()})

    def closes(self, user: User) -> httpx.Response:
        closed, receiver = self.one_of(user, "accounts"), self.one_of(user, "accounts")
        return user.ask("DELETE", f"/api/accounts/{closed}", transfer_to_account_id=receiver)

    def writes_balance(self, user: User) -> httpx.Response:
        return user.ask("PUT", f"/api/accounts/{self.one_of(user, 'accounts')}", {"balance": self.amount()})

    def deletes(self, kind: str, user: User) -> httpx.Response:
        return user.ask("DELETE", f"/api/{kind}/{self.one_of(user, kind)}")

    def invoices(self, user: User) -> httpx.Response:
        items = [{"description": "Work", "quantity": 3, "unit_price": self.amount()}]
        body = {
            "customer_name": "John Doe",
            "items": items,
            "status": self.chance.choice(["draft", "sent", "paid"]),
        }
        return user.ask("POST", "/api/invoices", body)

    def pays(self, user: User) -> httpx.Response:
        return user.ask("POST", f"/api/invoices/{self.one_of(user, 'invoices')}/mark-as-paid")

    def pays_in_part(self, user: User) -> httpx.Response:
        invoice = user.ask("GET", f"/api/invoices/{self.one_of(user, 'invoices')}").json()
        due = invoice.get("amount_due") or 1
        body: Json = {"amount": round(due / self.chance.choice([1, 2, 3]), 2)}
        if self.chance.random() < 0.3:
            body["tax_deducted"] = round(due / 10, 2)
        return user.ask("POST", f"/api/invoices/{invoice.get('id', user.id)}/payments", body)

    def pays_several(self, user: User) -> httpx.Response:
        ids = {self.one_of(user, "invoices") for _ in range(3)}
        named = [{"invoice_id": one} for one in ids]
        self.chance.shuffle(named)
        return user.ask("POST", "/api/payments", {"invoices": named})

    def takes_back(self, user: User) -> httpx.Response:
        path = f"/api/invoices/{self.one_of(user, 'invoices')}/payments"
        answer = user.ask("GET", path)
        rows = answer.json() if answer.is_success else []
        return user.ask("DELETE", f"{path}/{self.chance.choice(rows)['id']}") if rows else answer

    def credits(self, user: User) -> httpx.Response:
        items = [{"description": "Back", "quantity": 1, "unit_price": self.amount() / 10}]
        body: Json = self.chance.choice([{}, {"items": items}, {"draft": True}])
        return user.ask("POST", f"/api/invoices/{self.one_of(user, 'invoices')}/credit-note", body)

    def changes_note(self, user: User) -> httpx.Response:
        rows = user.ask("GET", "/api/invoices", document_type="credit_note", fields="id", limit=20).json()
        note = self.chance.choice(rows)["id"] if rows else user.id
        status = self.chance.choice(["sent", "paid", "cancelled", "draft"])
        return user.ask("PUT", f"/api/invoices/{note}", {"status": status})

    def changes_status(self, user: User) -> httpx.Response:
        body = {
            "status": self.chance.choice(["sent", "paid", "cancelled"]),
            "tax_rate": self.chance.choice([5, 18]),
        }
        return user.ask("PUT", f"/api/invoices/{self.one_of(user, 'invoices')}", body)

    def files(self, user: User) -> httpx.Response:
        return user.ask("GET", "/api/tax/filing/auto-generate", period="monthly")

    def submits(self, user: User) -> httpx.Response:
        month = self.chance.randint(1, 3)
        days: Json = {"start_date": f"2026-0{month}-01", "end_date": f"2026-0{month}-28"}
        due = user.ask("GET", "/api/tax/filing", **days).json()["summary"]["net_tax_liability"]
        body = {"period_start": days["start_date"], "period_end": days["end_date"], "tax_type": "gst"}
        return user.ask("POST", "/api/tax/submit", body | {"total_tax_liability": due})


@contextmanager
def schedule(target: Target) -> Iterator[None]:
    """The job of the schedule fires all the time, as if every minute were midnight."""
    ended = threading.Event()

    def fire() -> None:
        with target.data_client(target.secret_key) as service:
            while not ended.wait(0.2):
                now = datetime.now(UTC).isoformat()
                assert generate(service, as_of=now)["failures"] == []

    with ThreadPoolExecutor(1) as pool:
        fired = pool.submit(fire)
        try:
            yield
        finally:
            ended.set()
        fired.result()


def test_eight_workers_at_once_leave_nothing_that_does_not_add_up(
    target: Target, show_count: Callable[[str], None]
) -> None:
    with clients(target) as shared, schedule(target), ThreadPoolExecutor(WORKERS) as pool:
        users = [shared.new_user(), shared.new_user()]
        workers = [Worker(users, random.Random(number)) for number in range(WORKERS)]
        counted = sum(pool.map(lambda worker: worker.works(ACTIONS), workers), Counter[int]())
        for user in users:
            assert not user.sees()["faults"]
            assert not user.audit_faults()
    show_count(f"parallel life: {dict(counted)} no fault in the books")
