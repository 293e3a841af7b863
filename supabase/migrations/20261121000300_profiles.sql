-- Profiles: who the user is as a business. One row per user, made by a trigger when Supabase Auth signs the user up.


-- Tables -------------------------------------------------------------------------------------------

create table public.profiles (
    id uuid primary key references auth.users (id) on delete cascade,
    email text,
    username text,
    full_name text,
    business_name text,
    gstin text,
    state_code text references public.gst_states (code),
    address text,
    upi_id text,
    time_zone text not null default 'Asia/Kolkata',
    default_tax_rate public.tax_rate not null default 18,
    filing_frequency text not null default 'quarterly',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint profiles_username_shape check (username ~ '^[A-Za-z0-9_.-]{3,50}$'),
    constraint profiles_full_name_length check (char_length(full_name) between 1 and 200),
    constraint profiles_business_name_length check (char_length(business_name) between 1 and 200),
    constraint profiles_state_code_in_india check (state_code <> '96'),
    constraint profiles_address_length check (char_length(address) <= 1000),
    constraint profiles_upi_id_shape check (upi_id ~ '^[A-Za-z0-9._-]{2,255}@[A-Za-z0-9.-]{2,64}$'),
    constraint profiles_filing_frequency_known check (filing_frequency in ('monthly', 'quarterly', 'annually'))
);
comment on table public.profiles is 'One row per user: name, business, GST identity, time zone and the defaults of new records.';
comment on column public.profiles.email is 'Copied from Supabase Auth, which stays its owner.';
comment on column public.profiles.username is 'Another name to log in with; unique without regard to case.';
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
        perform private.raise_problem(422, 'invalid_time_zone', format('%s is not the name of a time zone; Asia/Kolkata is one.', new.time_zone));
    end if;
    new.gstin := private.checked_gstin(new.gstin);
    -- A state that stood there before gives way to a new GSTIN; one that is being written says something else.
    if new.state_code <> left(new.gstin, 2) and new.state_code is distinct from old.state_code then
        perform private.raise_problem(
            422, 'state_differs', format('state_code %s is not the state of the GSTIN %s.', new.state_code, new.gstin)
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
begin
    insert into public.profiles (id, email, username, full_name, created_at, updated_at)
    values (
        new.id,
        new.email,
        nullif(trim(new.raw_user_meta_data ->> 'username'), ''),
        nullif(trim(new.raw_user_meta_data ->> 'full_name'), ''),
        began,
        began
    );
    return new;
end;
$$;
comment on function private.open_profile is 'Trigger on auth.users: every user has a profile from the first moment.';

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


-- Functions ----------------------------------------------------------------------------------------

create function private.refuse_other_owner()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
    raise insufficient_privilege using
        message = format('new row violates row-level security policy for table "%s"', tg_table_name);
end;
$$;
comment on function private.refuse_other_owner is
'Trigger: what row level security says of a row that names another user, before any trigger looks at that user''s books or waits for them.';

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

create function private.lock_books(user_id uuid)
returns void
language plpgsql
security definer -- row locks need UPDATE, which callers hold on a few columns only
set search_path = ''
as $$
begin
    -- Each trigger of a statement asks; the first one in a transaction waits.
    if current_setting('private.locked_books', true) = user_id::text then
        return;
    end if;
    -- One writer at a time per user: every order of row locks inside one tenant is then free of deadlocks, invoice
    -- numbers have no gaps, and a stored answer can't be missed. `no key`, because the foreign-key checks of the rows
    -- being written take `key share` on the same profile.
    perform 1 from public.profiles where id = user_id for no key update;
    perform set_config('private.locked_books', user_id::text, true);
end;
$$;
grant execute on function private.lock_books to authenticated, service_role;
comment on function private.lock_books is 'Waits until nobody else writes to this user''s books, until the end of the transaction.';
