-- Filing figures: what a period comes to, by the documents issued or by the money received, and the drafts that follow.
--
-- By invoice, a document counts in the period of its day of issue, paid or not (CGST Act s.12, 13 and 39), and a credit
-- note is taken off in the period of its own. By cash, what was received counts in the period of the payment, with the
-- share of the tax that is in it, and a refund is taken off. Either way expenses count with the input tax that was
-- recorded on them. A row's amount is its taxable value, so that the summary is the sum of its rows to the paisa.


-- Figures ------------------------------------------------------------------------------------------

create function private.filing_basis(owner uuid, tax_type text, asked text default null)
returns text
language plpgsql
stable
security definer -- reads the profile whoever asks
set search_path = ''
as $$
begin
    if asked not in ('invoice', 'cash') then
        perform private.raise_problem(422, 'invalid_value', 'basis is invoice or cash.', 'basis');
    end if;
    -- Tax falls due by the day of the document, paid or not (CGST Act s.12, 13); who is not registered counts money.
    return case
        when tax_type <> 'gst' then 'cash'
        else coalesce(asked, (select case when gstin is null and gst_scheme is null then 'cash' else 'invoice' end from public.profiles where id = owner))
    end;
end;
$$;
grant execute on function private.filing_basis to authenticated, service_role;
comment on function private.filing_basis is
'By what a filing counts sales: invoice, by the day of issue, or cash, by the day of payment; invoice for who has a GSTIN or has declared a scheme.';

create function private.basis_of_period(owner uuid, tax_type text, period_start date, period_end date, asked text)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
    -- Whoever gets a GSTIN later still reads what was submitted by the basis it was submitted with.
    return coalesce(
        case when asked is null then (
            select filing.basis from public.tax_filings as filing
            where
                filing.user_id = owner and filing.tax_type = basis_of_period.tax_type and filing.status <> 'draft'
                and filing.period_start = basis_of_period.period_start and filing.period_end = basis_of_period.period_end
        ) end,
        private.filing_basis(owner, tax_type, asked)
    );
end;
$$;
grant execute on function private.basis_of_period to authenticated;
comment on function private.basis_of_period is 'The basis that is asked for, else the one a period was submitted with, else the user''s.';

create function private.receipts_between(owner uuid, first date, last date)
returns table (transaction_id uuid, settlement_id uuid, amount numeric, tax_amount numeric, igst numeric)
language plpgsql -- not sql, which is planned anew at each call unless it is inlined
stable
set search_path = ''
as $$
begin
    return query
    select receipt.transaction_id, receipt.id, receipt.amount, receipt.tax_amount, receipt.igst
    from public.transactions as payment
    -- `offset 0`: each payment looks its settlements up, however many others there are.
    cross join lateral (
        select * from private.receipts as known where known.transaction_id = payment.id offset 0
    ) as receipt
    where
        payment.user_id = owner
        -- An expense refunds a credit note.
        and payment.transaction_type in ('sale', 'expense')
        and payment.day between first and last
        -- What the days say about the instants in every time zone: there the index begins.
        and payment.date >= first::timestamp at time zone 'UTC' - interval '14 hours'
        and payment.date < last::timestamp at time zone 'UTC' + interval '36 hours'
    union all
    -- Tax that was kept back without a payment.
    select null::uuid, receipt.id, receipt.amount, receipt.tax_amount, receipt.igst
    from public.settlements as deducted
    cross join lateral (
        select * from private.receipts as known
        where known.user_id = owner and known.invoice_id = deducted.invoice_id and known.id = deducted.id
        offset 0
    ) as receipt
    where
        deducted.user_id = owner
        and deducted.kind = 'tax_deducted'
        and deducted.transaction_id is null
        and deducted.settled_on between first and last;
end;
$$;
grant execute on function private.receipts_between to authenticated, service_role;
comment on function private.receipts_between is
'What a user received from the first to the last day for invoices, less refunds, with the tax in it, in rupees.';

create function private.filing_rows(owner uuid, tax_type text, basis text, period_start date, period_end date)
returns table (
    transaction_id uuid, date timestamptz, description text, amount numeric, tax_amount numeric, transaction_type text,
    category text, invoice_id uuid
)
language sql
stable
set search_path = ''
as $$
    -- By the day of issue: documents, a credit note with its sign.
    select
        (
            select case count(*) when 1 then (array_agg(settlement.transaction_id))[1] end
            from public.settlements as settlement
            where settlement.user_id = owner and settlement.invoice_id = document.id and settlement.kind = 'payment'
        ),
        document.issue_date,
        case document.document_type when 'credit_note' then 'Credit note ' when 'debit_note' then 'Debit note ' else 'Invoice ' end
        || document.invoice_number || ', ' || document.customer_name,
        document.subtotal * signs.sign,
        -- Under reverse charge the recipient pays the tax.
        case when document.reverse_charge then 0.00 else document.tax_amount * signs.sign end,
        'sale',
        'Sales',
        document.id
    from public.invoices as document
    cross join lateral (select case document.document_type when 'credit_note' then -1 else 1 end as sign) as signs
    where
        filing_rows.basis = 'invoice'
        and document.user_id = owner
        and document.status in ('sent', 'paid')
        and document.issue_day between filing_rows.period_start and filing_rows.period_end
        and document.issue_date >= period_start::timestamp at time zone 'UTC' - interval '14 hours'
        and document.issue_date < period_end::timestamp at time zone 'UTC' + interval '36 hours'
    union all
    -- By the day of payment: the money that came in, with its share of the tax, and refunds, below zero.
    select
        written.id,
        written.date,
        written.description,
        received.amount - received.tax_amount,
        case filing_rows.tax_type when 'gst' then received.tax_amount else 0.00 end,
        'sale',
        written.category,
        received.invoice_id
    from public.transactions as written
    cross join lateral (
        select
            sum(receipt.amount) as amount,
            sum(receipt.tax_amount) as tax_amount,
            case count(distinct receipt.invoice_id) when 1 then (array_agg(receipt.invoice_id))[1] end as invoice_id
        from private.receipts as receipt
        where receipt.transaction_id = written.id
    ) as received
    where
        filing_rows.basis = 'cash'
        and written.user_id = owner
        -- What is no GST counts a refund as an expense.
        and (written.transaction_type = 'sale' or written.transaction_type = 'expense' and filing_rows.tax_type = 'gst')
        and received.amount is not null
        and written.day between filing_rows.period_start and filing_rows.period_end
        -- What the days say about the instants in every time zone: there the index begins.
        and written.date >= period_start::timestamp at time zone 'UTC' - interval '14 hours'
        and written.date < period_end::timestamp at time zone 'UTC' + interval '36 hours'
    union all
    -- Tax that was kept back without a payment was received by it.
    select
        null,
        deducted.settled_on::timestamp at time zone private.time_zone(owner),
        'Tax deducted from invoice ' || invoice.invoice_number || ', ' || invoice.customer_name,
        receipt.amount - receipt.tax_amount,
        case filing_rows.tax_type when 'gst' then receipt.tax_amount else 0.00 end,
        'sale',
        'Sales',
        deducted.invoice_id
    from public.settlements as deducted
    cross join lateral (
        select * from private.receipts as known
        where known.user_id = owner and known.invoice_id = deducted.invoice_id and known.id = deducted.id
        offset 0
    ) as receipt
    inner join public.invoices as invoice on invoice.id = deducted.invoice_id
    where
        filing_rows.basis = 'cash'
        and deducted.user_id = owner
        and deducted.kind = 'tax_deducted'
        and deducted.transaction_id is null
        and deducted.settled_on between filing_rows.period_start and filing_rows.period_end
    union all
    -- What was spent, with the input tax that was recorded.
    select
        written.id,
        written.date,
        written.description,
        written.amount - coalesce(written.tax_amount, 0),
        case filing_rows.tax_type when 'gst' then coalesce(written.tax_amount, 0) else 0.00 end,
        written.transaction_type,
        written.category,
        null
    from public.transactions as written
    where
        written.user_id = owner
        and written.transaction_type = 'expense'
        and written.day between filing_rows.period_start and filing_rows.period_end
        and written.date >= period_start::timestamp at time zone 'UTC' - interval '14 hours'
        and written.date < period_end::timestamp at time zone 'UTC' + interval '36 hours'
        -- Paying tax is neither an input nor a cost; input tax counts only where it was recorded.
        and written.category is distinct from 'Tax Payment'
        and (filing_rows.tax_type <> 'gst' or written.tax_amount is not null)
$$;
grant execute on function private.filing_rows to authenticated, service_role;
comment on function private.filing_rows is
'What a filing counts, each with its taxable value and tax in rupees; a document that no single payment settles has no transaction_id.';

create type private.filing_figures as (
    total_sales numeric,
    total_expenses numeric,
    total_tax_collected numeric,
    total_tax_paid numeric,
    net_tax_liability numeric,
    cgst numeric,
    sgst numeric,
    igst numeric,
    transaction_count bigint
);
comment on type private.filing_figures is 'The figures of a filing, in rupees.';

create function private.sales_figures(owner uuid, tax_type text, basis text, first date, last date)
returns private.filing_figures
language plpgsql
stable
set search_path = ''
as $$
declare
    figures private.filing_figures;
begin
    if basis = 'invoice' then
        select
            coalesce(sum(total.subtotal * signs.sign), 0.00), coalesce(sum(total.tax_amount * signs.sign), 0.00),
            coalesce(sum(total.igst * signs.sign), 0.00), coalesce(sum(total.counted), 0)
        into figures.total_sales, figures.total_tax_collected, figures.igst, figures.transaction_count
        from private.invoice_totals_between(owner, first, last) as total
        cross join lateral (select case total.document_type when 'credit_note' then -1 else 1 end as sign) as signs
        where total.status in ('sent', 'paid');
        return figures;
    end if;
    select
        coalesce(sum(receipt.amount - receipt.tax_amount), 0.00), coalesce(sum(receipt.tax_amount), 0.00),
        coalesce(sum(receipt.igst), 0.00), count(distinct coalesce(receipt.transaction_id, receipt.settlement_id))
    into figures.total_sales, figures.total_tax_collected, figures.igst, figures.transaction_count
    from private.receipts_between(owner, first, last) as receipt
    -- As in private.filing_rows.
    where receipt.amount > 0 or sales_figures.tax_type = 'gst';
    return figures;
end;
$$;
grant execute on function private.sales_figures to authenticated, service_role;
comment on function private.sales_figures is 'Taxable value, tax and number of the sales of a period, by the day of issue or of payment.';

create function private.filing_figures(owner uuid, tax_type text, basis text, period_start date, period_end date)
returns private.filing_figures
language plpgsql
stable
set search_path = ''
as $$
declare
    is_gst constant boolean := tax_type = 'gst';
    figures private.filing_figures := private.sales_figures(owner, tax_type, basis, period_start, period_end);
    expense_count bigint;
begin
    select
        coalesce(sum(total.amount - total.tax_amount), 0.00),
        coalesce(sum(total.tax_amount) filter (where is_gst), 0.00),
        coalesce(sum(total.counted), 0)
    into figures.total_expenses, figures.total_tax_paid, expense_count
    from private.transaction_totals_between(owner, period_start, period_end) as total
    -- As in private.filing_rows.
    where
        total.transaction_type = 'expense'
        and total.category is distinct from 'Tax Payment'
        and (not is_gst or total.is_taxed);
    figures.transaction_count := figures.transaction_count + expense_count;
    if not is_gst then
        figures.total_tax_collected := 0.00;
        figures.igst := 0.00;
    end if;
    figures.net_tax_liability := figures.total_tax_collected - figures.total_tax_paid;
    -- What is not IGST is CGST and SGST, always in equal parts.
    figures.cgst := round((figures.total_tax_collected - figures.igst) / 2, 2);
    figures.sgst := figures.cgst;
    return figures;
end;
$$;
grant execute on function private.filing_figures(uuid, text, text, date, date) to authenticated, service_role;
comment on function private.filing_figures(uuid, text, text, date, date) is
'The sums of private.filing_rows; those of documents and of expenses are read from the totals.';

create function private.filing_changes(filing public.tax_filings)
returns json
language sql
stable
set search_path = ''
as $$
    select json_object_agg(figure.key, json_build_object('submitted', figure.value, 'now', figures.live -> figure.key))
    from (
        select to_jsonb(private.filing_figures(
            filing.user_id, filing.tax_type, filing.basis, filing.period_start, filing.period_end
        )) as live
    ) as figures
    cross join lateral jsonb_each(to_jsonb(filing)) as figure
    where
        filing.status <> 'draft'
        and figures.live ? figure.key
        and figures.live -> figure.key <> figure.value
        -- What is due on income was brought by the request: the books don't know it, so they can't contradict it.
        and (filing.tax_type = 'gst' or figure.key <> 'net_tax_liability')
$$;
grant execute on function private.filing_changes to authenticated, service_role;
comment on function private.filing_changes is 'What the books say now where a submitted filing says otherwise, by figure; null when nothing differs.';


-- Drafts -------------------------------------------------------------------------------------------

create function private.is_submitted(owner uuid, tax_type text, period daterange)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
    return exists (
        select from public.tax_filings as submitted
        where
            submitted.user_id = owner
            and submitted.tax_type = is_submitted.tax_type
            and submitted.status <> 'draft'
            and daterange(submitted.period_start, submitted.period_end, '[]') && period
    );
end;
$$;
comment on function private.is_submitted is 'Whether some day of a period was submitted.';

create function private.filing_draft(owner uuid, tax_type text, period daterange)
returns public.tax_filings
language plpgsql
stable
set search_path = ''
as $$
declare
    draft public.tax_filings;
begin
    draft.user_id := owner;
    draft.tax_type := tax_type;
    draft.basis := private.filing_basis(owner, tax_type);
    draft.period_start := lower(period);
    draft.period_end := upper(period) - 1;
    return jsonb_populate_record(
        draft, to_jsonb(private.filing_figures(owner, tax_type, draft.basis, draft.period_start, draft.period_end))
    );
end;
$$;
comment on function private.filing_draft is 'The draft of a period with the figures of the books as they are now.';

create function private.write_drafts(drafts public.tax_filings[])
returns bigint
language plpgsql
set search_path = ''
as $$
declare
    written bigint;
begin
    insert into public.tax_filings as filing (
        user_id, tax_type, basis, period_start, period_end, total_sales, total_expenses, total_tax_collected,
        total_tax_paid, net_tax_liability, cgst, sgst, igst, transaction_count
    )
    select
        draft.user_id, draft.tax_type, draft.basis, draft.period_start, draft.period_end, draft.total_sales,
        draft.total_expenses, draft.total_tax_collected, draft.total_tax_paid, draft.net_tax_liability, draft.cgst,
        draft.sgst, draft.igst, draft.transaction_count
    from unnest(drafts) as draft
    -- In one order, so that firings that meet in the same batch queue instead of deadlocking.
    order by draft.user_id
    on conflict on constraint tax_filings_one_per_period do update set
        basis = excluded.basis,
        total_sales = excluded.total_sales,
        total_expenses = excluded.total_expenses,
        total_tax_collected = excluded.total_tax_collected,
        total_tax_paid = excluded.total_tax_paid,
        net_tax_liability = excluded.net_tax_liability,
        cgst = excluded.cgst,
        sgst = excluded.sgst,
        igst = excluded.igst,
        transaction_count = excluded.transaction_count
    where (
        filing.basis, filing.total_sales, filing.total_expenses, filing.total_tax_collected, filing.total_tax_paid,
        filing.net_tax_liability, filing.cgst, filing.sgst, filing.igst, filing.transaction_count
    ) is distinct from (
        excluded.basis, excluded.total_sales, excluded.total_expenses, excluded.total_tax_collected, excluded.total_tax_paid,
        excluded.net_tax_liability, excluded.cgst, excluded.sgst, excluded.igst, excluded.transaction_count
    );
    get diagnostics written = row_count;
    return written;
end;
$$;
comment on function private.write_drafts is 'Makes drafts or brings them up to date; answers how many were written.';

create function private.draft_tax_filing(owner uuid, tax_type text, period daterange)
returns void
language plpgsql
security definer -- callers read filings, the books write them
set search_path = ''
as $$
begin
    if not private.is_submitted(owner, tax_type, period) then
        perform private.write_drafts(array[private.filing_draft(owner, tax_type, period)]);
    end if;
end;
$$;
grant execute on function private.draft_tax_filing to authenticated;
comment on function private.draft_tax_filing is 'Creates or refreshes the draft of a period, none where some of its days were submitted.';
