"""Rounds in turn: what is compared is measured in the same seconds, so that a busy machine slows all of it alike."""

import statistics
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from itertools import chain

Work = Callable[[], object]


@dataclass
class Timing:
    """What several rounds of one thing took."""

    rounds: list[list[float]] = field(default_factory=list)
    """Seconds of each repetition, by round."""
    rates: list[float] = field(default_factory=list)
    """Repetitions per second, by round."""

    @property
    def p50(self) -> float:
        """Milliseconds: the median of the rounds' medians."""
        return statistics.median(self.p50s())

    def p50s(self) -> list[float]:
        return [statistics.median(seconds) * 1000 for seconds in self.rounds]

    @property
    def p99(self) -> float:
        return statistics.quantiles(chain.from_iterable(self.rounds), n=100)[98] * 1000

    @property
    def rate(self) -> float:
        return statistics.median(self.rates)


@dataclass(frozen=True)
class Ratio:
    """One timing against another, round by round."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, ratios: Sequence[float]) -> "Ratio":
        return cls(statistics.median(ratios), min(ratios), max(ratios))

    @classmethod
    def of_times(cls, timing: Timing, floor: Timing) -> "Ratio":
        return cls.of([ours / least for ours, least in zip(timing.p50s(), floor.p50s(), strict=True)])

    @classmethod
    def of_rates(cls, timing: Timing, floor: Timing) -> "Ratio":
        return cls.of([ours / most for ours, most in zip(timing.rates, floor.rates, strict=True)])

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.low:.2f} to {self.high:.2f})"


def in_turn(works: Mapping[str, Work], *, rounds: int, times: int, warm_up: int = 5) -> dict[str, Timing]:
    """Each work `times` times a round, one after the other, round after round."""
    timings = {name: Timing() for name in works}
    for work in works.values():
        for _ in range(warm_up):
            work()
    for _ in range(rounds):
        for name, work in works.items():
            seconds = [_timed(work) for _ in range(times)]
            timings[name].rounds.append(seconds)
            timings[name].rates.append(times / sum(seconds))
    return timings


def _timed(work: Work) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


Client = AbstractContextManager[Work]
"""Opens a connection and gives what to do over it, again and again."""


def at_once(
    crowds: Mapping[str, Iterable[Callable[[], Client]]], *, rounds: int, seconds: float
) -> dict[str, Timing]:
    """Each crowd of clients works for some seconds a round, all of its clients at the same time."""
    clients = {name: list(crowd) for name, crowd in crowds.items()}
    timings = {name: Timing() for name in clients}
    for _ in range(rounds):
        for name, crowd in clients.items():
            took = _together(crowd, seconds)
            timings[name].rounds.append(took)
            timings[name].rates.append(len(took) / seconds)
    return timings


def _together(crowd: Sequence[Callable[[], Client]], seconds: float) -> list[float]:
    took: list[float] = []
    failures: list[BaseException] = []
    ready = threading.Barrier(len(crowd))

    def serve(client: Callable[[], Client]) -> None:
        try:
            with client() as work:
                work()
                ready.wait(30)
                until = time.perf_counter() + seconds
                while time.perf_counter() < until:
                    took.append(_timed(work))
        except BaseException as failure:  # noqa: BLE001 (told by the main thread)
            failures.append(failure)
            ready.abort()

    threads = [threading.Thread(target=serve, args=(client,)) for client in crowd]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return took
