-- Transactions: money in, money out, money between accounts.
--
-- A row says how it moves balances by itself (private.movements_of); the triggers below post what an insert, an edit
-- or a delete changes about that. They work on whole statements, so ten thousand rows cost one lock and one update
-- per account.


-- Tables -------------------------------------------------------------------------------------------

create table public.transactions (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null default auth.uid() references public.profiles (id) on delete cascade,
    account_id uuid not null,
    transfer_account_id uuid,
    invoice_id uuid,
    transaction_type text not null,
    amount public.rupees not null,
    tax_rate public.tax_rate,
    tax_amount public.rupees,
    igst public.rupees not null default 0,
    description text not null default '',
    category text,
    date timestamptz not null default now(),
    day date not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint transactions_account_belongs_to_user foreign key (account_id, user_id)
    references public.accounts (id, user_id) on delete cascade,
    constraint transactions_transfer_account_belongs_to_user foreign key (transfer_account_id, user_id)
    references public.accounts (id, user_id) on delete cascade,
    -- Deferred, because a sale's invoice is written at the end of the statement that writes the sale.
    constraint transactions_invoice_belongs_to_user foreign key (invoice_id, user_id)
    references public.invoices (id, user_id) on delete cascade deferrable initially deferred,
    constraint transactions_amount_positive check (amount > 0),
    constraint transactions_type_known check (transaction_type in ('sale', 'expense', 'transfer', 'other')),
    constraint transactions_only_transfers_transfer check (transfer_account_id is null or transaction_type = 'transfer'),
    constraint transactions_transfer_between_two check (transfer_account_id <> account_id),
    constraint transactions_only_sales_are_invoiced check (invoice_id is null or transaction_type = 'sale'),
    constraint transactions_tax_within_amount check (tax_amount between 0 and amount),
    constraint transactions_only_trade_is_taxed
    check ((tax_rate is null and tax_amount is null) or transaction_type in ('sale', 'expense')),
    constraint transactions_description_length check (char_length(description) <= 10000),
    constraint transactions_category_length check (char_length(category) <= 100),
    constraint transactions_date_in_range check (date >= '1900-01-01' and date < '9999-01-01')
);
comment on table public.transactions is 'Money that moved. Amounts are rupees, always above zero: the type tells the direction.';
comment on column public.transactions.account_id is 'The account the money came to or went from; the default account when none is named.';
comment on column public.transactions.transfer_account_id is
'Where a transfer goes to. A transfer without it, like a transaction of type other, is recorded and moves nothing.';
comment on column public.transactions.invoice_id is 'The invoice that this sale pays: one it generated, or one it was written for.';
comment on column public.transactions.amount is 'Rupees that moved, tax included.';
comment on column public.transactions.tax_rate is 'GST rate in percent: of a sale, its invoice''s; of an expense, as recorded, never guessed.';
comment on column public.transactions.tax_amount is
'Rupees of GST contained in the amount: of a sale, its invoice''s; of an expense, the input tax that was recorded.';
comment on column public.transactions.igst is 'Rupees of tax_amount that are IGST; kept from the invoice of a sale.';
comment on column public.transactions.date is 'The instant the money moved.';
comment on column public.transactions.day is 'The day of date in the profile''s time zone; kept by trigger.';

-- Plan as for a user with ten thousand rows, however few the others have: what is right for the busy costs the rest
-- nothing, but sorting the few rows of an average user would be sorting millions of a busy one's.
alter table public.transactions alter column user_id set (n_distinct = -0.0001);
alter table public.transactions alter column account_id set (n_distinct = -0.0002);

-- Serve the list, newest first, whole or of one account, category or type.
-- The day comes last: rows beyond a range of days, which only the zone tells exactly, are passed over in the index.
create index transactions_user_id_date_idx on public.transactions (user_id, date, id, day);
create index transactions_account_id_date_idx on public.transactions (account_id, user_id, date, id);
create index transactions_user_id_category_date_idx on public.transactions (user_id, category, date, id);
create index transactions_user_id_type_date_idx on public.transactions (user_id, transaction_type, date, id);
-- Serve the foreign keys; an invoice is paid once.
create index transactions_transfer_account_id_idx on public.transactions (transfer_account_id, user_id)
where transfer_account_id is not null;
create unique index transactions_one_payment_per_invoice on public.transactions (invoice_id, user_id);


-- Triggers -----------------------------------------------------------------------------------------

create function private.input_tax(expense public.transactions, before public.transactions)
returns numeric
language plpgsql
immutable
set search_path = ''
as $$
begin
    -- A tax that was computed from amount and rate follows an edit of them; one that was written stays.
    if expense.tax_amount is null or (
        expense.tax_amount = before.tax_amount
        and before.tax_amount = (private.gst(before.amount, before.tax_rate, true, false)).tax_amount
    ) then
        return (private.gst(expense.amount, expense.tax_rate, true, false)).tax_amount;
    end if;
    return expense.tax_amount;
end;
$$;
comment on function private.input_tax is 'The input tax of an expense with a rate, given what the expense was before an edit.';

create function private.prepare_transaction()
returns trigger
language plpgsql
security definer -- opens the default account and reads the profile whoever writes
set search_path = ''
as $$
begin
    if tg_op = 'INSERT' then
        perform private.lock_books(new.user_id);
        new.account_id := coalesce(new.account_id, private.default_account(new.user_id));
    elsif new.id <> old.id or new.user_id <> old.user_id then
        perform private.raise_problem(409, 'owner_is_fixed', 'A transaction keeps its id and its owner.');
    elsif new.transaction_type <> old.transaction_type then
        -- What only the old type had goes with it: a sale's tax is no input tax.
        new.transfer_account_id := nullif(new.transfer_account_id, old.transfer_account_id);
        new.tax_rate := nullif(new.tax_rate, old.tax_rate);
        new.tax_amount := nullif(new.tax_amount, old.tax_amount);
    end if;
    if tg_op = 'INSERT' or (new.date, new.day) <> (old.date, old.day) then
        new.day := (new.date at time zone private.time_zone(new.user_id))::date;
    end if;
    if new.transaction_type = 'expense' and new.tax_rate is not null then
        new.tax_amount := private.input_tax(new, old);
    end if;
    return new;
end;
$$;
comment on function private.prepare_transaction is 'Trigger: default account, day in the profile''s zone, input tax of an expense with a rate.';

-- Before all others: triggers fire in the order of their names.
create trigger check_owner before insert on public.transactions
for each row when (new.user_id <> auth.uid()) execute function private.refuse_other_owner();
create trigger prepare before insert or update on public.transactions
for each row execute function private.prepare_transaction();
create trigger touch before update on public.transactions
for each row execute function private.touch();

create trigger lock_books before insert or update or delete on public.transactions
for each statement execute function private.lock_own_books();


-- Balances follow ----------------------------------------------------------------------------------

create function private.movements_of(written public.transactions, direction integer)
returns setof private.movement
language plpgsql
immutable
set search_path = ''
as $$
begin
    if written.transaction_type in ('sale', 'expense') or written.transfer_account_id is not null then
        return next row(
            written.user_id, written.account_id, written.id,
            direction * case when written.transaction_type = 'sale' then written.amount else - written.amount end
        );
    end if;
    if written.transfer_account_id is not null then
        return next row(written.user_id, written.transfer_account_id, written.id, direction * written.amount);
    end if;
end;
$$;
grant execute on function private.movements_of to authenticated, service_role;
comment on function private.movements_of is
'How a transaction moves balances (direction 1), or how taking it back does (-1): sale in, expense out, transfer from one to the other.';

create function private.post_after_insert()
returns trigger
language plpgsql
security definer -- callers may not write the ledger
set search_path = ''
as $$
begin
    perform private.post_movements(array(
        select movement from new_rows as written, private.movements_of(written, 1) as movement
    ));
    return null;
end;
$$;
comment on function private.post_after_insert is 'Trigger: balances follow new transactions.';

create function private.post_after_update()
returns trigger
language plpgsql
security definer -- callers may not write the ledger
set search_path = ''
as $$
begin
    perform private.post_movements(array(
        select movement from old_rows as written, private.movements_of(written, -1) as movement
        union all
        select movement from new_rows as written, private.movements_of(written, 1) as movement
    ));
    return null;
end;
$$;
comment on function private.post_after_update is 'Trigger: balances follow edited transactions, on both accounts when the account changed.';

create function private.post_after_delete()
returns trigger
language plpgsql
security definer -- callers may not write the ledger
set search_path = ''
as $$
begin
    perform private.post_movements(array(
        select movement from old_rows as written, private.movements_of(written, -1) as movement
        -- The transactions of a user who is being deleted go with its accounts.
        where exists (select from public.profiles where id = written.user_id)
    ));
    return null;
end;
$$;
comment on function private.post_after_delete is 'Trigger: balances follow deleted transactions.';

create trigger post_after_insert after insert on public.transactions
referencing new table as new_rows for each statement execute function private.post_after_insert();
create trigger post_after_update after update on public.transactions
referencing old table as old_rows new table as new_rows for each statement execute function private.post_after_update();
create trigger post_after_delete after delete on public.transactions
referencing old table as old_rows for each statement execute function private.post_after_delete();


-- Policies -----------------------------------------------------------------------------------------

alter table public.transactions enable row level security;
grant select, delete on public.transactions to authenticated;
grant insert (
    user_id, account_id, transfer_account_id, invoice_id, transaction_type, amount, tax_rate, tax_amount,
    description, category, date
) on public.transactions to authenticated;
grant update (
    account_id, transfer_account_id, transaction_type, amount, tax_rate, tax_amount, description, category, date
) on public.transactions to authenticated;
grant select, insert, update, delete on public.transactions to service_role;

create policy "users read their transactions" on public.transactions
for select to authenticated using (user_id = (select private.current_user_id()));
create policy "users write transactions of their own" on public.transactions
for insert to authenticated with check (user_id = (select private.current_user_id()));
create policy "users change their transactions" on public.transactions
for update to authenticated
using (user_id = (select private.current_user_id())) with check (user_id = (select private.current_user_id()));
create policy "users delete their transactions" on public.transactions
for delete to authenticated using (user_id = (select private.current_user_id()));


-- The contract's functions -------------------------------------------------------------------------

create view api.transactions with (security_invoker = true) as
select
    id,
    amount,
    description,
    transaction_type,
    category,
    to_json(date at time zone 'utc') #>> '{}' || 'Z' as date,
    user_id,
    account_id,
    transfer_account_id,
    invoice_id,
    trim_scale(tax_rate) as tax_rate,
    tax_amount,
    to_json(created_at at time zone 'utc') #>> '{}' || 'Z' as created_at,
    to_json(updated_at at time zone 'utc') #>> '{}' || 'Z' as updated_at,
    date as date_instant,
    created_at as created_instant,
    updated_at as updated_instant,
    day
from public.transactions;
grant select on api.transactions to authenticated;
comment on view api.transactions is 'Transactions as the documents show them (spec: Transactions).';

create function api.create_transaction(transaction jsonb)
returns api.transactions
language plpgsql
set search_path = ''
as $$
declare
    caller constant uuid := private.open_books();
    answer api.transactions := json_populate_record(null::api.transactions, private.replay('create_transaction', transaction));
    draft public.transactions;
    new_id uuid;
begin
    if answer.id is not null then
        return answer;
    end if;
    draft := jsonb_populate_record(null::public.transactions, transaction);
    insert into public.transactions (
        user_id, account_id, transfer_account_id, transaction_type, amount, tax_rate, tax_amount, description,
        category, date
    )
    values (
        caller,
        draft.account_id,
        draft.transfer_account_id,
        draft.transaction_type,
        draft.amount,
        draft.tax_rate,
        draft.tax_amount,
        coalesce(draft.description, ''),
        draft.category,
        coalesce(draft.date, now())
    )
    returning id into new_id;
    select * into answer from api.transactions where id = new_id;
    perform private.remember('create_transaction', transaction, to_json(answer), '/api/transactions/' || new_id);
    return answer;
end;
$$;
grant execute on function api.create_transaction to authenticated;
comment on function api.create_transaction is
'Records a transaction, moves the balance, and for a sale writes the invoice (spec: Create a transaction).';

create function private.write_transaction(written_id uuid, fields jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
    changed public.transactions;
begin
    -- Locked, because the dashboard writes without the books, and all fields are written back.
    select * into changed from public.transactions where id = written_id for no key update;
    if not found then
        perform private.raise_problem(404, 'transaction_not_found', 'There is no such transaction.');
    end if;
    changed := jsonb_populate_record(changed, fields);
    update public.transactions set
        account_id = changed.account_id,
        transfer_account_id = changed.transfer_account_id,
        transaction_type = changed.transaction_type,
        amount = changed.amount,
        tax_rate = changed.tax_rate,
        tax_amount = changed.tax_amount,
        description = changed.description,
        category = changed.category,
        date = changed.date
    where id = written_id;
end;
$$;
grant execute on function private.write_transaction to authenticated;
comment on function private.write_transaction is 'Writes the named fields of a transaction; 404 transaction_not_found when there is none.';

create function api.update_transaction(transaction_id uuid, transaction jsonb)
returns api.transactions
language plpgsql
set search_path = ''
as $$
declare
    answer api.transactions;
begin
    perform private.open_books();
    perform private.write_transaction(transaction_id, transaction);
    -- A trigger can't tell a value that is sent again from one that is left alone. The second time, what is sent stands.
    if transaction ?| '{transfer_account_id,tax_rate,tax_amount}' then
        perform private.write_transaction(transaction_id, transaction);
    end if;
    select * into answer from api.transactions where id = transaction_id;
    return answer;
end;
$$;
grant execute on function api.update_transaction to authenticated;
comment on function api.update_transaction is 'Changes the named fields; balance and invoice follow (spec: Update a transaction).';

create function api.delete_transaction(transaction_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
begin
    perform private.open_books();
    delete from public.transactions where id = transaction_id;
    if not found then
        perform private.raise_problem(404, 'transaction_not_found', 'There is no such transaction.');
    end if;
end;
$$;
grant execute on function api.delete_transaction to authenticated;
comment on function api.delete_transaction is 'Deletes a transaction; balance and invoice follow (spec: Delete a transaction).';
