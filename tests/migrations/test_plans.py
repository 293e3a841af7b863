"""Plans of the hot queries, over books large enough for a bad one to show: indexes, and policies asked once."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

import psycopg
import pytest

from functions.invoices.schemas import InvoiceQuery
from functions.transactions.schemas import TransactionQuery
from functions.v1.schemas import InvoiceQueryV1
from local.stack import running_stack
from shared.schemas.pagination import Cursor, ListQuery
from tests.load.books import SEARCHED_CUSTOMER, write_books

LARGE = "transactions|invoices|invoice_items|ledger_entries|audit_entries|transaction_totals|invoice_totals|accounts"
ANY_ID = "8d5be7a6-3f0c-4c4e-9f0b-6c1c5a2f7d11"


@dataclass
class Books:
    """A user with twenty thousand transactions among a thousand others, and what PostgreSQL does for one."""

    database: psycopg.Connection
    user: UUID
    _plans: list[str] = field(default_factory=list)

    def plans(self, statement: str) -> list[str]:
        """The plans of a statement and of all that functions and triggers run for it."""
        claims = json.dumps({"sub": str(self.user), "role": "authenticated", "session_id": ANY_ID})
        with self.database.transaction(force_rollback=True):
            self.database.execute("set local role authenticated")
            self.database.execute("select set_config('request.jwt.claims', %s, true)", (claims,))
            self._plans.clear()
            self.database.execute(statement.encode())
        return [plan for plan in self._plans if "request.jwt.claims" not in plan]

    def note(self, notice: psycopg.errors.Diagnostic) -> None:
        self._plans.append(notice.message_primary or "")


@pytest.fixture(scope="module")
def books() -> Iterator[Books]:
    with running_stack(api=False) as stack:
        url = stack.postgres.url("supabase_admin")
        users = write_books(url, {"large": 20_000}, others=1000, size_of_others=20)
        with psycopg.connect(url, autocommit=True) as database:
            database.execute("load 'auto_explain'")
            for setting in ("log_min_duration = 0", "log_nested_statements = on"):
                database.execute(f"set auto_explain.{setting}".encode())
            database.execute("set client_min_messages = log")
            known = Books(database, users["large"])
            database.add_notice_handler(known.note)
            yield known


def _page(view: str, query: ListQuery) -> str:
    """The SELECT that PostgREST makes of a list's parameters; the few operators that lists use."""
    conditions, tail = [], ""
    for name, value in query.parameters():
        if name == "order":
            tail += " order by " + value.replace(".", " ").replace("nullslast", "nulls last")
        elif name in {"limit", "offset"}:
            tail += f" {name} {value}"
        elif name == "or":
            column, bound, row_id = re.findall(r'\((\w+)\.lt\."([^"]+)",and\(.*,id\.lt\.([\w-]+)\)\)', value)[
                0
            ]
            conditions.append(f"({column} < '{bound}' or {column} = '{bound}' and id < '{row_id}')")
        else:
            operator, _, operand = value.partition(".")
            conditions.append(_OPERATORS[operator](name, operand))
    where = f" where {' and '.join(conditions)}" if conditions else ""
    return f"select {query.columns()} from {view}{where}{tail}"


_OPERATORS: dict[str, Callable[[str, str], str]] = {
    "eq": lambda name, operand: f"{name} = '{operand}'",
    "gte": lambda name, operand: f"{name} >= '{operand}'",
    "lte": lambda name, operand: f"{name} <= '{operand}'",
    "imatch": lambda name, operand: f"{name} ~* '{operand}'",
    "in": lambda name, operand: f"{name} in ('{operand.strip('()')}')",
}


def _transactions(**filters: object) -> str:
    return _page("api.transactions", TransactionQuery.model_validate(filters))


def _invoices(**filters: object) -> str:
    return _page("api.invoices", InvoiceQuery.model_validate(filters))


_CURSOR = Cursor("date", "desc", 100, "2026-01-01T00:00:00Z", ANY_ID).written()

STATEMENTS = {
    "list": _transactions(),
    "list, oldest first": _transactions(sort_order="asc"),
    "list after a cursor": _transactions(cursor=_CURSOR),
    "list by account": _transactions(account_id=ANY_ID),
    "list by category": _transactions(category="Expense 1"),
    "list by type": _transactions(transaction_type="sale"),
    "list by days": _transactions(start_date="2026-01-01", end_date="2026-01-31"),
    "list by instants": _transactions(start_date="2026-01-01T00:00:00Z"),
    "one transaction": f"select * from api.transactions where id = '{ANY_ID}'",
    "list of invoices": _invoices(),
    "list of invoices by days": _invoices(start_date="2026-01-01", end_date="2026-01-31"),
    "search": _invoices(customer_name=SEARCHED_CUSTOMER),
    "search, v1": _page("v1.invoices", InvoiceQueryV1.model_validate({"customer_name": SEARCHED_CUSTOMER})),
    "one invoice": f"select * from api.invoices where id = '{ANY_ID}'",
    "length of the list": """select private.length_of_list('{"of": "transactions", "category": "Goods"}')""",
    "length of the invoices": """select private.length_of_list('{"of": "invoices", "status": "paid"}')""",
    "accounts": "select * from api.accounts order by created_instant, id",
    "total balance": "select api.total_balance()",
    "summary": "select api.account_summary('year')",
    "filing": "select api.tax_filing('2026-01-15', '2026-03-31', include_transactions => false)",
    "filing with its rows": "select api.tax_filing('2026-01-01', '2026-01-31')",
    "sale": """select api.create_transaction('{"transaction_type": "sale", "amount": 118}')""",
    "expense": """select api.create_transaction('{"transaction_type": "expense", "amount": 118}')""",
    "invoice": "select api.create_invoice("
    """'{"customer_name": "J", "items": [{"description": "A", "quantity": 1, "unit_price": 5}]}')""",
    "delete": "select api.delete_transaction("
    "(select id from public.transactions where transaction_type = 'sale' limit 1))",
}


@pytest.mark.parametrize("statement", STATEMENTS.values(), ids=STATEMENTS.keys())
def test_no_large_table_is_read_from_end_to_end(books: Books, statement: str) -> None:
    plans = books.plans(statement)
    assert plans
    for plan in plans:
        assert not re.search(rf"Seq Scan on ({LARGE})\b", plan), plan


@pytest.mark.parametrize("update", ["transactions set description = 'x'", "invoices set notes = 'x'"])
def test_a_plan_for_one_row_is_none_too_slow_for_ten_thousand(books: Books, update: str) -> None:
    """PostgreSQL keeps the plans of triggers: a nested loop over all that was written would be quadratic later."""
    table = update.partition(" ")[0]
    plans = books.plans(f"update public.{update} where id = (select id from public.{table} limit 1)")
    joins = [plan for plan in plans if re.search(r"old_rows.* join new_rows", plan)]
    assert joins
    for plan in joins:
        assert re.search("(Hash|Merge) Full Join", plan), plan


@pytest.mark.parametrize("statement", STATEMENTS.values(), ids=STATEMENTS.keys())
def test_a_policy_asks_once_who_calls(books: Books, statement: str) -> None:
    """In a filter or an index condition the caller is an InitPlan's result, not a function called for each row."""
    for plan in books.plans(statement):
        conditions = re.findall(r"(?:Filter|Cond): (.*)", plan)
        assert not [
            text for text in conditions if re.search(r"current_user_id|auth\.|current_setting", text)
        ], plan


@pytest.mark.parametrize(
    "name",
    ["list", "list, oldest first", "list after a cursor", "list by category", "list by type"],
)
def test_a_page_is_read_in_its_order(books: Books, name: str) -> None:
    """Sorting would read all rows for the first of them."""
    assert "Sort" not in books.plans(STATEMENTS[name])[-1]


def test_days_bound_what_is_read(books: Books) -> None:
    """Whether in order or sorted afterwards, which a few rows may be: only the rows of these days."""
    assert re.search(r"Index Cond: .*date >= .*date <= ", books.plans(STATEMENTS["list by days"])[-1])


@pytest.mark.parametrize("name", ["search", "search, v1"])
def test_a_search_is_served_by_trigrams(books: Books, name: str) -> None:
    assert "Bitmap Index Scan on invoices_customers_idx" in books.plans(STATEMENTS[name])[-1]


def test_the_books_of_the_benchmark_add_up(books: Books) -> None:
    assert books.database.execute("select * from api.verify_ledger()").fetchall() == []
