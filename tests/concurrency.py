"""Doing things at once."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

import psycopg

Answer = TypeVar("Answer")


def at_once(calls: Sequence[Callable[[], Answer]], workers: int = 50) -> list[Answer]:
    """Make all calls, `workers` at a time, the first ones at the same moment; answers in their order."""
    workers = min(workers, len(calls))
    start = Barrier(workers)

    def make(number: int) -> Answer:
        if number < workers:
            start.wait()
        return calls[number]()

    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(make, range(len(calls))))


def until_somebody_waits_for(connection: psycopg.Connection) -> None:
    """Return when another connection waits for a lock that this one holds."""
    deadline = time.monotonic() + 5
    waiting = "select from pg_stat_activity where pg_backend_pid() = any(pg_blocking_pids(pid))"
    while not connection.execute(waiting).fetchall():
        assert time.monotonic() < deadline, "nobody waits"
