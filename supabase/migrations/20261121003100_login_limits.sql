-- Login limits: how often somebody may try to log in, counted here because functions remember nothing.
--
-- An attempt is noted before Supabase Auth looks at the password, and the attempts on an account are forgotten when one
-- of them opens a session: what stands here are failures, and attempts that are not decided yet. Only those of some
-- seconds ago count towards the small limits, so that many log-ins at the same moment are not taken for guessing.


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

alter table private.login_attempts enable row level security;


-- Functions ----------------------------------------------------------------------------------------

create function private.account_key(name text)
returns bytea
language sql
immutable
set search_path = ''
as $$ select sha256(convert_to(lower(trim(name)), 'UTF8')) $$;
comment on function private.account_key is 'What an account is called among attempts: nobody needs to read the addresses that were tried.';

create function private.refuse_guessing(tried_account bytea, tried_client text)
returns void
language plpgsql
set search_path = ''
as $$
declare
    settled constant timestamptz := clock_timestamp() - interval '3 seconds';
    pair_failures bigint;
    pair_attempts bigint;
    account_failures bigint;
    client_failures bigint;
    client_attempts bigint;
begin
    select
        count(*) filter (where client = tried_client and attempted_at < settled),
        count(*) filter (where client = tried_client),
        count(*) filter (where attempted_at < settled)
    into pair_failures, pair_attempts, account_failures
    from private.login_attempts
    where account = tried_account;
    select count(*) filter (where attempted_at < settled), count(*)
    into client_failures, client_attempts
    from private.login_attempts
    where client = tried_client;
    -- A stranger elsewhere can't lock an account's owner out with a few attempts: the account as a whole has the limit
    -- of NIST SP 800-63B, a hundred failures.
    if
        pair_failures >= 10 or pair_attempts >= 100 or account_failures >= 100
        or client_failures >= 100 or client_attempts >= 1000
    then
        perform private.raise_problem(429, 'too_many_requests', 'Too many attempts to log in failed. Try again in a quarter of an hour.');
    end if;
end;
$$;
comment on function private.refuse_guessing is
'429 too_many_requests after 10 failures of one client with one account, or 100 of one client or on one account, within 15 minutes.';

create function api.begin_login(name text, client text)
returns text
language plpgsql
security definer -- attempts are nobody's to read or write; only the service role may call it
set search_path = ''
as $$
declare
    email constant text := case when name like '%@%' then name else v1.email_of_username(name) end;
    tried_account constant bytea := private.account_key(coalesce(email, name));
begin
    delete from private.login_attempts where id in (
        select id from private.login_attempts where attempted_at < now() - interval '15 minutes'
        limit 100
        for update skip locked
    );
    perform private.refuse_guessing(tried_account, client);
    insert into private.login_attempts (account, client) values (tried_account, begin_login.client);
    return email;
end;
$$;
grant execute on function api.begin_login to service_role;
comment on function api.begin_login is
'Notes an attempt to log in, by e-mail address or username; the address to log in with, null for an unknown username; 429 when it is one too many.';

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
