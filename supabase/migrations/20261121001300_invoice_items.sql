-- Invoice items: the lines of documents, each with its tax, and the totals they add up to.
--
-- A line that a person types is computed when it is written, by private.line_amounts with its document's rate, price
-- basis and place of supply; a document's totals are the sums of its stored lines.


-- Tables -------------------------------------------------------------------------------------------

create table public.invoice_items (
    id uuid primary key default gen_random_uuid(),
    invoice_id uuid not null,
    user_id uuid not null default auth.uid() references public.profiles (id) on delete cascade,
    position integer not null,
    item_id uuid,
    description text not null,
    hsn_code text,
    uqc text,
    quantity numeric(12, 3) not null,
    unit_price public.rupees not null,
    amount public.rupees not null,
    discount_amount public.rupees not null default 0,
    tax_included boolean not null default false,
    tax_rate public.tax_rate,
    treatment text,
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
    constraint invoice_items_hsn_code_shape check (hsn_code ~ '^(?!00)([0-9]{4}|[0-9]{6}|[0-9]{8}|99[0-9]{3})$'),
    constraint invoice_items_uqc_shape check (uqc ~ '^[A-Z]{2,3}$'),
    constraint invoice_items_treatment_known check (treatment in ('taxable', 'nil_rated', 'exempt', 'non_gst')),
    constraint invoice_items_quantity_positive check (quantity > 0 and quantity <> 'NaN'),
    constraint invoice_items_unit_price_not_negative check (unit_price >= 0),
    constraint invoice_items_amount_is_product check (amount = round(quantity * unit_price, 2)),
    constraint invoice_items_discount_within_amount check (discount_amount between 0 and greatest(amount, 0)),
    constraint invoice_items_tax_adds_up check (tax_amount = cgst + sgst + igst)
);
comment on table public.invoice_items is 'Lines of documents. amount, and taxable_value and everything after it, is computed when the line is written.';
comment on column public.invoice_items.position is 'Order on the document: 1, 2, 3 ...; after the last line when none is named.';
comment on column public.invoice_items.item_id is 'The catalogue item that the line''s fields were copied from. No foreign key: lines outlive it.';
comment on column public.invoice_items.hsn_code is 'HSN code of goods, 4, 6 or 8 digits, or SAC of a service, which begins with 99 (Notification 78/2020).';
comment on column public.invoice_items.uqc is 'Unit quantity code of the quantity: NOS, KGS, MTR ... (CGST Rules, Rule 46(i)).';
comment on column public.invoice_items.unit_price is 'Rupees; contains the tax when the document''s price_includes_tax says so.';
comment on column public.invoice_items.amount is 'Rupees; quantity x unit price, rounded half-up, before the discount.';
comment on column public.invoice_items.discount_amount is 'Rupees taken off the amount before tax (CGST Act s.15(3)(a)).';
comment on column public.invoice_items.tax_included is 'Echoed as the contract''s example has it; changes nothing. See invoices.price_includes_tax.';
comment on column public.invoice_items.tax_rate is 'GST rate of this line in percent; null: the document''s.';
comment on column public.invoice_items.treatment is 'taxable, nil_rated, exempt or non_gst; null: taxable where there is a rate.';
comment on column public.invoice_items.taxable_value is 'Rupees before tax: the amount without the discount and without the tax in it.';
comment on column public.invoice_items.cgst is 'Rupees of central tax.';
comment on column public.invoice_items.sgst is 'Rupees of state or union territory tax.';
comment on column public.invoice_items.igst is 'Rupees of integrated tax.';
comment on column public.invoice_items.tax_amount is 'Rupees: cgst + sgst + igst.';

-- Serves the policy and the foreign key.
create index invoice_items_user_id_idx on public.invoice_items (user_id);


-- Lines --------------------------------------------------------------------------------------------

create function private.line_amounts(item public.invoice_items, invoice public.invoices)
returns private.gst_amounts
language plpgsql
immutable
set search_path = ''
as $$
begin
    return private.gst(
        round(item.quantity * item.unit_price, 2) - item.discount_amount, case
            when invoice.supply_type in ('export_without_payment', 'sez_without_payment') then 0
            else coalesce(item.tax_rate, invoice.tax_rate)
        end,
        invoice.price_includes_tax, invoice.inter_state
    );
end;
$$;
grant execute on function private.line_amounts to authenticated, service_role;
comment on function private.line_amounts is 'Taxable value and tax of a line on its document (CGST Act s.15); no tax on a zero-rated supply without payment (IGST Act s.16(3)).';

create function private.copied_from_item(line public.invoice_items)
returns public.invoice_items
language plpgsql
stable
security definer -- reads the catalogue whoever writes
set search_path = ''
as $$
declare
    item public.items;
begin
    select * into item from public.items where id = line.item_id and user_id = line.user_id;
    if not found then
        perform private.raise_problem(404, 'item_not_found', 'There is no such item.', 'item_id');
    end if;
    line.description := coalesce(line.description, item.description, item.name);
    line.hsn_code := coalesce(line.hsn_code, item.hsn_code);
    line.uqc := coalesce(line.uqc, item.uqc);
    line.unit_price := coalesce(line.unit_price, item.unit_price);
    line.tax_rate := coalesce(line.tax_rate, item.tax_rate);
    line.treatment := coalesce(line.treatment, item.treatment);
    return line;
end;
$$;
comment on function private.copied_from_item is
'A line with the fields of the catalogue item that it names, where it has none of its own; it keeps its copy.';

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
    elsif new.invoice_id <> old.invoice_id then
        perform private.raise_problem(409, 'owner_is_fixed', 'A line keeps the invoice it is on.');
    elsif
        invoice.status = 'cancelled'
        and (new.position, new.description, new.hsn_code, new.quantity, new.unit_price, new.tax_rate, new.discount_amount)
        is distinct from (
            old.position, old.description, old.hsn_code, old.quantity, old.unit_price, old.tax_rate, old.discount_amount
        )
    then
        perform private.raise_cancelled(invoice.invoice_number);
    end if;
    if new.item_id is not null and new.item_id is distinct from old.item_id then
        new := private.copied_from_item(new);
    end if;
    new.position := coalesce(
        new.position,
        (select max(item.position) + 1 from public.invoice_items as item where item.invoice_id = new.invoice_id),
        1
    );
    if
        invoice.document_type = 'invoice'
        and (tg_op = 'INSERT' or new.tax_rate is distinct from old.tax_rate)
    then
        perform private.check_tax_allowed(new.user_id, coalesce(new.tax_rate, invoice.tax_rate));
    end if;
    new.amount := round(new.quantity * new.unit_price, 2);
    computed := private.line_amounts(new, invoice);
    new.taxable_value := computed.taxable_value;
    new.cgst := computed.cgst;
    new.sgst := computed.sgst;
    new.igst := computed.igst;
    new.tax_amount := computed.tax_amount;
    if tg_op = 'UPDATE' then
        new.updated_at := now();
    end if;
    return new;
end;
$$;
comment on function private.compute_item is
'Trigger: computes amount and tax of a line that a person types, from its document''s rate, price basis and place of supply.';

create trigger check_owner before insert on public.invoice_items
for each row when (new.user_id <> auth.uid()) execute function private.refuse_other_owner();
create trigger compute before insert or update on public.invoice_items
for each row when (pg_trigger_depth() = 0) execute function private.compute_item();

create function private.keep_line()
returns trigger
language plpgsql
security definer -- reads the invoice whoever deletes
set search_path = ''
as $$
declare
    invoice public.invoices;
begin
    -- Locked, so that two lines deleted at the same time are both summed. Lines go with their user.
    select written.* into invoice
    from public.invoices as written
    where written.id = old.invoice_id and exists (select from public.profiles where id = written.user_id)
    for no key update;
    if invoice.status = 'cancelled' then
        perform private.raise_cancelled(invoice.invoice_number);
    end if;
    return old;
end;
$$;
comment on function private.keep_line is 'Trigger: a cancelled invoice keeps its lines; 409 invoice_cancelled.';

-- Not for lines that go with their invoice.
create trigger keep before delete on public.invoice_items
for each row when (pg_trigger_depth() = 0) execute function private.keep_line();


-- Totals -------------------------------------------------------------------------------------------

create function private.check_amendment(amended public.invoices)
returns void
language plpgsql
set search_path = ''
as $$
begin
    if amended.amount_settled > 0 then
        perform private.raise_problem(
            409, 'invoice_total_fixed',
            format(
                'Invoice %s is %s, so its total can''t change. %s', amended.invoice_number,
                case amended.status when 'paid' then 'paid' else 'paid in part' end,
                case amended.origin
                    when 'sale' then 'Edit the sale it belongs to instead.'
                    else 'Take the payment back first.'
                end
            )
        );
    end if;
end;
$$;
comment on function private.check_amendment is '409 invoice_total_fixed for a document that something settles, when it would get another total.';

create function private.sum_invoices(invoice_ids uuid[])
returns void
language plpgsql
set search_path = ''
as $$
declare
    summed record;
begin
    for summed in
        select invoice, sums.*, totals.total_amount
        from public.invoices as invoice
        -- Each document looks its own lines up, however many others there are.
        cross join lateral (
            select
                coalesce(sum(item.taxable_value), 0) as subtotal,
                coalesce(sum(item.cgst), 0) as cgst,
                coalesce(sum(item.sgst), 0) as sgst,
                coalesce(sum(item.igst), 0) as igst
            from public.invoice_items as item
            where item.invoice_id = invoice.id and item.user_id = invoice.user_id
        ) as sums
        cross join lateral (
            select sums.subtotal + invoice.round_off
                + case when invoice.reverse_charge then 0 else sums.cgst + sums.sgst + sums.igst end as total_amount
        ) as totals
        where
            invoice.id = any(invoice_ids)
            and (invoice.subtotal, invoice.cgst, invoice.sgst, invoice.igst, invoice.total_amount)
            <> (sums.subtotal, sums.cgst, sums.sgst, sums.igst, totals.total_amount)
    loop
        if (summed.invoice).total_amount <> summed.total_amount then
            perform private.check_amendment(summed.invoice);
        end if;
        update public.invoices set
            subtotal = summed.subtotal,
            cgst = summed.cgst,
            sgst = summed.sgst,
            igst = summed.igst,
            tax_amount = summed.cgst + summed.sgst + summed.igst,
            total_amount = summed.total_amount,
            updated_at = now()
        where id = (summed.invoice).id;
        if (summed.invoice).document_type = 'credit_note' and (summed.invoice).status in ('sent', 'paid') then
            perform private.credit_invoices(array[(summed.invoice).against_id]);
        end if;
    end loop;
end;
$$;
comment on function private.sum_invoices is 'Brings the totals of documents in line with their lines, and what is credited with the total of an issued note; 409 invoice_total_fixed.';

create function private.compute_lines(invoice_ids uuid[])
returns void
language plpgsql
set search_path = ''
as $$
begin
    update public.invoice_items as item set
        taxable_value = computed.taxable_value,
        cgst = computed.cgst,
        sgst = computed.sgst,
        igst = computed.igst,
        tax_amount = computed.tax_amount,
        updated_at = now()
    from public.invoices as invoice, public.invoice_items as line, private.line_amounts(line, invoice) as computed
    where
        invoice.id = any(invoice_ids)
        and line.invoice_id = invoice.id
        and item.id = line.id
        and item.invoice_id = any(invoice_ids)
        and (item.taxable_value, item.cgst, item.sgst, item.igst)
        <> (computed.taxable_value, computed.cgst, computed.sgst, computed.igst);
    perform private.sum_invoices(invoice_ids);
end;
$$;
comment on function private.compute_lines is 'Computes the lines of documents again, whose rate, price basis or place of supply changed, and sums them.';

create function private.sum_typed_lines()
returns trigger
language plpgsql
security definer -- callers may not write totals
set search_path = ''
as $$
declare
    invoice_ids uuid[];
begin
    if tg_op = 'DELETE' then
        invoice_ids := array(select distinct invoice_id from old_items);
    else
        invoice_ids := array(select distinct invoice_id from new_items);
    end if;
    if invoice_ids <> '{}' then
        perform private.check_fixed_lines(invoice_ids);
        perform private.sum_invoices(invoice_ids);
    end if;
    return null;
end;
$$;
comment on function private.sum_typed_lines is 'Trigger: totals follow the lines that a person writes.';

create trigger sum_after_insert after insert on public.invoice_items
referencing new table as new_items for each statement
when (pg_trigger_depth() = 0) execute function private.sum_typed_lines();
create trigger sum_after_update after update on public.invoice_items
referencing old table as old_items new table as new_items for each statement
when (pg_trigger_depth() = 0) execute function private.sum_typed_lines();
create trigger sum_after_delete after delete on public.invoice_items
referencing old table as old_items for each statement
when (pg_trigger_depth() = 0) execute function private.sum_typed_lines();


-- Lines from a request -----------------------------------------------------------------------------

create function private.lines_of(items jsonb)
returns setof public.invoice_items
language sql
stable
set search_path = ''
as $$
    select (jsonb_populate_record(
        null::public.invoice_items,
        element.line || jsonb_build_object(
            'position', element.position,
            'tax_included', coalesce((element.line ->> 'tax_included')::boolean, false),
            'discount_amount', coalesce((element.line ->> 'discount_amount')::numeric, 0)
        )
    )).*
    from jsonb_array_elements(items) with ordinality as element (line, position)
$$;
grant execute on function private.lines_of to authenticated;
comment on function private.lines_of is 'The lines of a JSON array, numbered in its order.';

create function private.write_items(written_invoice_id uuid, items jsonb)
returns void
language plpgsql
set search_path = ''
as $$
begin
    -- One statement, so that the totals are summed when all lines are there, and lines keep their ids. No merge, which
    -- would read every line of the user to find those that no longer have their match.
    with line as materialized (
        select * from private.lines_of(items)
    ),
    removed as (
        delete from public.invoice_items as item
        where item.invoice_id = written_invoice_id and item.position not in (select line.position from line)
    ),
    changed as (
        update public.invoice_items as item set
            item_id = line.item_id,
            description = line.description,
            hsn_code = line.hsn_code,
            uqc = line.uqc,
            quantity = line.quantity,
            unit_price = line.unit_price,
            discount_amount = line.discount_amount,
            tax_included = line.tax_included,
            tax_rate = line.tax_rate,
            treatment = line.treatment
        from line
        where
            item.invoice_id = written_invoice_id and item.position = line.position
            and (
                item.item_id, item.description, item.hsn_code, item.uqc, item.quantity, item.unit_price, item.discount_amount,
                item.tax_included, item.tax_rate, item.treatment
            ) is distinct from (
                line.item_id, line.description, line.hsn_code, line.uqc, line.quantity, line.unit_price, line.discount_amount,
                line.tax_included, line.tax_rate, line.treatment
            )
    )
    insert into public.invoice_items (
        invoice_id, position, item_id, description, hsn_code, uqc, quantity, unit_price, discount_amount, tax_included,
        tax_rate, treatment
    )
    select
        written_invoice_id, line.position, line.item_id, line.description, line.hsn_code, line.uqc, line.quantity,
        line.unit_price, line.discount_amount, line.tax_included, line.tax_rate, line.treatment
    from line
    where not exists (
        select from public.invoice_items as item
        where item.invoice_id = written_invoice_id and item.position = line.position
    );
end;
$$;
grant execute on function private.write_items to authenticated;
comment on function private.write_items is 'Makes the lines of a document those of a JSON array, in its order.';


-- Policies -----------------------------------------------------------------------------------------

create trigger lock_books before insert or update or delete on public.invoice_items
for each statement when (pg_trigger_depth() = 0) execute function private.lock_own_books();

alter table public.invoice_items enable row level security;
grant select, delete on public.invoice_items to authenticated;
grant insert (
    invoice_id, user_id, position, item_id, description, hsn_code, uqc, quantity, unit_price, discount_amount,
    tax_included, tax_rate, treatment
) on public.invoice_items to authenticated;
grant update (
    position, item_id, description, hsn_code, uqc, quantity, unit_price, discount_amount, tax_included, tax_rate, treatment
) on public.invoice_items to authenticated;
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
