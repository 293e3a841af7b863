-- Web, dashboard: the figures of the home page.


-- Parts of the page --------------------------------------------------------------------------------

create function private.months_of_year(reader public.profiles, first_day date)
returns json
language sql
stable
set search_path = ''
as $$
    with months as (
        select start::date as first_day, (start + interval '1 month')::date as next_day
        from generate_series(first_day, first_day + interval '11 months', interval '1 month') as start
    ),
    sales as (
        select total.first_day as month, sum(total.total_amount) as amount
        from private.invoice_totals as total
        where
            total.user_id = reader.id
            and total.span = 'month'
            and total.document_type = 'invoice'
            and total.status not in ('draft', 'cancelled')
            and total.first_day >= months_of_year.first_day
            and total.first_day < months_of_year.first_day + interval '1 year'
        group by 1
    ),
    moved as (
        select
            total.first_day as month,
            sum(total.amount) filter (where total.transaction_type = 'sale') as receipts,
            sum(total.amount) filter (where total.transaction_type = 'expense') as expenses
        from private.transaction_totals as total
        where
            total.user_id = reader.id
            and total.span = 'month'
            and total.first_day >= months_of_year.first_day
            and total.first_day < months_of_year.first_day + interval '1 year'
        group by 1
    )
    select json_agg(json_build_object(
        'month', months.first_day,
        'last_day', months.next_day - 1,
        'sales', coalesce(sales.amount, 0.00),
        'receipts', coalesce(moved.receipts, 0.00),
        'expenses', coalesce(moved.expenses, 0.00),
        'net', coalesce(moved.receipts, 0.00) - coalesce(moved.expenses, 0.00)
    ) order by months.first_day)
    from months
    left join sales on sales.month = months.first_day
    left join moved on moved.month = months.first_day
$$;
grant execute on function private.months_of_year to authenticated;
comment on function private.months_of_year is
'Twelve months of a financial year: invoices issued, money received and spent, and the net of the two.';

create function private.ageing(reader public.profiles, today date)
returns json
language sql
stable
set search_path = ''
as $$
    select json_agg(json_build_object(
        'name', bucket.name,
        'from', today - bucket.last_day,
        'to', today - bucket.first_day,
        'count', coalesce(late.number, 0),
        'amount', coalesce(late.amount, 0.00)
    ) order by bucket.first_day)
    from (values ('1–30 days', 1, 30), ('31–60 days', 31, 60), ('61–90 days', 61, 90), ('Over 90 days', 91, null)) as bucket (
        name, first_day, last_day
    )
    left join lateral (
        select count(*) as number, sum(invoice.amount_due) as amount
        from public.invoices as invoice
        where
            invoice.user_id = reader.id
            and invoice.status = 'sent'
            and invoice.document_type <> 'credit_note'
            and invoice.due_day <= today - bucket.first_day
            and (bucket.last_day is null or invoice.due_day >= today - bucket.last_day)
    ) as late on true
$$;
grant execute on function private.ageing to authenticated;
comment on function private.ageing is 'Unpaid invoices by how many days they are late.';

create function private.current_gst(reader public.profiles, today date)
returns json
language sql
stable
set search_path = ''
as $$
    select json_build_object(
        'period_start', lower(current.period),
        'period_end', upper(current.period) - 1,
        'frequency', reader.filing_frequency,
        'due_day', private.filing_due_day(upper(current.period) - 1, reader.filing_frequency, reader.state_code),
        'due_in_days', private.filing_due_day(upper(current.period) - 1, reader.filing_frequency, reader.state_code) - today,
        'output_tax', figures.total_tax_collected,
        'input_tax', figures.total_tax_paid,
        'net', figures.net_tax_liability,
        'sales', figures.total_sales,
        'expenses', figures.total_expenses,
        'cgst', figures.cgst,
        'sgst', figures.sgst,
        'igst', figures.igst,
        'transaction_count', figures.transaction_count
    )
    from (values (private.period_containing(today, reader.filing_frequency))) as current (period)
    cross join lateral private.filing_figures(
        reader.id, 'gst', private.filing_basis(reader.id, 'gst'), lower(current.period), upper(current.period) - 1
    ) as figures
$$;
grant execute on function private.current_gst to authenticated;
comment on function private.current_gst is 'The GST of the period that today lies in, live.';


-- The page -----------------------------------------------------------------------------------------

create function web.dashboard()
returns json
language plpgsql
stable
set search_path = ''
as $$
declare
    reader constant public.profiles := private.current_profile();
    today constant date := private.today(reader.id);
    month_start constant date := date_trunc('month', today::timestamp)::date;
    year_start constant date := lower(private.period_containing(today, 'annually'));
begin
    return json_build_object(
        'today', today,
        'month_start', month_start,
        'name', coalesce(reader.full_name, reader.business_name, reader.username),
        'profile_is_complete', reader.state_code is not null and reader.business_name is not null,
        'invoice_count', (
            select coalesce(sum(total.counted), 0) from private.invoice_totals as total
            where total.user_id = reader.id and total.span = 'month' and total.document_type = 'invoice'
        ),
        'to_receive', (
            select json_build_object(
                'amount', coalesce(sum(total.amount_due), 0.00), 'count', coalesce(sum(total.counted), 0)
            )
            from private.invoice_totals as total
            where
                total.user_id = reader.id and total.span = 'month' and total.status = 'sent'
                and total.document_type <> 'credit_note'
        ),
        'overdue', (
            select json_build_object('amount', coalesce(sum(invoice.amount_due), 0.00), 'count', count(*))
            from public.invoices as invoice
            where
                invoice.user_id = reader.id
                and invoice.status = 'sent' and greatest(invoice.due_day, invoice.issued_on) < today and invoice.document_type <> 'credit_note'
        ),
        'this_month', (
            select json_build_object(
                'received', coalesce(sum(total.amount) filter (where total.transaction_type = 'sale'), 0.00),
                'spent', coalesce(sum(total.amount) filter (where total.transaction_type = 'expense'), 0.00)
            )
            from private.transaction_totals_between(reader.id, month_start, today) as total
        ),
        'gst', private.current_gst(reader, today),
        'year_start', year_start,
        'months', private.months_of_year(reader, year_start),
        'ageing', private.ageing(reader, today),
        'overdue_invoices', (
            select coalesce(json_agg(private.invoice_row(late, today) order by late.due_day, late.serial), '[]')
            from (
                select * from public.invoices as invoice
                where
                    invoice.user_id = reader.id
                    and invoice.status = 'sent' and greatest(invoice.due_day, invoice.issued_on) < today and invoice.document_type <> 'credit_note'
                order by invoice.due_day, invoice.serial
                limit 5
            ) as late
        ),
        'recent_invoices', (
            select coalesce(json_agg(private.invoice_row(recent, today) order by recent.created_at desc, recent.id desc), '[]')
            from (
                select * from public.invoices as invoice
                where invoice.user_id = reader.id and invoice.document_type = 'invoice'
                order by invoice.created_at desc, invoice.id desc
                limit 5
            ) as recent
        )
    );
end;
$$;
grant execute on function web.dashboard to authenticated;
comment on function web.dashboard is 'The figures of the home page: open, late, received, spent, GST, twelve months, ageing, work lists.';
