"""Books of any size in seconds: what the triggers would have written, written for all users at once.

Triggers are off meanwhile, so everything they keep is computed here: days, tax, invoices, numbers, ledger, balances
and totals. `api.verify_ledger` finds nothing wrong with it afterwards.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from uuid import UUID, uuid4

import psycopg

SEARCHED_CUSTOMER = "Zubin Mehta"
"""The customer of twenty invoices of each user, however many there are."""

_TABLES = [
    "public.transactions",
    "public.ledger_entries",
    "public.invoices",
    "public.invoice_items",
    "public.settlements",
]

_USERS = """
    insert into auth.users (id, email) select id, id || '@example.com' from wanted
"""
_ACCOUNTS = """
    insert into public.accounts (user_id, name, is_default)
    select wanted.id, 'Account ' || number, number = 1 from wanted, generate_series(1, 3) as number
"""
_TRANSACTIONS = """
    insert into public.transactions (
        user_id, account_id, transaction_type, amount, tax_rate, tax_amount, description, category, date, day
    )
    select
        planned.user_id, planned.account_ids[1 + number % 3],
        kind, amount,
        case when is_taxed then 18 end,
        case when is_taxed and kind = 'expense' then 2 * round(amount * 9 / 118, 2) end,
        'Entry ' || number,
        case kind when 'sale' then 'Goods' when 'expense' then 'Expense ' || number / 10 % 8 end,
        date, (date at time zone 'Asia/Kolkata')::date
    from (
        select wanted.id as user_id, wanted.size, array_agg(account.id) as account_ids
        from wanted inner join public.accounts as account on account.user_id = wanted.id
        group by wanted.id, wanted.size
    ) as planned
    cross join lateral generate_series(1, planned.size) as number
    cross join lateral (
        select
            (array['sale', 'expense', 'expense', 'expense', 'expense', 'expense', 'expense', 'expense', 'transfer', 'other'])
            [1 + number % 10] as kind,
            -- Two years, the last entry a minute ago.
            now() - interval '1 minute' - (planned.size - number) * (interval '730 days' / planned.size) as date,
            (100 + number::bigint * 7919 % 900000 / 100.0)::numeric(15, 2) as amount,
            number % 10 = 0 or number % 10 < 3 as is_taxed
    ) as entry
"""
_INVOICES = """
    insert into public.invoices (
        id, user_id, serial, financial_year, invoice_number, origin, status, customer_name, issue_date, issue_day,
        due_date, due_day, tax_rate, price_includes_tax, subtotal, cgst, sgst, tax_amount, total_amount, amount_settled,
        issued_at, issued_on, paid_at, created_at, created_day
    )
    select
        id, user_id, serial, private.financial_year(day), private.invoice_number(private.invoice_series(day), nth),
        'sale', 'paid',
        case when counted >= 20 and serial %% (counted / 20) = 0 then %(searched)s else 'Walk-in customer' end,
        date, day, date, day, 18, true, amount - 2 * half, half, half, 2 * half, amount, amount,
        date, day, date, date, day
    from (
        select
            sale.*,
            round(amount * 9 / 118, 2) as half,
            row_number() over (partition by user_id order by date, id) as serial,
            row_number() over (partition by user_id, date_trunc('month', day) order by date, id) as nth,
            count(*) over (partition by user_id) as counted
        from public.transactions as sale
        where transaction_type = 'sale'
    ) as sale
"""
_ITEMS = """
    insert into public.invoice_items (
        invoice_id, user_id, position, description, quantity, unit_price, amount, tax_included, taxable_value, cgst,
        sgst, igst, tax_amount
    )
    select id, user_id, 1, 'Goods', 1, total_amount, total_amount, true, subtotal, cgst, sgst, 0, tax_amount
    from public.invoices
"""
_SETTLEMENTS = """
    insert into public.settlements (user_id, invoice_id, transaction_id, amount)
    select user_id, id, id, amount from public.transactions where transaction_type = 'sale'
"""
_COUNTERS = """
    insert into private.counters (user_id, series, last_value)
    select user_id, 'serial', count(*) from public.invoices group by user_id
    union all
    select user_id, private.invoice_series(date_trunc('month', issue_day)::date), count(*)
    from public.invoices group by user_id, date_trunc('month', issue_day)
"""
_LEDGER = """
    insert into public.ledger_entries (
        user_id, account_id, entry_number, kind, transaction_id, amount, balance_after
    )
    select
        user_id, account_id, row_number() over posted, 'transaction', id, signed, sum(signed) over posted
    from (
        select moved.*, case transaction_type when 'sale' then amount else -amount end as signed
        from public.transactions as moved
        where transaction_type in ('sale', 'expense')
    ) as moved
    window posted as (partition by user_id, account_id order by date, id rows unbounded preceding)
"""
_BALANCES = """
    update public.accounts as account set entry_count = last_entry.entry_number, balance = last_entry.balance_after
    from (
        select distinct on (user_id, account_id) user_id, account_id, entry_number, balance_after
        from public.ledger_entries
        order by user_id, account_id, entry_number desc
    ) as last_entry
    where last_entry.account_id = account.id
"""
_TOTALS = """
    insert into private.transaction_totals
    select
        user_id, span, case span when 'day' then day else date_trunc('month', day)::date end, account_id,
        transaction_type, category, tax_amount is not null, count(*), sum(amount), coalesce(sum(tax_amount), 0)
    from public.transactions, (values ('day'), ('month')) as spans (span)
    group by 1, 2, 3, 4, 5, 6, 7
"""
_INVOICE_TOTALS = """
    insert into private.invoice_totals
    select
        user_id, span, case span when 'day' then issue_day else date_trunc('month', issue_day)::date end,
        document_type, status, count(*), sum(subtotal), sum(tax_amount), sum(igst), sum(total_amount), sum(amount_due)
    from public.invoices, (values ('day'), ('month')) as spans (span)
    group by 1, 2, 3, 4, 5
"""


def write_books(
    admin_url: str, sizes: Mapping[str, int], others: int, size_of_others: int
) -> dict[str, UUID]:
    """Users with so many transactions each, among others; answers their ids by name."""
    users = {name: uuid4() for name in sizes}
    wanted = [(users[name], size) for name, size in sizes.items()]
    wanted += [(uuid4(), size_of_others) for _ in range(others)]
    with psycopg.connect(admin_url, autocommit=True) as database:
        for setting in ("max_wal_size = '16GB'", "checkpoint_timeout = '30min'", "autovacuum = off"):
            database.execute(f"alter system set {setting}")
        database.execute("select pg_reload_conf()")
        for setting in ("work_mem = '512MB'", "maintenance_work_mem = '1GB'", "timezone = 'Asia/Kolkata'"):
            database.execute(f"set {setting}")
        database.execute("create temporary table wanted (id uuid, size integer)")
        with database.cursor() as cursor:
            cursor.executemany("insert into wanted values (%s, %s)", wanted)
        database.execute(_USERS)
        # Registered: their filings count documents by the day of issue.
        database.execute("update public.profiles set gstin = '29AAACZ0001A1Z4'")
        database.execute("set session_replication_role = replica")
        with _without_indexes(database):
            for step in (_ACCOUNTS, _TRANSACTIONS):
                database.execute(step)
            database.execute(_INVOICES, {"searched": SEARCHED_CUSTOMER})
            for step in (_ITEMS, _SETTLEMENTS, _COUNTERS, _LEDGER, _BALANCES, _TOTALS, _INVOICE_TOTALS):
                database.execute(step)
        database.execute("set session_replication_role = origin")
        # As autovacuum would within the hour: statistics, and pages known to be visible to all.
        database.execute("vacuum analyze")
    return users


@contextmanager
def _without_indexes(database: psycopg.Connection) -> Iterator[None]:
    """Sorting an index at the end takes a fraction of filling it row by row."""
    indexes = database.execute(
        """
        select index.indexrelid::regclass::text, pg_get_indexdef(index.indexrelid)
        from pg_index as index
        where
            index.indrelid = any(%s::text[]::regclass[])
            and not exists (select from pg_constraint where conindid = index.indexrelid)
        """,
        (_TABLES,),
    ).fetchall()
    for name, _ in indexes:
        database.execute(f"drop index {name}")
    yield
    for _, definition in indexes:
        database.execute(definition)
