"""Doing things at once."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

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
