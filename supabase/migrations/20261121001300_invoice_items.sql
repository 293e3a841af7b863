-- Invoice items: the lines of invoices, each with its tax, and the totals they add up to.
--
-- A line is computed when it is written, by private.gst with its invoice's rate, price basis and place of supply; the
-- invoice's totals are the sums of its stored lines.


-- Tables -------------------------------------------------------------------------------------------

create table public.invoice_items (
    id uuid primary key default gen_random_uuid(),
    invoice_id uuid not null,
    user_id uuid not null default auth.uid() references public.profiles (id) on delete cascade,
    position integer not null,
    description text not null,
    hsn_code text,
    quantity numeric(12, 3) not null,
    unit_price public.rupees not null,
    amount public.rupees not null,
    tax_included boolean not null default false,
    tax_rate public.tax_rate,
    taxable_value public.rupees not null,
    cgst public.rupees not null,
    sgst public.rupees not null,
    igst public.rupees not null,
    tax_amount public.rupees not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint invoice_items_invoice_belongs_to_user foreign key (invoice_id, user_id)
    references public.invoices (id, user_id) on delete cascade,
    -- Deferrable, so that one statement can change the order. Serves the lines of an invoice and the foreign key, too.
    constraint invoice_items_position_unique unique (invoice_id, user_id, position) deferrable,
    constraint invoice_items_description_length check (description ~ '\S' and char_length(description) <= 10000),
    constraint invoice_items_hsn_code_shape check (hsn_code ~ '^[0-9]{4,8}$'),
    constraint invoice_items_quantity_positive check (quantity > 0 and quantity <> 'NaN'),
    constraint invoice_items_unit_price_not_negative check (unit_price >= 0),
    constraint invoice_items_tax_adds_up check (tax_amount = cgst + sgst + igst)
);
comment on table public.invoice_items is 'Lines of invoices. amount and everything after it is computed when the line is written.';
comment on column public.invoice_items.position is 'Order on the invoice: 1, 2, 3 ...; after the last line when none is named.';
comment on column public.invoice_items.hsn_code is 'HSN code of goods or SAC of services, 4 to 8 digits.';
comment on column public.invoice_items.unit_price is 'Rupees; contains the tax when the invoice''s price_includes_tax says so.';
comment on column public.invoice_items.amount is 'Rupees; quantity x unit price, rounded half-up.';
comment on column public.invoice_items.tax_included is 'Echoed as the contract''s example has it; changes nothing. See invoices.price_includes_tax.';
comment on column public.invoice_items.tax_rate is 'GST rate of this line in percent; null: the invoice''s.';

-- Serves the policy and the foreign key.
create index invoice_items_user_id_idx on public.invoice_items (user_id);


-- Lines --------------------------------------------------------------------------------------------

create function private.compute_item()
returns trigger
language plpgsql
security definer -- reads the invoice whoever writes
set search_path = ''
as $$
declare
    invoice public.invoices;
    computed private.gst_amounts;
begin
    -- By id alone: while a table is new and has no statistics, an index that begins with the user looks as good. Locked,
    -- so that nobody changes the rate of the invoice while the line is computed.
    select * into invoice from public.invoices where id = new.invoice_id for no key update;
    if invoice.user_id is distinct from new.user_id then
        perform private.raise_problem(404, 'invoice_not_found', 'There is no such invoice.');
    elsif
        invoice.status = 'cancelled'
        and (new.invoice_id, new.position, new.description, new.hsn_code, new.quantity, new.unit_price, new.tax_rate)
        is distinct from (old.invoice_id, old.position, old.description, old.hsn_code, old.quantity, old.unit_price, old.tax_rate)
    then
        perform private.raise_cancelled(invoice.invoice_number);
    end if;
    new.position := coalesce(
        new.position,
        (select max(item.position) + 1 from public.invoice_items as item where item.invoice_id = new.invoice_id),
        1
    );
    new.amount := round(new.quantity * new.unit_price, 2);
    computed := private.gst(
        new.amount, coalesce(new.tax_rate, invoice.tax_rate), invoice.price_includes_tax, invoice.inter_state
    );
    new.taxable_value := computed.taxable_value;
    new.cgst := computed.cgst;
    new.sgst := computed.sgst;
    new.igst := computed.igst;
    new.tax_amount := computed.tax_amount;
    return new;
end;
$$;
comment on function private.compute_item is 'Trigger: computes amount and tax of a line from its invoice''s rate, price basis and place of supply.';

create trigger check_owner before insert on public.invoice_items
for each row when (new.user_id <> auth.uid()) execute function private.refuse_other_owner();
create trigger compute before insert or update on public.invoice_items
for each row execute function private.compute_item();
create trigger touch before update on public.invoice_items
for each row execute function private.touch();
create trigger lock_books before insert or update or delete on public.invoice_items
for each statement execute function private.lock_own_books();

create function private.keep_cancelled_line()
returns trigger
language plpgsql
security definer -- reads the invoice whoever deletes
set search_path = ''
as $$
declare
    invoice public.invoices;
begin
    -- Lines go with their invoice, and with their user.
    select written.* into invoice
    from public.invoices as written
    inner join public.profiles as profile on profile.id = written.user_id
    where written.id = old.invoice_id and written.status = 'cancelled';
    if found then
        perform private.raise_cancelled(invoice.invoice_number);
    end if;
    return old;
end;
$$;
comment on function private.keep_cancelled_line is 'Trigger: a cancelled invoice keeps its lines; 409 invoice_cancelled.';

create trigger keep_cancelled before delete on public.invoice_items
for each row execute function private.keep_cancelled_line();

create function private.write_items(written_invoice_id uuid, items jsonb)
returns void
language plpgsql
set search_path = ''
as $$
begin
    -- One statement, so that the totals are summed when all lines are there, and lines keep their ids. No merge, which
    -- would read every line of the user to find those that no longer have their match.
    with line as materialized (
        select
            element.ordinality::integer as position, line.description, line.hsn_code, line.quantity, line.unit_price,
            coalesce(line.tax_included, false) as tax_included, line.tax_rate
        from jsonb_array_elements(items) with ordinality as element (line_json, ordinality)
        cross join lateral jsonb_populate_record(null::public.invoice_items, element.line_json) as line
    ),
    removed as (
        delete from public.invoice_items as item
        where item.invoice_id = written_invoice_id and item.position not in (select line.position from line)
    ),
    changed as (
        update public.invoice_items as item set
            description = line.description,
            hsn_code = line.hsn_code,
            quantity = line.quantity,
            unit_price = line.unit_price,
            tax_included = line.tax_included,
            tax_rate = line.tax_rate
        from line
        where item.invoice_id = written_invoice_id and item.position = line.position
    )
    insert into public.invoice_items (
        invoice_id, position, description, hsn_code, quantity, unit_price, tax_included, tax_rate
    )
    select
        written_invoice_id, line.position, line.description, line.hsn_code, line.quantity, line.unit_price,
        line.tax_included, line.tax_rate
    from line
    where not exists (
        select from public.invoice_items as item
        where item.invoice_id = written_invoice_id and item.position = line.position
    );
end;
$$;
grant execute on function private.write_items to authenticated;
comment on function private.write_items is 'Makes the lines of an invoice those of a JSON array, in its order.';


-- Totals of the invoice ----------------------------------------------------------------------------

create type private.invoice_sums as (
    id uuid,
    subtotal numeric,
    cgst numeric,
    sgst numeric,
    igst numeric,
    tax_amount numeric,
    unusual_rates numeric[]
);
comment on type private.invoice_sums is 'What the lines of an invoice add up to.';

create function private.sum_invoices(invoice_ids uuid[])
returns void
language plpgsql
set search_path = ''
as $$
declare
    different private.invoice_sums[];
begin
    if invoice_ids = '{}' then
        return;
    end if;
    select array_agg(sums) into different
    from (
        select
            touched.id,
            coalesce(sum(item.taxable_value), 0) as subtotal,
            coalesce(sum(item.cgst), 0) as cgst,
            coalesce(sum(item.sgst), 0) as sgst,
            coalesce(sum(item.igst), 0) as igst,
            coalesce(sum(item.tax_amount), 0) as tax_amount,
            private.unusual_rates(touched.issue_day, array_agg(coalesce(item.tax_rate, touched.tax_rate))) as unusual_rates
        from public.invoices as touched
        left join public.invoice_items as item on item.invoice_id = touched.id
        where touched.id = any(invoice_ids)
        group by touched.id
    ) as sums
    inner join public.invoices as invoice on invoice.id = sums.id
    where
        (invoice.subtotal, invoice.cgst, invoice.sgst, invoice.igst, invoice.unusual_rates)
        is distinct from (sums.subtotal, sums.cgst, sums.sgst, sums.igst, sums.unusual_rates);
    -- The lines that a sale brings make no difference, and an update of nothing would wake all triggers.
    if different is not null then
        update public.invoices as invoice set
            subtotal = sums.subtotal,
            cgst = sums.cgst,
            sgst = sums.sgst,
            igst = sums.igst,
            tax_amount = sums.tax_amount,
            total_amount = sums.subtotal + sums.tax_amount,
            unusual_rates = sums.unusual_rates
        from unnest(different) as sums
        where invoice.id = sums.id;
    end if;
end;
$$;
comment on function private.sum_invoices is 'Brings the totals of invoices in line with their lines.';

create function private.sum_after_insert()
returns trigger
language plpgsql
security definer -- callers may not write totals
set search_path = ''
as $$
begin
    perform private.sum_invoices(array(select distinct invoice_id from new_items));
    return null;
end;
$$;
comment on function private.sum_after_insert is 'Trigger: totals follow new lines.';

create function private.sum_after_update()
returns trigger
language plpgsql
security definer -- callers may not write totals
set search_path = ''
as $$
begin
    perform private.sum_invoices(array(select invoice_id from new_items union select invoice_id from old_items));
    return null;
end;
$$;
comment on function private.sum_after_update is 'Trigger: totals follow changed lines.';

create function private.sum_after_delete()
returns trigger
language plpgsql
security definer -- callers may not write totals
set search_path = ''
as $$
begin
    perform private.sum_invoices(array(select distinct invoice_id from old_items));
    return null;
end;
$$;
comment on function private.sum_after_delete is 'Trigger: totals follow removed lines.';

create trigger sum_after_insert after insert on public.invoice_items
referencing new table as new_items for each statement execute function private.sum_after_insert();
create trigger sum_after_update after update on public.invoice_items
referencing old table as old_items new table as new_items for each statement execute function private.sum_after_update();
create trigger sum_after_delete after delete on public.invoice_items
referencing old table as old_items for each statement execute function private.sum_after_delete();


-- Policies -----------------------------------------------------------------------------------------

alter table public.invoice_items enable row level security;
grant select, delete on public.invoice_items to authenticated;
grant insert (
    invoice_id, user_id, position, description, hsn_code, quantity, unit_price, tax_included, tax_rate
) on public.invoice_items to authenticated;
grant update (position, description, hsn_code, quantity, unit_price, tax_included, tax_rate)
on public.invoice_items to authenticated;
grant select, insert, update, delete on public.invoice_items to service_role;

create policy "users read their lines" on public.invoice_items
for select to authenticated using (user_id = (select private.current_user_id()));
create policy "users write lines of their own" on public.invoice_items
for insert to authenticated with check (user_id = (select private.current_user_id()));
create policy "users change their lines" on public.invoice_items
for update to authenticated
using (user_id = (select private.current_user_id())) with check (user_id = (select private.current_user_id()));
create policy "users delete their lines" on public.invoice_items
for delete to authenticated using (user_id = (select private.current_user_id()));
