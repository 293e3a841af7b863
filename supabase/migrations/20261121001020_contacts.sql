-- Contacts: customers and suppliers, one row for each person or business, which can be both.
--
-- A contact fills in the customer of an invoice or the supplier of a bill. The document keeps its own copy, so a change or
-- a deletion here never changes a document.


-- Tables -------------------------------------------------------------------------------------------

create table public.contacts (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null default auth.uid() references public.profiles (id) on delete cascade,
    is_customer boolean not null default false,
    is_supplier boolean not null default false,
    name text not null,
    email text,
    phone text,
    address text,
    gstin text,
    state_code text references public.gst_states (code),
    pincode text,
    country_code text not null default 'IN',
    notes text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint contacts_owner_key unique (id, user_id),
    constraint contacts_role_named check (is_customer or is_supplier),
    constraint contacts_name_length check (name ~ '\S' and char_length(name) <= 200),
    constraint contacts_email_shape check (email ~ '^[^@\s]+@[^@\s]+$' and char_length(email) <= 320),
    constraint contacts_phone_shape check (phone ~ '^[0-9 +().,/x#*-]{3,40}$' and phone ~ '[0-9]'),
    constraint contacts_address_length check (char_length(address) <= 1000),
    constraint contacts_pincode_shape
    check (case when country_code = 'IN' then pincode ~ '^[1-9][0-9]{5}$' else pincode ~ '^[A-Za-z0-9 -]{1,16}$' end),
    -- ISO 3166-1, which e-invoices use.
    constraint contacts_country_code_known check (country_code = any(string_to_array(
        'AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW '
        'BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI '
        'FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN '
        'IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME '
        'MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF '
        'PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV '
        'SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE '
        'YT ZA ZM ZW',
        ' '
    ))),
    constraint contacts_state_in_its_country check ((state_code = '96') = (country_code <> 'IN')),
    constraint contacts_notes_length check (char_length(notes) <= 10000)
);
comment on table public.contacts is 'Customers and suppliers. Documents keep a copy of what they need, and may name the contact.';
comment on column public.contacts.is_customer is 'Whether api.customers shows the contact.';
comment on column public.contacts.is_supplier is 'Whether api.suppliers shows the contact.';
comment on column public.contacts.name is 'Two contacts may have the same name.';
comment on column public.contacts.gstin is 'Checked, in upper case; unique among the user''s customers and among the user''s suppliers.';
comment on column public.contacts.state_code is 'GST state code of the address; from the GSTIN if there is one; 96 outside of India.';
comment on column public.contacts.pincode is 'Six digits in India; another country''s postal code.';
comment on column public.contacts.country_code is 'ISO 3166-1 alpha-2.';

-- One party has one GSTIN, and a user keeps it once. They also serve the filter by GSTIN.
create unique index contacts_customer_gstin_key on public.contacts (user_id, gstin) where is_customer;
create unique index contacts_supplier_gstin_key on public.contacts (user_id, gstin) where is_supplier;
-- Serves the lists of customers and of suppliers by name, the policy, and the foreign key to the profile. A search for a
-- part of a name or e-mail address reads one user's contacts, 0.6 ms for each thousand; an index on trigrams, as invoices
-- have it, needs a join that a database that was never analyzed makes a nested loop: 2 s for the first thousand.
create index contacts_user_id_name_idx on public.contacts (user_id, name, id, is_customer, is_supplier);
-- Serves the foreign key.
create index contacts_state_code_idx on public.contacts (state_code);


-- GSTIN and state ----------------------------------------------------------------------------------

create function private.refuse_other_state(state_code text, gstin text)
returns void
language plpgsql
set search_path = ''
as $$
begin
    if state_code <> left(gstin, 2) then
        perform private.raise_problem(
            422, 'state_differs', format('state_code %s is not the state of the GSTIN %s.', state_code, gstin), 'state_code'
        );
    end if;
end;
$$;
grant execute on function private.refuse_other_state to authenticated;
comment on function private.refuse_other_state is '422 state_differs when a state is not that of the GSTIN.';

create function private.prepare_contact()
returns trigger
language plpgsql
security definer -- reads the states whoever writes
set search_path = ''
as $$
begin
    if tg_op = 'UPDATE' and (new.id, new.user_id) <> (old.id, old.user_id) then
        perform private.raise_problem(409, 'owner_is_fixed', 'A contact keeps its id and its owner.');
    end if;
    new.gstin := private.checked_gstin(new.gstin, 'gstin');
    new.country_code := upper(new.country_code);
    if new.country_code = 'IN' then
        new.pincode := nullif(regexp_replace(new.pincode, '\s', '', 'g'), '');
    end if;
    -- A state that stood there before gives way to a new GSTIN or country; one that is being written says something else.
    if new.state_code is distinct from old.state_code then
        perform private.refuse_other_state(new.state_code, new.gstin);
    elsif new.country_code is distinct from old.country_code then
        new.state_code := null;
    end if;
    new.state_code := coalesce(left(new.gstin, 2), new.state_code, case when new.country_code <> 'IN' then '96' end);
    return new;
end;
$$;
comment on function private.prepare_contact is 'Trigger: checks the GSTIN, takes the state from it or from the country.';

-- Before all others: triggers fire in the order of their names.
create trigger check_owner before insert on public.contacts
for each row when (new.user_id <> auth.uid()) execute function private.refuse_other_owner();
create trigger prepare before insert or update on public.contacts
for each row execute function private.prepare_contact();
create trigger touch before update on public.contacts
for each row execute function private.touch();

create trigger lock_books before insert or update or delete on public.contacts
for each statement execute function private.lock_own_books();


-- Policies -----------------------------------------------------------------------------------------

alter table public.contacts enable row level security;
grant select, delete on public.contacts to authenticated;
grant insert (
    user_id, is_customer, is_supplier, name, email, phone, address, gstin, state_code, pincode, country_code, notes
) on public.contacts to authenticated;
grant update (
    is_customer, is_supplier, name, email, phone, address, gstin, state_code, pincode, country_code, notes
) on public.contacts to authenticated;
grant select, insert, update, delete on public.contacts to service_role;

create policy "users read their contacts" on public.contacts
for select to authenticated using (user_id = (select private.current_user_id()));
create policy "users write contacts of their own" on public.contacts
for insert to authenticated with check (user_id = (select private.current_user_id()));
create policy "users change their contacts" on public.contacts
for update to authenticated
using (user_id = (select private.current_user_id())) with check (user_id = (select private.current_user_id()));
create policy "users delete their contacts" on public.contacts
for delete to authenticated using (user_id = (select private.current_user_id()));


-- What customers and suppliers share ---------------------------------------------------------------
--
-- A role is customer or supplier.

create function private.create_contact(owner uuid, contact jsonb)
returns uuid
language plpgsql
set search_path = ''
as $$
declare
    new_id uuid;
begin
    insert into public.contacts (
        user_id, is_customer, is_supplier, name, email, phone, address, gstin, state_code, pincode, country_code, notes
    )
    select
        owner,
        coalesce(is_customer, false),
        coalesce(is_supplier, false),
        name,
        email,
        phone,
        address,
        gstin,
        state_code,
        pincode,
        coalesce(country_code, 'IN'),
        notes
    from jsonb_populate_record(null::public.contacts, contact)
    returning id into new_id;
    return new_id;
end;
$$;
grant execute on function private.create_contact to authenticated;
comment on function private.create_contact is 'Writes a contact, and returns its id.';

create function private.locked_contact(contact_id uuid, role text)
returns public.contacts
language plpgsql
set search_path = ''
as $$
declare
    contact public.contacts;
begin
    -- Locked, because the dashboard writes without the books, and all fields are written back.
    select * into contact from public.contacts
    where id = contact_id and case role when 'customer' then is_customer else is_supplier end
    for no key update;
    if not found and role = 'customer' then
        perform private.raise_problem(404, 'customer_not_found', 'There is no such customer.');
    elsif not found then
        perform private.raise_problem(404, 'supplier_not_found', 'There is no such supplier.');
    end if;
    return contact;
end;
$$;
grant execute on function private.locked_contact to authenticated;
comment on function private.locked_contact is
'A contact of the caller in this role; 404 customer_not_found or supplier_not_found otherwise.';

create function private.update_contact(contact_id uuid, role text, changes jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
    -- The role in which it is changed is not changed: deleting it is another call.
    changed public.contacts := jsonb_populate_record(
        private.locked_contact(contact_id, role), changes - ('is_' || role)
    );
begin
    update public.contacts set
        is_customer = changed.is_customer,
        is_supplier = changed.is_supplier,
        name = changed.name,
        email = changed.email,
        phone = changed.phone,
        address = changed.address,
        gstin = changed.gstin,
        state_code = changed.state_code,
        pincode = changed.pincode,
        country_code = changed.country_code,
        notes = changed.notes
    where id = contact_id
    returning * into changed;
    -- The trigger does not see that the request names the state that stood there before.
    perform private.refuse_other_state(changes ->> 'state_code', changed.gstin);
end;
$$;
grant execute on function private.update_contact to authenticated;
comment on function private.update_contact is 'Changes the named fields of a contact.';

create function private.delete_contact(contact_id uuid, role text)
returns void
language plpgsql
set search_path = ''
as $$
declare
    contact constant public.contacts := private.locked_contact(contact_id, role);
begin
    if contact.is_customer and contact.is_supplier then
        update public.contacts set is_customer = role <> 'customer', is_supplier = role <> 'supplier'
        where id = contact_id;
    else
        delete from public.contacts where id = contact_id;
    end if;
end;
$$;
grant execute on function private.delete_contact to authenticated;
comment on function private.delete_contact is 'Takes this role away from a contact; one without another role is deleted.';


-- Customers ----------------------------------------------------------------------------------------

create view api.customers with (security_invoker = true) as
select
    id,
    name,
    email,
    phone,
    address,
    gstin,
    state_code,
    pincode,
    country_code,
    notes,
    is_supplier,
    user_id,
    to_json(created_at at time zone 'utc') #>> '{}' || 'Z' as created_at,
    to_json(updated_at at time zone 'utc') #>> '{}' || 'Z' as updated_at,
    created_at as created_instant,
    updated_at as updated_instant
from public.contacts
where is_customer;
grant select on api.customers to authenticated;
comment on view api.customers is 'Customers of the caller.';

create type api.customer_answer as (
    id uuid,
    name text,
    email text,
    phone text,
    address text,
    gstin text,
    state_code text,
    pincode text,
    country_code text,
    notes text,
    is_supplier boolean,
    user_id uuid,
    created_at text,
    updated_at text
);
comment on type api.customer_answer is 'What functions answer of a customer: the first columns of the view, in its order.';

create function api.create_customer(customer jsonb)
returns api.customer_answer
language plpgsql
set search_path = ''
as $$
declare
    caller constant uuid := private.open_books();
    answer api.customer_answer := json_populate_record(
        null::api.customer_answer, private.replay('create_customer', customer)
    );
    new_id uuid;
begin
    if answer.id is not null then
        return answer;
    end if;
    new_id := private.create_contact(caller, customer || '{"is_customer": true}');
    select * into answer from api.customers where id = new_id;
    perform private.remember('create_customer', customer, to_json(answer), '/api/customers/' || new_id);
    return answer;
end;
$$;
grant execute on function api.create_customer to authenticated;
comment on function api.create_customer is 'Creates a customer.';

create function api.update_customer(customer_id uuid, customer jsonb)
returns api.customer_answer
language plpgsql
set search_path = ''
as $$
declare
    answer api.customer_answer;
begin
    perform private.open_books();
    perform private.update_contact(customer_id, 'customer', customer);
    select * into answer from api.customers where id = customer_id;
    return answer;
end;
$$;
grant execute on function api.update_customer to authenticated;
comment on function api.update_customer is 'Changes the named fields of a customer.';

create function api.delete_customer(customer_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
begin
    perform private.open_books();
    perform private.delete_contact(customer_id, 'customer');
end;
$$;
grant execute on function api.delete_customer to authenticated;
comment on function api.delete_customer is 'Deletes a customer; one that is also a supplier stays a supplier.';


-- Suppliers ----------------------------------------------------------------------------------------

create view api.suppliers with (security_invoker = true) as
select
    id,
    name,
    email,
    phone,
    address,
    gstin,
    state_code,
    pincode,
    country_code,
    notes,
    is_customer,
    user_id,
    to_json(created_at at time zone 'utc') #>> '{}' || 'Z' as created_at,
    to_json(updated_at at time zone 'utc') #>> '{}' || 'Z' as updated_at,
    created_at as created_instant,
    updated_at as updated_instant
from public.contacts
where is_supplier;
grant select on api.suppliers to authenticated;
comment on view api.suppliers is 'Suppliers of the caller.';

create type api.supplier_answer as (
    id uuid,
    name text,
    email text,
    phone text,
    address text,
    gstin text,
    state_code text,
    pincode text,
    country_code text,
    notes text,
    is_customer boolean,
    user_id uuid,
    created_at text,
    updated_at text
);
comment on type api.supplier_answer is 'What functions answer of a supplier: the first columns of the view, in its order.';

create function api.create_supplier(supplier jsonb)
returns api.supplier_answer
language plpgsql
set search_path = ''
as $$
declare
    caller constant uuid := private.open_books();
    answer api.supplier_answer := json_populate_record(
        null::api.supplier_answer, private.replay('create_supplier', supplier)
    );
    new_id uuid;
begin
    if answer.id is not null then
        return answer;
    end if;
    new_id := private.create_contact(caller, supplier || '{"is_supplier": true}');
    select * into answer from api.suppliers where id = new_id;
    perform private.remember('create_supplier', supplier, to_json(answer), '/api/suppliers/' || new_id);
    return answer;
end;
$$;
grant execute on function api.create_supplier to authenticated;
comment on function api.create_supplier is 'Creates a supplier.';

create function api.update_supplier(supplier_id uuid, supplier jsonb)
returns api.supplier_answer
language plpgsql
set search_path = ''
as $$
declare
    answer api.supplier_answer;
begin
    perform private.open_books();
    perform private.update_contact(supplier_id, 'supplier', supplier);
    select * into answer from api.suppliers where id = supplier_id;
    return answer;
end;
$$;
grant execute on function api.update_supplier to authenticated;
comment on function api.update_supplier is 'Changes the named fields of a supplier.';

create function api.delete_supplier(supplier_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
begin
    perform private.open_books();
    perform private.delete_contact(supplier_id, 'supplier');
end;
$$;
grant execute on function api.delete_supplier to authenticated;
comment on function api.delete_supplier is 'Deletes a supplier; one that is also a customer stays a customer.';
