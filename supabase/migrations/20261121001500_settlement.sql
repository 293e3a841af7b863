-- Settlement: a paid invoice has exactly one transaction, and a sale exactly one invoice.
--
-- Whichever side is written, the triggers below make the other follow in the same statement:
--   a sale is recorded            -> its invoice is generated, paid, totalling exactly the sale
--   a sale is edited              -> its generated invoice is recomputed
--   a sale is deleted             -> its generated invoice is cancelled (a number once given is never given again)
--   an invoice becomes paid       -> its payment is recorded as a sale
--   a paid invoice becomes unpaid -> its payment is removed
--   a payment is deleted          -> its invoice is `sent` again
-- The link is transactions.invoice_id, unique.


-- Sales make invoices ------------------------------------------------------------------------------

create function private.follows_its_sale(invoice public.invoices, sale_amount numeric)
returns boolean
language sql
stable
set search_path = ''
as $$
    select invoice.origin = 'sale' and invoice.price_includes_tax and (
        select count(*) = 1 and bool_and(item.quantity = 1 and item.unit_price = sale_amount and item.tax_rate is null)
        from public.invoice_items as item
        where item.invoice_id = invoice.id
    )
$$;
comment on function private.follows_its_sale is
'Whether an invoice is still as its sale generated it; one whose lines were edited is the user''s own and follows no more.';

create function private.link_new_sale(sale public.transactions)
returns public.transactions
language plpgsql
set search_path = ''
as $$
declare
    invoice public.invoices;
begin
    if sale.invoice_id is null then
        sale.invoice_id := gen_random_uuid();
        sale.tax_rate := coalesce(sale.tax_rate, (select default_tax_rate from public.profiles where id = sale.user_id));
        sale.tax_amount := (private.gst(sale.amount, sale.tax_rate, true, false)).tax_amount;
        return sale;
    end if;

    select * into invoice from public.invoices where id = sale.invoice_id for no key update;
    if invoice.user_id is distinct from sale.user_id then
        perform private.raise_problem(404, 'invoice_not_found', 'There is no such invoice.');
    elsif exists (select from public.transactions where invoice_id = sale.invoice_id) then
        perform private.raise_problem(409, 'invoice_already_paid', format('Invoice %s is paid already.', invoice.invoice_number));
    elsif invoice.status = 'cancelled' then
        perform private.raise_cancelled(invoice.invoice_number);
    elsif invoice.total_amount <> sale.amount then
        perform private.raise_problem(
            409, 'payment_differs', format('Invoice %s is paid by exactly %s.', invoice.invoice_number, invoice.total_amount),
            'amount'
        );
    end if;
    sale.tax_rate := invoice.tax_rate;
    sale.tax_amount := invoice.tax_amount;
    sale.igst := invoice.igst;
    return sale;
end;
$$;
comment on function private.link_new_sale is
'A sale with the invoice it pays, or with the id of the one that will be generated for it.';

create function private.link_sale()
returns trigger
language plpgsql
security definer -- reads the invoice and the profile whoever writes
set search_path = ''
as $$
declare
    invoice public.invoices;
    tax private.gst_amounts;
begin
    new.igst := 0;
    if tg_op = 'INSERT' or old.invoice_id is null then
        return case new.transaction_type when 'sale' then private.link_new_sale(new) else new end;
    end if;

    -- Whoever edits its lines meanwhile decides first whether it still follows.
    select * into invoice from public.invoices where id = old.invoice_id for no key update;
    new.igst := case new.transaction_type when 'sale' then invoice.igst else 0 end;
    new.tax_rate := case new.transaction_type when 'sale' then coalesce(new.tax_rate, old.tax_rate) else new.tax_rate end;
    if new.transaction_type = 'sale' and new.invoice_id is distinct from old.invoice_id then
        perform private.raise_problem(409, 'payment_fixed', 'A sale keeps its invoice.');
    elsif private.follows_its_sale(invoice, old.amount) then
        if new.transaction_type <> 'sale' then
            new.invoice_id := null;
        else
            -- As its invoice will compute it at the end of the statement.
            tax := private.gst(new.amount, new.tax_rate, true, invoice.inter_state);
            new.tax_amount := tax.tax_amount;
            new.igst := tax.igst;
        end if;
    elsif (new.transaction_type, new.amount, new.tax_rate) <> ('sale', invoice.total_amount, invoice.tax_rate) then
        perform private.raise_problem(
            409, 'payment_fixed',
            format('This transaction pays invoice %s. Change the invoice, or delete the transaction, instead.', invoice.invoice_number)
        );
    else
        new.tax_amount := invoice.tax_amount;
    end if;
    return new;
end;
$$;
comment on function private.link_sale is 'Trigger: keeps a sale and the invoice it pays together.';

-- After `prepare`, which holds the books: triggers fire in the order of their names.
create trigger prepare_sale before insert or update on public.transactions
for each row execute function private.link_sale();

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
            private.invoice_series(sale.day) as series,
            row_number() over (partition by sale.user_id order by sale.date, sale.id) as nth,
            row_number() over (partition by sale.user_id, private.invoice_series(sale.day) order by sale.date, sale.id) as nth_of_series
        from public.transactions as sale
        where
            sale.id = any(sale_ids)
            and sale.transaction_type = 'sale'
            and not exists (select from public.invoices as invoice where invoice.id = sale.invoice_id)
    ),
    first_serials as (
        select user_id, private.take_numbers(user_id, 'serial', count(*)) as first
        from sales
        group by user_id
    ),
    numbers as (
        select wanted.user_id, wanted.series, given.number, given.nth
        from (select user_id, series, count(*) as how_many from sales group by user_id, series) as wanted
        cross join lateral private.take_invoice_numbers(wanted.user_id, wanted.series, wanted.how_many)
        with ordinality as given (number, nth)
    ),
    headers as (
        insert into public.invoices (
            id, user_id, serial, invoice_number, origin, status, customer_name, issue_date, due_date, tax_rate,
            price_includes_tax, subtotal, cgst, sgst, tax_amount, total_amount
        )
        select
            sales.invoice_id,
            sales.user_id,
            first_serials.first + sales.nth - 1,
            numbers.number,
            'sale',
            'paid',
            'Walk-in customer',
            sales.date,
            sales.date,
            sales.tax_rate,
            true,
            computed.taxable_value,
            computed.cgst,
            computed.sgst,
            computed.tax_amount,
            computed.total_amount
        from sales
        inner join first_serials on first_serials.user_id = sales.user_id
        inner join numbers
            on numbers.user_id = sales.user_id and numbers.series = sales.series and numbers.nth = sales.nth_of_series
        cross join lateral private.gst(sales.amount, sales.tax_rate, true, false) as computed
    )
    select array_agg(sales.id) into sale_ids from sales;

    insert into public.invoice_items (invoice_id, user_id, position, description, quantity, unit_price, tax_included)
    select sale.invoice_id, sale.user_id, 1, private.sale_description(sale), 1, sale.amount, true
    from public.transactions as sale
    where sale.id = any(sale_ids);
end;
$$;
comment on function private.generate_invoices is
'Writes the paid invoice of each sale that has none: one line, price including tax, numbered consecutively (spec: Transactions and Invoices).';

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

create function private.follow_sales(sale_ids uuid[], moved_ids uuid[])
returns void
language plpgsql
security definer -- writes generated invoices
set search_path = ''
as $$
declare
    -- As they are now: computing their invoices writes tax back into them. An invoice whose lines the user wrote is the
    -- user's own.
    sales constant public.transactions[] := array(
        select sale
        from public.transactions as sale
        inner join public.invoices as invoice on invoice.id = sale.invoice_id
        inner join public.invoice_items as item on item.invoice_id = invoice.id
        where sale.id = any(sale_ids) and private.follows_its_sale(invoice, item.unit_price)
    );
begin
    -- The line first: the total is the sale's from then on, at whatever rate.
    update public.invoice_items as item set
        description = private.sale_description(sale),
        unit_price = sale.amount
    from unnest(sales) as sale
    where
        item.invoice_id = sale.invoice_id
        and (item.description, item.unit_price) is distinct from (private.sale_description(sale), sale.amount);

    -- A day the user gave the invoice stays, unless the sale was moved to another one.
    update public.invoices as invoice set
        issue_date = case when sale.id = any(moved_ids) then sale.date else invoice.issue_date end,
        due_date = case when sale.id = any(moved_ids) then sale.date else invoice.due_date end,
        tax_rate = sale.tax_rate
    from unnest(sales) as sale
    where invoice.id = sale.invoice_id and (sale.id = any(moved_ids) or invoice.tax_rate <> sale.tax_rate);
end;
$$;
comment on function private.follow_sales is
'Brings generated invoices that still follow in line with their edited sales, in their dates where those moved.';

create function private.settle_invoices(invoice_ids uuid[])
returns void
language plpgsql
security definer -- the payer may write the status, a trigger must
set search_path = ''
as $$
begin
    if exists (select from public.invoices where id = any(invoice_ids) and status <> 'paid') then
        update public.invoices set status = 'paid' where id = any(invoice_ids) and status <> 'paid';
    end if;
end;
$$;
comment on function private.settle_invoices is 'Marks the invoices paid that a transaction now pays.';

create function private.release_invoices(invoice_ids uuid[])
returns void
language sql
security definer -- see private.settle_invoices
set search_path = ''
as $$
    update public.invoices set status = case origin when 'sale' then 'cancelled' else 'sent' end
    where id = any(invoice_ids) and status = 'paid'
$$;
comment on function private.release_invoices is
'What becomes of invoices whose payment is gone: a generated one is cancelled, another one is sent again.';

create function private.settle_after_insert()
returns trigger
language plpgsql
security definer -- writes invoices whoever records the sale
set search_path = ''
as $$
declare
    sale_ids constant uuid[] := array(select id from new_rows where transaction_type = 'sale');
begin
    if sale_ids <> '{}' then
        perform private.generate_invoices(sale_ids);
        perform private.settle_invoices(array(select invoice_id from new_rows where invoice_id is not null));
    end if;
    return null;
end;
$$;
comment on function private.settle_after_insert is 'Trigger: invoices follow new sales.';

create function private.settle_after_update()
returns trigger
language plpgsql
security definer -- writes invoices whoever edits the sale
set search_path = ''
as $$
declare
    released_ids uuid[];
    new_sale_ids uuid[];
    edited_ids uuid[];
    moved_ids uuid[];
begin
    -- A full join is never a nested loop, which a plan made for one row would be for ten thousand, too.
    select
        array_agg(old_row.invoice_id) filter (where old_row.invoice_id is not null and new_row.invoice_id is null),
        array_agg(new_row.id) filter (where old_row.invoice_id is null and new_row.invoice_id is not null),
        array_agg(new_row.id) filter (
            where new_row.invoice_id = old_row.invoice_id
            and (new_row.amount, new_row.tax_rate, new_row.date, new_row.description, new_row.category)
            is distinct from (old_row.amount, old_row.tax_rate, old_row.date, old_row.description, old_row.category)
        ),
        array_agg(new_row.id) filter (where new_row.date <> old_row.date)
    into released_ids, new_sale_ids, edited_ids, moved_ids
    from old_rows as old_row full join new_rows as new_row on new_row.id = old_row.id;
    if released_ids is not null then
        perform private.release_invoices(released_ids);
    end if;
    if new_sale_ids is not null then
        perform private.generate_invoices(new_sale_ids);
        perform private.settle_invoices(array(select invoice_id from new_rows where id = any(new_sale_ids)));
    end if;
    if edited_ids is not null then
        perform private.follow_sales(edited_ids, moved_ids);
    end if;
    return null;
end;
$$;
comment on function private.settle_after_update is 'Trigger: invoices follow edited sales.';

create function private.settle_after_delete()
returns trigger
language plpgsql
security definer -- writes invoices whoever deletes the sale
set search_path = ''
as $$
declare
    released_ids constant uuid[] := array(select invoice_id from old_rows where invoice_id is not null);
begin
    if released_ids <> '{}' then
        perform private.release_invoices(released_ids);
    end if;
    return null;
end;
$$;
comment on function private.settle_after_delete is 'Trigger: invoices follow deleted sales.';

create trigger settle_after_insert after insert on public.transactions
referencing new table as new_rows for each statement execute function private.settle_after_insert();
create trigger settle_after_update after update on public.transactions
referencing old table as old_rows new table as new_rows for each statement execute function private.settle_after_update();
create trigger settle_after_delete after delete on public.transactions
referencing old table as old_rows for each statement execute function private.settle_after_delete();


-- Paid invoices make transactions ------------------------------------------------------------------

create function private.guard_payment()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
    if new.status = 'paid' and (tg_op = 'INSERT' or old.status <> 'paid') then
        if tg_op = 'UPDATE' and old.status = 'cancelled' then
            perform private.raise_cancelled(new.invoice_number);
        elsif new.total_amount = 0 then
            perform private.raise_problem(409, 'nothing_to_pay', 'An invoice without an amount can''t be paid.');
        end if;
    end if;
    return new;
end;
$$;
comment on function private.guard_payment is 'Trigger: a cancelled or empty invoice can''t be paid.';

create trigger prepare_payment before insert or update on public.invoices
for each row execute function private.guard_payment();

create function private.pay_invoices(invoice_ids uuid[])
returns void
language plpgsql
security definer -- records the payment whoever writes the status
set search_path = ''
as $$
begin
    insert into public.transactions (user_id, invoice_id, transaction_type, amount, description, category)
    select
        invoice.user_id,
        invoice.id,
        'sale',
        invoice.total_amount,
        format('Payment of invoice %s', invoice.invoice_number),
        'Invoice Payment'
    from public.invoices as invoice
    where
        invoice.id = any(invoice_ids)
        and invoice.status = 'paid'
        and not exists (select from public.transactions as payment where payment.invoice_id = invoice.id);
end;
$$;
comment on function private.pay_invoices is 'Records the payment of paid invoices that have none (spec: Invoices and Accounts).';

create function private.follow_invoices(invoice_ids uuid[])
returns void
language plpgsql
security definer -- reads and writes both sides whoever writes one
set search_path = ''
as $$
declare
    differing public.invoices;
begin
    select invoice.* into differing
    from public.invoices as invoice
    inner join public.transactions as payment on payment.invoice_id = invoice.id and payment.user_id = invoice.user_id
    where invoice.id = any(invoice_ids) and invoice.status = 'paid' and payment.amount <> invoice.total_amount
    limit 1;
    if found then
        perform private.raise_problem(
            409, 'invoice_total_fixed',
            format(
                'Invoice %s is paid, so its total can''t change. %s', differing.invoice_number,
                case differing.origin
                    when 'sale' then 'Edit the sale it belongs to instead.'
                    else 'Take the payment back first.'
                end
            )
        );
    end if;

    update public.transactions as payment set
        tax_rate = invoice.tax_rate,
        tax_amount = invoice.tax_amount,
        igst = invoice.igst
    from public.invoices as invoice
    where
        invoice.id = any(invoice_ids)
        and invoice.status = 'paid'
        and payment.invoice_id = invoice.id
        and payment.user_id = invoice.user_id
        and (payment.tax_rate, payment.tax_amount, payment.igst)
        is distinct from (invoice.tax_rate, invoice.tax_amount, invoice.igst);
end;
$$;
comment on function private.follow_invoices is 'Keeps the payment''s tax in line with its paid invoice; 409 invoice_total_fixed when the total would leave it.';

create function private.settle_after_invoice_insert()
returns trigger
language plpgsql
security definer -- records payments whoever writes the invoice
set search_path = ''
as $$
declare
    paid_ids constant uuid[] := array(select id from new_rows where status = 'paid' and origin = 'invoice');
begin
    if paid_ids <> '{}' then
        perform private.pay_invoices(paid_ids);
    end if;
    return null;
end;
$$;
comment on function private.settle_after_invoice_insert is 'Trigger: an invoice that is born paid gets its payment; that of a sale has it already.';

create function private.settle_after_invoice_update()
returns trigger
language plpgsql
security definer -- removes payments and recomputes lines whoever writes the invoice
set search_path = ''
as $$
declare
    unpaid_ids uuid[];
    recomputed_ids uuid[];
    paid_ids constant uuid[] := array(select id from new_rows where status = 'paid');
begin
    -- A full join, as for transactions.
    select
        array_agg(new_row.id) filter (where old_row.status = 'paid' and new_row.status <> 'paid'),
        array_agg(new_row.id) filter (
            where (new_row.tax_rate, new_row.price_includes_tax, new_row.inter_state, new_row.issue_day)
            is distinct from (old_row.tax_rate, old_row.price_includes_tax, old_row.inter_state, old_row.issue_day)
        )
    into unpaid_ids, recomputed_ids
    from old_rows as old_row full join new_rows as new_row on new_row.id = old_row.id;
    if unpaid_ids is not null then
        delete from public.transactions where invoice_id = any(unpaid_ids);
    end if;
    if recomputed_ids is not null then
        -- The trigger on lines computes them again, whatever is written.
        update public.invoice_items set tax_rate = tax_rate where invoice_id = any(recomputed_ids);
    end if;
    if paid_ids <> '{}' then
        perform private.pay_invoices(paid_ids);
        perform private.follow_invoices(paid_ids);
    end if;
    return null;
end;
$$;
comment on function private.settle_after_invoice_update is 'Trigger: lines follow their header, payments follow the status.';

create trigger settle_after_insert after insert on public.invoices
referencing new table as new_rows for each statement execute function private.settle_after_invoice_insert();
create trigger settle_after_update after update on public.invoices
referencing old table as old_rows new table as new_rows for each statement execute function private.settle_after_invoice_update();
