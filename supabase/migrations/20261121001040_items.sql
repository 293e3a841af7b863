-- Items: the catalogue of what a user sells or buys: description, HSN or SAC code, unit, price, rate.
--
-- An item fills in a line of a document. The line keeps its own copy, so a change or a deletion here never changes a
-- document.


-- Tables -------------------------------------------------------------------------------------------

create table public.items (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null default auth.uid() references public.profiles (id) on delete cascade,
    name text not null,
    description text,
    hsn_code text,
    uqc text,
    unit_price public.rupees not null,
    tax_rate public.tax_rate,
    treatment text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint items_owner_key unique (id, user_id),
    constraint items_name_length check (name ~ '\S' and char_length(name) <= 200),
    constraint items_description_length check (char_length(description) <= 10000),
    -- HSN has 4, 6 or 8 digits (Notification 78/2020), the codes of services begin with 99 and have 4 to 6; chapters
    -- begin with 01.
    constraint items_hsn_code_shape check (hsn_code ~ '^(?!00)([0-9]{4}|[0-9]{6}|[0-9]{8}|99[0-9]{3})$'),
    -- The unit quantity codes of GST returns; NA for services.
    constraint items_uqc_known check (uqc = any(string_to_array(
        'BAG BAL BDL BKL BOU BOX BTL BUN CAN CBM CCM CMS CTN DOZ DRM GGK GMS GRS GYD KGS KLR KME LTR MLT MTR '
        'MTS NOS OTH PAC PCS PRS QTL ROL SET SQF SQM SQY TBS TGM THD TON TUB UGS UNT YDS NA',
        ' '
    ))),
    constraint items_only_services_have_no_unit check ((uqc = 'NA') = (hsn_code like '99%')),
    constraint items_unit_price_not_negative check (unit_price >= 0),
    constraint items_treatment_known check (treatment in ('taxable', 'nil_rated', 'exempt', 'non_gst')),
    constraint items_only_taxable_ones_are_taxed check (treatment = 'taxable' or tax_rate = 0)
);
comment on table public.items is 'The catalogue. Lines of documents keep a copy of what they need, and may name the item.';
comment on column public.items.name is 'Unique per user without regard to case.';
comment on column public.items.description is 'The text of a line; without one, the line says the name.';
comment on column public.items.hsn_code is 'HSN code of goods, or SAC code of a service, which begins with 99.';
comment on column public.items.uqc is 'The unit in which GST returns count it; NA for a service.';
comment on column public.items.unit_price is 'Rupees.';
comment on column public.items.tax_rate is 'GST rate in percent; null for the default rate of the profile, 0 when the treatment says that no tax is due.';
comment on column public.items.treatment is 'How GST treats it: taxable, nil_rated, exempt or non_gst; null if unknown.';

-- One name, one item. It also serves the policy and the foreign key to the profile.
create unique index items_name_unique_per_user on public.items (user_id, lower(name));
-- Serves the list by name, and inside of one user's items the search for a part of a name.
create index items_user_id_name_idx on public.items (user_id, name, id);
-- Serves the filter by HSN code.
create index items_user_id_hsn_code_idx on public.items (user_id, hsn_code);


-- Triggers -----------------------------------------------------------------------------------------

create function private.prepare_item()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
    if tg_op = 'UPDATE' and (new.id, new.user_id) <> (old.id, old.user_id) then
        perform private.raise_problem(409, 'owner_is_fixed', 'An item keeps its id and its owner.');
    end if;
    new.uqc := upper(new.uqc);
    if new.hsn_code like '99%' then
        new.uqc := 'NA';
    elsif new.uqc = 'NA' and old.hsn_code like '99%' then
        -- The service has become goods: their unit is not known yet.
        new.uqc := null;
    end if;
    -- A rate that stood there before gives way to a treatment without tax; one that is being written contradicts it.
    if new.treatment <> 'taxable' and (new.tax_rate is null or new.tax_rate = old.tax_rate) then
        new.tax_rate := 0;
    end if;
    return new;
end;
$$;
comment on function private.prepare_item is 'Trigger: a service has the unit NA, and what is not taxable has the rate 0.';

-- Before all others: triggers fire in the order of their names.
create trigger check_owner before insert on public.items
for each row when (new.user_id <> auth.uid()) execute function private.refuse_other_owner();
create trigger prepare before insert or update on public.items
for each row execute function private.prepare_item();
create trigger touch before update on public.items
for each row execute function private.touch();

create trigger lock_books before insert or update or delete on public.items
for each statement execute function private.lock_own_books();


-- Policies -----------------------------------------------------------------------------------------

alter table public.items enable row level security;
grant select, delete on public.items to authenticated;
grant insert (user_id, name, description, hsn_code, uqc, unit_price, tax_rate, treatment) on public.items to authenticated;
grant update (name, description, hsn_code, uqc, unit_price, tax_rate, treatment) on public.items to authenticated;
grant select, insert, update, delete on public.items to service_role;

create policy "users read their items" on public.items
for select to authenticated using (user_id = (select private.current_user_id()));
create policy "users write items of their own" on public.items
for insert to authenticated with check (user_id = (select private.current_user_id()));
create policy "users change their items" on public.items
for update to authenticated
using (user_id = (select private.current_user_id())) with check (user_id = (select private.current_user_id()));
create policy "users delete their items" on public.items
for delete to authenticated using (user_id = (select private.current_user_id()));


-- The functions of the API -------------------------------------------------------------------------

create view api.items with (security_invoker = true) as
select
    id,
    name,
    description,
    hsn_code,
    uqc,
    unit_price,
    trim_scale(tax_rate) as tax_rate,
    treatment,
    user_id,
    to_json(created_at at time zone 'utc') #>> '{}' || 'Z' as created_at,
    to_json(updated_at at time zone 'utc') #>> '{}' || 'Z' as updated_at,
    created_at as created_instant,
    updated_at as updated_instant
from public.items;
grant select on api.items to authenticated;
comment on view api.items is 'The catalogue of the caller.';

create type api.item_answer as (
    id uuid,
    name text,
    description text,
    hsn_code text,
    uqc text,
    unit_price public.rupees,
    tax_rate numeric,
    treatment text,
    user_id uuid,
    created_at text,
    updated_at text
);
comment on type api.item_answer is 'What functions answer of an item: the first columns of the view, in its order.';

create function api.create_item(item jsonb)
returns api.item_answer
language plpgsql
set search_path = ''
as $$
declare
    caller constant uuid := private.open_books();
    answer api.item_answer := json_populate_record(null::api.item_answer, private.replay('create_item', item));
    new_id uuid;
begin
    if answer.id is not null then
        return answer;
    end if;
    insert into public.items (user_id, name, description, hsn_code, uqc, unit_price, tax_rate, treatment)
    select caller, name, description, hsn_code, uqc, unit_price, tax_rate, treatment
    from jsonb_populate_record(null::public.items, item)
    returning id into new_id;
    select * into answer from api.items where id = new_id;
    perform private.remember('create_item', item, to_json(answer), '/api/items/' || new_id);
    return answer;
end;
$$;
grant execute on function api.create_item to authenticated;
comment on function api.create_item is 'Adds an item to the catalogue.';

create function api.update_item(item_id uuid, item jsonb)
returns api.item_answer
language plpgsql
set search_path = ''
as $$
declare
    changed public.items;
    answer api.item_answer;
begin
    perform private.open_books();
    -- Locked, because the dashboard writes without the books, and all fields are written back.
    select * into changed from public.items where id = item_id for no key update;
    if not found then
        perform private.raise_problem(404, 'item_not_found', 'There is no such item.');
    end if;
    changed := jsonb_populate_record(changed, item);
    update public.items set
        name = changed.name,
        description = changed.description,
        hsn_code = changed.hsn_code,
        uqc = changed.uqc,
        unit_price = changed.unit_price,
        tax_rate = changed.tax_rate,
        treatment = changed.treatment
    where id = item_id;
    select * into answer from api.items where id = item_id;
    return answer;
end;
$$;
grant execute on function api.update_item to authenticated;
comment on function api.update_item is 'Changes the named fields of an item.';

create function api.delete_item(item_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
begin
    perform private.open_books();
    delete from public.items where id = item_id;
    if not found then
        perform private.raise_problem(404, 'item_not_found', 'There is no such item.');
    end if;
end;
$$;
grant execute on function api.delete_item to authenticated;
comment on function api.delete_item is 'Deletes an item from the catalogue; documents keep their lines.';
