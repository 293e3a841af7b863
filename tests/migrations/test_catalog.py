"""What the catalog of the database must hold: comments, views that can be changed, statements that name their rows."""

import re

import psycopg
import pytest
from psycopg import sql
from pydantic import BaseModel

from functions.accounts.schemas import Account
from functions.auth.schemas import Profile
from functions.bills.adjustment_schemas import CreditAdjustment
from functions.bills.schemas import Bill
from functions.contacts.schemas import Customer, Supplier
from functions.invoices.payment_schemas import Settlement
from functions.invoices.schemas import Invoice
from functions.items.schemas import Item
from functions.v1.schemas import InvoiceV1
from shared.schemas.transactions import Transaction

SCHEMAS = ["public", "api", "v1", "web", "private"]

# Columns whose name says everything.
PLAIN = [
    *("id", "user_id", "created_at", "updated_at", "invoice_id", "position", "code", "quantity"),
    *("name", "email", "full_name", "business_name", "phone", "address", "upi_id"),
    *("customer_name", "customer_email", "customer_address", "description", "notes", "category"),
]

UNCOMMENTED = """
    select format('%%s %%s', kind, name)
    from (
        select 'schema' as kind, nspname::text as name, obj_description(oid, 'pg_namespace') as comment, nspname as schema
        from pg_namespace
        union all
        select 'relation', oid::regclass::text, obj_description(oid, 'pg_class'), relnamespace::regnamespace::name
        from pg_class where relkind in ('r', 'p', 'v', 'm')
        union all
        select 'function', oid::regprocedure::text, obj_description(oid, 'pg_proc'), pronamespace::regnamespace::name
        from pg_proc
        union all
        select 'type', oid::regtype::text, obj_description(oid, 'pg_type'), typnamespace::regnamespace::name
        from pg_type
        where typtype in ('d', 'e', 'r')
        or typtype = 'c' and (select relkind from pg_class where oid = typrelid) = 'c'
        union all
        select
            'column', format('%%s.%%s', attrelid::regclass, attname), col_description(attrelid, attnum),
            relnamespace::regnamespace::name
        from pg_attribute inner join pg_class on pg_class.oid = attrelid
        where
            relkind = 'r' and relnamespace = 'public'::regnamespace and attnum > 0 and not attisdropped
            and not attname = any(%(plain)s)
    ) as object
    where comment is null and schema = any(%(schemas)s)
    order by 1
"""

ANSWERS: dict[str, type[BaseModel]] = {
    "api.account_answer": Account,
    "api.bill_answer": Bill,
    "api.credit_adjustment_answer": CreditAdjustment,
    "api.customer_answer": Customer,
    "api.invoice_answer": Invoice,
    "api.item_answer": Item,
    "api.payment_answer": Settlement,
    "api.profile_answer": Profile,
    "api.supplier_answer": Supplier,
    "api.transaction_answer": Transaction,
    "v1.invoice_answer": InvoiceV1,
}
VIEWS = {"api.payment_answer": "api.payments", "api.profile_answer": "api.profile"}


def columns(dashboard: psycopg.Connection, relation: str) -> list[tuple[str, str]]:
    return dashboard.execute(
        "select attname::text, format_type(atttypid, -1) from pg_attribute "
        "where attrelid = %s::regclass and attnum > 0 order by attnum",
        (relation,),
    ).fetchall()


def test_everything_has_a_comment(dashboard: psycopg.Connection) -> None:
    missing = dashboard.execute(UNCOMMENTED, {"plain": PLAIN, "schemas": SCHEMAS}).fetchall()
    assert [name for (name,) in missing] == []


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_answer_has_the_documented_fields_of_its_view(dashboard: psycopg.Connection, answer: str) -> None:
    fields = columns(dashboard, answer)
    view = VIEWS.get(answer, answer.replace("_answer", "s"))
    # By position, as PL/pgSQL assigns a row.
    assert columns(dashboard, view)[: len(fields)] == fields
    assert set(ANSWERS[answer].model_fields) <= {name for name, _ in fields}


def test_every_view_of_a_contract_can_be_dropped(dashboard: psycopg.Connection) -> None:
    views = dashboard.execute(
        "select schemaname, viewname from pg_views where schemaname in ('api', 'v1', 'web') order by 1, 2"
    ).fetchall()
    assert len(views) > 5
    for schema, view in views:
        with dashboard.transaction(force_rollback=True):
            dashboard.execute(sql.SQL("drop view {}").format(sql.Identifier(schema, view)))


@pytest.mark.parametrize("answer", ANSWERS)
def test_the_type_of_an_answer_can_be_changed(dashboard: psycopg.Connection, answer: str) -> None:
    name = sql.Identifier(*answer.split("."))
    with dashboard.transaction(force_rollback=True):
        dashboard.execute(sql.SQL("alter type {} alter attribute id type text").format(name))
        dashboard.execute(sql.SQL("alter type {} add attribute colour text").format(name))


def test_a_problem_is_not_raised_early(dashboard: psycopg.Connection) -> None:
    """The planner runs an immutable function with constant arguments before it knows whether it is needed."""
    case = "select case when false then private.raise_problem(409, 'never', 'Never.')::text end"
    assert dashboard.execute(case).fetchall() == [(None,)]


def test_every_update_and_delete_of_a_function_names_its_rows(dashboard: psycopg.Connection) -> None:
    """Hosted Supabase loads safeupdate into the sessions of the Data API: it refuses a statement over a whole table."""
    functions = dashboard.execute(
        "select oid::regprocedure::text, coalesce(pg_get_function_sqlbody(oid), prosrc) from pg_proc "
        "where pronamespace::regnamespace::text = any(%s)",
        (SCHEMAS,),
    ).fetchall()
    assert len(functions) > 100
    statements = [(name, statement) for name, body in functions for statement in written_rows(body)]
    assert len(statements) > 50
    assert [(name, statement) for name, statement in statements if not names_rows(statement)] == []


_QUOTED = r"'(?:[^']|'')*'"
_TARGET = r"(?:only\s+)?[\w.%$\"]+(?:\s+(?:as\s+)?\w+)?"
_WRITTEN = re.compile(rf"\bupdate\s+{_TARGET}\s+set\b|\bdelete\s+from\b", re.IGNORECASE)


def written_rows(body: str) -> list[str]:
    """The UPDATE and DELETE statements of a function, also those that it builds as text, without what stands in parentheses."""
    body = re.sub(r"--[^\n]*", " ", body)
    built = re.findall(rf"\bexecute\s+(?:format\s*\(\s*)?({_QUOTED})", body, re.IGNORECASE)
    return [
        own_words(code[start.start() :])
        for code in (re.sub(_QUOTED, " ", body), *(text.strip("'").replace("''", "'") for text in built))
        for start in _WRITTEN.finditer(code)
    ]


def own_words(code: str) -> str:
    depth, words = 0, ""
    for character in code:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == ";" or depth < 0:
            break
        words += character if depth == 0 else ""
    return words


def names_rows(statement: str) -> bool:
    return re.search(r"\bwhere\b", statement, re.IGNORECASE) is not None


@pytest.mark.parametrize(
    ("code", "named"),
    [
        ("update public.invoices set notes = 'x';", [False]),
        ("update only public.invoices invoice set notes = 'x';", [False]),
        ("update public.invoices set notes = (select 1 where true); select 1 where true;", [False]),
        ("with gone as (delete from public.invoices) select 1 where true;", [False]),
        ("execute format('delete from public.%I', name); perform 1 where true;", [False]),
        ("execute 'update public.invoices set notes = ''x'' where id = $1' using id;", [True]),
        ("insert into a values (1) on conflict do update set b = 1;", []),
        ("raise exception 'Nothing to delete from here';", []),
        ("update public.invoices as invoice set notes = 'x' from b where invoice.id = b.id;", [True]),
    ],
)
def test_a_statement_over_all_rows_would_be_seen(code: str, named: list[bool]) -> None:
    assert [names_rows(statement) for statement in written_rows(code)] == named
