-- Profiles: who the user is as a business. One row per user, made by a trigger when Supabase Auth signs the user up.


-- Tables -------------------------------------------------------------------------------------------

create table public.profiles (
    id uuid primary key,
    email text,
    username text,
    full_name text,
    business_name text,
    legal_name text,
    gstin text,
    state_code text references public.gst_states (code),
    address text,
    upi_id text,
    time_zone text not null default 'Asia/Kolkata',
    default_tax_rate public.tax_rate not null default 18,
    filing_frequency text not null default 'quarterly',
    gst_scheme text,
    gst_registered_from date,
    gst_cancelled_from date,
    turnover_band text,
    lut_number text,
    lut_valid_from date,
    lut_valid_to date,
    city text,
    pincode text,
    phone text,
    opening_credit_igst public.rupees not null default 0,
    opening_credit_cgst public.rupees not null default 0,
    opening_credit_sgst public.rupees not null default 0,
    opening_credit_period date,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    closed_at timestamptz,
    kept_until date,
    constraint profiles_username_shape check (username ~ '^[A-Za-z0-9_.-]{3,50}$'),
    constraint profiles_full_name_length check (char_length(full_name) between 1 and 200),
    constraint profiles_business_name_length check (char_length(business_name) between 1 and 200),
    constraint profiles_state_code_in_india check (state_code <> '96'),
    constraint profiles_address_length check (char_length(address) <= 1000),
    constraint profiles_upi_id_shape check (upi_id ~ '^[A-Za-z0-9._-]{2,255}@[A-Za-z0-9.-]{2,64}$'),
    constraint profiles_closed_is_kept check ((closed_at is null) = (kept_until is null)),
    constraint profiles_closed_is_anonymous check (
        closed_at is null or num_nulls(email, username, full_name, business_name, legal_name, address, city, pincode, phone, upi_id) = 10
    ),
    constraint profiles_filing_frequency_known check (filing_frequency in ('monthly', 'quarterly', 'annually')),
    constraint profiles_legal_name_length check (char_length(legal_name) between 1 and 200),
    constraint profiles_gst_scheme_known
    check (gst_scheme in ('unregistered', 'regular', 'composition', 'composition_services')),
    constraint profiles_gst_scheme_fits_gstin check (
        case
            when gst_scheme = 'unregistered' then gstin is null
            when gst_scheme in ('regular', 'composition', 'composition_services') then gstin is not null
        end
    ),
    constraint profiles_gst_cancelled_after_registered check (gst_cancelled_from > gst_registered_from),
    constraint profiles_turnover_band_known check (turnover_band in ('upto_1_5cr', 'upto_5cr', 'above_5cr')),
    constraint profiles_lut_number_shape check (lut_number ~ '^[A-Z0-9]{1,20}$'),
    constraint profiles_lut_period_in_order check (lut_valid_to >= lut_valid_from),
    constraint profiles_city_length check (char_length(city) between 1 and 100),
    constraint profiles_pincode_shape check (pincode ~ '^[1-9][0-9]{5}$'),
    constraint profiles_phone_shape check (phone ~ '^[0-9 +().,/x#*-]{3,40}$' and phone ~ '[0-9]'),
    constraint profiles_opening_credit_not_negative
    check (least(opening_credit_igst, opening_credit_cgst, opening_credit_sgst) >= 0),
    constraint profiles_opening_credit_period_is_a_month check (extract(day from opening_credit_period) = 1)
);
comment on table public.profiles is 'One row per user: name, business, GST identity, time zone and the defaults of new records.';
comment on column public.profiles.id is 'The id of the user in Supabase Auth. No foreign key: books that were filed outlive the user; see deleted_users.';
comment on column public.profiles.closed_at is 'When the user was deleted whose filed books the law keeps; null for every user who can log in.';
comment on column public.profiles.kept_until is 'Until when the law keeps the books of a deleted user.';
comment on column public.profiles.email is 'Copied from Supabase Auth, which stays its owner.';
comment on column public.profiles.username is 'Another name to log in with; unique without regard to case.';
comment on column public.profiles.business_name is 'The name the business trades under.';
comment on column public.profiles.legal_name is 'The name in the GST registration, where it is another one (CGST Rules, Rule 46(a)).';
comment on column public.profiles.gst_scheme is
'unregistered, regular, composition (CGST Act s.10) or composition_services (Notification 2/2019); null: the user has not declared it.';
comment on column public.profiles.gst_registered_from is 'The first day of the registration.';
comment on column public.profiles.gst_cancelled_from is 'The day from which the registration is cancelled.';
comment on column public.profiles.turnover_band is 'Aggregate turnover of the last year: up to 1.5 crore, up to 5 crore or above. It decides digits of HSN, e-invoices and late fees.';
comment on column public.profiles.lut_number is 'Letter of undertaking for exports without payment of tax (CGST Rules, Rule 96A).';
comment on column public.profiles.lut_valid_from is 'The first day of the letter of undertaking.';
comment on column public.profiles.lut_valid_to is 'The last day of the letter of undertaking.';
comment on column public.profiles.city is 'City of the address, for e-invoices and e-way bills.';
comment on column public.profiles.pincode is 'PIN code of the address: six digits.';
comment on column public.profiles.phone is 'Telephone number of the business.';
comment on column public.profiles.opening_credit_igst is 'Rupees of integrated tax in the credit ledger before the first return prepared here.';
comment on column public.profiles.opening_credit_cgst is 'Rupees of central tax in the credit ledger before the first return prepared here.';
comment on column public.profiles.opening_credit_sgst is 'Rupees of state tax in the credit ledger before the first return prepared here.';
comment on column public.profiles.opening_credit_period is 'The first day of the first month whose return is prepared here.';
comment on column public.profiles.gstin is 'The user''s GST registration; null for a person who is not registered.';
comment on column public.profiles.state_code is 'The state the user supplies from; taken from the GSTIN when there is one.';
comment on column public.profiles.time_zone is 'The zone in which this user''s days, months and financial years begin.';
comment on column public.profiles.default_tax_rate is 'GST rate, in percent, of sales and invoices that name none.';
comment on column public.profiles.filing_frequency is 'How often the schedule prepares a tax filing: monthly, quarterly or annually (April to March).';

-- Serves the log-in by username.
create unique index profiles_username_key on public.profiles (lower(username));
-- Serves the foreign key.
create index profiles_state_code_idx on public.profiles (state_code);


-- Triggers -----------------------------------------------------------------------------------------

create function private.prepare_profile()
returns trigger
language plpgsql
security definer -- reads the reference tables whoever writes
set search_path = ''
as $$
begin
    -- The names of all zones are read from files, which takes 15 ms: only for a zone that is neither kept nor the default.
    if
        new.time_zone is distinct from coalesce(old.time_zone, 'Asia/Kolkata')
        and not exists (select from pg_catalog.pg_timezone_names where name = new.time_zone)
    then
        perform private.raise_problem(
            422, 'invalid_time_zone', format('%s is not the name of a time zone; Asia/Kolkata is one.', new.time_zone),
            'time_zone'
        );
    end if;
    new.gstin := private.checked_gstin(new.gstin, 'gstin');
    -- A state that stood there before gives way to a new GSTIN; one that is being written says something else.
    if new.state_code <> left(new.gstin, 2) and new.state_code is distinct from old.state_code then
        perform private.raise_problem(
            422, 'state_differs', format('state_code %s is not the state of the GSTIN %s.', new.state_code, new.gstin),
            'state_code'
        );
    end if;
    new.state_code := coalesce(left(new.gstin, 2), new.state_code);
    return new;
end;
$$;
comment on function private.prepare_profile is 'Trigger: checks time zone and GSTIN, takes the state from the GSTIN.';

create trigger prepare before insert or update on public.profiles
for each row execute function private.prepare_profile();
create trigger touch before update on public.profiles
for each row execute function private.touch();

create function private.open_profile()
returns trigger
language plpgsql
security definer -- runs as Supabase Auth's own role, which may not write to public
set search_path = ''
as $$
declare
    -- To the second, as the answer to the registration says it.
    began constant timestamptz := date_trunc('second', coalesce(new.created_at, now()));
    wanted_username constant text := nullif(trim(new.raw_user_meta_data ->> 'username'), '');
    full_name constant text := nullif(trim(left(trim(new.raw_user_meta_data ->> 'full_name'), 200)), '');
begin
    begin
        insert into public.profiles (id, email, username, full_name, created_at, updated_at)
        values (new.id, new.email, wanted_username, full_name, began, began);
    exception when check_violation or unique_violation then
        -- Whoever signs up at Supabase Auth itself may name any username there. One that can't be, or is taken, is left out:
        -- an error would answer the sign-up with 500. Our own registration says that it wants to hear of it.
        if wanted_username is null or new.raw_user_meta_data ? 'username_is_required' then
            raise;
        end if;
        insert into public.profiles (id, email, full_name, created_at, updated_at)
        values (new.id, new.email, full_name, began, began);
    end;
    return new;
end;
$$;
comment on function private.open_profile is
'Trigger on auth.users: every new user gets a profile, with the names of the sign-up where they can stand.';

create trigger open_profile after insert on auth.users
for each row execute function private.open_profile();

create function private.follow_email()
returns trigger
language plpgsql
security definer -- runs as Supabase Auth's own role, which may not write to public
set search_path = ''
as $$
begin
    update public.profiles set email = new.email where id = new.id;
    return new;
end;
$$;
comment on function private.follow_email is 'Trigger on auth.users: the profile shows the current e-mail address.';

create trigger follow_email after update of email on auth.users
for each row when (new.email is distinct from old.email) execute function private.follow_email();


-- The caller and the caller's day ------------------------------------------------------------------

create function private.current_user_id()
returns uuid
language plpgsql
stable
set search_path = ''
as $$
begin
    return case when not private.session_is_revoked() then auth.uid() end;
end;
$$;
grant execute on function private.current_user_id to authenticated, service_role, anon;
comment on function private.current_user_id is 'The caller, or null when its token was logged out. Every policy compares with it.';

create function private.current_profile()
returns public.profiles
language plpgsql
stable
set search_path = ''
as $$
declare
    reader public.profiles;
begin
    select * into reader from public.profiles where id = private.current_user_id();
    if not found then
        perform private.raise_problem(401, 'not_authenticated', 'Send the access token of a user.');
    end if;
    return reader;
end;
$$;
grant execute on function private.current_profile to authenticated;
comment on function private.current_profile is 'The profile of the caller; what every page begins with.';

create function private.time_zone(user_id uuid)
returns text
language plpgsql -- not sql, which is planned anew at each call unless it is inlined
stable
security definer -- a policy on profiles must not hide the zone from a trigger
set search_path = ''
as $$
begin
    return coalesce((select time_zone from public.profiles where id = user_id), 'Asia/Kolkata');
end;
$$;
grant execute on function private.time_zone to authenticated, service_role;
comment on function private.time_zone is 'The time zone of a user''s profile.';

create function private.today(user_id uuid)
returns date
language plpgsql
stable
set search_path = ''
as $$
begin
    return (now() at time zone private.time_zone(user_id))::date;
end;
$$;
grant execute on function private.today to authenticated, service_role;
comment on function private.today is 'The day it is now in the profile''s time zone.';


-- Policies -----------------------------------------------------------------------------------------

alter table public.profiles enable row level security;
grant select on public.profiles to authenticated, service_role;
grant update (
    username, full_name, business_name, legal_name, gstin, state_code, address, city, pincode, phone, upi_id, time_zone,
    default_tax_rate, filing_frequency, gst_scheme, gst_registered_from, gst_cancelled_from, turnover_band, lut_number,
    lut_valid_from, lut_valid_to, opening_credit_igst, opening_credit_cgst, opening_credit_sgst, opening_credit_period
) on public.profiles to authenticated, service_role;

create policy "users read their profile" on public.profiles
for select to authenticated using (id = (select private.current_user_id()));
create policy "users change their profile" on public.profiles
for update to authenticated
using (id = (select private.current_user_id())) with check (id = (select private.current_user_id()));


-- The contract's functions -------------------------------------------------------------------------

create view api.profile with (security_invoker = true) as
select
    -- An expression, and not the column: PostgREST would embed all that belongs to the user; see embedding.
    (select private.current_user_id()) as id,
    email,
    username,
    full_name,
    business_name,
    gstin,
    state_code,
    address,
    upi_id,
    time_zone,
    trim_scale(default_tax_rate) as default_tax_rate,
    filing_frequency,
    legal_name,
    city,
    pincode,
    phone,
    gst_scheme,
    gst_registered_from,
    gst_cancelled_from,
    turnover_band,
    lut_number,
    lut_valid_from,
    lut_valid_to,
    opening_credit_igst,
    opening_credit_cgst,
    opening_credit_sgst,
    opening_credit_period,
    to_json(created_at at time zone 'utc') #>> '{}' || 'Z' as created_at,
    to_json(updated_at at time zone 'utc') #>> '{}' || 'Z' as updated_at
from public.profiles
where id = (select private.current_user_id());
grant select on api.profile to authenticated;
comment on view api.profile is 'The caller''s own profile (spec: Get current user).';

create type api.profile_answer as (
    id uuid,
    email text,
    username text,
    full_name text,
    business_name text,
    gstin text,
    state_code text,
    address text,
    upi_id text,
    time_zone text,
    default_tax_rate numeric,
    filing_frequency text,
    legal_name text,
    city text,
    pincode text,
    phone text,
    gst_scheme text,
    gst_registered_from date,
    gst_cancelled_from date,
    turnover_band text,
    lut_number text,
    lut_valid_from date,
    lut_valid_to date,
    opening_credit_igst public.rupees,
    opening_credit_cgst public.rupees,
    opening_credit_sgst public.rupees,
    opening_credit_period date,
    created_at text,
    updated_at text
);
comment on type api.profile_answer is
'What functions answer of a profile: the first columns of the view, in its order. A view that were the type of a function
could neither be dropped nor change the type of a column.';

create function api.update_profile(profile jsonb)
returns api.profile_answer
language plpgsql
set search_path = ''
as $$
declare
    caller constant uuid := private.open_books();
    changed public.profiles;
    answer api.profile_answer;
begin
    select * into changed from public.profiles where id = caller;
    changed := jsonb_populate_record(changed, profile);
    update public.profiles set
        username = changed.username,
        full_name = changed.full_name,
        business_name = changed.business_name,
        gstin = changed.gstin,
        state_code = changed.state_code,
        address = changed.address,
        upi_id = changed.upi_id,
        time_zone = changed.time_zone,
        default_tax_rate = changed.default_tax_rate,
        filing_frequency = changed.filing_frequency,
        legal_name = changed.legal_name,
        city = changed.city,
        pincode = changed.pincode,
        phone = changed.phone,
        gst_scheme = changed.gst_scheme,
        gst_registered_from = changed.gst_registered_from,
        gst_cancelled_from = changed.gst_cancelled_from,
        turnover_band = changed.turnover_band,
        lut_number = changed.lut_number,
        lut_valid_from = changed.lut_valid_from,
        lut_valid_to = changed.lut_valid_to,
        opening_credit_igst = changed.opening_credit_igst,
        opening_credit_cgst = changed.opening_credit_cgst,
        opening_credit_sgst = changed.opening_credit_sgst,
        opening_credit_period = changed.opening_credit_period
    where id = caller;
    select * into answer from api.profile;
    return answer;
end;
$$;
grant execute on function api.update_profile to authenticated;
comment on function api.update_profile is 'Changes the named fields of the caller''s profile.';
