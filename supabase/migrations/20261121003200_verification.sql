-- Verification: what must always hold, and what does not. Nothing here is ever corrected by itself.

create function api.verify_ledger()
returns table (rule text, user_id uuid, record_id uuid, details text)
language sql
stable
set search_path = ''
as $$
    -- 1. A balance is the sum of its entries, and the entries are numbered without a gap.
    select 'balance_is_sum_of_entries', account.user_id, account.id,
        format('balance %s, entries %s (%s of %s)', account.balance, coalesce(entries.total, 0), coalesce(entries.counted, 0), account.entry_count)
    from public.accounts as account
    left join (
        select entry.user_id, entry.account_id, sum(entry.amount) as total, count(*) as counted, max(entry.entry_number) as last
        from public.ledger_entries as entry
        group by entry.user_id, entry.account_id
    ) as entries on entries.account_id = account.id and entries.user_id = account.user_id
    where (account.balance, account.entry_count, account.entry_count)
        <> (coalesce(entries.total, 0), coalesce(entries.counted, 0), coalesce(entries.last, 0))

    union all
    -- 2. Each entry carries the balance on from the one before it.
    select 'balance_after_carries_on', entry.user_id, entry.account_id, format('entry %s', entry.entry_number)
    from (
        select
            ledger.*,
            coalesce(lag(ledger.balance_after) over (partition by ledger.user_id, ledger.account_id order by ledger.entry_number), 0) as before
        from public.ledger_entries as ledger
    ) as entry
    where entry.balance_after <> entry.before + entry.amount

    union all
    -- 3. A transaction's entries on an account add up to what it moves there; a deleted one's to nothing.
    select 'entries_match_transaction', moved.user_id, moved.transaction_id, format('account %s: off by %s', moved.account_id, sum(moved.amount))
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

    union all
    -- 4. The ledger of a deleted account ends at zero.
    select 'closed_account_is_empty', entry.user_id, entry.account_id, format('%s left', sum(entry.amount))
    from public.ledger_entries as entry
    where not exists (select from public.accounts as account where (account.id, account.user_id) = (entry.account_id, entry.user_id))
    group by entry.user_id, entry.account_id
    having sum(entry.amount) <> 0

    union all
    -- 5. What is settled of a document is the sum of its settlements; it is paid when that is its total.
    select 'settled_is_sum_of_settlements', invoice.user_id, invoice.id,
        format('%s, total %s, settled %s, settlements %s', invoice.status, invoice.total_amount, invoice.amount_settled, settled.amount)
    from public.invoices as invoice
    cross join lateral (
        select coalesce(sum(settlement.amount), 0) as amount
        from public.settlements as settlement
        where settlement.user_id = invoice.user_id and invoice.id in (settlement.invoice_id, settlement.credit_note_id)
    ) as settled
    where
        invoice.amount_settled <> settled.amount
        or (invoice.status = 'paid') <> (settled.amount = invoice.total_amount and invoice.total_amount > 0)
        or (settled.amount > 0 and invoice.status not in ('sent', 'paid'))

    union all
    -- 6. A sale settles documents, and no transaction settles more than it moved.
    select 'payments_are_allocated', payment.user_id, payment.id, format('%s of %s', coalesce(sum(settlement.amount), 0), payment.amount)
    from public.transactions as payment
    left join public.settlements as settlement on settlement.transaction_id = payment.id and settlement.kind = 'payment'
    group by payment.id
    having
        coalesce(sum(settlement.amount), 0) > payment.amount
        or (payment.transaction_type = 'sale' and count(settlement.id) = 0)

    union all
    -- 7. Totals are the sums of the lines, and the lines are what the rate makes them.
    select 'totals_are_sums_of_lines', invoice.user_id, invoice.id, format('total %s, lines %s', invoice.total_amount, sum(item.taxable_value + item.tax_amount))
    from public.invoices as invoice
    left join public.invoice_items as item on item.invoice_id = invoice.id
    group by invoice.id
    having (invoice.subtotal, invoice.cgst, invoice.sgst, invoice.igst) <> (
        coalesce(sum(item.taxable_value), 0), coalesce(sum(item.cgst), 0), coalesce(sum(item.sgst), 0),
        coalesce(sum(item.igst), 0)
    )

    union all
    select 'line_is_computed', item.user_id, item.id, format('taxable %s + tax %s', item.taxable_value, item.tax_amount)
    from public.invoice_items as item
    inner join public.invoices as invoice on invoice.id = item.invoice_id
    cross join lateral private.line_amounts(item, invoice) as computed
    where
        (item.taxable_value, item.cgst, item.sgst, item.igst) <> (computed.taxable_value, computed.cgst, computed.sgst, computed.igst)
        or item.amount <> round(item.quantity * item.unit_price, 2)

    union all
    -- 8. A submitted filing that owed something is paid. More than that was paid only if it came to less once it was
    -- reopened, and then by an earlier submission.
    select 'submission_is_paid', filing.user_id, filing.id, format('liability %s, paid %s', filing.net_tax_liability, paid.amount)
    from public.tax_filings as filing
    cross join lateral private.tax_paid(filing) as paid (amount)
    where filing.status <> 'draft' and filing.net_tax_liability > paid.amount

    union all
    -- 9. Totals by day and by month are the sums of what they count.
    select 'totals_are_sums', total.user_id, total.account_id, format('%s of %s, %s: off by %s (%s)', total.span, total.first_day, total.transaction_type, sum(total.amount), sum(total.counted))
    from (
        select * from private.transaction_totals
        union all
        select counted.user_id, spans.span, private.first_day_of(spans.span, counted.first_day), counted.account_id, counted.transaction_type, counted.category,
            counted.is_taxed, counted.counted, counted.amount, counted.tax_amount
        from public.transactions as written, private.total_of(written, -1) as counted, (values ('day'), ('month')) as spans (span)
    ) as total
    group by total.user_id, total.span, total.first_day, total.account_id, total.transaction_type, total.category, total.is_taxed
    having (sum(total.counted), sum(total.amount), sum(total.tax_amount)) <> (0, 0, 0)

    union all
    select 'invoice_totals_are_sums', total.user_id, null, format('%s of %s, %s: off by %s (%s)', total.span, total.first_day, total.status, sum(total.subtotal), sum(total.counted))
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
grant execute on function api.verify_ledger to authenticated, service_role;
comment on function api.verify_ledger is
'Everything that does not add up, of the caller''s books or, for the service role, of all: always nothing.';
