"""Parts are killed and frozen under load, and connections cut: nothing acknowledged is lost, nothing happens by half."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import uuid4

import httpx
import pytest

from local.stack import Stack
from tests.person import Json
from tests.reliability.client import User, clients
from tests.reliability.cutting_proxy import cutting_proxy
from tests.target import Target

SOAK = bool(os.environ.get("SOAK"))
WORKERS = 6
ROUNDS = 20 if SOAK else 1
FROZEN_SECONDS = 12 if SOAK else 1
RECOVERY_SECONDS = 30

FAULTS = [
    "kill rest",
    "freeze rest",
    "kill postgres",
    "freeze postgres",
    "kill auth",
    "freeze auth",
    "kill gateway",
]


@dataclass
class Write:
    """Something a client wants to happen, and what it heard about it."""

    body: Json
    key: str = field(default_factory=lambda: str(uuid4()))
    acknowledged: str | None = None
    """The id it was given."""

    @property
    def worth(self) -> Decimal:
        amount = Decimal(str(self.body["amount"]))
        return amount if self.body["transaction_type"] == "sale" else -amount


@dataclass
class Load:
    """Clients that write until they are told to stop, and do not ask twice."""

    user: User
    writes: list[Write] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def run(self, seed: int) -> None:
        chance = random.Random(seed)
        while not self.ended.is_set():
            kind = chance.choice(["sale", "expense"])
            write = Write(
                {
                    "transaction_type": kind,
                    "amount": chance.randint(1, 100_000) / 100,
                    "description": str(uuid4()),
                }
            )
            self.writes.append(write)
            self.send(write)

    def send(self, write: Write) -> httpx.Response | None:
        try:
            answer = self.user.ask("POST", "/api/transactions", write.body, write.key)
        except httpx.TransportError as failure:
            self.answers[type(failure).__name__] += 1
            return None
        self.answers[str(answer.status_code)] += 1
        if answer.status_code == 201:
            write.acknowledged = answer.json()["id"]
        elif answer.status_code != 503 or "retry-after" not in answer.headers:
            self.faults.append(f"{answer.status_code} {answer.headers} {answer.text}")
        return answer


@contextmanager
def running(load: Load) -> Iterator[None]:
    with ThreadPoolExecutor(WORKERS) as pool:
        jobs = [pool.submit(load.run, seed) for seed in range(WORKERS)]
        try:
            yield
        finally:
            load.ended.set()
        for job in jobs:
            job.result()


def cause(stack: Stack, fault: str) -> None:
    how, part = fault.split()
    pid = stack.pids[part]
    if how == "kill":
        os.kill(pid, signal.SIGKILL)
        return
    for stopped in [pid, *_backends(stack, part)]:
        os.kill(stopped, signal.SIGSTOP)
    try:
        time.sleep(FROZEN_SECONDS)
    finally:
        for stopped in [pid, *_backends(stack, part)]:
            os.kill(stopped, signal.SIGCONT)


def _backends(stack: Stack, part: str) -> list[int]:
    if part != "postgres":
        return []
    pid = stack.pids[part]
    with open(f"/proc/{pid}/task/{pid}/children") as children:  # noqa: PTH123
        return [int(child) for child in children.read().split()]


def until(condition: Callable[[], bool]) -> float:
    """How many seconds it took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < RECOVERY_SECONDS
        time.sleep(0.02)
    return time.monotonic() - began


def succeeds(load: Load) -> bool:
    """Whether everything works: a write through our functions, and a log-in, which needs Auth."""
    probe = Write({"transaction_type": "expense", "amount": 0.01, "description": str(uuid4())})
    load.writes.append(probe)
    answer = load.send(probe)
    if answer is None or answer.status_code != 201:
        return False
    # Nobody's address and another each time: this is no guessing, which would be refused before Auth is asked.
    form = {"username": f"{uuid4()}@example.com", "password": "wrong password"}
    return load.user.api.post("/api/auth/login", data=form).status_code == 401


def assert_nothing_lost(load: Load) -> Counter[str]:
    """Every acknowledged write is there, every other one wholly or not at all, and the money is their sum."""
    rows: dict[str, Json] = {}
    for skip in range(0, len(load.writes) + 1000, 1000):
        page = load.user.ask("GET", "/api/transactions", limit=1000, skip=skip).json()
        rows |= {row["description"]: row for row in page}
    counted = Counter[str]()
    there = Decimal(0)
    for write in load.writes:
        row = rows.pop(write.body["description"], None)
        if write.acknowledged:
            assert row is not None
            assert row["id"] == write.acknowledged
        counted[
            "acknowledged" if write.acknowledged else "silent, there" if row else "silent, not there"
        ] += 1
        if row:
            assert (row["amount"], row["transaction_type"]) == (
                write.body["amount"],
                write.body["transaction_type"],
            )
            there += write.worth
    assert not rows
    assert Decimal(str(load.user.ask("GET", "/api/accounts/balance").json()["balance"])) == there
    assert not load.user.sees()["faults"]
    assert not load.user.audit_faults()
    return counted


def test_kills_and_freezes_under_load(
    stack: Stack, target: Target, show_count: Callable[[str], None]
) -> None:
    slowest = 0.0
    with clients(target) as shared:
        load = Load(shared.new_user())
        with running(load):
            for fault in random.Random(0).sample(FAULTS * ROUNDS, len(FAULTS) * ROUNDS):
                cause(stack, fault)
                slowest = max(slowest, until(lambda: succeeds(load)))
    with clients(target) as fresh:
        load.user = User(load.user.id, load.user.token, fresh.api, fresh.database)
        counted = assert_nothing_lost(load)
        for write in [write for write in load.writes if not write.acknowledged]:
            load.send(write)
        assert assert_nothing_lost(load)["acknowledged"] == len(load.writes)
    assert load.faults == []
    show_count(
        f"{len(FAULTS) * ROUNDS} faults: {dict(counted)}, answers {dict(load.answers)}, "
        f"back after {slowest:.1f} s at most; sent again, all are there once"
    )


def test_connections_cut_in_the_middle_of_answers(target: Target, show_count: Callable[[str], None]) -> None:
    with clients(target) as shared, cutting_proxy(target.api_url, random.Random(1)) as proxy:
        direct = shared.new_user()
        with httpx.Client(base_url=proxy, timeout=10) as cut:
            load = Load(User(direct.id, direct.token, cut, direct.database))
            for number in range(400 if SOAK else 60):
                kind = ("sale", "expense")[number % 2]
                load.writes.append(
                    Write({"transaction_type": kind, "amount": 100.10, "description": str(uuid4())})
                )
                load.send(load.writes[-1])
        assert not any(write.acknowledged for write in load.writes)
        load.user = direct
        for write in load.writes:
            again = load.send(write)
            assert again is not None
            # What was cut was the answer: the work had been done.
            assert (again.status_code, again.headers["idempotent-replayed"]) == (201, "true")
        assert assert_nothing_lost(load) == {"acknowledged": len(load.writes)}
    show_count(f"{len(load.writes)} answers cut: {dict(load.answers)}, every retry got the first answer")


@pytest.mark.parametrize("part", ["rest", "postgres", "gateway"])
def test_answers_503_with_retry_after_while_a_part_is_away_and_recovers_by_itself(
    stack: Stack, target: Target, part: str
) -> None:
    with clients(target) as shared:
        load = Load(shared.new_user())
        assert succeeds(load)
        os.kill(stack.pids[part], signal.SIGKILL)
        answer = load.user.ask("GET", "/api/accounts")
        assert answer.status_code in {200, 503}, answer.text
        if answer.status_code == 503:
            assert (answer.headers["retry-after"], answer.json()["code"]) == ("1", "service_unavailable")
        until(lambda: succeeds(load))
