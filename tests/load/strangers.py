"""Nobody waits for a stranger: what others do at the same time leaves a request its time."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

import httpx

from tests.load.bare import another_api
from tests.load.bench import Bench, over
from tests.load.clock import Client, Ratio, Timing, at_once, in_turn
from tests.load.slow_line import slow_line
from tests.load.wire import Message, Wire
from tests.load.worst_neighbour import CONNECTIONS, worst_neighbour

_CLIENTS = 16
_LATENCY = 20


@dataclass(frozen=True)
class Finding:
    """A ratio and what it should be at least, or at most."""

    name: str
    ratio: Ratio
    target: float | None
    """None: told, without an aim."""
    at_least: bool = True

    @property
    def is_met(self) -> bool:
        if self.target is None:
            return True
        return self.ratio.median >= self.target if self.at_least else self.ratio.median <= self.target


def measured(bench: Bench) -> Iterator[Finding]:
    users = bench.strangers(_CLIENTS)
    reads = [bench.request(user, "GET", "/api/accounts") for user in users]
    expense = {"transaction_type": "expense", "amount": 118}
    writes = [bench.request(user, "POST", "/api/transactions", expense) for user in users]
    yield Finding("16 clients reading, requests per second over those of one", _sixteen_to_one(reads), 1.6)
    yield Finding("16 clients writing, requests per second over those of one", _sixteen_to_one(writes), 1.6)

    user = users[0]
    invoice = bench.fetched("select id from public.invoices where user_id = %s limit 1", user)[0][0]
    pdf = bench.request(user, "GET", f"/api/invoices/{invoice}/pdf")
    crowds = {"logging in": _login(bench), "fetching a PDF": pdf}
    for name, message in crowds.items():
        ratio = _beside_others(reads[1], [over(message)] * 4)
        yield Finding(f"small read while 4 clients are {name}, p50 over p50 alone", ratio, 2, at_least=False)

    alone, beside = _beside_the_worst(bench, reads[1])
    others = f"while one user does the worst with {CONNECTIONS} connections"
    p50s = Ratio.of_times(beside, alone)
    yield Finding(f"small read {others}, p50 over p50 alone", p50s, 3, at_least=False)
    yield Finding(f"small read {others}, worst over p50 alone", _worst(beside, alone), None)

    yield Finding(f"16 clients at {_LATENCY} ms, of what the latency allows", _far_away(bench, reads), 0.8)


def _sixteen_to_one(messages: Sequence[Message]) -> Ratio:
    crowds = {"one": [over(messages[0])], "sixteen": [over(message) for message in messages]}
    timings = at_once(crowds, rounds=5, seconds=1)
    return Ratio.of_rates(timings["sixteen"], timings["one"])


def _login(bench: Bench) -> Message:
    email, password = "load@example.com", "correct horse battery staple"
    registration = httpx.post(
        f"{bench.stack.api_url}/api/auth/register", json={"email": email, "password": password}, timeout=30
    )
    registration.raise_for_status()
    form = urlencode({"username": email, "password": password}).encode()
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return Message.of("POST", f"{bench.stack.api_url}/api/auth/login", headers, form)


def _beside_others(message: Message, others: Sequence[Callable[[], Client]]) -> Ratio:
    alone, beside = Timing(), Timing()
    with Wire(message.host, message.port) as wire:
        ask = {"small read": partial(wire.ask, message.content)}
        for _ in range(5):
            alone.rounds += in_turn(ask, rounds=1, times=60)["small read"].rounds
            with _at_work(others):
                beside.rounds += in_turn(ask, rounds=1, times=60)["small read"].rounds
    return Ratio.of_times(beside, alone)


def _beside_the_worst(bench: Bench, message: Message) -> tuple[Timing, Timing]:
    with Wire(message.host, message.port) as wire:
        ask = {"small read": partial(wire.ask, message.content)}
        alone = in_turn(ask, rounds=5, times=60)["small read"]
        with worst_neighbour(bench):
            time.sleep(3)
            beside = in_turn(ask, rounds=5, times=60)["small read"]
    return alone, beside


def _worst(beside: Timing, alone: Timing) -> Ratio:
    return Ratio.of([max(seconds) * 1000 / alone.p50 for seconds in beside.rounds])


@contextmanager
def _at_work(crowd: Sequence[Callable[[], Client]]) -> Iterator[None]:
    is_over = threading.Event()

    def work(client: Callable[[], Client]) -> None:
        with client() as ask:
            while not is_over.is_set():
                ask()

    threads = [threading.Thread(target=work, args=(client,)) for client in crowd]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        is_over.set()
        for thread in threads:
            thread.join()


def _far_away(bench: Bench, reads: Sequence[Message]) -> Ratio:
    """By Little's law n clients get n / (latency + service time), unless the processors allow less."""
    stack = bench.stack
    with ExitStack() as running:
        far = running.enter_context(slow_line(stack.supabase_url, _LATENCY))
        issuer = {"SUPABASE_JWT_ISSUER": f"{stack.supabase_url}/auth/v1"}
        url = running.enter_context(another_api({**stack.environment, **issuer, "SUPABASE_URL": far}))
        port = int(url.rpartition(":")[2])
        away = [over(Message(read.host, port, read.content)) for read in reads]
        near = [over(read) for read in reads]
        timings = at_once({"away": away, "one": near[:1], "near": near}, rounds=5, seconds=1)
    allowed = [
        min(_CLIENTS / (_LATENCY / 1000 + 1 / one), all_of_them)
        for one, all_of_them in zip(timings["one"].rates, timings["near"].rates, strict=True)
    ]
    return Ratio.of([rate / most for rate, most in zip(timings["away"].rates, allowed, strict=True)])
