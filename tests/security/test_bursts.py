"""Guessing is limited however many guesses come at the same moment: each is counted before it is judged."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial

import httpx
import pytest

from tests.concurrency import at_once
from tests.person import Person
from tests.target import Target


def _guess(client: httpx.Client, name: str) -> int:
    return client.post("/api/auth/login", data={"username": name, "password": "wrong password"}).status_code


def _clients(target: Target, stack: ExitStack, count: int) -> list[httpx.Client]:
    """Clients with addresses that no other test uses."""
    network = f"127.{secrets.randbelow(100) + 120}.{secrets.randbelow(250)}"
    limits = httpx.Limits(max_connections=200)
    return [
        stack.enter_context(
            httpx.Client(
                base_url=target.api_url,
                transport=httpx.HTTPTransport(local_address=f"{network}.{number + 1}", limits=limits),
                timeout=60,
            )
        )
        for number in range(count)
    ]


def _burst(clients: Sequence[httpx.Client], names: Sequence[str]) -> Counter[int]:
    guesses = [partial(_guess, clients[number % len(clients)], name) for number, name in enumerate(names)]
    return Counter(at_once(guesses, workers=60))


def _register(client: httpx.Client) -> int:
    body = {"email": f"{secrets.token_hex(8)}@example.com", "password": "short but long"}
    return client.post("/api/auth/register", json=body).status_code


def test_one_client_registers_no_more_than_a_hundred(target: Target) -> None:
    with ExitStack() as stack:
        [client, other] = _clients(target, stack, 2)
        answers = Counter(at_once([partial(_register, client)] * 120, workers=30))
        assert answers == {200: 100, 429: 20}
        assert _register(other) == 200


@pytest.mark.parametrize(
    ("clients", "accounts", "guesses", "judged"),
    [(1, 1, 600, 10), (1, 300, 300, 100), (60, 1, 300, 100)],
    ids=["one client on one account", "one client on many accounts", "many clients on one account"],
)
def test_a_burst_gets_no_more_guesses(
    target: Target, clients: int, accounts: int, guesses: int, judged: int
) -> None:
    with Person.enrolled(target) as person, ExitStack() as stack:
        others = [f"{secrets.token_hex(6)}@example.com" for _ in range(accounts - 1)]
        names = [[person.email, *others][number % accounts] for number in range(guesses)]
        answers = _burst(_clients(target, stack, clients), names)
    assert answers == {401: judged, 429: guesses - judged}
