"""What our functions add to the request to PostgREST that each of theirs becomes."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from tests.load.bench import Bench, Recorder, Session, over
from tests.load.clock import Ratio, Timing, Work, at_once, in_turn
from tests.load.wire import Message, Wire

MOST_FOR_READS = 2.5
MOST_FOR_WRITES = 1.5

_ROUNDS = 7
_TIMES = 25
_CLIENTS = 16


@dataclass(frozen=True)
class Endpoint:
    """A request of ours; where it is a function of the database, also the statement."""

    name: str
    method: str
    path: str
    body: object = None
    statement: str = ""

    @property
    def target(self) -> float:
        return MOST_FOR_READS if self.method == "GET" else MOST_FOR_WRITES


@dataclass(frozen=True)
class Overhead:
    """An endpoint beside its floors."""

    endpoint: Endpoint
    one: Mapping[str, Timing]
    """By one client: `api`, `postgrest`, `fastapi` and, where there is a statement, `sql`."""
    sixteen: Mapping[str, Timing]
    """By sixteen clients: `api` and `postgrest`."""

    @property
    def ratio(self) -> Ratio:
        return Ratio.of_times(self.one["api"], self.one["postgrest"])

    @property
    def is_met(self) -> bool:
        return self.ratio.median <= self.endpoint.target


def endpoints(bench: Bench, user: UUID) -> list[Endpoint]:
    account, transaction, invoice = (
        bench.fetched(f"select id from public.{table} where user_id = %s order by id limit 1", user)[0][0]
        for table in ("accounts", "transactions", "invoices")
    )
    reads = {
        "list accounts": "/api/accounts",
        "get an account": f"/api/accounts/{account}",
        "list 20 transactions": "/api/transactions?limit=20",
        "list 100 transactions": "/api/transactions",
        "get a transaction": f"/api/transactions/{transaction}",
        "list 20 invoices": "/api/invoices?limit=20",
        "get an invoice": f"/api/invoices/{invoice}",
        "list 20 invoices, v1": "/api/v1/invoices?limit=20",
        "calculate GST": "/api/tax/gst?amount=1000",
        "filing, its summary": "/api/tax/filing?start_date=2026-01-01&end_date=2026-03-31"
        "&include_transactions=false",
    }
    create = 'select to_json(api.create_transaction(\'{{"transaction_type": "{}", "amount": 118}}\'))'
    sale, expense = ({"transaction_type": kind, "amount": 118} for kind in ("sale", "expense"))
    invoiced = {"customer_name": "John Doe", "items": [{"description": "A", "quantity": 2, "unit_price": 50}]}
    return [
        *(Endpoint(name, "GET", path) for name, path in reads.items()),
        Endpoint("total balance", "GET", "/api/accounts/balance", None, "select api.total_balance()"),
        Endpoint("account summary", "GET", "/api/accounts/summary", None, "select api.account_summary()"),
        Endpoint("create a sale", "POST", "/api/transactions", sale, create.format("sale")),
        Endpoint("create an expense", "POST", "/api/transactions", expense, create.format("expense")),
        Endpoint("update a transaction", "PUT", f"/api/transactions/{transaction}", {"description": "New"}),
        Endpoint("create an invoice", "POST", "/api/invoices", invoiced),
        Endpoint("create an account", "POST", "/api/accounts", {"name": "Savings", "balance": 100}),
    ]


def measured(bench: Bench, user: UUID, bare_url: str) -> list[Overhead]:
    """Each endpoint, as that user, beside PostgREST, FastAPI and SQL alone."""
    recorder = Recorder(bench.stack)
    bare = Message.of("GET", f"{bare_url}/ping", {})
    return [_one(bench, user, endpoint, recorder, bare) for endpoint in endpoints(bench, user)]


def _one(bench: Bench, user: UUID, endpoint: Endpoint, recorder: Recorder, bare: Message) -> Overhead:
    ours = bench.request(user, endpoint.method, endpoint.path, endpoint.body)
    messages = {"api": ours, "postgrest": recorder.inner(ours), "fastapi": bare}
    with ExitStack() as open_connections:
        works: dict[str, Work] = {}
        for name, message in messages.items():
            wire = open_connections.enter_context(Wire(message.host, message.port))
            works[name] = partial(wire.ask, message.content)
        if endpoint.statement:
            session = open_connections.enter_context(Session.opened(bench))
            works["sql"] = partial(session.run, user, endpoint.statement)
        one = in_turn(works, rounds=_ROUNDS, times=_TIMES)
    crowds = {name: [over(messages[name])] * _CLIENTS for name in ("api", "postgrest")}
    return Overhead(endpoint, one, at_once(crowds, rounds=3, seconds=0.3))
