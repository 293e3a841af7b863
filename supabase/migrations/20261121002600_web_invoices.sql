-- Web, invoices: the list with its filters, the page of one invoice, and what can be done there.


-- The list -----------------------------------------------------------------------------------------

create function web.invoices_page(filters jsonb default '{}')
returns json
language plpgsql
stable
set search_path = ''
as $$
declare
    reader constant public.profiles := private.current_profile();
    today constant date := private.today(reader.id);
    page_size constant integer := 25;
    sort_column constant text := case filters ->> 'sort'
        when 'due' then 'due_date' when 'amount' then 'total_amount' when 'customer' then 'customer_name'
        when 'number' then 'serial' else 'issue_date'
    end;
    direction constant text := case filters ->> 'order' when 'asc' then 'asc' else 'desc' end;
    beyond constant text := case direction when 'asc' then '>' else '<' end;
    -- What private.shown_status says, spelt out: a call per row would take most of the time at 100,000 invoices.
    shown_status constant text := $status$
        case when invoice.status = 'sent' and greatest(invoice.due_day, invoice.issued_on) < $3 then 'overdue' else invoice.status end
    $status$;
    condition constant text := $filter$
        invoice.user_id = $1
        and invoice.document_type = 'invoice'
        and ($2 ->> 'q' is null
            or invoice.customer_name ilike private.containing($2 ->> 'q')
            or invoice.customer_email ilike private.containing($2 ->> 'q')
            or invoice.invoice_number ilike private.containing($2 ->> 'q'))
        and ($2 ->> 'from' is null or invoice.issue_day >= ($2 ->> 'from')::date)
        and ($2 ->> 'to' is null or invoice.issue_day <= ($2 ->> 'to')::date)
        and ($2 ->> 'due_from' is null or invoice.due_day >= ($2 ->> 'due_from')::date)
        and ($2 ->> 'due_to' is null or invoice.due_day <= ($2 ->> 'due_to')::date)
        and ($2 ->> 'min' is null or invoice.total_amount >= ($2 ->> 'min')::numeric)
        and ($2 ->> 'max' is null or invoice.total_amount <= ($2 ->> 'max')::numeric)
    $filter$;
    counts json;
    rows json;
begin
    execute format(
        $query$
            select json_object_agg(counted.status, json_build_object('count', counted.number, 'amount', counted.amount))
            from (
                select
                    %s as status,
                    count(*) as number,
                    sum(invoice.total_amount) as amount
                from public.invoices as invoice
                where %s
                group by 1
            ) as counted
        $query$, shown_status, condition
    ) into counts using reader.id, filters, today;
    execute format(
        $query$
            select coalesce(json_agg(private.invoice_row(page.invoice, $3) order by page.place), '[]')
            from (
                select invoice, row_number() over () as place
                from (
                    select invoice
                    from public.invoices as invoice
                    where
                        %1$s
                        and case $2 ->> 'status'
                            when 'open' then invoice.status = 'sent'
                            else coalesce($2 ->> 'status', '') in ('', %5$s)
                        end
                        and ($2 ->> 'after' is null or (invoice.%2$I, invoice.id) %4$s (
                            select last.%2$I, last.id from public.invoices as last
                            where last.id = ($2 ->> 'after')::uuid and last.user_id = $1
                        ))
                    order by invoice.%2$I %3$s, invoice.id %3$s
                    limit $4 + 1
                ) as ordered
            ) as page
        $query$, condition, sort_column, direction, beyond, shown_status
    ) into rows using reader.id, filters, today, page_size;
    return json_build_object(
        'today', today,
        'counts', coalesce(counts, '{}'),
        -- Looks through all invoices: only when somebody searches.
        'exact', case when filters ? 'q' then (
            select found.id from public.invoices as found
            where found.user_id = reader.id and lower(found.invoice_number) = lower(filters ->> 'q')
            order by found.invoice_number <> filters ->> 'q'
            limit 1
        ) end,
        'page_size', page_size,
        'invoices', rows
    );
end;
$$;
grant execute on function web.invoices_page to authenticated;
comment on function web.invoices_page is
'A page of invoices with counts and sums by status, and the one whose number is what was looked for; one row more than page_size says that there are others after it.';


-- One invoice --------------------------------------------------------------------------------------

create function private.invoice_actions(invoice public.invoices)
returns json
language sql
immutable
set search_path = ''
as $$
    select coalesce(json_agg(action.name order by action.place), '[]')
    from (values
        (1, 'send', invoice.status = 'draft'),
        -- A draft is issued first: its payment, taken back, would leave an issued invoice.
        (2, 'pay', invoice.status = 'sent' and invoice.amount_due > 0),
        (3, 'edit', invoice.status in ('draft', 'sent')),
        -- The invoice of a sale follows its sale, which is what can be changed.
        (4, 'unpay', invoice.status = 'paid' and invoice.origin = 'invoice'),
        (5, 'reopen', invoice.status = 'cancelled' and invoice.origin = 'invoice'),
        (6, 'cancel', invoice.status in ('draft', 'sent') and invoice.amount_settled = 0),
        (7, 'delete', invoice.status = 'draft')
    ) as action (place, name, possible)
    where action.possible
$$;
grant execute on function private.invoice_actions to authenticated;
comment on function private.invoice_actions is 'What can be done with an invoice in its state.';

create function private.tax_table(invoice public.invoices)
returns json
language sql
stable
set search_path = ''
as $$
    select coalesce(json_agg(json_build_object(
        'hsn_code', line.hsn_code,
        'tax_rate', trim_scale(line.tax_rate),
        'half_rate', trim_scale(line.tax_rate / 2),
        'taxable_value', line.taxable_value,
        'cgst', line.cgst,
        'sgst', line.sgst,
        'igst', line.igst,
        'tax_amount', line.tax_amount
    ) order by line.tax_rate desc, line.hsn_code), '[]')
    from (
        select
            item.hsn_code,
            coalesce(item.tax_rate, invoice.tax_rate) as tax_rate,
            sum(item.taxable_value) as taxable_value,
            sum(item.cgst) as cgst,
            sum(item.sgst) as sgst,
            sum(item.igst) as igst,
            sum(item.tax_amount) as tax_amount
        from public.invoice_items as item
        where item.invoice_id = invoice.id and item.user_id = invoice.user_id
        group by item.hsn_code, coalesce(item.tax_rate, invoice.tax_rate)
    ) as line
$$;
grant execute on function private.tax_table to authenticated;
comment on function private.tax_table is 'The tax of an invoice by HSN code and rate (CGST Rules, Rule 46 (k) to (m)).';

create function private.invoice_timeline(invoice public.invoices, zone text)
returns json
language sql
stable
set search_path = ''
as $$
    select json_agg(json_build_object(
        'event', step.event, 'at', private.local_text(step.instant, zone)
    ) order by step.place)
    from (values
        (1, 'created', invoice.created_at),
        (2, 'sent', invoice.issued_at),
        (3, 'overdue', case
            when invoice.status = 'sent' and greatest(invoice.due_day, invoice.issued_on) < private.today(invoice.user_id)
                then (greatest(invoice.due_day, invoice.issued_on) + 1)::timestamp at time zone zone
        end),
        (4, 'paid', invoice.paid_at),
        (5, 'cancelled', invoice.cancelled_at)
    ) as step (place, event, instant)
    where step.instant is not null
$$;
grant execute on function private.invoice_timeline to authenticated;
comment on function private.invoice_timeline is 'What happened to an invoice, in its order.';

create function web.invoice_page(invoice text)
returns json
language plpgsql
stable
set search_path = ''
as $$
declare
    reader constant public.profiles := private.current_profile();
    today constant date := private.today(reader.id);
    shown constant public.invoices := private.find_invoice(invoice);
begin
    return json_build_object(
        'today', today,
        'invoice', (
            select row_to_json(answer)
            from (
                select
                    api_invoice.*,
                    shown.serial,
                    shown.origin,
                    shown.inter_state,
                    shown.due_day - today as due_in_days,
                    (select state.name from public.gst_states as state where state.code = shown.place_of_supply) as place_name,
                    (select state.name from public.gst_states as state where state.code = left(shown.customer_gstin, 2)) as customer_state
                from api.invoices as api_invoice
                where api_invoice.id = shown.id
            ) as answer
        ),
        'against', (
            select json_build_object('number', corrected.invoice_number, 'day', corrected.issue_day)
            from public.invoices as corrected
            where corrected.id = shown.against_id and corrected.user_id = shown.user_id
        ),
        'line_totals', (
            select coalesce(json_agg(item.taxable_value + item.tax_amount order by item.position, item.created_at, item.id), '[]')
            from public.invoice_items as item
            where item.invoice_id = shown.id and item.user_id = shown.user_id
        ),
        'status', private.shown_status(shown.status, shown.due_day, shown.issued_on, today),
        'amount_due', case when shown.status = 'cancelled' then 0.00 else shown.amount_due end,
        'amount_settled', shown.amount_settled,
        'amount_in_words', private.amount_in_words(shown.total_amount),
        'tax_in_words', private.tax_in_words(
            coalesce(shown.seller ->> 'state_code', reader.state_code), shown.place_of_supply, shown.inter_state
        ),
        'tax_table', private.tax_table(shown),
        'seller', private.seller(reader, shown.seller),
        'timeline', private.invoice_timeline(shown, reader.time_zone),
        'available_actions', private.invoice_actions(shown),
        'payment', (
            select json_build_object(
                'id', payment.id, 'amount', payment.amount, 'day', payment.day, 'account_name', account.name,
                'account_id', account.id
            )
            from public.settlements as settlement
            inner join public.transactions as payment on payment.id = settlement.transaction_id
            inner join public.accounts as account on account.id = payment.account_id and account.user_id = payment.user_id
            where settlement.user_id = shown.user_id and settlement.invoice_id = shown.id and settlement.kind = 'payment'
            order by settlement.created_at desc, settlement.id
            limit 1
        ),
        'payments', (
            select coalesce(json_agg(to_json(payment) order by payment.created_instant, payment.kind, payment.id), '[]')
            from api.payments as payment
            where payment.invoice_id = shown.id
        ),
        'accounts', (
            select coalesce(json_agg(json_build_object(
                'id', account.id, 'name', account.name, 'is_default', account.is_default,
                'balance', account.balance, 'balance_after', account.balance + shown.amount_due
            ) order by account.is_default desc, account.created_at, account.id), '[]')
            from public.accounts as account
            where account.user_id = reader.id
        )
    );
end;
$$;
grant execute on function web.invoice_page to authenticated;
comment on function web.invoice_page is 'Everything the page, the print view and the PDF of one invoice show.';


-- Actions ------------------------------------------------------------------------------------------

create function web.update_invoice_status(invoice text, status text, payment jsonb default '{}')
returns json
language plpgsql
set search_path = ''
as $$
declare
    changed constant public.invoices := private.find_invoice(invoice);
begin
    if status = 'paid' then
        return (select json_build_object('id', paid.id, 'status', paid.status) from api.mark_invoice_paid(changed.id, payment) as paid);
    end if;
    return (
        select json_build_object('id', updated.id, 'status', updated.status)
        from api.update_invoice(changed.id, jsonb_build_object('status', case
            -- What /api/v1 calls pending is sent.
            when status <> 'pending' then status
            else 'sent'
        end)) as updated
    );
end;
$$;
grant execute on function web.update_invoice_status to authenticated;
comment on function web.update_invoice_status is
'Sends, pays, cancels or reopens an invoice, named by its id or its serial number (spec: Frontend Routes).';

create function web.delete_payment(invoice text, payment_id uuid)
returns void
language sql
set search_path = ''
as $$ select api.delete_payment((private.find_invoice(invoice)).id, payment_id) $$;
grant execute on function web.delete_payment to authenticated;
comment on function web.delete_payment is 'api.delete_payment for an invoice named by its id or its serial number.';

create function web.delete_invoice(reference text)
returns void
language sql
set search_path = ''
as $$ select api.delete_invoice((private.find_invoice(reference)).id) $$;
grant execute on function web.delete_invoice to authenticated;
comment on function web.delete_invoice is 'api.delete_invoice for an invoice named by its id or its serial number.';
