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

alter table public.blacklisted_tokens enable row level security;
grant select, insert (session_id, user_id) on public.blacklisted_tokens to authenticated;
grant select, insert, delete on public.blacklisted_tokens to service_role;

create policy "users read what they logged out" on public.blacklisted_tokens
for select to authenticated using (user_id = (select private.current_user_id()));
create policy "users log themselves out" on public.blacklisted_tokens
for insert to authenticated with check (user_id = (select private.current_user_id()));
