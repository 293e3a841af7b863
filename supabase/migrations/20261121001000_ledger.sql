-- Ledger: a balance is the sum of its entries, always.
--
-- `ledger_entries` is append-only and holds one row per movement. Only two things change `accounts.balance`:
-- private.post_movements, for the money that transactions move, and a write to the column itself, which the trigger
-- below records as an opening balance or an adjustment. Both write the entry, so no balance changes without one.


-- Tables -------------------------------------------------------------------------------------------

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
comment on column public.ledger_entries.entry_number is '1, 2, 3 ... per account, without gaps.';
comment on column public.ledger_entries.account_id is
'No foreign key: entries outlive a deleted account, whose last entry brings it to zero.';
comment on column public.ledger_entries.kind is
'opening and adjustment: a balance that was written; transaction: money moved; closure: the rest of a deleted account.';
comment on column public.ledger_entries.transaction_id is
'The transaction that moved the money; an edited one has an entry per edit. No foreign key: entries outlive it.';
comment on column public.ledger_entries.amount is 'Rupees; above zero money came in, below zero it went out.';
comment on column public.ledger_entries.balance_after is 'Rupees; the account''s balance after this entry.';


-- Append-only --------------------------------------------------------------------------------------

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
    perform private.raise_problem(409, 'ledger_is_append_only', 'Ledger entries are written by the rules only, and never changed or removed. Write the opposite movement.');
    return null;
end;
$$;
comment on function private.refuse_ledger_change is 'Trigger: ledger entries are never changed or removed.';

create trigger append_only before update or delete on public.ledger_entries
for each row execute function private.refuse_ledger_change();

create function private.refuse_typed_entries()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
    perform private.raise_problem(409, 'ledger_is_append_only', 'Ledger entries are written by the rules only, and never changed or removed. Write the opposite movement.');
    return null;
end;
$$;
comment on function private.refuse_typed_entries is
'Trigger: entries come from the triggers below only: one that was typed would take the next one''s number.';

create trigger append_only_insert before insert on public.ledger_entries
for each statement when (pg_trigger_depth() = 0) execute function private.refuse_typed_entries();
-- TRUNCATE fires no row trigger, so it is refused as a whole.
create trigger append_only_truncate before truncate on public.ledger_entries
for each statement execute function private.refuse_typed_entries();


-- Movements ----------------------------------------------------------------------------------------

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
    -- A single account is locked by its own update.
    if cardinality(movements) > 1 then
        perform private.lock_accounts(array(select distinct movement.account_id from unnest(movements) as movement));
    end if;

    -- An edit brings the old movement negated and the new one; only what is left of them is posted.
    with net as materialized (
        select
            movement.user_id,
            movement.account_id,
            movement.transaction_id,
            sum(movement.amount) as amount,
            min(movement.position) as position
        from unnest(movements) with ordinality as movement (user_id, account_id, transaction_id, amount, position)
        group by movement.user_id, movement.account_id, movement.transaction_id
        having sum(movement.amount) <> 0
    ),
    moved as (
        update public.accounts as account set
            balance = account.balance + sums.amount,
            entry_count = account.entry_count + sums.counted,
            updated_at = now()
        from (
            select net.user_id, net.account_id, sum(net.amount) as amount, count(*) as counted
            from net
            group by net.user_id, net.account_id
        ) as sums
        where account.id = sums.account_id and account.user_id = sums.user_id
        returning account.id, account.balance - sums.amount as balance_before, account.entry_count - sums.counted as entries_before
    )
    insert into public.ledger_entries (
        user_id, account_id, entry_number, kind, transaction_id, amount, balance_after
    )
    select
        net.user_id,
        net.account_id,
        moved.entries_before + row_number() over posted,
        'transaction',
        net.transaction_id,
        net.amount,
        moved.balance_before + sum(net.amount) over posted
    from net
    inner join moved on moved.id = net.account_id
    window posted as (partition by net.account_id order by net.position rows unbounded preceding);
end;
$$;
comment on function private.post_movements is
'Writes the ledger entries of movements, in their order, and brings the balances along. The only writer besides private.keep_ledger.';


-- Balances that are written ------------------------------------------------------------------------

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

create trigger keep_ledger_of_new before insert on public.accounts
for each row execute function private.keep_ledger();
-- Not for private.post_movements, which writes entries and balance together.
create trigger keep_ledger before update on public.accounts
for each row when (pg_trigger_depth() = 0) execute function private.keep_ledger();

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


-- Policies -----------------------------------------------------------------------------------------

alter table public.ledger_entries enable row level security;
grant select on public.ledger_entries to authenticated, service_role;

create policy "users read their ledger" on public.ledger_entries
for select to authenticated using (user_id = (select private.current_user_id()));
