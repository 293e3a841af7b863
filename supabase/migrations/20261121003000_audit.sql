-- Audit: who changed which figure, when, from what to what, and through which channel. One append-only chain per user.
--
-- Statement triggers on the audited tables write one entry per changed record. Each entry's hash is taken over the hash
-- before it and its own content, so no entry can be changed, removed or put in between without breaking the chain;
-- the head of the chain stands apart, so that its tail can't be cut off unseen either. api.verify_audit names the first
-- broken link, and every record that is not what its last entry left, which is how an edit past the triggers shows.
-- Ledger entries are a log of their own, see api.verify_ledger.


-- Tables -------------------------------------------------------------------------------------------

create table private.audit_heads (
    user_id uuid primary key references public.profiles (id) on delete cascade,
    last_number bigint not null default 0,
    last_hash bytea not null default '\x'
);
comment on table private.audit_heads is 'The end of each user''s chain: a row, so that writers queue for it and a cut tail is noticed.';

create table public.audit_entries (
    user_id uuid not null,
    number bigint not null,
    occurred_at timestamptz not null default now(),
    channel text not null,
    actor_id uuid,
    actor_role text not null,
    request_id text,
    operation text not null,
    record_type text not null,
    record_id uuid not null,
    before jsonb,
    after jsonb,
    hash bytea not null,
    primary key (user_id, number),
    constraint audit_entries_channel_known check (channel in ('api', 'schedule', 'auth', 'dashboard'))
);
comment on table public.audit_entries is 'Every change to the audited tables, append-only, chained by hash, numbered 1, 2, 3 ... per user.';
comment on column public.audit_entries.user_id is
'Whose books were changed. No foreign key: it would be looked up at each entry; the entries go when the profile goes.';
comment on column public.audit_entries.number is '1, 2, 3 ... per user, without gaps.';
comment on column public.audit_entries.occurred_at is 'When the transaction that made the change began.';
comment on column public.audit_entries.channel is
'api: with a user''s token; schedule: with the secret key; auth: by Supabase Auth; dashboard: SQL by hand. From the database session, which no client can choose.';
comment on column public.audit_entries.actor_id is 'The user whose token it was; null where there was none.';
comment on column public.audit_entries.actor_role is 'The role of the token, or the database role that was logged in.';
comment on column public.audit_entries.request_id is 'X-Request-Id of the request: written by the client, so good for finding logs and proof of nothing.';
comment on column public.audit_entries.operation is 'insert, update or delete.';
comment on column public.audit_entries.record_type is 'The table.';
comment on column public.audit_entries.record_id is 'The id of the record; of a profile, the user''s.';
comment on column public.audit_entries.before is 'The record that was deleted, or the old values of the fields that changed.';
comment on column public.audit_entries.after is 'The record that was inserted, without its empty fields, or the new values of the fields that changed.';
comment on column public.audit_entries.hash is 'SHA-256 over the hash of the entry before and this entry''s content.';


-- The chain ----------------------------------------------------------------------------------------

create function private.audit_hash(previous bytea, entry public.audit_entries)
returns bytea
language plpgsql -- a function in SQL that is not inlined would be planned anew at each statement
stable
set search_path = ''
as $$
begin
    -- An instant as its seconds, because its text depends on the session's time zone; jsonb writes its keys in one order.
    return sha256(previous || convert_to(
        jsonb_build_array(
            entry.user_id, entry.number, extract(epoch from entry.occurred_at), entry.channel, entry.actor_id,
            entry.actor_role, entry.request_id, entry.operation, entry.record_type, entry.record_id, entry.before,
            entry.after
        )::text,
        'UTF8'
    ));
end;
$$;
grant execute on function private.audit_hash to authenticated, service_role;
comment on function private.audit_hash is 'The hash of an entry, given that of the one before: SHA-256 over both.';

create function private.unaudited_fields()
returns text[]
language sql
immutable
set search_path = ''
as $$ select '{id,user_id,updated_at,entry_count}'::text[] $$;
grant execute on function private.unaudited_fields to authenticated, service_role;
comment on function private.unaudited_fields is 'Fields that the audit leaves out: what names the record, and what is kept by machine.';

create type private.audit_change as (
    user_id uuid,
    record_id uuid,
    before jsonb,
    after jsonb
);
comment on type private.audit_change is 'What a statement did to one record.';

create function private.audit_entry_of_session()
returns public.audit_entries
language plpgsql
stable
set search_path = ''
as $$
declare
    entry public.audit_entries;
    claims jsonb;
begin
    entry.occurred_at := now();
    if session_user = 'authenticator' then
        claims := nullif(current_setting('request.jwt.claims', true), '')::jsonb;
        entry.actor_id := claims ->> 'sub';
        entry.actor_role := coalesce(claims ->> 'role', 'anon');
        entry.channel := case entry.actor_role when 'service_role' then 'schedule' else 'api' end;
        entry.request_id := left(nullif(current_setting('request.headers', true), '')::json ->> 'x-request-id', 128);
    else
        entry.actor_role := session_user;
        entry.channel := case session_user when 'supabase_auth_admin' then 'auth' else 'dashboard' end;
    end if;
    return entry;
end;
$$;
comment on function private.audit_entry_of_session is
'An entry that says who and through which channel. By session_user, which neither a role nor a security definer changes.';

create function private.keep_audit_head(head private.audit_heads)
returns void
language plpgsql
set search_path = ''
as $$
begin
    if head.user_id is not null then
        update private.audit_heads as known set last_number = head.last_number, last_hash = head.last_hash
        where known.user_id = head.user_id;
    end if;
end;
$$;
comment on function private.keep_audit_head is 'Writes down where a chain ends.';

create function private.append_audit_entries(changed_type text, changed_by text, changes private.audit_change[])
returns void
language plpgsql
security definer -- nobody else may write the audit
set search_path = ''
as $$
declare
    change private.audit_change;
    entry public.audit_entries;
    entries public.audit_entries[];
    head private.audit_heads;
begin
    entry := private.audit_entry_of_session();
    entry.record_type := changed_type;
    entry.operation := lower(changed_by);
    foreach change in array changes loop
        if change.user_id is distinct from head.user_id then
            perform private.keep_audit_head(head);
            -- The lock on the head: writers who don't hold the user's books, as in the dashboard, queue here.
            select * into head from private.audit_heads as known
            -- A user who is being deleted takes the audit along: the profile is gone by then.
            where known.user_id = change.user_id and exists (select from public.profiles where id = change.user_id)
            for no key update;
            continue when not found;
        end if;
        head.last_number := head.last_number + 1;
        entry.user_id := change.user_id;
        entry.number := head.last_number;
        entry.record_id := change.record_id;
        entry.before := change.before;
        entry.after := change.after;
        entry.hash := private.audit_hash(head.last_hash, entry);
        entries := entries || entry;
        head.last_hash := entry.hash;
    end loop;
    -- Together, because ten thousand single inserts cost as much as all the rest.
    insert into public.audit_entries select * from unnest(entries);
    perform private.keep_audit_head(head);
end;
$$;
comment on function private.append_audit_entries is 'Writes the entries of one statement, in the order of the changes, which are sorted by user.';


-- What is audited ----------------------------------------------------------------------------------

create function private.audit()
returns trigger
language plpgsql
security definer -- nobody else may write the audit
set search_path = ''
set timezone = 'UTC'
as $$
declare
    changes private.audit_change[];
begin
    -- One function for all tables, because each of its triggers has a plan of its own for the rows of its table.
    -- `offset 0` keeps the conversion to JSON, which costs the most, from being done at each mention of its result.
    if tg_op = 'INSERT' then
        changes := array(
            select row(
                coalesce(record ->> 'user_id', record ->> 'id'), record ->> 'id', null,
                jsonb_strip_nulls(record - private.unaudited_fields())
            )::private.audit_change
            from (select to_jsonb(new_row) as record from new_rows as new_row offset 0) as written
            order by record ->> 'user_id'
        );
    elsif tg_op = 'DELETE' then
        changes := array(
            select row(
                coalesce(record ->> 'user_id', record ->> 'id'), record ->> 'id',
                jsonb_strip_nulls(record - private.unaudited_fields()), null
            )::private.audit_change
            from (select to_jsonb(old_row) as record from old_rows as old_row offset 0) as written
            order by record ->> 'user_id'
        );
    else
        changes := array(
            select row(
                coalesce(record ->> 'user_id', record ->> 'id'), record ->> 'id', difference.before, difference.after
            )::private.audit_change
            from (
                -- A full join is never a nested loop, which a plan made for one row would be for ten thousand, too.
                select to_jsonb(old_row) as old_record, to_jsonb(new_row) as record
                from old_rows as old_row full join new_rows as new_row on new_row.id = old_row.id
                where old_row is distinct from new_row
                offset 0
            ) as written
            cross join lateral (
                select
                    jsonb_object_agg(field.key, old_record -> field.key) as before,
                    jsonb_object_agg(field.key, field.value) as after
                from jsonb_each(record - private.unaudited_fields()) as field
                where field.value <> old_record -> field.key
            ) as difference
            where difference.after is not null
            order by record ->> 'user_id'
        );
    end if;
    if changes <> '{}' then
        perform private.append_audit_entries(tg_table_name, tg_op, changes);
    end if;
    return null;
end;
$$;
comment on function private.audit is 'Trigger: writes what a statement changed into the audit, field by field for an update.';

create function private.open_audit()
returns trigger
language plpgsql
security definer -- runs as Supabase Auth's own role, which may not write here
set search_path = ''
as $$
begin
    insert into private.audit_heads (user_id) values (new.id);
    return null;
end;
$$;
comment on function private.open_audit is 'Trigger: a chain begins with its user.';

create function private.close_audit()
returns trigger
language plpgsql
security definer -- entries are nobody's to remove but with their user
set search_path = ''
as $$
begin
    delete from public.audit_entries where user_id = old.id;
    return null;
end;
$$;
comment on function private.close_audit is 'Trigger: a user who is deleted takes the chain along.';

create trigger open_audit after insert on public.profiles
for each row execute function private.open_audit();
create trigger close_audit after delete on public.profiles
for each row execute function private.close_audit();

insert into private.audit_heads (user_id) select id from public.profiles;

create function private.refuse_unaudited_truncate()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
    perform private.raise_problem(
        409, 'audit_is_append_only', format('TRUNCATE leaves no trace in the audit. Delete the rows of %s instead.', tg_table_name)
    );
    return null;
end;
$$;
comment on function private.refuse_unaudited_truncate is 'Trigger: TRUNCATE shows no rows to the audit and fires no rule of the books, so it is refused.';

do $$
declare
    audited text;
begin
    foreach audited in array array[
        'profiles', 'accounts', 'contacts', 'items', 'transactions', 'invoices', 'invoice_items', 'settlements', 'tax_filings'
    ] loop
        -- `audit` comes first among the names, so that a cause stands before its effects.
        execute format(
            'create trigger audit_insert after insert on public.%I
            referencing new table as new_rows for each statement execute function private.audit()', audited
        );
        execute format(
            'create trigger audit_update after update on public.%I
            referencing old table as old_rows new table as new_rows for each statement execute function private.audit()',
            audited
        );
        execute format(
            'create trigger audit_delete after delete on public.%I
            referencing old table as old_rows for each statement execute function private.audit()', audited
        );
        execute format(
            'create trigger audit_truncate before truncate on public.%I
            for each statement execute function private.refuse_unaudited_truncate()', audited
        );
    end loop;
end;
$$;


-- Append-only --------------------------------------------------------------------------------------

create function private.refuse_audit_change()
returns trigger
language plpgsql
security definer -- must see the profile whoever writes
set search_path = ''
as $$
begin
    -- The entries of a user who is being deleted go with it: the profile is gone by then.
    if tg_op = 'DELETE' and not exists (select from public.profiles where id = old.user_id) then
        return old;
    end if;
    perform private.raise_problem(409, 'audit_is_append_only', 'Audit entries are never changed or removed.');
    return null;
end;
$$;
comment on function private.refuse_audit_change is 'Trigger: audit entries are never changed or removed.';

create trigger append_only before update or delete on public.audit_entries
for each row execute function private.refuse_audit_change();
-- TRUNCATE fires no row trigger, so it is refused as a whole.
create trigger append_only_truncate before truncate on public.audit_entries
for each statement execute function private.refuse_audit_change();


-- Policies -----------------------------------------------------------------------------------------

alter table public.audit_entries enable row level security;
grant select on public.audit_entries to authenticated, service_role;

create policy "users read their audit" on public.audit_entries
for select to authenticated using (user_id = (select private.current_user_id()));

alter table private.audit_heads enable row level security;
grant select on private.audit_heads to authenticated, service_role;

create policy "users read the head of their chain" on private.audit_heads
for select to authenticated using (user_id = (select private.current_user_id()));


-- Verification -------------------------------------------------------------------------------------

create function private.broken_links()
returns table (rule text, user_id uuid, number bigint, record_type text, record_id uuid, details text)
language sql
stable
set search_path = ''
as $$
    -- A hole counts as a broken link at the entry after it; a tail that was cut off, at the entry that should be there.
    select distinct on (link.user_id)
        'chain_is_unbroken', link.user_id, link.number, link.record_type, link.record_id, link.fault
    from (
        select
            entry.user_id,
            entry.number,
            entry.record_type,
            entry.record_id,
            case
                when entry.number <> lag(entry.number, 1, 0::bigint) over chain + 1
                    then format('entry %s is missing', lag(entry.number, 1, 0::bigint) over chain + 1)
                when entry.hash <> private.audit_hash(lag(entry.hash, 1, '\x') over chain, entry)
                    then 'the hash does not fit the entry and the one before'
            end as fault
        from public.audit_entries as entry
        window chain as (partition by entry.user_id order by entry.number)
        union all
        select head.user_id, head.last_number, null, null, 'the last entry is not the one that was written last'
        from private.audit_heads as head
        left join lateral (
            select entry.number, entry.hash
            from public.audit_entries as entry
            where entry.user_id = head.user_id
            order by entry.number desc
            limit 1
        ) as last_entry on true
        where (coalesce(last_entry.number, 0), coalesce(last_entry.hash, '\x')) <> (head.last_number, head.last_hash)
    ) as link
    where link.fault is not null
    order by link.user_id, link.number
$$;
grant execute on function private.broken_links to authenticated, service_role;
comment on function private.broken_links is 'The first broken link of each chain that the caller may see.';

create aggregate private.merged(jsonb) (sfunc = jsonb_concat, stype = jsonb, initcond = '{}');
grant execute on function private.merged to authenticated, service_role;
comment on aggregate private.merged(jsonb) is 'Objects laid over each other, the last one on top.';

create function private.audited_records()
returns table (user_id uuid, record_type text, record_id uuid, image jsonb)
language sql
stable
set search_path = ''
as $$
    select found.user_id, found.record_type, found.record_id, jsonb_strip_nulls(found.record - private.unaudited_fields())
    from (
        select id as user_id, 'profiles' as record_type, id as record_id, to_jsonb(profile) as record
        from public.profiles as profile
        union all
        select user_id, 'accounts', id, to_jsonb(account) from public.accounts as account
        union all
        select user_id, 'contacts', id, to_jsonb(contact) from public.contacts as contact
        union all
        select user_id, 'items', id, to_jsonb(catalogued) from public.items as catalogued
        union all
        select user_id, 'transactions', id, to_jsonb(written) from public.transactions as written
        union all
        select user_id, 'invoices', id, to_jsonb(invoice) from public.invoices as invoice
        union all
        select user_id, 'invoice_items', id, to_jsonb(item) from public.invoice_items as item
        union all
        select user_id, 'settlements', id, to_jsonb(settlement) from public.settlements as settlement
        union all
        select user_id, 'tax_filings', id, to_jsonb(filing) from public.tax_filings as filing
    ) as found
$$;
grant execute on function private.audited_records to authenticated, service_role;
comment on function private.audited_records is 'Every audited record as it is now.';

create function private.last_images()
returns table (user_id uuid, record_type text, record_id uuid, number bigint, image jsonb)
language sql
stable
set search_path = ''
as $$
    select
        entry.user_id,
        entry.record_type,
        entry.record_id,
        max(entry.number),
        jsonb_strip_nulls(private.merged(entry.after order by entry.number))
    from (
        select
            *,
            max(number) filter (where operation = 'delete') over (partition by user_id, record_type, record_id) as last_deletion
        from public.audit_entries
    ) as entry
    -- An id may be used again: the new record has nothing of the one that was deleted.
    where entry.number > coalesce(entry.last_deletion, 0)
    group by entry.user_id, entry.record_type, entry.record_id
$$;
grant execute on function private.last_images to authenticated, service_role;
comment on function private.last_images is 'Every audited record as its entries since it was inserted, laid over each other, say that it is.';

create function api.verify_audit()
returns table (rule text, user_id uuid, number bigint, record_type text, record_id uuid, details text)
language sql
stable
set search_path = ''
set timezone = 'UTC' -- as when the entries were written
set statement_timeout = '18s' -- reads every entry there is; shared/supabase/rest.py waits for it
as $$
    select * from private.broken_links()

    union all
    select
        'record_is_as_audited',
        user_id,
        audited.number,
        record_type,
        record_id,
        case
            when found.image is null then 'the record is gone'
            when audited.image is null then 'the record was not written by an audited statement'
            else format('changed in %s', (
                select string_agg(field.key, ', ' order by field.key)
                from jsonb_each(audited.image || found.image) as field
                where audited.image -> field.key is distinct from found.image -> field.key
            ))
        end
    from private.last_images() as audited
    full join private.audited_records() as found using (user_id, record_type, record_id)
    where audited.image is distinct from found.image
$$;
grant execute on function api.verify_audit to authenticated, service_role;
comment on function api.verify_audit is
'The first broken link of each chain, and every record that is not as its last entry left it: always nothing. Of the caller''s audit or, for the service role, of all.';


-- The contract's shape -----------------------------------------------------------------------------

create view api.audit with (security_invoker = true) as
select
    -- Lists go on after an id: the first half of the hash is as unique as one.
    encode(substr(entry.hash, 1, 16), 'hex')::uuid as id,
    entry.number,
    to_json(entry.occurred_at at time zone 'utc') #>> '{}' || 'Z' as occurred_at,
    entry.channel,
    entry.actor_id,
    entry.actor_role,
    entry.request_id,
    entry.operation,
    entry.record_type,
    entry.record_id,
    entry.before,
    entry.after,
    encode(entry.hash, 'hex') as hash,
    entry.occurred_at as occurred_instant,
    (entry.occurred_at at time zone (select private.time_zone(private.current_user_id())))::date as occurred_day
from public.audit_entries as entry;
grant select on api.audit to authenticated;
comment on view api.audit is 'The caller''s audit: who changed what, when, from what to what.';

create function api.audit_verification()
returns json
language sql
stable
set search_path = ''
set statement_timeout = '18s' -- reads every entry there is; shared/supabase/rest.py waits for it
as $$
    select json_build_object(
        'entries', (select coalesce(sum(last_number), 0) from private.audit_heads),
        'head', (select encode(last_hash, 'hex') from private.audit_heads where user_id = private.current_user_id()),
        'faults', (
            select coalesce(json_agg(json_build_object(
                'rule', rule, 'number', number, 'record_type', record_type, 'record_id', record_id, 'details', details
            )), '[]'::json)
            from api.verify_audit()
        )
    )
$$;
grant execute on function api.audit_verification to authenticated;
comment on function api.audit_verification is
'How many entries the caller''s chain has, the hash it ends with, to be kept elsewhere as an anchor, and what does not hold.';
