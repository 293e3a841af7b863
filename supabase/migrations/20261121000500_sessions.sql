-- Sessions: a token whose session has ended is dead at once, here or at Supabase Auth, for the API, the pages and the Data API.


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
comment on function private.session_is_revoked is 'Whether the calling token was logged out here.';

create function private.session_is_open(owner uuid, session_id uuid)
returns boolean
language plpgsql
stable
security definer -- the sessions are Supabase Auth's
set search_path = ''
as $$
begin
    return exists (
        select from auth.sessions as session
        where
            session.id = session_is_open.session_id
            and session.user_id = owner
            -- A refresh token that is used again ends its session. Supabase Auth deletes a session that counts its refreshes;
            -- of one that has a row for each refresh token, it revokes all of them.
            and (
                session.refresh_token_hmac_key is not null
                or exists (
                    select from auth.refresh_tokens as token
                    where token.session_id = session.id and not token.revoked
                )
            )
    ) and not exists (
        select from public.blacklisted_tokens as known
        where known.user_id = owner and known.session_id = session_is_open.session_id
    );
end;
$$;
comment on function private.session_is_open is
'Whether a session of this user is open: neither logged out here, nor ended at Supabase Auth by a log-out, a new password, a
refresh token that was used again, or the end of its user.';

create function private.session_has_ended()
returns boolean
language plpgsql
stable
security definer -- see private.session_is_open; answers for the caller only
set search_path = ''
as $$
declare
    claims constant jsonb := auth.jwt();
begin
    -- The keys of the project have no session.
    return claims ->> 'role' = 'authenticated'
        and not private.session_is_open((claims ->> 'sub')::uuid, (claims ->> 'session_id')::uuid);
end;
$$;
grant execute on function private.session_has_ended to authenticated, service_role, anon;
comment on function private.session_has_ended is
'Whether the session of the calling token has ended. Asked once for each request; policies, which ask many times, read only
what was logged out here.';

create function private.own_sessions()
returns table (
    id uuid,
    created_at timestamptz,
    last_used_at timestamptz,
    user_agent text,
    ip_address text
)
language sql
stable
security definer -- the sessions are Supabase Auth's; only those of the caller are answered
set search_path = ''
as $$
    select
        session.id,
        session.created_at,
        -- Supabase Auth stores UTC without saying so.
        greatest(session.created_at, session.refreshed_at at time zone 'utc'),
        session.user_agent,
        host(session.ip)
    from auth.sessions as session
    where
        session.user_id = auth.uid()
        and (session.not_after is null or session.not_after > now())
        and not exists (
            select from public.blacklisted_tokens as known
            where known.user_id = session.user_id and known.session_id = session.id
        )
$$;
grant execute on function private.own_sessions to authenticated;
comment on function private.own_sessions is 'The open sessions of the caller.';

create function api.logout(everywhere boolean default false)
returns void
language sql
set search_path = ''
as $$
    insert into public.blacklisted_tokens (session_id)
    select (auth.jwt() ->> 'session_id')::uuid
    union
    select id from private.own_sessions() where everywhere
    on conflict do nothing
$$;
grant execute on function api.logout to authenticated;
comment on function api.logout is 'Kills the access tokens of the calling session, or of all sessions of the caller, at once (spec: Logout).';


-- The contract's sessions --------------------------------------------------------------------------

create type api.session_answer as (
    id uuid,
    is_current boolean,
    created_at text,
    last_used_at text,
    user_agent text,
    ip_address text
);
comment on type api.session_answer is 'What functions answer of a session.';

create function api.sessions()
returns setof api.session_answer
language sql
stable
set search_path = ''
as $$
    select
        id,
        id = (auth.jwt() ->> 'session_id')::uuid,
        to_json(created_at at time zone 'utc') #>> '{}' || 'Z',
        to_json(last_used_at at time zone 'utc') #>> '{}' || 'Z',
        user_agent,
        ip_address
    from private.own_sessions()
    order by id = (auth.jwt() ->> 'session_id')::uuid desc, last_used_at desc, id
    limit 100
$$;
grant execute on function api.sessions to authenticated;
comment on function api.sessions is 'The open sessions of the caller, its own first, then the last used; at most a hundred.';

create function api.end_session(session_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
begin
    insert into public.blacklisted_tokens (session_id)
    select id from private.own_sessions() where id = end_session.session_id
    on conflict do nothing;
    if not found then
        perform private.raise_problem(404, 'session_not_found', 'There is no open session with this id.');
    end if;
end;
$$;
grant execute on function api.end_session to authenticated;
comment on function api.end_session is 'Kills the tokens of one session of the caller at once; 404 session_not_found.';

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
