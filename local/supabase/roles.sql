-- The roles, schemas and privileges that a hosted Supabase project starts with. Runs once, in single-user mode
-- as supabase_admin, while the data folder is made; a blank line ends each statement there.

create role postgres login password 'postgres' nosuperuser createdb createrole replication bypassrls;

create role anon nologin inherit;

create role authenticated nologin inherit;

create role service_role nologin inherit bypassrls;

create role authenticator login password 'postgres' noinherit;

create role supabase_auth_admin login password 'postgres' noinherit;

grant anon, authenticated, service_role to authenticator;

-- With the admin option, a migration may run `alter role authenticator set pgrst.db_pre_request = ...`.
grant anon, authenticated, service_role, authenticator to postgres with admin option;

grant pg_monitor, pg_read_all_data, pg_signal_backend to postgres with admin option;

-- Hosted projects allow this by an extension (`supautils.privileged_role_allowed_configs`).
grant set on parameter
    session_replication_role,
    pgrst.db_aggregates_enabled,
    pgrst.db_extra_search_path,
    pgrst.db_max_rows,
    pgrst.db_plan_enabled,
    pgrst.db_pre_request,
    pgrst.db_schemas,
    pgrst.openapi_mode
to postgres;

alter role anon set statement_timeout = '3s';

alter role authenticated set statement_timeout = '8s';

alter role authenticator set statement_timeout = '8s';

-- For anon, and for the roles whose own limit a migration does not set.
alter role authenticator set lock_timeout = '8s';

alter role supabase_auth_admin set search_path = auth;

alter role supabase_auth_admin set idle_in_transaction_session_timeout = '60s';

-- The schema public belongs to pg_database_owner, so from here on to postgres.
alter database postgres owner to postgres;

alter database postgres set search_path = "$user", public, extensions;

grant usage on schema public to anon, authenticated, service_role;

create schema extensions authorization postgres;

grant usage on schema extensions to public;

create extension pgcrypto schema extensions;

create extension "uuid-ossp" schema extensions;

create extension pg_stat_statements schema extensions;

create schema auth authorization supabase_auth_admin;

grant usage on schema auth to postgres, anon, authenticated, service_role;

-- `create schema if not exists auth` needs this privilege even if the schema exists.
grant create on database postgres to supabase_auth_admin;

-- Auth's tables do not exist yet. Like on hosted projects, postgres may read them, reference them and put
-- triggers on them, but does not own them.
alter default privileges for role supabase_auth_admin in schema auth
    grant all on tables to postgres with grant option;

alter default privileges for role supabase_auth_admin in schema auth grant all on sequences to postgres;
