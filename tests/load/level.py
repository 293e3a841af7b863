"""Whether an answer takes longer because the books are larger."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import cycle
from urllib.parse import quote
from uuid import UUID

from shared.schemas.pagination import Cursor
from tests.load.bench import Bench
from tests.load.books import SEARCHED_CUSTOMER
from tests.load.clock import Ratio, Timing, Work, in_turn
from tests.load.wire import Message, Wire

MOST = 1.3

_ROUNDS = 7
_TIMES = 15

Requests = Callable[[Bench, UUID], list[Message]]


@dataclass(frozen=True)
class Level:
    """One kind of request, by how many transactions the user has."""

    name: str
    sizes: Mapping[str, Timing]

    def ratio(self, size: str) -> Ratio:
        smallest = next(iter(self.sizes.values()))
        return Ratio.of_times(self.sizes[size], smallest)

    @property
    def is_met(self) -> bool:
        return self.ratio(list(self.sizes)[-1]).median <= MOST


def _get(path: str) -> Requests:
    return lambda bench, user: [bench.request(user, "GET", path)]


def _post(path: str, body: object) -> Requests:
    return lambda bench, user: [bench.request(user, "POST", path, body)]


def _account(bench: Bench, user: UUID) -> list[Message]:
    account = bench.fetched("select id from public.accounts where user_id = %s limit 1", user)[0][0]
    return [bench.request(user, "GET", f"/api/accounts/{account}/transactions?limit=100")]


def _page(bench: Bench, user: UUID) -> list[Message]:
    """The thousandth page by cursor, or the last one of books that are shorter."""
    counted = bench.fetched("select count(*) from public.transactions where user_id = %s", user)[0][0]
    seen = min(99_900, counted - 100)
    date, row_id = bench.fetched(
        "select private.instant_text(date), id from public.transactions where user_id = %s"
        " order by date desc, id desc offset %s limit 1",
        user,
        seen - 1,
    )[0]
    cursor = Cursor("date", "desc", seen, date, str(row_id)).written()
    return [bench.request(user, "GET", f"/api/transactions?limit=100&cursor={quote(cursor)}")]


def _deletions(bench: Bench, user: UUID) -> list[Message]:
    expenses = bench.fetched(
        "select id from public.transactions where user_id = %s and transaction_type = 'expense' limit 200",
        user,
    )
    return [bench.request(user, "DELETE", f"/api/transactions/{row}") for (row,) in expenses]


_SEARCHED = quote(SEARCHED_CUSTOMER.split()[0].lower())
_INVOICE = {"customer_name": "John Doe", "items": [{"description": "A", "quantity": 2, "unit_price": 50}]}
_FILING = "/api/tax/filing?start_date=2026-{}&include_transactions=false"

REQUESTS: dict[str, Requests] = {
    "list, first page of 100": _get("/api/transactions?limit=100"),
    "list, page 1,000 by cursor": _page,
    "list by category": _get("/api/transactions?limit=100&category=Expense%201"),
    "list by type": _get("/api/transactions?limit=100&transaction_type=sale"),
    "list by days": _get("/api/transactions?limit=20&start_date=2026-03-01&end_date=2026-05-31"),
    "list of an account": _account,
    "list of invoices": _get("/api/invoices?limit=20"),
    "search for a customer": _get(f"/api/invoices?limit=10&customer_name={_SEARCHED}"),
    "search for a customer, v1": _get(f"/api/v1/invoices?limit=10&customer_name={_SEARCHED}"),
    "summary of the week": _get("/api/accounts/summary?period=week"),
    "summary of the month": _get("/api/accounts/summary?period=month"),
    "summary of the quarter": _get("/api/accounts/summary?period=quarter"),
    "summary of the year": _get("/api/accounts/summary?period=year"),
    "total balance": _get("/api/accounts/balance"),
    "filing of a quarter": _get(_FILING.format("01-01&end_date=2026-03-31")),
    "filing of odd days": _get(_FILING.format("01-15&end_date=2026-06-17")),
    "number an invoice": _post("/api/invoices", _INVOICE),
    "create a sale": _post("/api/transactions", {"transaction_type": "sale", "amount": 118}),
    "delete a transaction": _deletions,
}


def measured(bench: Bench, users: Mapping[str, UUID]) -> Iterator[Level]:
    """Each kind of request, as each of the users in turn."""
    for name, requests in REQUESTS.items():
        with ExitStack() as open_connections:
            works: dict[str, Work] = {}
            for size, user in users.items():
                works[size] = _work(open_connections, requests(bench, user))
            yield Level(name, in_turn(works, rounds=_ROUNDS, times=_TIMES))


def _work(open_connections: ExitStack, messages: list[Message]) -> Work:
    wire = open_connections.enter_context(Wire(messages[0].host, messages[0].port))
    one_after_the_other = cycle(messages)
    return lambda: wire.ask(next(one_after_the_other).content)
