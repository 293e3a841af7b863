"""Sales of sixteen clients at once, on one account and on a thousand, and ten thousand rows in one request."""

import json
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from uuid import UUID

import psycopg

from tests.load.bare_rows import TABLES, bare_rows
from tests.load.bench import SALE, Bench, Session
from tests.load.clock import Client, Ratio, Timing, Work, at_once
from tests.load.wire import Message, RefusedError, Wire

LEAST = 0.6
MOST_PER_BULK_ROW = 0.2

_CLIENTS = 16
# Half as many where the machine is too busy for all within the eight seconds of a statement.
_BULKS = (10_000, 5_000, 2_500)
_SINGLES = 200

# The least of a sale: a row, and the balance. Every row that it leaves behind is in bare_rows.
_INSERT_AND_UPDATE = """
    begin;
    insert into bare.transactions (user_id, account_id, transaction_type, amount, day)
    values ('{user}', '{account}', 'sale', 118, current_date);
    update bare.accounts set balance = balance + 118 where id = '{account}';
    commit
"""


@dataclass(frozen=True)
class Sales:
    """Sales per second, ours and the floors, in the same rounds."""

    name: str
    timings: Mapping[str, Timing]

    def ratio(self, floor: str) -> Ratio:
        return Ratio.of_rates(self.timings["sale"], self.timings[floor])


@dataclass(frozen=True)
class Bulk:
    """What a row costs in one large request, and in requests of its own; milliseconds."""

    kind: str
    rows: int
    row: float
    single: float

    @property
    def ratio(self) -> float:
        return self.row / self.single


def sales(bench: Bench) -> Iterator[Sales]:
    with psycopg.connect(bench.stack.postgres.url("supabase_admin"), autocommit=True) as database:
        database.execute(TABLES)
        database.execute("analyze")
    users = bench.strangers(900)
    told = _told_of_a_sale(bench, users[0])
    accounts = dict(bench.fetched("select user_id, id from public.accounts where is_default"))
    for name, crowd in {"one account": users[:1], "900 accounts": users}.items():
        pairs = [(user, accounts[user]) for user in crowd]
        works: dict[str, Sequence[Callable[[], Client]]] = {
            "sale": [_seller(bench, crowd, seed) for seed in range(_CLIENTS)],
            "bare": [_writer(bench, _insert_and_update, pairs, seed) for seed in range(_CLIENTS)],
            "rows": [_writer(bench, partial(_rows, told), pairs, seed) for seed in range(_CLIENTS)],
        }
        yield Sales(name, at_once(works, rounds=5, seconds=1))


def _seller(bench: Bench, users: Sequence[UUID], seed: int) -> Callable[[], Client]:
    chance = random.Random(seed)

    @contextmanager
    def client() -> Iterator[Work]:
        with Session.opened(bench) as session:
            yield lambda: session.run(chance.choice(users), SALE)

    return client


def _insert_and_update(user: UUID, account: UUID) -> str:
    return _INSERT_AND_UPDATE.format(user=user, account=account)


def _rows(told: str, user: UUID, account: UUID) -> str:
    return f"begin; {bare_rows('sale', str(user), str(account), told)}; commit"


def _told_of_a_sale(bench: Bench, user: UUID) -> str:
    """What the audit tells of a sale: JSON."""
    with Session.opened(bench) as session:
        session.run(user, SALE)
    newest = "select after::text from public.audit_entries where user_id = %s order by number desc limit 1"
    return str(bench.fetched(newest, user)[0][0])


def _writer(
    bench: Bench, statement: Callable[[UUID, UUID], str], pairs: Sequence[tuple[UUID, UUID]], seed: int
) -> Callable[[], Client]:
    chance = random.Random(seed)

    @contextmanager
    def client() -> Iterator[Work]:
        with psycopg.connect(bench.stack.postgres.url("supabase_admin"), autocommit=True) as database:

            def work() -> None:
                database.execute(statement(*chance.choice(pairs)).encode())

            yield work

    return client


def bulks(bench: Bench) -> list[Bulk]:
    """Ten thousand rows in one request to the Data API, beside requests of one row."""
    expenses, sellers = bench.strangers(2)
    return [_bulk(bench, "expense", expenses), _bulk(bench, "sale", sellers)]


def _bulk(bench: Bench, kind: str, user: UUID) -> Bulk:
    row = {"user_id": str(user), "transaction_type": kind, "amount": 118}
    headers = {
        "apikey": bench.stack.anon_key,
        "authorization": f"Bearer {bench.token(user)}",
        "content-profile": "public",
        "content-type": "application/json",
        "prefer": "return=minimal",
    }
    url = f"{bench.stack.supabase_url}/rest/v1/transactions"
    one = Message.of("POST", url, headers, json.dumps([row]).encode())
    with Wire(one.host, one.port) as wire:
        single = _duration(wire, one, _SINGLES) / _SINGLES
        for rows in _BULKS:
            with suppress(RefusedError):
                many = Message.of("POST", url, headers, json.dumps([row] * rows).encode())
                return Bulk(kind, rows, _duration(wire, many) / rows * 1000, single * 1000)
    raise TimeoutError(kind)


def _duration(wire: Wire, message: Message, times: int = 1) -> float:
    began = time.perf_counter()
    for _ in range(times):
        wire.ask(message.content)
    return time.perf_counter() - began
