"""Clients that write without asking twice, and what must be there afterwards."""

from __future__ import annotations

import random
import threading
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Self
from uuid import uuid4

import httpx

from tests.person import Json, checked
from tests.reliability.client import User

WORKERS = 6
MARKS = ("description", "reference", "notes")
"""Where a transaction, a payment and a credit note carry the mark that they are found by."""


@dataclass
class Write:
    """Something a client wants to happen, and what it heard about it."""

    path: str
    body: Json
    mark: str
    key: str = field(default_factory=lambda: str(uuid4()))
    acknowledged: str | None = None
    """The id it was given, or that of the invoice it paid."""

    @classmethod
    def sale(cls, amount: float) -> Self:
        return cls._marked("/api/transactions", "description", transaction_type="sale", amount=amount)

    @classmethod
    def expense(cls, amount: float) -> Self:
        return cls._marked("/api/transactions", "description", transaction_type="expense", amount=amount)

    @classmethod
    def payment(cls, invoice_id: str, amount: float) -> Self:
        path = f"/api/invoices/{invoice_id}/payments"
        return cls._marked(path, "reference", amount=amount, tax_deducted=round(amount / 10, 2))

    @classmethod
    def payment_of_several(cls, invoice_ids: list[str], amount: float) -> Self:
        named = [{"invoice_id": one, "amount": amount} for one in invoice_ids]
        return cls._marked("/api/payments", "reference", amount=amount * len(invoice_ids), invoices=named)

    @classmethod
    def credit_note(cls, invoice_id: str, amount: float) -> Self:
        line = {"description": "Back", "quantity": 1, "unit_price": amount, "tax_rate": 0}
        return cls._marked(f"/api/invoices/{invoice_id}/credit-note", "notes", items=[line])

    @classmethod
    def _marked(cls, path: str, field_name: str, **body: Any) -> Self:
        mark = str(uuid4())
        return cls(path, {**body, field_name: mark}, mark)

    @property
    def worth(self) -> Decimal:
        """What it adds to the balance."""
        if "items" in self.body:
            return Decimal(0)
        amount = Decimal(str(self.body["amount"]))
        return -amount if self.body.get("transaction_type") == "expense" else amount


@dataclass
class Load:
    """Clients that write until they are told to stop, and do not ask twice."""

    user: User
    invoice_ids: list[str]
    """Two invoices that all the payments together do not settle."""
    writes: list[Write] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    @classmethod
    def of(cls, user: User) -> Self:
        lines = [{"description": "Work", "quantity": 1000, "unit_price": 99_999_999.99}]
        body = {"customer_name": "John Doe", "items": lines, "status": "sent"}
        invoices = [checked(user.ask("POST", "/api/invoices", body), 201) for _ in range(2)]
        return cls(user, [invoice["id"] for invoice in invoices])

    def something(self, chance: random.Random) -> Write:
        amount = chance.randint(1, 100_000) / 100
        choices = [
            Write.sale(amount),
            Write.expense(amount),
            Write.payment(chance.choice(self.invoice_ids), amount),
            Write.payment_of_several(self.invoice_ids, chance.randint(1, 1000)),
            Write.credit_note(chance.choice(self.invoice_ids), amount),
        ]
        return chance.choice(choices)

    def run(self, seed: int) -> None:
        chance = random.Random(seed)
        while not self.ended.is_set():
            write = self.something(chance)
            self.writes.append(write)
            self.send(write)

    def send(self, write: Write) -> httpx.Response | None:
        try:
            answer = self.user.ask("POST", write.path, write.body, write.key)
        except httpx.TransportError as failure:
            self.answers[type(failure).__name__] += 1
            return None
        self.answers[str(answer.status_code)] += 1
        if answer.status_code == 201:
            body = answer.json()
            write.acknowledged = (body[0] if isinstance(body, list) else body)["id"]
        elif answer.status_code != 503 or "retry-after" not in answer.headers:
            self.faults.append(f"{answer.status_code} {answer.headers} {answer.text}")
        return answer


def _rows(user: User, path: str, most: int, **filters: Any) -> list[Json]:
    found: list[Json] = []
    for skip in range(0, most + 1000, 1000):
        found += checked(user.ask("GET", path, limit=1000, skip=skip, **filters), 200)
    return found


def assert_nothing_lost(load: Load) -> Counter[str]:
    """Every acknowledged write is there, every other one wholly or not at all, and the money is their sum."""
    found = [
        *_rows(load.user, "/api/transactions", len(load.writes)),
        *_rows(load.user, "/api/invoices", len(load.writes), document_type="credit_note"),
    ]
    rows = {row[mark]: row for row in found for mark in MARKS if _is_mark(row.get(mark))}
    settled = _settled(load)
    counted = Counter[str]()
    there = Decimal(0)
    for write in load.writes:
        row = rows.pop(write.mark, None)
        if write.acknowledged:
            assert row is not None
            if "customer_name" in row or "transaction_type" in write.body:
                assert row["id"] == write.acknowledged
        counted[
            "acknowledged" if write.acknowledged else "silent, there" if row else "silent, not there"
        ] += 1
        if row:
            there += write.worth
            assert settled.pop(row["id"], []) == _settles(write)
    assert not rows
    assert not settled
    assert Decimal(str(load.user.ask("GET", "/api/accounts/balance").json()["balance"])) == there
    assert not load.user.sees()["faults"]
    assert not load.user.audit_faults()
    return counted


def _is_mark(text: object) -> bool:
    return isinstance(text, str) and len(text) == len(str(uuid4())) and text.count("-") == 4


def _settled(load: Load) -> dict[str, list[tuple[str, float]]]:
    """What settles the invoices, by the transaction or the note that it came with."""
    found: dict[str, list[tuple[str, float]]] = {}
    for invoice_id in load.invoice_ids:
        for row in checked(load.user.ask("GET", f"/api/invoices/{invoice_id}/payments"), 200):
            source = row["transaction_id"] or row["credit_note_id"]
            found.setdefault(source, []).append((row["kind"], row["amount"]))
    return {source: sorted(amounts) for source, amounts in found.items()}


def _settles(write: Write) -> list[tuple[str, float]]:
    """What a write settles, all of it or nothing."""
    body = write.body
    if "items" in body:
        return [("credit_note", body["items"][0]["unit_price"])]
    if "invoices" in body:
        return [("payment", named["amount"]) for named in body["invoices"]]
    deducted = body.get("tax_deducted")
    if deducted is None:
        return []
    parts = [("payment", body["amount"]), ("tax_deducted", deducted)]
    return sorted((kind, amount) for kind, amount in parts if amount)
