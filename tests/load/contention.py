"""Sales of sixteen clients at once, on one account and on a thousand, and ten thousand rows in one request."""

import json
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from uuid import UUID

import psycopg

from tests.load.bench import Bench, Session
from tests.load.clock import Client, Ratio, Timing, Work, at_once
from tests.load.wire import Message, RefusedError, Wire

LEAST = 0.6
MOST_PER_BULK_ROW = 0.2

_CLIENTS = 16
# Half as many where the machine is too busy for all within the eight seconds of a statement.
_BULKS = (10_000, 5_000, 2_500)
_SINGLES = 200

_SALE = """select to_json(api.create_transaction('{"transaction_type": "sale", "amount": 118}'))"""

# What a sale writes, and nothing else: no rule, no number, no invoice. `bare` is `insert + update`; `rows` is every row
# that a sale leaves behind, in tables with the same columns and indexes, written by a client that knows all values.
_BARE_TABLES = """
    create schema bare;
    create table bare.accounts (like public.accounts including all);
    create table bare.transactions (like public.transactions including all);
    create table bare.ledger_entries (like public.ledger_entries including all);
    create table bare.invoices (like public.invoices including all);
    create table bare.invoice_items (like public.invoice_items including all);
    create table bare.audit_entries (like public.audit_entries including all);
    insert into bare.accounts select * from public.accounts;
"""
_BARE = """
    begin;
    insert into bare.transactions (user_id, account_id, transaction_type, amount, day)
    values ('{user}', '{account}', 'sale', 118, current_date);
    update bare.accounts set balance = balance + 118 where id = '{account}';
    commit
"""
_ROWS = """
    begin;
    insert into bare.transactions (user_id, account_id, invoice_id, transaction_type, amount, tax_rate, tax_amount, day)
    values ('{user}', '{account}', gen_random_uuid(), 'sale', 118, 18, 18, current_date);
    insert into bare.ledger_entries (user_id, account_id, entry_number, kind, transaction_id, amount, balance_after)
    select user_id, id, entry_count + 1, 'transaction', gen_random_uuid(), 118, balance + 118
    from bare.accounts where id = '{account}' for no key update;
    update bare.accounts set balance = balance + 118, entry_count = entry_count + 1 where id = '{account}';
    insert into bare.invoices (
        user_id, serial, invoice_number, customer_name, issue_day, due_date, due_day, tax_rate, subtotal, cgst, sgst,
        tax_amount, total_amount, created_day
    )
    select
        '{user}', entry_count, 'INV-' || entry_count || '-' || left(id::text, 8), 'Walk-in customer', current_date,
        now(), current_date, 18, 100, 9, 9, 18, 118, current_date
    from bare.accounts where id = '{account}';
    insert into bare.invoice_items (
        invoice_id, user_id, position, description, quantity, unit_price, amount, taxable_value, cgst, sgst, igst,
        tax_amount
    )
    values (gen_random_uuid(), '{user}', 1, 'Sale', 1, 118, 118, 100, 9, 9, 0, 18);
    insert into bare.audit_entries (user_id, number, channel, actor_role, operation, record_type, record_id, after, hash)
    select user_id, entry_count * 4 + nth, 'api', 'authenticated', 'insert', 'transactions', id, '{{"amount": 118}}', '\\x'
    from bare.accounts, generate_series(1, 4) as nth where id = '{account}';
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
        database.execute(_BARE_TABLES)
        database.execute("analyze")
    users = bench.strangers(900)
    accounts = dict(bench.fetched("select user_id, id from public.accounts where is_default"))
    for name, crowd in {"one account": users[:1], "900 accounts": users}.items():
        pairs = [(user, accounts[user]) for user in crowd]
        works: dict[str, Sequence[Callable[[], Client]]] = {
            "sale": [_seller(bench, crowd, seed) for seed in range(_CLIENTS)],
            "bare": [_writer(bench, _BARE, pairs, seed) for seed in range(_CLIENTS)],
            "rows": [_writer(bench, _ROWS, pairs, seed) for seed in range(_CLIENTS)],
        }
        yield Sales(name, at_once(works, rounds=5, seconds=1))


def _seller(bench: Bench, users: Sequence[UUID], seed: int) -> Callable[[], Client]:
    chance = random.Random(seed)

    @contextmanager
    def client() -> Iterator[Work]:
        with Session.opened(bench) as session:
            yield lambda: session.run(chance.choice(users), _SALE)

    return client


def _writer(bench: Bench, sql: str, pairs: Sequence[tuple[UUID, UUID]], seed: int) -> Callable[[], Client]:
    chance = random.Random(seed)

    @contextmanager
    def client() -> Iterator[Work]:
        with psycopg.connect(bench.stack.postgres.url("supabase_admin"), autocommit=True) as database:

            def work() -> None:
                user, account = chance.choice(pairs)
                database.execute(sql.format(user=user, account=account).encode())

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
