"""The rows that a sale, an invoice and a payment leave behind, written bare: no rule, no trigger, no foreign key.

The tables have the columns, checks and indexes of ours. Whoever writes knows every value already, as no program could:
this is the least that the rows themselves cost, and more than any accounting could reach.
"""

TABLES = """
    drop schema if exists bare cascade;
    create schema bare;
    create table bare.accounts (like public.accounts including all);
    create table bare.transactions (like public.transactions including all);
    create table bare.ledger_entries (like public.ledger_entries including all);
    create table bare.invoices (like public.invoices including all);
    create table bare.invoice_items (like public.invoice_items including all);
    create table bare.settlements (like public.settlements including all);
    create table bare.audit_entries (like public.audit_entries including all);
    create table bare.audit_heads (like private.audit_heads including all);
    create table bare.counters (like private.counters including all);
    create table bare.transaction_totals (like private.transaction_totals including all);
    create table bare.invoice_totals (like private.invoice_totals including all);
    insert into bare.accounts select * from public.accounts;
    insert into bare.audit_heads (user_id) select id from public.profiles;
    insert into bare.counters (user_id, series, last_value)
    select id, series, 0 from public.profiles, (values ('serial'), ('month')) as kept (series);
    insert into bare.transaction_totals
    select user_id, span, current_date, id, 'sale', null, false, 0, 0, 0
    from bare.accounts, (values ('day'), ('month')) as spans (span);
    insert into bare.invoice_totals
    select id, span, current_date, 'invoice', status, 0, 0, 0, 0, 0, 0
    from public.profiles, (values ('day'), ('month')) as spans (span), (values ('sent'), ('paid')) as kept (status);
"""

_MONEY = """
    insert into bare.transactions (id, user_id, account_id, transaction_type, amount, tax_rate, day)
    values (gen_random_uuid(), '{user}', '{account}', 'sale', 118, 18, current_date);
    update bare.accounts set balance = balance + 118, entry_count = entry_count + 1 where id = '{account}';
    insert into bare.ledger_entries (user_id, account_id, entry_number, kind, transaction_id, amount, balance_after)
    select user_id, id, entry_count, 'transaction', gen_random_uuid(), 118, balance
    from bare.accounts where id = '{account}';
    update bare.transaction_totals set counted = counted + 1, amount = amount + 118
    where user_id = '{user}' and account_id = '{account}';
"""
_SETTLEMENT = """
    insert into bare.settlements (user_id, invoice_id, transaction_id, amount)
    values ('{user}', gen_random_uuid(), gen_random_uuid(), 118);
"""
_INVOICE = """
    update bare.counters set last_value = last_value + 1 where user_id = '{user}';
    insert into bare.invoices (
        id, user_id, serial, financial_year, invoice_number, customer_name, issue_date, issue_day, due_date, due_day,
        created_day, tax_rate, subtotal, cgst, sgst, tax_amount, total_amount, status, issued_at, issued_on, seller,
        amount_settled, paid_at
    )
    select
        gen_random_uuid(), user_id, last_value, 2026, 'INV-' || last_value, 'John Doe', now(), current_date, now(),
        current_date, current_date, 18, 100, 9, 9, 18, 118, '{status}', now(), current_date, '{{"state_code": "29"}}',
        {settled}, {paid_at}
    from bare.counters where user_id = '{user}' and series = 'serial';
    update bare.invoice_totals set
        counted = counted + 1, subtotal = subtotal + 100, tax_amount = tax_amount + 18, total_amount = total_amount + 118
    where user_id = '{user}' and status = '{status}';
"""
_LINE = """
    insert into bare.invoice_items (
        invoice_id, user_id, position, description, quantity, unit_price, amount, tax_included, taxable_value, cgst, sgst,
        igst, tax_amount
    )
    values (gen_random_uuid(), '{user}', {position}, 'Goods', 1, 118, 118, true, 100, 9, 9, 0, 18);
"""
_PAID = """
    update bare.invoices set status = 'paid', amount_settled = total_amount, paid_at = now(), updated_at = now()
    where user_id = '{user}' and id = (select id from bare.invoices where user_id = '{user}' limit 1);
    update bare.invoice_totals set counted = counted - 1, total_amount = total_amount - 118
    where user_id = '{user}' and status = 'sent';
    update bare.invoice_totals set counted = counted + 1, total_amount = total_amount + 118
    where user_id = '{user}' and status = 'paid';
"""
_AUDIT = """
    update bare.audit_heads set last_number = last_number + 1, last_hash = sha256('a') where user_id = '{user}';
    insert into bare.audit_entries (user_id, number, channel, actor_role, operation, record_type, record_id, after, hash)
    select user_id, last_number, 'api', 'authenticated', 'insert', 'transactions', gen_random_uuid(), '{told}', last_hash
    from bare.audit_heads where user_id = '{user}';
"""


def bare_rows(write: str, user: str, account: str, told: str) -> str:
    """The statements of a sale, an invoice or a payment of that user; `told` is the JSON that its audit entry holds."""
    lines = [_LINE.replace("{position}", str(position)) for position in (1, 2)]
    paid = _INVOICE.replace("{status}", "paid").replace("{settled}", "118").replace("{paid_at}", "now()")
    sent = _INVOICE.replace("{status}", "sent").replace("{settled}", "0").replace("{paid_at}", "null")
    statements = {
        "sale": [_MONEY, paid, lines[0], _SETTLEMENT, _AUDIT],
        "invoice": [sent, *lines, _AUDIT],
        "payment": [_MONEY, _SETTLEMENT, _PAID, _AUDIT],
    }[write]
    return "".join(statements).format(user=user, account=account, told=told.replace("'", "''"))
