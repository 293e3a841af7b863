-- Web, tax: the GST of a period, and the filings made so far.


-- The page -----------------------------------------------------------------------------------------

create function web.tax_page(start_date date default null, end_date date default null)
returns json
language plpgsql
stable
set search_path = ''
as $$
declare
    reader constant public.profiles := private.current_profile();
    today constant date := private.today(reader.id);
    current_period constant daterange := private.period_containing(today, reader.filing_frequency);
    first_day constant date := coalesce(start_date, lower(current_period));
    last_day constant date := coalesce(end_date, upper(current_period) - 1);
    summary constant json := api.tax_filing(first_day, last_day, 'gst', reader.filing_frequency, false) -> 'summary';
    other_basis constant text := case summary ->> 'basis' when 'invoice' then 'cash' else 'invoice' end;
    by_other_basis constant private.filing_figures := private.filing_figures(reader.id, 'gst', other_basis, first_day, last_day);
begin
    return json_build_object(
        'today', today,
        'frequency', reader.filing_frequency,
        'default_tax_rate', trim_scale(reader.default_tax_rate),
        'due_day', private.filing_due_day(last_day, reader.filing_frequency, reader.state_code),
        'due_in_days', private.filing_due_day(last_day, reader.filing_frequency, reader.state_code) - today,
        'summary', summary,
        -- What the documents of the period say beside what was received, or the other way round.
        'tax_collected_by_basis', json_build_object(
            summary ->> 'basis', summary -> 'total_tax_collected', other_basis, by_other_basis.total_tax_collected
        ),
        -- The summary is live; what was submitted stands still, and is nothing to pay any more.
        'submitted', (
            select json_build_object(
                'submitted_at', private.local_text(filing.submission_date, reader.time_zone),
                'filing_id', filing.id,
                'confirmation_number', filing.confirmation_number,
                'reopened_at', private.local_text(filing.reopened_at, reader.time_zone),
                'payment_reference', filing.payment_reference,
                'paid', filing.payment_transaction_id is not null,
                'total_sales', filing.total_sales,
                'total_expenses', filing.total_expenses,
                'total_tax_collected', filing.total_tax_collected,
                'total_tax_paid', filing.total_tax_paid,
                'net_tax_liability', filing.net_tax_liability,
                'cgst', filing.cgst,
                'sgst', filing.sgst,
                'igst', filing.igst,
                'transaction_count', filing.transaction_count,
                'difference', (summary ->> 'net_tax_liability')::numeric - filing.net_tax_liability
            )
            from public.tax_filings as filing
            where filing.id = (summary ->> 'filing_id')::uuid and filing.status <> 'draft'
        ),
        'rows', (
            select coalesce(json_agg(json_build_object(
                'day', counted.date::date,
                'description', coalesce(nullif(counted.description, ''), counted.category, counted.transaction_type),
                'transaction_type', counted.transaction_type,
                'amount', counted.amount,
                'tax_amount', counted.tax_amount
            ) order by counted.date, counted.transaction_id, counted.invoice_id), '[]')
            from (
                select entry.transaction_id, entry.invoice_id, entry.date at time zone reader.time_zone as date, entry.description, entry.amount,
                    entry.tax_amount, entry.transaction_type, entry.category
                from private.filing_rows(reader.id, 'gst', summary ->> 'basis', first_day, last_day) as entry
                order by entry.date desc, entry.transaction_id desc
                limit 200
            ) as counted
        ),
        'periods', (
            select json_agg(json_build_object('start', lower(known.period), 'end', upper(known.period) - 1) order by lower(known.period) desc)
            from (
                select distinct private.period_containing(start::date, reader.filing_frequency) as period
                from generate_series(today - interval '15 months', today, interval '1 month') as start
            ) as known
        ),
        'filings', (
            select coalesce(json_agg(json_build_object(
                'id', filing.id,
                'tax_type', filing.tax_type,
                'period_start', filing.period_start,
                'period_end', filing.period_end,
                'status', filing.status,
                'net_tax_liability', filing.net_tax_liability,
                'confirmation_number', filing.confirmation_number,
                'submitted_at', private.local_text(filing.submission_date, reader.time_zone),
                'reopened', filing.reopened_at is not null,
                'changed', private.filing_changes(filing) is not null
            ) order by filing.period_start desc, filing.tax_type), '[]')
            from (
                select * from public.tax_filings as known
                where known.user_id = reader.id
                order by known.period_start desc
                limit 20
            ) as filing
        )
    );
end;
$$;
grant execute on function web.tax_page to authenticated;
comment on function web.tax_page is 'The GST of a period as the books say it and as it was submitted, the filings made so far, and the periods there are.';
