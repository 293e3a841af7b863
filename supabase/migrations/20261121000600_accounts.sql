-- Accounts and their ledger: a balance is the sum of its entries, always.
--
-- `ledger_entries` is append-only and holds one row per movement. Only two things change `accounts.balance`:
-- private.post_movements, for the money that transactions move, and a write to the column itself, which the trigger
-- below records as an opening balance or an adjustment. Both write the entry, so no balance changes without one.


-- Tables -------------------------------------------------------------------------------------------

create table public.accounts (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null default auth.uid() references public.profiles (id) on delete cascade,
    name text not null,
    balance public.rupees not null default 0,
    is_default boolean not null default false,
    entry_count bigint not null default 0,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint accounts_owner_key unique (id, user_id),
    constraint accounts_name_length check (name ~ '\S' and char_length(name) <= 200),
    -- Serves the search for the default account, too. Deferred: the old one gives way when the new one is written.
    constraint accounts_one_default_per_user exclude using btree (user_id with =) where (is_default)
    deferrable initially deferred
);
comment on table public.accounts is 'Places where money lies: bank accounts, cash boxes, wallets. They may be overdrawn.';
comment on column public.accounts.balance is 'Rupees; the sum of the account''s ledger entries. Writing it makes an entry for the difference.';
comment on column public.accounts.is_default is 'Takes the transactions that name no account; at most one per user, the oldest account where none is.';
comment on column public.accounts.entry_count is 'How many ledger entries the account has: the number of the last one.';

-- Serves the list of accounts and the policy.
create index accounts_user_id_created_at_idx on public.accounts (user_id, created_at, id);

create table public.ledger_entries (
    user_id uuid not null references public.profiles (id) on delete cascade,
    account_id uuid not null,
    entry_number bigint not null,
    kind text not null,
    transaction_id uuid,
    amount public.rupees not null,
    balance_after public.rupees not null,
    created_at timestamptz not null default now(),
    primary key (user_id, account_id, entry_number),
    constraint ledger_entries_amount_moves check (amount <> 0),
    constraint ledger_entries_kind_known check (kind in ('opening', 'adjustment', 'transaction', 'closure')),
    constraint ledger_entries_transaction_named check ((kind = 'transaction') = (transaction_id is not null))
);
comment on table public.ledger_entries is 'Every movement on every account, append-only, numbered 1, 2, 3 ... per account.';
comment on column public.ledger_entries.account_id is
'No foreign key: entries outlive a deleted account, whose last entry brings it to zero.';
comment on column public.ledger_entries.kind is
'opening and adjustment: a balance that was written; transaction: money moved; closure: the rest of a deleted account.';
comment on column public.ledger_entries.transaction_id is
'The transaction that moved the money; an edited one has an entry per edit. No foreign key: entries outlive it.';
comment on column public.ledger_entries.amount is 'Rupees; above zero money came in, below zero it went out.';
comment on column public.ledger_entries.balance_after is 'Rupees; the account''s balance after this entry.';


-- The ledger ---------------------------------------------------------------------------------------

create function private.refuse_ledger_change()
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
    perform private.raise_problem(409, 'ledger_is_append_only', 'Ledger entries are never changed or removed. Write the opposite movement.');
    return null;
end;
$$;
comment on function private.refuse_ledger_change is 'Trigger: ledger entries are never changed or removed.';

create trigger append_only before update or delete on public.ledger_entries
for each row execute function private.refuse_ledger_change();

create function private.refuse_truncate()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
    perform private.raise_problem(409, 'ledger_is_append_only', 'Ledger entries are never changed or removed. Write the opposite movement.');
    return null;
end;
$$;
comment on function private.refuse_truncate is 'Trigger: TRUNCATE fires no row trigger, so it is refused as a whole.';

create trigger append_only_truncate before truncate on public.ledger_entries
for each statement execute function private.refuse_truncate();

create function private.lock_accounts(account_ids uuid[])
returns void
language plpgsql
set search_path = ''
as $$
begin
    -- In id order, so that two bulk writes over the same accounts queue instead of deadlocking;
    -- `no key`, because the foreign-key checks of the rows just inserted already hold `key share`.
    perform 1 from public.accounts
    where id = any(account_ids)
    order by id
    for no key update;
end;
$$;
comment on function private.lock_accounts is 'Takes the rows of the accounts until the end of the transaction.';

create type private.movement as (
    user_id uuid,
    account_id uuid,
    transaction_id uuid,
    amount numeric
);
comment on type private.movement is 'Money that a transaction puts on (above zero) or takes from (below zero) an account.';

create function private.post_movements(movements private.movement[])
returns void
language plpgsql
security definer -- callers may neither write the ledger nor a balance
set search_path = ''
as $$
begin
    if movements = '{}' then
        return;
    end if;
    perform private.lock_accounts(array(select distinct movement.account_id from unnest(movements) as movement));

    -- An edit brings the old movement negated and the new one; only what is left of them is posted.
    insert into public.ledger_entries (
        user_id, account_id, entry_number, kind, transaction_id, amount, balance_after
    )
    select
        net.user_id,
        net.account_id,
        account.entry_count + row_number() over posted,
        'transaction',
        net.transaction_id,
        net.amount,
        account.balance + sum(net.amount) over posted
    from (
        select
            movement.user_id,
            movement.account_id,
            movement.transaction_id,
            sum(movement.amount) as amount,
            min(movement.position) as position
        from unnest(movements) with ordinality as movement (user_id, account_id, transaction_id, amount, position)
        group by movement.user_id, movement.account_id, movement.transaction_id
        having sum(movement.amount) <> 0
    ) as net
    inner join public.accounts as account on account.id = net.account_id and account.user_id = net.user_id
    window posted as (partition by net.account_id order by net.position rows unbounded preceding);

    update public.accounts as account set
        balance = last_entry.balance_after,
        entry_count = last_entry.entry_number
    from (
        select distinct movement.user_id, movement.account_id from unnest(movements) as movement
    ) as moved
    cross join lateral (
        select entry.entry_number, entry.balance_after
        from public.ledger_entries as entry
        where entry.user_id = moved.user_id and entry.account_id = moved.account_id
        order by entry.entry_number desc
        limit 1
    ) as last_entry
    where account.id = moved.account_id and account.entry_count < last_entry.entry_number;
end;
$$;
comment on function private.post_movements is
'Writes the ledger entries of movements, in their order, and brings the balances along. The only writer besides private.keep_ledger.';

create function private.keep_ledger()
returns trigger
language plpgsql
security definer -- callers may not write the ledger
set search_path = ''
as $$
begin
    if tg_op = 'INSERT' then
        if new.entry_count <> 0 then
            perform private.raise_problem(409, 'entry_count_is_kept', 'entry_count is kept by the ledger.');
        end if;
        -- An id may have had an account before, whose entries stay.
        new.entry_count := coalesce((
            select max(entry_number) from public.ledger_entries where user_id = new.user_id and account_id = new.id
        ), 0) + (new.balance <> 0)::integer;
        return new;
    end if;

    if new.id <> old.id or new.user_id <> old.user_id then
        perform private.raise_problem(409, 'owner_is_fixed', 'An account keeps its id and its owner.');
    end if;
    if new.entry_count = old.entry_count and new.balance <> old.balance then
        new.entry_count := old.entry_count + 1;
        insert into public.ledger_entries (user_id, account_id, entry_number, kind, amount, balance_after)
        values (new.user_id, new.id, new.entry_count, 'adjustment', new.balance - old.balance, new.balance);
    elsif new.entry_count <> old.entry_count and (new.entry_count, new.balance) not in (
        select entry.entry_number, entry.balance_after
        from public.ledger_entries as entry
        where entry.user_id = new.user_id and entry.account_id = new.id
        order by entry.entry_number desc
        limit 1
    ) then
        perform private.raise_problem(409, 'entry_count_is_kept', 'entry_count is kept by the ledger.');
    end if;
    return new;
end;
$$;
comment on function private.keep_ledger is
'Trigger: a written balance becomes an adjustment entry; a balance that is not the last entry''s is refused.';

-- Before all others: triggers fire in the order of their names.
create trigger check_owner before insert on public.accounts
for each row when (new.user_id <> auth.uid()) execute function private.refuse_other_owner();
create trigger keep_ledger before insert or update on public.accounts
for each row execute function private.keep_ledger();

create function private.open_ledger()
returns trigger
language plpgsql
security definer -- callers may not write the ledger
set search_path = ''
as $$
begin
    insert into public.ledger_entries (user_id, account_id, entry_number, kind, amount, balance_after)
    values (new.user_id, new.id, new.entry_count, 'opening', new.balance, new.balance);
    return null;
end;
$$;
comment on function private.open_ledger is
'Trigger: the balance of a new account is its opening entry. After the insert, which `on conflict do nothing` may drop.';

create trigger open_ledger after insert on public.accounts
for each row when (new.balance <> 0) execute function private.open_ledger();


-- The default account ------------------------------------------------------------------------------

create function private.default_account(owner uuid)
returns uuid
language plpgsql
security definer -- opens the account on behalf of a trigger
set search_path = ''
as $$
declare
    account_id uuid;
begin
    select id into account_id from public.accounts where user_id = owner and is_default;
    if not found then
        update public.accounts set is_default = true
        where id = (select id from public.accounts where user_id = owner order by created_at, id limit 1)
        returning id into account_id;
    end if;
    if not found then
        insert into public.accounts (user_id, name) values (owner, 'Main Account') returning id into account_id;
    end if;
    return account_id;
end;
$$;
comment on function private.default_account is
'The account for transactions that name none: the default one, else the oldest, else a new one (spec: Transactions and Accounts).';

create function private.choose_default_account()
returns trigger
language plpgsql
security definer -- looks at the user's other accounts whoever writes
set search_path = ''
as $$
begin
    perform private.lock_books(new.user_id);
    new.is_default := new.is_default
        or not exists (select from public.accounts where user_id = new.user_id and is_default);
    return new;
end;
$$;
comment on function private.choose_default_account is 'Trigger: the first account is the default one.';

create trigger choose_default before insert on public.accounts
for each row execute function private.choose_default_account();

create function private.replace_default_account()
returns trigger
language plpgsql
security definer -- writes the user's other accounts whoever writes
set search_path = ''
as $$
begin
    -- Another account of the same statement has taken its place already.
    if not exists (select from public.accounts where id = new.id and is_default) then
        perform private.raise_problem(409, 'one_default_account', 'Only one account can be the default one.');
    end if;
    update public.accounts set is_default = false where user_id = new.user_id and is_default and id <> new.id;
    return null;
end;
$$;
comment on function private.replace_default_account is
'Trigger: a new default account takes the place of the old one; a statement that names several is refused.';

create trigger replace_default after insert or update of is_default on public.accounts
for each row when (new.is_default) execute function private.replace_default_account();

create function private.bequeath_default()
returns trigger
language plpgsql
security definer -- writes the user's other accounts whoever deletes
set search_path = ''
as $$
begin
    update public.accounts set is_default = true
    where id = (select id from public.accounts where user_id = old.user_id order by created_at, id limit 1);
    return null;
end;
$$;
comment on function private.bequeath_default is 'Trigger: when the default account is deleted, the oldest one left takes its place.';

create trigger bequeath_default after delete on public.accounts
for each row when (old.is_default) execute function private.bequeath_default();
create trigger touch before update on public.accounts
for each row execute function private.touch();


-- Policies -----------------------------------------------------------------------------------------

create function private.lock_own_books()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
    if auth.uid() is not null then
        perform private.lock_books(auth.uid());
    end if;
    return null;
end;
$$;
comment on function private.lock_own_books is 'Trigger: a statement through the Data API waits for the user''s books before it takes any row.';

create trigger lock_books before insert or update or delete on public.accounts
for each statement execute function private.lock_own_books();

alter table public.accounts enable row level security;
grant select, delete on public.accounts to authenticated;
grant insert (user_id, name, balance, is_default) on public.accounts to authenticated;
grant update (name, balance, is_default) on public.accounts to authenticated;
grant select, insert, update, delete on public.accounts to service_role;

create policy "users read their accounts" on public.accounts
for select to authenticated using (user_id = (select private.current_user_id()));
create policy "users open accounts of their own" on public.accounts
for insert to authenticated with check (user_id = (select private.current_user_id()));
create policy "users change their accounts" on public.accounts
for update to authenticated
using (user_id = (select private.current_user_id())) with check (user_id = (select private.current_user_id()));
create policy "users delete their accounts" on public.accounts
for delete to authenticated using (user_id = (select private.current_user_id()));

alter table public.ledger_entries enable row level security;
grant select on public.ledger_entries to authenticated, service_role;

create policy "users read their ledger" on public.ledger_entries
for select to authenticated using (user_id = (select private.current_user_id()));


-- The contract's shape -----------------------------------------------------------------------------

create view api.accounts with (security_invoker = true) as
select
    id,
    name,
    balance,
    user_id,
    to_json(created_at at time zone 'utc') #>> '{}' || 'Z' as created_at,
    to_json(updated_at at time zone 'utc') #>> '{}' || 'Z' as updated_at,
    is_default,
    created_at as created_instant,
    updated_at as updated_instant
from public.accounts;
grant select on api.accounts to authenticated;
comment on view api.accounts is 'Accounts as the documents show them (spec: Accounts).';

create function api.create_account(account jsonb)
returns api.accounts
language plpgsql
set search_path = ''
as $$
declare
    caller constant uuid := private.open_books();
    answer api.accounts := json_populate_record(null::api.accounts, private.replay('create_account', account));
    new_id uuid;
begin
    if answer.id is not null then
        return answer;
    end if;
    insert into public.accounts (user_id, name, balance, is_default)
    values (
        caller,
        account ->> 'name',
        coalesce((account ->> 'balance')::numeric, 0),
        coalesce((account ->> 'is_default')::boolean, false)
    )
    returning id into new_id;
    select * into answer from api.accounts where id = new_id;
    perform private.remember('create_account', account, to_json(answer), '/api/accounts/' || new_id);
    return answer;
end;
$$;
grant execute on function api.create_account to authenticated;
comment on function api.create_account is 'Opens an account; a balance becomes its opening entry (spec: Create an account).';

create function api.update_account(account_id uuid, account jsonb)
returns api.accounts
language plpgsql
set search_path = ''
as $$
declare
    changed public.accounts;
    answer api.accounts;
begin
    perform private.open_books();
    -- Locked, because the dashboard writes without the books, and all fields are written back.
    select * into changed from public.accounts where id = account_id for no key update;
    if not found then
        perform private.raise_problem(404, 'account_not_found', 'There is no such account.');
    end if;
    changed := jsonb_populate_record(changed, account);
    update public.accounts set name = changed.name, balance = changed.balance, is_default = changed.is_default
    where id = account_id;
    select * into answer from api.accounts where id = account_id;
    return answer;
end;
$$;
grant execute on function api.update_account to authenticated;
comment on function api.update_account is 'Renames an account; another balance becomes an adjustment entry (spec: Update an account).';

create function api.total_balance()
returns json
language sql
stable
set search_path = ''
as $$ select json_build_object('balance', coalesce(sum(balance), 0.00)) from public.accounts $$;
grant execute on function api.total_balance to authenticated;
comment on function api.total_balance is 'The sum of the caller''s balances, in rupees (spec: Get total balance).';
