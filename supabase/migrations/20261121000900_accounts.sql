-- Accounts: bank and cash accounts of a user. One of them is the default account.
--
-- The ledger keeps the balances. An account with transactions is closed by moving them, with the
-- balance, to another account.


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
comment on table public.accounts is 'Bank accounts, cash and wallets. They may be overdrawn.';
comment on column public.accounts.balance is 'Rupees; the sum of the account''s ledger entries. Writing it makes an entry for the difference.';
comment on column public.accounts.is_default is 'Takes the transactions that name no account; at most one per user, the oldest account where none is.';
comment on column public.accounts.entry_count is 'How many ledger entries the account has: the number of the last one.';

-- Serves the list of accounts and the policy.
create index accounts_user_id_created_at_idx on public.accounts (user_id, created_at, id);


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
        perform private.raise_problem(409, 'one_default_account', 'Only one account can be the default one.', 'is_default');
    end if;
    update public.accounts set is_default = false where user_id = new.user_id and is_default and id <> new.id;
    return null;
end;
$$;
comment on function private.replace_default_account is
'Trigger: a new default account takes the place of the old one; a statement that names several is refused.';

create trigger replace_default after insert or update of is_default on public.accounts
for each row when (new.is_default and pg_trigger_depth() = 0) execute function private.replace_default_account();

create function private.replace_deleted_default()
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
comment on function private.replace_deleted_default is 'Trigger: when the default account is deleted, the oldest one left takes its place.';

create trigger replace_deleted_default after delete on public.accounts
for each row when (old.is_default) execute function private.replace_deleted_default();


-- Triggers -----------------------------------------------------------------------------------------

-- Before all others: triggers fire in the order of their names.
create trigger check_owner before insert on public.accounts
for each row when (new.user_id <> auth.uid()) execute function private.refuse_other_owner();
create trigger touch before update on public.accounts
for each row when (pg_trigger_depth() = 0) execute function private.touch();

create trigger lock_books before insert or update or delete on public.accounts
for each statement when (pg_trigger_depth() = 0) execute function private.lock_own_books();


-- Closing an account -------------------------------------------------------------------------------

create function private.guard_account()
returns trigger
language plpgsql
security definer -- looks at all of the user's accounts and transactions whoever deletes
set search_path = ''
as $$
begin
    -- A user who is being deleted takes the accounts along: the profile is gone by then.
    if not exists (select from public.profiles where id = old.user_id) then
        return old;
    end if;
    perform private.lock_books(old.user_id);
    if not exists (select from public.accounts where user_id = old.user_id and id <> old.id) then
        perform private.raise_problem(409, 'last_account', 'The only account can''t be deleted. Open another one first.');
    end if;
    if exists (select from public.transactions where account_id = old.id or transfer_account_id = old.id) then
        perform private.raise_problem(
            409, 'account_has_transactions',
            'The account has transactions. Name the account that takes them and the balance in transfer_to_account_id.',
            'transfer_to_account_id'
        );
    end if;
    if old.balance <> 0 then
        insert into public.ledger_entries (user_id, account_id, entry_number, kind, amount, balance_after)
        values (old.user_id, old.id, old.entry_count + 1, 'closure', -old.balance, 0);
    end if;
    return old;
end;
$$;
comment on function private.guard_account is
'Trigger: the only account and one with transactions stay; the ledger of a deleted account ends at zero.';

create trigger guard before delete on public.accounts
for each row execute function private.guard_account();

create function private.close_account(closed_id uuid, receiver_id uuid)
returns void
language plpgsql
security definer -- writes the closing entries of both ledgers
set search_path = ''
as $$
declare
    closed public.accounts;
begin
    -- A transfer between the two accounts becomes one within a single account, which moves nothing.
    update public.transactions set transfer_account_id = null
    where (account_id, transfer_account_id) in ((closed_id, receiver_id), (receiver_id, closed_id));
    update public.transactions set transfer_account_id = receiver_id where transfer_account_id = closed_id;
    update public.transactions set account_id = receiver_id where account_id = closed_id;

    -- What the moved transactions don't explain: opening balance and adjustments.
    select * into closed from public.accounts where id = closed_id for no key update;
    update public.accounts set balance = balance + closed.balance where id = receiver_id and closed.balance <> 0;
    update public.accounts set is_default = true where id = receiver_id and closed.is_default;
    delete from public.accounts where id = closed_id;
end;
$$;
grant execute on function private.close_account to authenticated;
comment on function private.close_account is
'Moves the transactions and the balance of an account, and that it is the default one, to another and deletes it.';


-- Policies -----------------------------------------------------------------------------------------

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


-- The contract's functions -------------------------------------------------------------------------

create view api.accounts with (security_invoker = true) as
select
    id,
    name,
    balance,
    -- An expression, and not the column: PostgREST would embed all transactions of an account; see embedding.
    coalesce(user_id) as user_id,
    to_json(created_at at time zone 'utc') #>> '{}' || 'Z' as created_at,
    to_json(updated_at at time zone 'utc') #>> '{}' || 'Z' as updated_at,
    is_default,
    created_at as created_instant,
    updated_at as updated_instant
from public.accounts;
grant select on api.accounts to authenticated;
comment on view api.accounts is 'Accounts as the documents show them (spec: Accounts).';

create type api.account_answer as (
    id uuid,
    name text,
    balance public.rupees,
    user_id uuid,
    created_at text,
    updated_at text,
    is_default boolean
);
comment on type api.account_answer is 'What functions answer of an account: the first columns of the view, in its order.';

create function private.visible_account(account_id uuid)
returns uuid
language plpgsql
stable
set search_path = ''
as $$
begin
    if not exists (select from public.accounts where id = account_id) then
        perform private.raise_problem(404, 'account_not_found', 'There is no such account.');
    end if;
    return account_id;
end;
$$;
grant execute on function private.visible_account to authenticated;
comment on function private.visible_account is 'The id of an account the caller may see; 404 account_not_found otherwise.';

create function api.create_account(account jsonb)
returns api.account_answer
language plpgsql
set search_path = ''
as $$
declare
    caller constant uuid := private.open_books();
    answer api.account_answer := json_populate_record(null::api.account_answer, private.replay('create_account', account));
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
returns api.account_answer
language plpgsql
set search_path = ''
as $$
declare
    changed public.accounts;
    answer api.account_answer;
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

create function api.delete_account(account_id uuid, transfer_to_account_id uuid default null)
returns void
language plpgsql
set search_path = ''
set statement_timeout = '18s' -- many transactions take longer than a usual request; shared/supabase/rest.py waits for it
as $$
begin
    perform private.open_books();
    perform private.visible_account(account_id);
    if transfer_to_account_id is null then
        delete from public.accounts where id = account_id;
        return;
    end if;
    if transfer_to_account_id = account_id then
        perform private.raise_problem(
            422, 'transfer_to_same_account', 'An account can''t be transferred to itself.', 'transfer_to_account_id'
        );
    end if;
    if not exists (select from public.accounts where id = transfer_to_account_id) then
        perform private.raise_problem(
            404, 'transfer_account_not_found', 'There is no account with the id in transfer_to_account_id.',
            'transfer_to_account_id'
        );
    end if;
    perform private.close_account(account_id, transfer_to_account_id);
end;
$$;
grant execute on function api.delete_account to authenticated;
comment on function api.delete_account is
'Deletes an account; its transactions and balance go to another one, atomically (spec: Delete an account).';

create function api.total_balance()
returns json
language sql
stable
set search_path = ''
as $$ select json_build_object('balance', coalesce(sum(balance), 0.00)) from public.accounts $$;
grant execute on function api.total_balance to authenticated;
comment on function api.total_balance is 'The sum of the caller''s balances, in rupees (spec: Get total balance).';

create function api.account_summary(period text default 'month')
returns json
language plpgsql
stable
set search_path = ''
as $$
declare
    caller constant uuid := private.current_user_id();
    first_day date;
    last_day date;
    summary json;
begin
    if period is null or period not in ('week', 'month', 'quarter', 'year') then
        perform private.raise_problem(422, 'invalid_period', 'period is one of week, month, quarter and year.', 'period');
    end if;
    first_day := date_trunc(period, private.today(caller)::timestamp)::date;
    last_day := (first_day + ('1 ' || replace(period, 'quarter', 'month'))::interval * (case period when 'quarter' then 3 else 1 end))::date - 1;

    with moved as (
        select
            total.account_id,
            coalesce(sum(total.amount) filter (where total.transaction_type = 'sale'), 0.00) as income,
            coalesce(sum(total.amount) filter (where total.transaction_type = 'expense'), 0.00) as expenses,
            sum(total.counted) as transaction_count
        from private.transaction_totals_between(caller, first_day, last_day) as total
        group by total.account_id
    ),
    per_account as (
        select
            account.id,
            account.name,
            account.balance,
            account.created_at,
            coalesce(moved.income, 0.00) as income,
            coalesce(moved.expenses, 0.00) as expenses,
            coalesce(moved.transaction_count, 0) as transaction_count
        from public.accounts as account
        left join moved on moved.account_id = account.id
        where account.user_id = caller
    ),
    issued as (
        select
            coalesce(sum(total.counted), 0) as invoices,
            coalesce(sum(total.counted) filter (where total.status = 'paid'), 0) as paid
        from private.invoice_totals_between(caller, first_day, last_day) as total
        where total.document_type = 'invoice'
    )
    select json_build_object(
        'total_balance', coalesce(sum(per_account.balance), 0.00),
        'income', coalesce(sum(per_account.income), 0.00),
        'expenses', coalesce(sum(per_account.expenses), 0.00),
        'net_change', coalesce(sum(per_account.income - per_account.expenses), 0.00),
        'accounts', coalesce(json_agg(json_build_object(
            'id', per_account.id,
            'name', per_account.name,
            'balance', per_account.balance,
            'income', per_account.income,
            'expenses', per_account.expenses,
            'transaction_count', per_account.transaction_count
        ) order by per_account.created_at, per_account.id), '[]'::json),
        'invoices_count', (select invoices from issued),
        'paid_invoices_count', (select paid from issued),
        'period', period
    ) into summary
    from per_account;
    return summary;
end;
$$;
grant execute on function api.account_summary to authenticated;
comment on function api.account_summary is
'Income (sales) and expenses of the current week, month, quarter or year in the profile''s zone, whole and per account (spec: Get account summary).';
