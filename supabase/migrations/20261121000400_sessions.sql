-- Sessions: a token that was logged out is dead at once, in the functions, in the Data API and under RLS.


-- Tables -------------------------------------------------------------------------------------------

create table public.blacklisted_tokens (
    session_id uuid not null,
    user_id uuid not null default auth.uid() references public.profiles (id) on delete cascade,
    -- The longest life that Supabase lets one choose for access tokens: one may have been refreshed just before.
    expires_at timestamptz not null default now() + interval '7 days',
    created_at timestamptz not null default now(),
    primary key (user_id, session_id)
);
comment on table public.blacklisted_tokens is 'Sessions that were logged out before their access tokens expired (spec: Database Schema).';
comment on column public.blacklisted_tokens.session_id is 'The session_id claim of the token; a new login has a new one.';
comment on column public.blacklisted_tokens.expires_at is 'When every token of the session has expired; the row is removed after it, if Supabase Auth has ended the session, too.';


-- Functions ----------------------------------------------------------------------------------------

create function private.session_is_revoked()
returns boolean
language plpgsql
stable
security definer -- the black list is read on behalf of the very token it may hold
set search_path = ''
as $$
begin
    return exists (
        select from public.blacklisted_tokens
        where user_id = auth.uid() and session_id = (auth.jwt() ->> 'session_id')::uuid
    );
end;
$$;
grant execute on function private.session_is_revoked to authenticated, service_role, anon;
comment on function private.session_is_revoked is 'Whether the calling token was logged out.';

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

create function private.check_request()
returns void
language plpgsql
set search_path = ''
as $$
declare
    headers constant json := nullif(current_setting('request.headers', true), '');
begin
    if private.session_is_revoked() then
        perform private.raise_problem(401, 'token_revoked', 'This token was logged out. Log in again.');
    end if;
    -- What belongs to an account that isn't there is 404 and not an empty list; a view alone can't tell the two.
    if headers ->> 'x-account-id' is not null then
        perform private.visible_account((headers ->> 'x-account-id')::uuid);
    end if;
    -- How long the list is that this request reads a page of: totals know it, where counting would read every row.
    if headers ->> 'x-length-of' is not null then
        perform set_config('response.headers', json_build_array(
            json_build_object('X-Total-Count', private.length_of_list((headers ->> 'x-length-of')::json)::text)
        )::text, true);
    end if;
end;
$$;
grant execute on function private.check_request to authenticated, service_role, anon;
comment on function private.check_request is
'Runs before each Data API request (pgrst.db_pre_request): a live token, the account that X-Account-Id names, the length of the list that X-Length-Of describes.';

alter role authenticator set pgrst.db_pre_request = 'private.check_request';
notify pgrst, 'reload config';

create function private.open_books()
returns uuid
language plpgsql
set search_path = ''
as $$
declare
    caller constant uuid := private.current_user_id();
begin
    if caller is null then
        perform private.raise_problem(401, 'not_authenticated', 'Send the access token of a user.');
    end if;
    perform private.lock_books(caller);
    -- A date without a time then means midnight where the user lives.
    perform set_config('timezone', private.time_zone(caller), true);
    -- Each connection plans a statement anew for its first five runs, to find out whether the values matter. Where rows
    -- are written by their ids they don't, and a write runs some eighty statements.
    perform set_config('plan_cache_mode', 'force_generic_plan', true);
    return caller;
end;
$$;
grant execute on function private.open_books to authenticated;
comment on function private.open_books is 'What every write begins with: the caller''s id, the lock on its books, its time zone as the session''s, plans made once.';

create function api.logout()
returns void
language sql
set search_path = ''
as $$
    insert into public.blacklisted_tokens (session_id) values ((auth.jwt() ->> 'session_id')::uuid)
    on conflict do nothing
$$;
grant execute on function api.logout to authenticated;
comment on function api.logout is 'Kills the access tokens of the calling session at once (spec: Logout).';

create function private.forget_logged_out_sessions()
returns void
language sql
set search_path = ''
as $$
    -- As long as Auth knows a session, its refresh token gives new access tokens.
    delete from public.blacklisted_tokens as known
    where
        known.expires_at < now()
        and not exists (select from auth.sessions as session where session.id = known.session_id)
$$;
comment on function private.forget_logged_out_sessions is 'Removes sessions that no token can belong to any more.';


-- Policies -----------------------------------------------------------------------------------------

alter table public.profiles enable row level security;
grant select on public.profiles to authenticated, service_role;
grant update (
    username, full_name, business_name, gstin, state_code, address, upi_id, time_zone, default_tax_rate, filing_frequency
) on public.profiles to authenticated, service_role;

create policy "users read their profile" on public.profiles
for select to authenticated using (id = (select private.current_user_id()));
create policy "users change their profile" on public.profiles
for update to authenticated
using (id = (select private.current_user_id())) with check (id = (select private.current_user_id()));

alter table public.blacklisted_tokens enable row level security;
grant select, insert (session_id, user_id) on public.blacklisted_tokens to authenticated;
grant select, insert, delete on public.blacklisted_tokens to service_role;

create policy "users read what they logged out" on public.blacklisted_tokens
for select to authenticated using (user_id = (select private.current_user_id()));
create policy "users log themselves out" on public.blacklisted_tokens
for insert to authenticated with check (user_id = (select private.current_user_id()));


-- The contract's shape -----------------------------------------------------------------------------

create view api.profile with (security_invoker = true) as
select
    id,
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
    to_json(created_at at time zone 'utc') #>> '{}' || 'Z' as created_at,
    to_json(updated_at at time zone 'utc') #>> '{}' || 'Z' as updated_at
from public.profiles
where id = (select private.current_user_id());
grant select on api.profile to authenticated;
comment on view api.profile is 'The caller''s own profile (spec: Get current user).';

create function api.update_profile(profile jsonb)
returns api.profile
language plpgsql
set search_path = ''
as $$
declare
    caller constant uuid := private.open_books();
    changed public.profiles;
    answer api.profile;
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
        filing_frequency = changed.filing_frequency
    where id = caller;
    select * into answer from api.profile;
    return answer;
end;
$$;
grant execute on function api.update_profile to authenticated;
comment on function api.update_profile is 'Changes the named fields of the caller''s profile.';
