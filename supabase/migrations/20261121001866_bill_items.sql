-- Bill items: the lines of bills as printed, the credit that each gives, and the totals they add up to.


-- Tables -------------------------------------------------------------------------------------------

create table public.bill_items (
    id uuid primary key default gen_random_uuid(),
    bill_id uuid not null,
    user_id uuid not null default auth.uid() references public.profiles (id) on delete cascade,
    position integer not null,
    description text not null,
    hsn_code text,
    uqc text,
    quantity numeric(12, 3),
    tax_rate public.tax_rate not null,
    taxable_value public.rupees not null,
    cgst public.rupees not null default 0,
    sgst public.rupees not null default 0,
    igst public.rupees not null default 0,
    treatment text,
    credit_status text not null default 'eligible',
    credit_type text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint bill_items_bill_belongs_to_user foreign key (bill_id, user_id)
    references public.bills (id, user_id) on delete cascade,
    constraint bill_items_position_unique unique (bill_id, user_id, position) deferrable,
    constraint bill_items_description_length check (description ~ '\S' and char_length(description) <= 10000),
    constraint bill_items_hsn_code_shape check (hsn_code ~ '^(?!00)([0-9]{4}|[0-9]{6}|[0-9]{8}|99[0-9]{3})$'),
    constraint bill_items_uqc_shape check (uqc ~ '^[A-Z]{2,3}$'),
    constraint bill_items_quantity_positive check (quantity > 0 and quantity <> 'NaN'),
    constraint bill_items_taxable_value_not_negative check (taxable_value >= 0),
    constraint bill_items_tax_not_negative check (cgst >= 0 and sgst >= 0 and igst >= 0),
    -- Integrated tax, or central and state tax in halves: never both (IGST Act s.7, 8).
    constraint bill_items_one_kind_of_tax check (igst = 0 or cgst = 0 and sgst = 0),
    constraint bill_items_halves_are_equal check (abs(cgst - sgst) <= 1),
    -- Suppliers round in many ways; more than a rupee is a mistake in reading.
    constraint bill_items_tax_fits_rate
    check (abs(cgst + sgst + igst - taxable_value * tax_rate / 100) <= 1),
    constraint bill_items_treatment_known check (treatment in ('taxable', 'nil_rated', 'exempt', 'non_gst')),
    constraint bill_items_only_taxable_ones_are_taxed
    check (treatment = 'taxable' or tax_rate = 0 and cgst = 0 and sgst = 0 and igst = 0),
    constraint bill_items_credit_status_known check (credit_status in (
        'eligible', 'blocked', 'temporarily_reversed', 'pos_restricted', 'time_barred', 'not_claimed'
    )),
    constraint bill_items_credit_type_known check (credit_type in (
        'inputs', 'input_services', 'capital_goods', 'import_goods', 'import_services'
    ))
);
comment on table public.bill_items is 'Lines of bills, with the amounts as printed.';
comment on column public.bill_items.bill_id is 'The bill.';
comment on column public.bill_items.hsn_code is 'HSN code of goods, or SAC of a service, which begins with 99.';
comment on column public.bill_items.uqc is 'Unit quantity code of the quantity; NA for a service.';
comment on column public.bill_items.tax_rate is 'GST rate in percent, as printed.';
comment on column public.bill_items.taxable_value is 'Rupees before tax, as printed.';
comment on column public.bill_items.cgst is 'Rupees of central tax, as printed.';
comment on column public.bill_items.sgst is 'Rupees of state or union territory tax, as printed.';
comment on column public.bill_items.igst is 'Rupees of integrated tax, as printed.';
comment on column public.bill_items.treatment is 'taxable, nil_rated, exempt or non_gst; taxable where there is a rate.';
comment on column public.bill_items.credit_status is
'eligible; blocked (CGST Act s.17(5)); temporarily_reversed; pos_restricted (place of supply); time_barred (s.16(4)); not_claimed.';
comment on column public.bill_items.credit_type is 'inputs, input_services, capital_goods, import_goods or import_services.';

-- Serves the policy and the foreign key.
create index bill_items_user_id_idx on public.bill_items (user_id);


-- Lines --------------------------------------------------------------------------------------------

create function private.prepare_bill_item()
returns trigger
language plpgsql
security definer -- reads the bill whoever writes
set search_path = ''
as $$
declare
    bill public.bills;
begin
    select * into bill from public.bills where id = new.bill_id for no key update;
    if bill.user_id is distinct from new.user_id then
        perform private.raise_problem(404, 'bill_not_found', 'There is no such bill.');
    elsif new.bill_id <> old.bill_id then
        perform private.raise_problem(409, 'owner_is_fixed', 'A line keeps the bill it is on.');
    end if;
    perform private.check_claim_period_open(bill.user_id, bill.claim_period);
    new.position := coalesce(
        new.position, (select max(line.position) + 1 from public.bill_items as line where line.bill_id = new.bill_id), 1
    );
    new.uqc := case when new.hsn_code like '99%' then 'NA' else upper(new.uqc) end;
    new.treatment := coalesce(new.treatment, case when new.tax_rate > 0 then 'taxable' end);
    new.credit_type := coalesce(new.credit_type, case
        when bill.kind = 'bill_of_entry' then 'import_goods'
        when bill.supplier_type = 'overseas' then 'import_services'
        when new.hsn_code like '99%' then 'input_services'
        else 'inputs'
    end);
    -- A composition supplier and one that is not registered may not charge tax (CGST Act s.10(4), 32).
    if not bill.reverse_charge and bill.supplier_type in ('composition', 'unregistered') then
        if new.credit_status = 'eligible' and new.cgst + new.sgst + new.igst > 0 then
            perform private.raise_no_credit(bill.supplier_type);
        elsif new.credit_status is null then
            new.credit_status := 'not_claimed';
        end if;
    end if;
    new.credit_status := coalesce(new.credit_status, 'eligible');
    if tg_op = 'UPDATE' then
        new.updated_at := now();
    end if;
    return new;
end;
$$;
comment on function private.prepare_bill_item is
'Trigger: a line belongs to a bill of its user in an open period; what is not said of its unit, treatment and credit follows.';

create function private.keep_claimed_line()
returns trigger
language plpgsql
security definer -- reads the bill whoever deletes
set search_path = ''
as $$
declare
    bill public.bills;
begin
    select written.* into bill
    from public.bills as written
    where written.id = old.bill_id and exists (select from public.profiles where id = written.user_id)
    for no key update;
    if found then
        perform private.check_claim_period_open(bill.user_id, bill.claim_period);
    end if;
    return old;
end;
$$;
comment on function private.keep_claimed_line is 'Trigger: a line whose credit was claimed in a submitted period stays.';

create function private.sum_bills(bill_ids uuid[])
returns void
language plpgsql
set search_path = ''
as $$
begin
    update public.bills as bill set
        taxable_value = sums.taxable_value,
        cgst = sums.cgst,
        sgst = sums.sgst,
        igst = sums.igst
    from (
        select
            bill_id,
            coalesce(sum(line.taxable_value), 0) as taxable_value,
            coalesce(sum(line.cgst), 0) as cgst,
            coalesce(sum(line.sgst), 0) as sgst,
            coalesce(sum(line.igst), 0) as igst
        from unnest(bill_ids) as bill_id
        left join public.bill_items as line using (bill_id)
        group by bill_id
    ) as sums
    where
        bill.id = sums.bill_id
        and (bill.taxable_value, bill.cgst, bill.sgst, bill.igst)
        <> (sums.taxable_value, sums.cgst, sums.sgst, sums.igst);
end;
$$;
comment on function private.sum_bills is 'Brings the totals of bills in line with their lines.';

create function private.sum_bill_lines()
returns trigger
language plpgsql
security definer -- callers may not write totals
set search_path = ''
as $$
begin
    if tg_op = 'DELETE' then
        perform private.sum_bills(array(select distinct bill_id from old_rows));
    else
        perform private.sum_bills(array(select distinct bill_id from new_rows));
    end if;
    return null;
end;
$$;
comment on function private.sum_bill_lines is 'Trigger: the totals of bills follow their lines.';

create trigger check_owner before insert on public.bill_items
for each row when (new.user_id <> auth.uid()) execute function private.refuse_other_owner();
create trigger keep before delete on public.bill_items
for each row execute function private.keep_claimed_line();
create trigger prepare before insert or update on public.bill_items
for each row execute function private.prepare_bill_item();
create trigger lock_books before insert or update or delete on public.bill_items
for each statement execute function private.lock_own_books();
create trigger sum_after_insert after insert on public.bill_items
referencing new table as new_rows for each statement execute function private.sum_bill_lines();
create trigger sum_after_update after update on public.bill_items
referencing new table as new_rows for each statement execute function private.sum_bill_lines();
-- Not for lines that go with their bill.
create trigger sum_after_delete after delete on public.bill_items
referencing old table as old_rows for each statement when (pg_trigger_depth() = 0) execute function private.sum_bill_lines();


-- Policies -----------------------------------------------------------------------------------------

alter table public.bill_items enable row level security;
grant select, delete on public.bill_items to authenticated;
grant insert (
    user_id, bill_id, position, description, hsn_code, uqc, quantity, tax_rate, taxable_value, cgst, sgst, igst, treatment,
    credit_status, credit_type
) on public.bill_items to authenticated;
grant update (
    position, description, hsn_code, uqc, quantity, tax_rate, taxable_value, cgst, sgst, igst, treatment, credit_status,
    credit_type
) on public.bill_items to authenticated;
grant select, insert, update, delete on public.bill_items to service_role;

create policy "users read their bill items" on public.bill_items
for select to authenticated using (user_id = (select private.current_user_id()));
create policy "users write bill items of their own" on public.bill_items
for insert to authenticated with check (user_id = (select private.current_user_id()));
create policy "users change their bill items" on public.bill_items
for update to authenticated
using (user_id = (select private.current_user_id())) with check (user_id = (select private.current_user_id()));
create policy "users delete their bill items" on public.bill_items
for delete to authenticated using (user_id = (select private.current_user_id()));
