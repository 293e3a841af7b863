-- Verification: what must always hold, and what does not. Nothing here is ever corrected by itself.
--
-- A rule is a function, numbered and named; its comment says what the rule means and, in the second line, what to do.
-- What a constraint can hold stands at its table: only what several rows must be together is a rule here.


-- What a rule finds --------------------------------------------------------------------------------

create type private.fault as (
    user_id uuid,
    record_id uuid,
    details text
);
comment on type private.fault is 'Something that does not add up: whose, in which record, and what.';


-- Rules --------------------------------------------------------------------------------------------

create function private.rule_01_balance_is_sum_of_entries()
returns setof private.fault
language sql
stable
set search_path = ''
as $$
    select account.user_id, account.id,
        format('balance %s, entries %s (%s of %s)', account.balance, coalesce(entries.total, 0), coalesce(entries.counted, 0), account.entry_count)
    from public.accounts as account
    left join (
        select entry.user_id, entry.account_id, sum(entry.amount) as total, count(*) as counted, max(entry.entry_number) as last
        from public.ledger_entries as entry
        group by entry.user_id, entry.account_id
    ) as entries on entries.account_id = account.id and entries.user_id = account.user_id
    where (account.balance, account.entry_count, account.entry_count)
        <> (coalesce(entries.total, 0), coalesce(entries.counted, 0), coalesce(entries.last, 0))
$$;
grant execute on function private.rule_01_balance_is_sum_of_entries to authenticated, service_role;
comment on function private.rule_01_balance_is_sum_of_entries is
'The balance of an account is the sum of its ledger entries, which are numbered 1, 2, 3 ... without a gap.
Somebody wrote a balance or an entry past the triggers. With the triggers off, set balance and entry_count to those of the last entry, once the entries are right.';

create function private.rule_02_balance_after_carries_on()
returns setof private.fault
language sql
stable
set search_path = ''
as $$
    select entry.user_id, entry.account_id, format('entry %s', entry.entry_number)
    from (
        select
            ledger.*,
            coalesce(lag(ledger.balance_after) over (partition by ledger.user_id, ledger.account_id order by ledger.entry_number), 0) as before
        from public.ledger_entries as ledger
    ) as entry
    where entry.balance_after <> entry.before + entry.amount
$$;
grant execute on function private.rule_02_balance_after_carries_on to authenticated, service_role;
comment on function private.rule_02_balance_after_carries_on is
'Each ledger entry carries the balance on from the entry before it.
An entry was changed, removed or put in between. Restore the entries of the account from a backup.';

create function private.rule_03_entries_match_transaction()
returns setof private.fault
language sql
stable
set search_path = ''
as $$
    select moved.user_id, moved.transaction_id, format('account %s: off by %s', moved.account_id, sum(moved.amount))
    from (
        select entry.user_id, entry.account_id, entry.transaction_id, entry.amount
        from public.ledger_entries as entry
        where entry.transaction_id is not null
        union all
        select movement.user_id, movement.account_id, movement.transaction_id, - movement.amount
        from public.transactions as written, private.movements_of(written, 1) as movement
    ) as moved
    group by moved.user_id, moved.account_id, moved.transaction_id
    having sum(moved.amount) <> 0
$$;
grant execute on function private.rule_03_entries_match_transaction to authenticated, service_role;
comment on function private.rule_03_entries_match_transaction is
'The ledger entries of a transaction add up to what it moves on each account; those of a deleted one to nothing.
A transaction was written past the triggers. With the triggers off, make it what the audit tells.';

create function private.rule_04_closed_account_is_empty()
returns setof private.fault
language sql
stable
set search_path = ''
as $$
    select entry.user_id, entry.account_id, format('%s left', sum(entry.amount))
    from public.ledger_entries as entry
    where not exists (select from public.accounts as account where (account.id, account.user_id) = (entry.account_id, entry.user_id))
    group by entry.user_id, entry.account_id
    having sum(entry.amount) <> 0
$$;
grant execute on function private.rule_04_closed_account_is_empty to authenticated, service_role;
comment on function private.rule_04_closed_account_is_empty is
'The ledger of a deleted account ends at zero.
An account was deleted past the triggers. Restore it, and let another account take its balance.';

create function private.rule_05_settled_is_sum_of_settlements()
returns setof private.fault
language sql
stable
set search_path = ''
as $$
    -- Added up without a join: with statistics from before the books grew, a join here would take minutes.
    select document.user_id, document.id,
        format(
            '%s, total %s, settled %s, settlements %s',
            max(document.status), sum(document.total_amount), sum(document.amount_settled), sum(document.settlements)
        )
    from (
        select invoice.user_id, invoice.id, invoice.status, invoice.total_amount, invoice.amount_settled, 0 as settlements
        from public.invoices as invoice
        union all
        select settlement.user_id, settlement.invoice_id, null, 0, 0, settlement.amount
        from public.settlements as settlement
        union all
        select note.user_id, note.credit_note_id, null, 0, 0, note.amount
        from public.settlements as note
        where note.credit_note_id is not null
    ) as document
    group by document.user_id, document.id
    having
        sum(document.amount_settled) <> sum(document.settlements)
        or (max(document.status) = 'paid')
        <> (sum(document.settlements) = sum(document.total_amount) and sum(document.total_amount) > 0)
        or (sum(document.settlements) > 0 and max(document.status) not in ('sent', 'paid'))
$$;
grant execute on function private.rule_05_settled_is_sum_of_settlements to authenticated, service_role;
comment on function private.rule_05_settled_is_sum_of_settlements is
'What is settled of a document is the sum of its settlements. It is paid when that is its total, and only an issued document is settled.
select private.repair_totals(...) computes it again.';

create function private.rule_06_payments_are_allocated()
returns setof private.fault
language sql
stable
set search_path = ''
as $$
    select payment.user_id, payment.id, format('%s of %s', sum(payment.allocated), sum(payment.amount))
    from (
        select written.user_id, written.id, written.transaction_type, written.amount, 0 as allocated, 0 as settlements
        from public.transactions as written
        union all
        select settlement.user_id, settlement.transaction_id, null, 0, settlement.amount, 1
        from public.settlements as settlement
        where settlement.kind = 'payment'
    ) as payment
    group by payment.user_id, payment.id
    having
        sum(payment.allocated) > sum(payment.amount)
        or (max(payment.transaction_type) = 'sale' and sum(payment.settlements) = 0)
$$;
grant execute on function private.rule_06_payments_are_allocated to authenticated, service_role;
comment on function private.rule_06_payments_are_allocated is
'A sale settles a document, and no transaction settles more than it moved.
A settlement was written or removed past the triggers. Delete what is too much, or restore what the audit tells.';

create function private.rule_07_totals_are_sums_of_lines()
returns setof private.fault
language sql
stable
set search_path = ''
as $$
    select invoice.user_id, invoice.id, format('total %s, lines %s', invoice.total_amount, sum(item.taxable_value + item.tax_amount))
    from public.invoices as invoice
    left join public.invoice_items as item on item.invoice_id = invoice.id
    group by invoice.id
    having (invoice.subtotal, invoice.cgst, invoice.sgst, invoice.igst) <> (
        coalesce(sum(item.taxable_value), 0), coalesce(sum(item.cgst), 0), coalesce(sum(item.sgst), 0),
        coalesce(sum(item.igst), 0)
    )
$$;
grant execute on function private.rule_07_totals_are_sums_of_lines to authenticated, service_role;
comment on function private.rule_07_totals_are_sums_of_lines is
'The totals of a document are the sums of its lines.
select private.repair_totals(...) computes them again.';

create function private.rule_08_line_is_computed()
returns setof private.fault
language sql
stable
set search_path = ''
as $$
    select item.user_id, item.id, format('taxable %s + tax %s', item.taxable_value, item.tax_amount)
    from public.invoice_items as item
    inner join public.invoices as invoice on invoice.id = item.invoice_id
    cross join lateral private.line_amounts(item, invoice) as computed
    where (item.taxable_value, item.cgst, item.sgst, item.igst) <> (computed.taxable_value, computed.cgst, computed.sgst, computed.igst)
$$;
grant execute on function private.rule_08_line_is_computed to authenticated, service_role;
comment on function private.rule_08_line_is_computed is
'The taxable value and the tax of a line are what rate, discount, price basis and place of supply make of it.
select private.repair_totals(...) computes them again.';

create function private.rule_09_submission_is_paid()
returns setof private.fault
language sql
stable
set search_path = ''
as $$
    select filing.user_id, filing.id, format('liability %s, paid %s', filing.net_tax_liability, paid.amount)
    from public.tax_filings as filing
    cross join lateral private.tax_paid(filing) as paid (amount)
    where filing.status <> 'draft' and filing.net_tax_liability > paid.amount
$$;
grant execute on function private.rule_09_submission_is_paid to authenticated, service_role;
comment on function private.rule_09_submission_is_paid is
'A submitted filing that owed tax is paid.
A payment of tax was removed past the triggers. Restore what the audit tells.';

create function private.rule_10_totals_are_sums()
returns setof private.fault
language sql
stable
set search_path = ''
as $$
    select total.user_id, total.account_id, format('%s of %s, %s: off by %s (%s)', total.span, total.first_day, total.transaction_type, sum(total.amount), sum(total.counted))
    from (
        select * from private.transaction_totals
        union all
        select counted.user_id, spans.span, private.first_day_of(spans.span, counted.first_day), counted.account_id, counted.transaction_type, counted.category,
            counted.is_taxed, counted.counted, counted.amount, counted.tax_amount
        from public.transactions as written, private.total_of(written, -1) as counted, (values ('day'), ('month')) as spans (span)
    ) as total
    group by total.user_id, total.span, total.first_day, total.account_id, total.transaction_type, total.category, total.is_taxed
    having (sum(total.counted), sum(total.amount), sum(total.tax_amount)) <> (0, 0, 0)
$$;
grant execute on function private.rule_10_totals_are_sums to authenticated, service_role;
comment on function private.rule_10_totals_are_sums is
'The totals of transactions by day and by month are the sums of the transactions.
select private.repair_totals(...) adds them up again.';

create function private.rule_11_invoice_totals_are_sums()
returns setof private.fault
language sql
stable
set search_path = ''
as $$
    select total.user_id, null::uuid, format('%s of %s, %s: off by %s (%s)', total.span, total.first_day, total.status, sum(total.subtotal), sum(total.counted))
    from (
        select * from private.invoice_totals
        union all
        select counted.user_id, spans.span, private.first_day_of(spans.span, counted.first_day), counted.document_type, counted.status,
            counted.counted, counted.subtotal, counted.tax_amount, counted.igst, counted.total_amount, counted.amount_due
        from public.invoices as written, private.total_of_invoice(written, -1) as counted, (values ('day'), ('month')) as spans (span)
    ) as total
    group by total.user_id, total.span, total.first_day, total.document_type, total.status
    having
        (sum(total.counted), sum(total.subtotal), sum(total.tax_amount), sum(total.igst), sum(total.total_amount), sum(total.amount_due))
        <> (0, 0, 0, 0, 0, 0)
$$;
grant execute on function private.rule_11_invoice_totals_are_sums to authenticated, service_role;
comment on function private.rule_11_invoice_totals_are_sums is
'The totals of documents by day and by month are the sums of the documents.
select private.repair_totals(...) adds them up again.';

create function private.rule_12_credited_is_sum_of_notes()
returns setof private.fault
language sql
stable
set search_path = ''
as $$
    select invoice.user_id, invoice.id, format('credited %s, notes %s', invoice.amount_credited, coalesce(sum(note.total_amount), 0))
    from public.invoices as invoice
    left join public.invoices as note
        on note.against_id = invoice.id and note.user_id = invoice.user_id
        and note.document_type = 'credit_note' and note.status in ('sent', 'paid')
    group by invoice.id
    having invoice.amount_credited <> coalesce(sum(note.total_amount), 0)
$$;
grant execute on function private.rule_12_credited_is_sum_of_notes to authenticated, service_role;
comment on function private.rule_12_credited_is_sum_of_notes is
'What is credited of an invoice is the sum of its issued credit notes.
select private.repair_totals(...) computes it again.';

create function private.rule_13_bill_is_sum_of_lines()
returns setof private.fault
language sql
stable
set search_path = ''
as $$
    select bill.user_id, bill.id, format('total %s, lines %s', bill.total_amount, sum(line.taxable_value + line.cgst + line.sgst + line.igst))
    from public.bills as bill
    left join public.bill_items as line on line.bill_id = bill.id
    group by bill.id
    having (bill.taxable_value, bill.cgst, bill.sgst, bill.igst) <> (
        coalesce(sum(line.taxable_value), 0), coalesce(sum(line.cgst), 0), coalesce(sum(line.sgst), 0),
        coalesce(sum(line.igst), 0)
    )
$$;
grant execute on function private.rule_13_bill_is_sum_of_lines to authenticated, service_role;
comment on function private.rule_13_bill_is_sum_of_lines is
'The totals of a bill are the sums of its lines.
Somebody wrote a line past the triggers. Write the line once more: update public.bill_items set position = position where id = ...';


-- All of them --------------------------------------------------------------------------------------

create view private.verification_rules as
select
    substr(rule.proname, 6, 2)::integer as number,
    substr(rule.proname, 9) as name,
    split_part(obj_description(rule.oid, 'pg_proc'), E'\n', 1) as meaning,
    split_part(obj_description(rule.oid, 'pg_proc'), E'\n', 2) as remedy
from pg_catalog.pg_proc as rule
where rule.pronamespace = 'private'::regnamespace and rule.proname like 'rule\_%'
order by rule.proname;
comment on view private.verification_rules is 'The rules that api.verify_ledger checks: what each means, and what to do when it is broken.';

create function api.verify_ledger()
returns table (rule text, user_id uuid, record_id uuid, details text)
language sql
stable
set search_path = ''
as $$
    select 'balance_is_sum_of_entries', * from private.rule_01_balance_is_sum_of_entries()
    union all
    select 'balance_after_carries_on', * from private.rule_02_balance_after_carries_on()
    union all
    select 'entries_match_transaction', * from private.rule_03_entries_match_transaction()
    union all
    select 'closed_account_is_empty', * from private.rule_04_closed_account_is_empty()
    union all
    select 'settled_is_sum_of_settlements', * from private.rule_05_settled_is_sum_of_settlements()
    union all
    select 'payments_are_allocated', * from private.rule_06_payments_are_allocated()
    union all
    select 'totals_are_sums_of_lines', * from private.rule_07_totals_are_sums_of_lines()
    union all
    select 'line_is_computed', * from private.rule_08_line_is_computed()
    union all
    select 'submission_is_paid', * from private.rule_09_submission_is_paid()
    union all
    select 'totals_are_sums', * from private.rule_10_totals_are_sums()
    union all
    select 'invoice_totals_are_sums', * from private.rule_11_invoice_totals_are_sums()
    union all
    select 'credited_is_sum_of_notes', * from private.rule_12_credited_is_sum_of_notes()
    union all
    select 'bill_is_sum_of_lines', * from private.rule_13_bill_is_sum_of_lines()
$$;
grant execute on function api.verify_ledger to authenticated, service_role;
comment on function api.verify_ledger is
'Everything that does not add up, of the caller''s books or, for the service role, of all: always nothing.';
