-- Audit: who decided what, when, from what to what, and through which channel. One append-only chain per user.
--
-- An entry tells a decision, not what follows from it: a document with its lines, a transaction with what it settles
-- and with the invoice that it generated. Sums, balances and the payment of a document follow; api.verify_ledger
-- compares them. Each entry's hash is taken over the hash before it and its own content, so no entry can be changed,
-- removed or put in between without breaking the chain; the head of the chain stands apart, so that its tail can't be
-- cut off unseen either. api.verify_audit names the first broken link, and every record that is not what its entries
-- say, which is how an edit past the triggers shows.


-- Tables -------------------------------------------------------------------------------------------

create table private.audit_heads (
    user_id uuid primary key references public.profiles (id) on delete cascade,
    last_number bigint not null default 0,
    last_hash bytea not null default '\x',
    transaction_id xid8,
    number_before bigint not null default 0
);
comment on table private.audit_heads is 'The end of each user''s chain: a row, so that writers queue for it and a cut tail is noticed.';
comment on column private.audit_heads.transaction_id is 'The database transaction that wrote last.';
comment on column private.audit_heads.number_before is 'The last entry before that transaction: what comes after it is told by the same transaction.';

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
    erased bytea,
    hash bytea not null,
    primary key (user_id, number),
    constraint audit_entries_channel_known check (channel in ('api', 'schedule', 'auth', 'dashboard'))
);
comment on table public.audit_entries is 'Every decision about the books, append-only, chained by hash, numbered 1, 2, 3 ... per user.';
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
comment on column public.audit_entries.record_type is 'The table. A line is told by its document; what a transaction settles, by the transaction.';
comment on column public.audit_entries.record_id is 'The id of the record; of a profile, the user''s.';
comment on column public.audit_entries.before is 'The record that was deleted, or the old values of the fields that changed; of lines and settlements, by their ids.';
comment on column public.audit_entries.after is 'The record that was inserted, or the new values of the fields that changed; a line or settlement that went is null.';
comment on column public.audit_entries.erased is
'SHA-256 of before and after, which were erased with the user whose personal data they were; see private.close_profile.';
comment on column public.audit_entries.hash is
'SHA-256 over the hash of the entry before and this entry''s content, of which before and after count by their own SHA-256.';

-- Serves what was told about one record.
create index audit_entries_record_idx on public.audit_entries (user_id, record_id, number);


-- The chain ----------------------------------------------------------------------------------------

create function private.audit_content(entry public.audit_entries)
returns bytea
language plpgsql
stable
set search_path = ''
as $$
begin
    return coalesce(entry.erased, sha256(convert_to(jsonb_build_array(entry.before, entry.after)::text, 'UTF8')));
end;
$$;
grant execute on function private.audit_content to authenticated, service_role;
comment on function private.audit_content is 'The hash of what an entry tells, which proves the chain even after that was erased.';

create function private.audit_hash(previous bytea, entry public.audit_entries)
returns bytea
language plpgsql -- a function in SQL that is not inlined would be planned anew at each statement
stable
set search_path = ''
as $$
begin
    -- An instant as its seconds, because its text depends on the session's time zone; jsonb writes its keys in one order.
    return sha256(previous || private.audit_content(entry) || convert_to(
        jsonb_build_array(
            entry.user_id, entry.number, extract(epoch from entry.occurred_at), entry.channel, entry.actor_id,
            entry.actor_role, entry.request_id, entry.operation, entry.record_type, entry.record_id
        )::text,
        'UTF8'
    ));
end;
$$;
grant execute on function private.audit_hash to authenticated, service_role;
comment on function private.audit_hash is 'The hash of an entry, given that of the one before: SHA-256 over both.';

create type private.audit_change as (
    user_id uuid,
    record_type text,
    record_id uuid,
    before jsonb,
    after jsonb
);
comment on type private.audit_change is 'What a statement decided about one record.';

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

create function private.overlaid(below jsonb, above jsonb)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
declare
    laid jsonb := coalesce(below || above, below, above);
    part text;
begin
    foreach part in array '{items,settlements}'::text[] loop
        if below ? part and above ? part then
            laid := jsonb_set(laid, array[part], (below -> part) || (above -> part));
        end if;
    end loop;
    return laid;
end;
$$;
grant execute on function private.overlaid to authenticated, service_role;
comment on function private.overlaid is 'One image of a record laid over another, its lines and settlements one by one.';

create function private.add_to_last_entry(last_entry public.audit_entries, changed_by text, change private.audit_change)
returns public.audit_entries
language plpgsql
set search_path = ''
as $$
begin
    -- What the same transaction does to the same record next is the same decision: an insert stays one.
    if
        (last_entry.record_type, last_entry.record_id) is distinct from (change.record_type, change.record_id)
        or (last_entry.operation, changed_by) not in (('insert', 'update'), ('update', 'update'), ('update', 'delete'))
    then
        return null;
    elsif last_entry.operation = 'update' then
        last_entry.operation := changed_by;
        last_entry.before := private.overlaid(change.before, last_entry.before);
    end if;
    last_entry.after := case changed_by when 'update' then private.overlaid(last_entry.after, change.after) end;
    return last_entry;
end;
$$;
comment on function private.add_to_last_entry is 'The last entry of a transaction with one more change of its record; null where the change needs an entry of its own.';

create function private.keep_audit_head(head private.audit_heads, entries public.audit_entries[])
returns void
language plpgsql
set search_path = ''
as $$
begin
    if entries is null then
        return;
    end if;
    -- Together, because ten thousand single inserts cost as much as all the rest.
    insert into public.audit_entries select * from unnest(entries);
    update private.audit_heads as known set
        last_number = head.last_number,
        last_hash = head.last_hash,
        transaction_id = head.transaction_id,
        number_before = head.number_before
    where known.user_id = head.user_id;
end;
$$;
comment on function private.keep_audit_head is 'Writes the entries of one chain, and where it ends.';

create function private.last_entry_of_this_transaction(head private.audit_heads)
returns public.audit_entries
language plpgsql
stable
set search_path = ''
as $$
declare
    last_entry public.audit_entries;
begin
    if head.transaction_id = pg_current_xact_id() then
        select * into last_entry from public.audit_entries
        where user_id = head.user_id and number = head.last_number;
    end if;
    return last_entry;
end;
$$;
comment on function private.last_entry_of_this_transaction is 'The entry that a chain ends with, when this transaction wrote it: nobody has seen it yet.';

create function private.rewrite_last_entry(head private.audit_heads, entry public.audit_entries)
returns private.audit_heads
language plpgsql
set search_path = ''
as $$
begin
    entry.hash := private.audit_hash(
        coalesce((select hash from public.audit_entries where user_id = head.user_id and number = head.last_number - 1), '\x'),
        entry
    );
    update public.audit_entries as told set
        operation = entry.operation,
        before = entry.before,
        after = entry.after,
        hash = entry.hash
    where told.user_id = entry.user_id and told.number = entry.number;
    update private.audit_heads as known set last_hash = entry.hash where known.user_id = head.user_id;
    head.last_hash := entry.hash;
    return head;
end;
$$;
comment on function private.rewrite_last_entry is 'Writes the last entry of a chain again, which this transaction wrote.';

create function private.append_audit_entries(changed_by text, changes private.audit_change[])
returns void
language plpgsql
security definer -- nobody else may write the audit
set search_path = ''
as $$
declare
    operation constant text := lower(changed_by);
    session_entry constant public.audit_entries := private.audit_entry_of_session();
    change private.audit_change;
    entry public.audit_entries;
    entries public.audit_entries[];
    head private.audit_heads;
begin
    foreach change in array changes loop
        if change.user_id is distinct from head.user_id then
            perform private.keep_audit_head(head, entries);
            entries := null;
            -- The lock on the head: writers who don't hold the user's books, as in the dashboard, queue here.
            select * into head from private.audit_heads as known
            -- A user who is being deleted takes the audit along: the profile is gone by then.
            where known.user_id = change.user_id and exists (select from public.profiles where id = change.user_id)
            for no key update;
            continue when not found;
            if operation <> 'insert' then
                entry := private.add_to_last_entry(private.last_entry_of_this_transaction(head), operation, change);
                if entry.number is not null then
                    head := private.rewrite_last_entry(head, entry);
                    continue;
                end if;
            end if;
            if head.transaction_id is distinct from pg_current_xact_id() then
                head.transaction_id := pg_current_xact_id();
                head.number_before := head.last_number;
            end if;
        end if;
        entry := session_entry;
        entry.operation := operation;
        head.last_number := head.last_number + 1;
        entry.user_id := change.user_id;
        entry.number := head.last_number;
        entry.record_type := change.record_type;
        entry.record_id := change.record_id;
        entry.before := change.before;
        entry.after := change.after;
        entry.hash := private.audit_hash(head.last_hash, entry);
        entries := entries || entry;
        head.last_hash := entry.hash;
    end loop;
    perform private.keep_audit_head(head, entries);
end;
$$;
comment on function private.append_audit_entries is 'Writes the entries of one statement, in the order of the changes, which are sorted by user.';


-- The beginning and the end of a chain -------------------------------------------------------------

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
    -- What one transaction decides about one record is one entry, which nobody has seen before it commits.
    elsif tg_op = 'UPDATE' and pg_trigger_depth() > 1 and old.number > (
        select head.number_before from private.audit_heads as head
        where head.user_id = old.user_id and head.transaction_id = pg_current_xact_id()
    ) then
        return new;
    -- What a deleted user has no duty to leave is erased, once, and proves nothing less.
    elsif
        tg_op = 'UPDATE' and pg_trigger_depth() > 1 and old.erased is null
        and (new.erased, new.hash) = (private.audit_content(old), old.hash)
        and exists (select from public.profiles where id = old.user_id and closed_at is not null)
    then
        return new;
    end if;
    perform private.raise_problem(409, 'audit_is_append_only', 'Audit entries are written by the rules only, and never changed or removed.');
    return null;
end;
$$;
comment on function private.refuse_audit_change is 'Trigger: audit entries are never changed or removed.';

create trigger append_only before update or delete on public.audit_entries
for each row execute function private.refuse_audit_change();

create function private.refuse_typed_audit()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
    perform private.raise_problem(409, 'audit_is_append_only', 'Audit entries are written by the rules only, and never changed or removed.');
    return null;
end;
$$;
comment on function private.refuse_typed_audit is
'Trigger: entries and the ends of chains come from the triggers above only: one that was typed would take the next one''s number.';

create trigger append_only_insert before insert on public.audit_entries
for each statement when (pg_trigger_depth() = 0) execute function private.refuse_typed_audit();
-- TRUNCATE fires no row trigger, so it is refused as a whole.
create trigger append_only_truncate before truncate on public.audit_entries
for each statement execute function private.refuse_typed_audit();
create trigger written_by_rules before insert or update or delete or truncate on private.audit_heads
for each statement when (pg_trigger_depth() = 0) execute function private.refuse_typed();


-- Policies -----------------------------------------------------------------------------------------

alter table public.audit_entries enable row level security;
grant select on public.audit_entries to authenticated, service_role;

create policy "users read their audit" on public.audit_entries
for select to authenticated using (user_id = (select private.current_user_id()));

alter table private.audit_heads enable row level security;
grant select on private.audit_heads to authenticated, service_role;

create policy "users read the head of their chain" on private.audit_heads
for select to authenticated using (user_id = (select private.current_user_id()));


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
