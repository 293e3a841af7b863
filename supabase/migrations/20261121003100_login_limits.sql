-- Login limits: how often somebody may try to log in or register, counted here because functions remember nothing.
--
-- An attempt is noted before Supabase Auth looks at the password, and the attempts on an account are forgotten when one
-- of them opens a session: what stands here are failures, and attempts that are not decided yet. Both count. Those of the
-- last seconds make the next one wait until they are decided, so that many log-ins at the same moment are no guessing, and
-- a thousand guesses at the same moment are not more than ten.


-- Tables -------------------------------------------------------------------------------------------

create table private.login_attempts (
    id bigint generated always as identity primary key,
    account bytea not null,
    client text not null,
    attempted_at timestamptz not null default clock_timestamp()
);
comment on table private.login_attempts is 'Attempts to log in that opened no session, of the last quarter of an hour.';
comment on column private.login_attempts.account is 'SHA-256 of the e-mail address or, where it is nobody''s, of the name that was tried.';
comment on column private.login_attempts.client is 'The address of the client, as API Gateway saw it.';

-- Serve the limits by account and by client, and the removal of old attempts.
create index login_attempts_account_idx on private.login_attempts (account, client);
create index login_attempts_client_idx on private.login_attempts (client);
create index login_attempts_attempted_at_idx on private.login_attempts (attempted_at);

create table private.sign_ups (
    id bigint generated always as identity primary key,
    client text not null,
    begun_at timestamptz not null default clock_timestamp()
);
comment on table private.sign_ups is 'Registrations of the last quarter of an hour, whether they succeeded or not.';

-- Serve the limit by client, and the removal of old rows.
create index sign_ups_client_idx on private.sign_ups (client, begun_at);
create index sign_ups_begun_at_idx on private.sign_ups (begun_at);

alter table private.login_attempts enable row level security;
alter table private.sign_ups enable row level security;


-- Functions ----------------------------------------------------------------------------------------

create function private.account_key(name text)
returns bytea
language sql
immutable
set search_path = ''
as $$ select sha256(convert_to(lower(trim(name)), 'UTF8')) $$;
comment on function private.account_key is 'What an account is called among attempts: nobody needs to read the addresses that were tried.';

create type api.login_attempt as (
    admitted boolean,
    email text
);
comment on type api.login_attempt is
'Whether the password may be tried now, and for which address; not yet while too many attempts before it are undecided.';

create function private.count_attempt(tried_account bytea, tried_client text)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
    begins constant timestamptz := now() - interval '15 minutes';
    settled constant timestamptz := clock_timestamp() - interval '6 seconds'; -- Supabase Auth compares ten passwords at a time in less
    pair_failures bigint;
    pair_attempts bigint;
    account_failures bigint;
    account_attempts bigint;
    client_failures bigint;
    client_attempts bigint;
begin
    delete from private.login_attempts where id in (
        select id from private.login_attempts where attempted_at < begins
        limit 100
        for update skip locked
    );
    -- One after the other, so that each counts those before it. The client first, then the account: always in this order,
    -- so that two attempts never wait for each other.
    perform pg_advisory_xact_lock(hashtext('login_attempts.client'), hashtext(tried_client));
    perform pg_advisory_xact_lock(hashtext('login_attempts.account'), hashtext(encode(tried_account, 'hex')));
    select
        count(*) filter (where client = tried_client and attempted_at < settled),
        count(*) filter (where client = tried_client),
        count(*) filter (where attempted_at < settled),
        count(*)
    into pair_failures, pair_attempts, account_failures, account_attempts
    from private.login_attempts
    where account = tried_account and attempted_at > begins;
    select count(*) filter (where attempted_at < settled), count(*)
    into client_failures, client_attempts
    from private.login_attempts
    where client = tried_client and attempted_at > begins;
    -- A stranger elsewhere can't lock an account's owner out with a few attempts: the account as a whole has the limit
    -- of NIST SP 800-63B, a hundred failures.
    if pair_failures >= 10 or account_failures >= 100 or client_failures >= 100 then
        perform private.raise_problem(429, 'too_many_requests', 'Too many attempts to log in failed. Try again in a quarter of an hour.');
    end if;
    if pair_attempts >= 10 or account_attempts >= 100 or client_attempts >= 100 then
        return false;
    end if;
    insert into private.login_attempts (account, client) values (tried_account, tried_client);
    return true;
end;
$$;
comment on function private.count_attempt is
'Counts an attempt before it is judged: at most 10 of one client with one account, and 100 of one client or on one account,
within 15 minutes. 429 too_many_requests when as many have failed; false while as many are undecided or have failed.';

create function api.begin_login(name text, client text)
returns api.login_attempt
language plpgsql
security definer -- attempts are nobody's to read or write; only the service role may call it
set search_path = ''
as $$
declare
    email constant text := case when name like '%@%' then name else v1.email_of_username(name) end;
begin
    return (private.count_attempt(private.account_key(coalesce(email, name)), client), email);
end;
$$;
grant execute on function api.begin_login to service_role;
comment on function api.begin_login is
'Notes an attempt to log in, by e-mail address or username, or to use the link of a mail; the address to log in with is null for
an unknown username; 429 when it is one too many.';

create function api.begin_password_change(user_id uuid, session_id uuid, client text)
returns api.login_attempt
language plpgsql
security definer -- attempts are nobody's to read or write; only the service role may call it
set search_path = ''
as $$
declare
    email constant text := (select profile.email from public.profiles as profile where profile.id = user_id);
begin
    if not private.session_is_open(user_id, session_id) then
        perform private.raise_problem(401, 'token_revoked', 'The session of this token has ended. Log in again.');
    end if;
    return (private.count_attempt(private.account_key(coalesce(email, user_id::text)), client), email);
end;
$$;
grant execute on function api.begin_password_change to service_role;
comment on function api.begin_password_change is
'Notes that a user types the current password, to change it; 401 when the session has ended, 429 when it is one attempt too many.';

create function api.begin_sign_up(client text)
returns void
language plpgsql
security definer -- registrations are nobody's to read or write; only the service role may call it
set search_path = ''
as $$
declare
    begins constant timestamptz := now() - interval '15 minutes';
begin
    delete from private.sign_ups where id in (
        select id from private.sign_ups where begun_at < begins
        limit 100
        for update skip locked
    );
    -- One after the other, so that each counts those before it.
    perform pg_advisory_xact_lock(hashtext('sign_ups.client'), hashtext(begin_sign_up.client));
    if (
        select count(*) from private.sign_ups as known where known.client = begin_sign_up.client and known.begun_at > begins
    ) >= 100 then
        perform private.raise_problem(429, 'too_many_requests', 'Too many registrations. Try again in a quarter of an hour.');
    end if;
    insert into private.sign_ups (client) values (begin_sign_up.client);
end;
$$;
grant execute on function api.begin_sign_up to service_role;
comment on function api.begin_sign_up is
'Counts a registration before it happens: 429 too_many_requests after 100 of one client within 15 minutes.';

create function private.forget_attempts()
returns trigger
language plpgsql
security definer -- runs as Supabase Auth's own role, which may not write here
set search_path = ''
as $$
begin
    delete from private.login_attempts
    where account = private.account_key((select email from auth.users where id = new.user_id));
    return null;
end;
$$;
comment on function private.forget_attempts is 'Trigger on auth.sessions: who got in is no longer suspected.';

create trigger forget_attempts after insert on auth.sessions
for each row execute function private.forget_attempts();
