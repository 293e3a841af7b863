-- Sales: a sale that a person records brings its invoice along, paid, and the invoice follows the sale.
--
-- The triggers here are entry points: they fire for what a person writes, in a request or in the dashboard, and never
-- for what the rules write themselves.
--   a sale is recorded            -> its invoice is generated and settled, totalling exactly the sale
--   a sale is edited              -> its generated invoice is recomputed
--   a sale becomes something else -> its generated invoice is cancelled (a number once given is never given again)
-- A sale that is deleted releases what it settled; see settlements.


-- Generated invoices -------------------------------------------------------------------------------

create function private.sale_description(sale public.transactions)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
    return case
        when sale.description ~ '\S' then trim(sale.description)
        when sale.category ~ '\S' then trim(sale.category)
        else 'Sale'
    end;
end;
$$;
comment on function private.sale_description is 'The line''s text on the invoice of a sale.';

create function private.sale_rate(sale public.transactions)
returns numeric
language plpgsql
stable
set search_path = ''
as $$
begin
    perform private.check_tax_allowed(sale.user_id, sale.tax_rate);
    return coalesce(sale.tax_rate, private.usual_tax_rate(sale.user_id));
end;
$$;
comment on function private.sale_rate is 'The GST rate at which the invoice of a sale is generated, in percent.';

create function private.generate_invoices(sale_ids uuid[])
returns void
language plpgsql
security definer -- writes numbers, totals and origin
set search_path = ''
as $$
begin
    with sales as (
        select
            sale.*,
            gen_random_uuid() as generated_id,
            private.sale_rate(sale) as rate,
            private.sale_description(sale) as line_text,
            private.invoice_series(sale.day) as series,
            row_number() over (partition by sale.user_id order by sale.date, sale.id) as nth,
            row_number() over (partition by sale.user_id, private.invoice_series(sale.day) order by sale.date, sale.id) as nth_of_series
        from public.transactions as sale
        where sale.id = any(sale_ids)
    ),
    owners as (
        select
            user_id,
            private.take_numbers(user_id, 'serial', count(*)) as first_serial,
            private.seller_snapshot(user_id) as seller,
            private.today(user_id) as today
        from sales
        group by user_id
    ),
    numbers as (
        select wanted.user_id, wanted.series, given.number, given.nth
        from (
            select user_id, series, count(*) as how_many
            from sales
            group by user_id, series
        ) as wanted
        cross join lateral private.take_invoice_numbers(wanted.user_id, wanted.series, wanted.how_many)
        with ordinality as given (number, nth)
    ),
    headers as (
        insert into public.invoices (
            id, user_id, serial, financial_year, invoice_number, origin, status, seller, customer_name, place_of_supply,
            issue_date, issue_day, due_date, due_day, created_day, issued_at, issued_on, paid_at, tax_rate, price_includes_tax,
            subtotal, cgst, sgst, tax_amount, total_amount, amount_settled
        )
        select
            sales.generated_id, sales.user_id, owners.first_serial + sales.nth - 1, private.financial_year(sales.day),
            numbers.number, 'sale', 'paid', owners.seller, 'Walk-in customer', owners.seller ->> 'state_code',
            sales.date, sales.day, sales.date, sales.day, owners.today, now(), owners.today, now(), sales.rate, true,
            computed.taxable_value, computed.cgst, computed.sgst, computed.tax_amount, computed.total_amount,
            computed.total_amount
        from sales
        inner join owners on owners.user_id = sales.user_id
        inner join numbers
            on numbers.user_id = sales.user_id and numbers.series = sales.series and numbers.nth = sales.nth_of_series
        cross join lateral private.gst(sales.amount, sales.rate, true, false) as computed
    ),
    lines as (
        insert into public.invoice_items (
            invoice_id, user_id, position, description, quantity, unit_price, amount, tax_included, taxable_value,
            cgst, sgst, igst, tax_amount
        )
        select
            sales.generated_id, sales.user_id, 1, sales.line_text, 1, sales.amount, sales.amount, true,
            computed.taxable_value, computed.cgst, computed.sgst, computed.igst, computed.tax_amount
        from sales
        cross join lateral private.gst(sales.amount, sales.rate, true, false) as computed
    )
    insert into public.settlements (user_id, invoice_id, transaction_id, amount)
    select sales.user_id, sales.generated_id, sales.id, sales.amount
    from sales;
end;
$$;
comment on function private.generate_invoices is
'Writes the paid invoice of each sale: one line, price including tax, numbered consecutively (spec: Transactions and Invoices).';

create function private.invoice_sales()
returns trigger
language plpgsql
security definer -- writes invoices whoever records the sale
set search_path = ''
as $$
declare
    -- What settles a document already was recorded as its payment, in the same statement.
    sale_ids constant uuid[] := array(
        select sale.id from new_rows as sale
        where
            sale.transaction_type = 'sale'
            and not exists (select from public.settlements as settlement where settlement.transaction_id = sale.id)
    );
begin
    if sale_ids <> '{}' then
        perform private.generate_invoices(sale_ids);
    end if;
    return null;
end;
$$;
comment on function private.invoice_sales is 'Entry point, trigger: a sale that pays nothing yet gets its invoice.';

create trigger invoice_after_insert after insert on public.transactions
referencing new table as new_rows for each statement
when (pg_trigger_depth() = 0) execute function private.invoice_sales();


-- Edited sales -------------------------------------------------------------------------------------

create function private.follows_its_sale(invoice public.invoices, sale_amount numeric)
returns boolean
language sql
stable
set search_path = ''
as $$
    select invoice.origin = 'sale' and invoice.price_includes_tax and (
        select
            count(*) = 1
            and bool_and(
                item.quantity = 1 and item.unit_price = sale_amount and item.tax_rate is null and item.discount_amount = 0
            )
        from public.invoice_items as item
        where item.invoice_id = invoice.id
    )
$$;
comment on function private.follows_its_sale is
'Whether an invoice is still as its sale generated it; one whose lines were edited is the user''s own and follows no more.';

create type private.sale_edit as (
    sale public.transactions,
    old_amount numeric,
    has_moved boolean,
    has_new_rate boolean,
    is_changed boolean,
    invoice public.invoices
);
comment on type private.sale_edit is 'What an edit did to a sale, and a document that the sale settles.';

create function private.refuse_payment_edits(edits private.sale_edit[])
returns void
language plpgsql
set search_path = ''
as $$
declare
    edit private.sale_edit;
begin
    foreach edit in array edits loop
        if edit.is_changed and not private.follows_its_sale(edit.invoice, edit.old_amount) then
            perform private.raise_problem(
                409, 'payment_fixed',
                format(
                    'This transaction pays invoice %s. Change the invoice, or delete the transaction, instead.',
                    (edit.invoice).invoice_number
                )
            );
        end if;
    end loop;
end;
$$;
comment on function private.refuse_payment_edits is
'409 payment_fixed when a payment would change in type, amount or rate; of a generated invoice that still follows, it may.';

create function private.follow_sales(edits private.sale_edit[])
returns void
language plpgsql
security definer -- writes generated invoices
set search_path = ''
as $$
begin
    perform private.check_fixed_lines(array(
        select item.invoice_id
        from unnest(edits) as edit
        inner join public.invoice_items as item on item.invoice_id = (edit.invoice).id
        where item.description <> private.sale_description(edit.sale) or item.unit_price <> (edit.sale).amount
    ));
    update public.invoice_items as item set
        description = private.sale_description(edit.sale),
        unit_price = (edit.sale).amount,
        amount = (edit.sale).amount,
        taxable_value = computed.taxable_value,
        cgst = computed.cgst,
        sgst = computed.sgst,
        igst = computed.igst,
        tax_amount = computed.tax_amount,
        updated_at = now()
    from unnest(edits) as edit
    cross join lateral private.gst(
        (edit.sale).amount, (edit.sale).tax_rate, true, (edit.invoice).inter_state
    ) as computed
    where item.invoice_id = (edit.invoice).id;

    -- A day the user gave the invoice stays, unless the sale was moved to another one. Settled by the whole sale as before.
    update public.invoices as invoice set
        issue_date = case when edit.has_moved then (edit.sale).date else invoice.issue_date end,
        issue_day = case when edit.has_moved then (edit.sale).day else invoice.issue_day end,
        due_date = case when edit.has_moved then (edit.sale).date else invoice.due_date end,
        due_day = case when edit.has_moved then (edit.sale).day else invoice.due_day end,
        financial_year = case when edit.has_moved then private.financial_year((edit.sale).day) else invoice.financial_year end,
        tax_rate = (edit.sale).tax_rate,
        subtotal = computed.taxable_value,
        cgst = computed.cgst,
        sgst = computed.sgst,
        igst = computed.igst,
        tax_amount = computed.tax_amount,
        total_amount = computed.total_amount,
        amount_settled = computed.total_amount,
        updated_at = now()
    from unnest(edits) as edit
    cross join lateral private.gst(
        (edit.sale).amount, (edit.sale).tax_rate, true, (edit.invoice).inter_state
    ) as computed
    where invoice.id = (edit.invoice).id;

    update public.settlements as settlement set amount = (edit.sale).amount
    from unnest(edits) as edit
    where settlement.transaction_id = (edit.sale).id and settlement.amount <> (edit.sale).amount;
end;
$$;
comment on function private.follow_sales is 'Brings generated invoices in line with their edited sales, in their dates where those moved.';

create function private.edit_sales()
returns trigger
language plpgsql
security definer -- writes invoices whoever edits the sale
set search_path = ''
as $$
declare
    edits private.sale_edit[];
    released_ids uuid[];
    new_sale_ids uuid[];
begin
    -- A full join is never a nested loop, which a plan made for one row would be for ten thousand, too.
    select
        array_agg(new_row.id) filter (where new_row.transaction_type <> 'sale' and old_row.transaction_type = 'sale'),
        array_agg(new_row.id) filter (where new_row.transaction_type = 'sale' and old_row.transaction_type <> 'sale')
    into released_ids, new_sale_ids
    from old_rows as old_row full join new_rows as new_row on new_row.id = old_row.id;

    -- Whoever edits the lines meanwhile decides first whether the invoice still follows.
    perform from public.invoices where id in (
        select settlement.invoice_id
        from old_rows as old_row
        inner join public.settlements as settlement on settlement.transaction_id = old_row.id
    ) order by id for no key update;
    edits := array(
        select row(
            new_row,
            old_row.amount,
            new_row.date <> old_row.date,
            rate.is_new,
            (new_row.transaction_type, new_row.amount) <> (old_row.transaction_type, old_row.amount)
            or coalesce(new_row.tax_rate <> invoice.tax_rate and rate.is_new, false)
            -- A refund is no input: the credit note takes its tax off the sales.
            or new_row.tax_amount is not null,
            invoice
        )::private.sale_edit
        from old_rows as old_row
        inner join new_rows as new_row on new_row.id = old_row.id
        inner join public.settlements as settlement on settlement.transaction_id = old_row.id and settlement.kind = 'payment'
        inner join public.invoices as invoice on invoice.id = settlement.invoice_id
        -- The rate that a sale was recorded with may be sent again, after its invoice was given another one.
        cross join lateral (
            select new_row.tax_rate is distinct from old_row.tax_rate or private.names_field('tax_rate') as is_new
        ) as rate
        where
            rate.is_new or (
                new_row.transaction_type, new_row.amount, new_row.tax_rate, new_row.tax_amount, new_row.date,
                new_row.description, new_row.category
            ) is distinct from (
                old_row.transaction_type, old_row.amount, old_row.tax_rate, old_row.tax_amount, old_row.date,
                old_row.description, old_row.category
            )
    );
    perform private.refuse_payment_edits(edits);
    if released_ids is not null then
        delete from public.settlements where transaction_id = any(released_ids);
    end if;
    if new_sale_ids is not null then
        perform private.generate_invoices(new_sale_ids);
    end if;
    edits := array(
        select row(
            -- The invoice may have been given another rate since: that one stays, unless the edit brings a new one.
            jsonb_populate_record(edit.sale, jsonb_build_object(
                'tax_rate', case when edit.has_new_rate then coalesce((edit.sale).tax_rate, (edit.invoice).tax_rate) else (edit.invoice).tax_rate end
            )),
            edit.old_amount, edit.has_moved, edit.has_new_rate, edit.is_changed, edit.invoice
        )::private.sale_edit
        from unnest(edits) as edit
        where (edit.sale).transaction_type = 'sale' and private.follows_its_sale(edit.invoice, edit.old_amount)
    );
    if edits <> '{}' then
        perform private.follow_sales(edits);
    end if;
    return null;
end;
$$;
comment on function private.edit_sales is 'Entry point, trigger: invoices follow edited sales; 409 payment_fixed where they may not.';

create trigger invoice_after_update after update on public.transactions
referencing old table as old_rows new table as new_rows for each statement
when (pg_trigger_depth() = 0) execute function private.edit_sales();
