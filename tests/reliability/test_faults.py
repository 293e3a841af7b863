"""Parts are killed and frozen under load, and connections cut: nothing acknowledged is lost, nothing happens by half."""

from __future__ import annotations

import os
import random
import signal
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import pytest

from local.stack import Stack
from tests.reliability.client import User, clients
from tests.reliability.cutting_proxy import cutting_proxy
from tests.reliability.load import WORKERS, Load, Write, assert_nothing_lost
from tests.target import Target

SOAK = bool(os.environ.get("SOAK"))
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
    probe = Write.expense(0.01)
    load.writes.append(probe)
    answer = load.send(probe)
    if answer is None or answer.status_code != 201:
        return False
    # Nobody's address and another each time: this is no guessing, which would be refused before Auth is asked.
    form = {"username": f"{uuid.uuid4()}@example.com", "password": "wrong password"}
    return load.user.api.post("/api/auth/login", data=form).status_code == 401


def test_kills_and_freezes_under_load(
    stack: Stack, target: Target, show_count: Callable[[str], None]
) -> None:
    slowest = 0.0
    with clients(target) as shared:
        load = Load.of(shared.new_user())
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
    chance = random.Random(2)
    with clients(target) as shared, cutting_proxy(target.api_url, random.Random(1)) as proxy:
        direct = shared.new_user()
        with httpx.Client(base_url=proxy, timeout=10) as cut:
            load = Load.of(direct)
            load.user = User(direct.id, direct.token, cut, direct.database)
            for _ in range(400 if SOAK else 60):
                load.writes.append(load.something(chance))
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
        load = Load.of(shared.new_user())
        assert succeeds(load)
        os.kill(stack.pids[part], signal.SIGKILL)
        answer = load.user.ask("GET", "/api/accounts")
        assert answer.status_code in {200, 503}, answer.text
        if answer.status_code == 503:
            assert (answer.headers["retry-after"], answer.json()["code"]) == ("1", "service_unavailable")
        until(lambda: succeeds(load))
