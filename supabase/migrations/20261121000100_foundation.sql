-- Foundation: schemas, default privileges, and the helpers that every other file uses.
--
-- public   tables, as the dashboard shows them
-- api      what /api answers: security-invoker views in the documented shape, and one function per write
-- private  trigger bodies, counters, stored answers; never exposed by the Data API
--
-- /api/v1 has the schema v1, the web interface has the schema web.


-- Schemas and privileges ---------------------------------------------------------------------------

create schema api;
comment on schema api is 'The Renpay contract (/api): views in the documented JSON shape and one function per write.';

create schema private;
comment on schema private is 'Trigger bodies, helpers, counters and stored answers. Not exposed by the Data API.';

grant usage on schema public, api to anon, authenticated, service_role;
grant usage on schema private to authenticated, service_role, anon;

-- Nothing is open by default: TRUNCATE ignores row level security, and a function is callable by PUBLIC unless revoked.
alter default privileges in schema public revoke all on tables from anon, authenticated, service_role;
alter default privileges in schema public revoke all on sequences from anon, authenticated, service_role;
alter default privileges in schema public revoke all on functions from anon, authenticated, service_role;
alter default privileges revoke execute on functions from public;

create schema if not exists extensions;
grant usage on schema extensions to anon, authenticated, service_role;
create extension if not exists pg_trgm with schema extensions;
create extension if not exists btree_gin with schema extensions;

-- A hot row gives a clean, retryable error long before the API gateway's 30 seconds.
alter role authenticated set lock_timeout = '5s';
alter role service_role set lock_timeout = '5s';


-- Errors -------------------------------------------------------------------------------------------

create function private.raise_problem(status integer, code text, message text, field text default null)
returns void
language plpgsql
volatile -- the planner may run an immutable one early, and raise a problem that is not there
set search_path = ''
as $$
declare
    -- PostgREST puts the message into the status line of its answer: nothing a user typed may break out of it.
    printable constant text := regexp_replace(message, '[^ -~]', '?', 'g');
begin
    if field is null then
        raise exception using errcode = 'PT' || status, message = printable, hint = code;
    end if;
    raise exception using errcode = 'PT' || status, message = printable, hint = code, detail = field;
end;
$$;
grant execute on function private.raise_problem to authenticated, service_role, anon;
comment on function private.raise_problem is
'Ends the transaction with an HTTP status (through PostgREST''s PTxyz), a sentence for people and a stable code in the hint.
A problem with one field of the request names it in the detail, as the API names it.';


-- Time ---------------------------------------------------------------------------------------------

create function private.instant_text(instant timestamptz)
returns text
language sql
immutable
set search_path = ''
as $$ select to_json(instant at time zone 'utc') #>> '{}' || 'Z' $$;
grant execute on function private.instant_text to anon, authenticated, service_role;
comment on function private.instant_text is 'An instant as the documents write it: 2023-01-01T00:00:00Z.';

create function private.local_text(instant timestamptz, zone text)
returns text
language sql
immutable
set search_path = ''
as $$ select to_char(instant at time zone zone, 'YYYY-MM-DD"T"HH24:MI') $$;
grant execute on function private.local_text to authenticated;
comment on function private.local_text is 'An instant on the clock of a time zone.';

create function private.touch()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
    new.updated_at := now();
    return new;
end;
$$;
comment on function private.touch is 'Trigger: stamps updated_at.';
