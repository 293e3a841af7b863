-- Transactions: money in, money out, money between accounts. Nothing but money: what a payment settles stands in
-- settlements, and the tax of a sale on its invoice.
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
    transaction_type text not null,
    amount public.rupees not null,
    tax_rate public.tax_rate,
    tax_amount public.rupees,
    description text not null default '',
    category text,
    method text,
    reference text,
    date timestamptz not null default now(),
    day date not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint transactions_account_belongs_to_user foreign key (account_id, user_id)
    references public.accounts (id, user_id) on delete cascade,
    constraint transactions_transfer_account_belongs_to_user foreign key (transfer_account_id, user_id)
    references public.accounts (id, user_id) on delete cascade,
    constraint transactions_amount_positive check (amount > 0),
    constraint transactions_type_known check (transaction_type in ('sale', 'expense', 'transfer', 'other')),
    constraint transactions_only_transfers_transfer check (transfer_account_id is null or transaction_type = 'transfer'),
    constraint transactions_transfer_between_two check (transfer_account_id <> account_id),
    constraint transactions_tax_within_amount check (tax_amount between 0 and amount),
    constraint transactions_only_trade_is_taxed check (
        (tax_rate is null or transaction_type in ('sale', 'expense')) and (tax_amount is null or transaction_type = 'expense')
    ),
    constraint transactions_description_length check (char_length(description) <= 10000),
    constraint transactions_category_length check (char_length(category) <= 100),
    constraint transactions_method_known check (method in ('upi', 'cash', 'bank_transfer', 'cheque', 'card', 'other')),
    constraint transactions_reference_length check (char_length(reference) <= 100),
    -- In some time zone, from the farthest west to the farthest east: the profile's may have changed.
    constraint transactions_day_is_of_its_instant
    check (day between (date at time zone 'Etc/GMT+12')::date and (date at time zone 'Etc/GMT-14')::date),
    constraint transactions_date_in_range check (date >= '1900-01-01' and date < '9999-01-01')
);
comment on table public.transactions is 'Money that moved. Amounts are rupees, always above zero: the type tells the direction.';
comment on column public.transactions.transaction_type is 'sale (in), expense (out), transfer (between accounts) or other (recorded only).';
comment on column public.transactions.account_id is 'The account the money came to or went from; the default account when none is named.';
comment on column public.transactions.transfer_account_id is
'Where a transfer goes to. A transfer without it, like a transaction of type other, is recorded and moves nothing.';
comment on column public.transactions.amount is 'Rupees that moved, tax included.';
comment on column public.transactions.tax_rate is
'GST rate in percent: of an expense, as recorded, never guessed; of a sale, the rate at which its invoice is generated.';
comment on column public.transactions.tax_amount is
'Rupees of input tax that were recorded on an expense. The tax of a sale is its invoice''s to tell.';
comment on column public.transactions.method is 'How it was paid: upi, cash, bank_transfer, cheque, card or other.';
comment on column public.transactions.reference is 'The bank''s or the payer''s reference: a UTR, a cheque number.';
comment on column public.transactions.date is 'The instant the money moved.';
comment on column public.transactions.day is 'The day of date in the profile''s time zone when it was written; it never moves with the zone.';

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
-- Serves the foreign key.
create index transactions_transfer_account_id_idx on public.transactions (transfer_account_id, user_id)
where transfer_account_id is not null;


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

create function private.names_field(field text)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
    return coalesce(field = any(string_to_array(current_setting('private.named_fields', true), ',')), false);
end;
$$;
comment on function private.names_field is
'Whether the request that writes names this field: a trigger can''t tell a value that is sent again from one that is left alone.';

create function private.change_type(old_row public.transactions, new_row public.transactions)
returns public.transactions
language plpgsql
stable
set search_path = ''
as $$
begin
    -- What only the old type had goes with it: a sale's tax is no input tax.
    if not private.names_field('transfer_account_id') then
        new_row.transfer_account_id := nullif(new_row.transfer_account_id, old_row.transfer_account_id);
    end if;
    if not private.names_field('tax_rate') then
        new_row.tax_rate := nullif(new_row.tax_rate, old_row.tax_rate);
    end if;
    if not private.names_field('tax_amount') then
        new_row.tax_amount := nullif(new_row.tax_amount, old_row.tax_amount);
    end if;
    return new_row;
end;
$$;
comment on function private.change_type is 'A transaction that gets another type, without what only the old type had.';

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
    else
        if new.transaction_type <> old.transaction_type then
            new := private.change_type(old, new);
        elsif new.transaction_type = 'sale' then
            new.tax_rate := coalesce(new.tax_rate, old.tax_rate);
        end if;
        new.day := old.day;
        new.updated_at := now();
    end if;
    if tg_op = 'INSERT' or new.date <> old.date then
        new.day := (new.date at time zone private.time_zone(new.user_id))::date;
    end if;
    if new.transaction_type = 'sale' then
        new.tax_amount := null;
    elsif
        new.transaction_type = 'expense' and new.tax_rate is not null
        and (new.tax_amount is null or not private.names_field('tax_amount'))
    then
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
create trigger lock_books before insert or update or delete on public.transactions
for each statement when (pg_trigger_depth() = 0) execute function private.lock_own_books();


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

create function private.post_transactions()
returns trigger
language plpgsql
security definer -- callers may not write the ledger
set search_path = ''
as $$
declare
    movements private.movement[];
begin
    if tg_op = 'INSERT' then
        movements := array(select movement from new_rows as written, private.movements_of(written, 1) as movement);
    elsif tg_op = 'UPDATE' then
        movements := array(
            select movement from old_rows as written, private.movements_of(written, -1) as movement
            union all
            select movement from new_rows as written, private.movements_of(written, 1) as movement
        );
    else
        movements := array(
            select movement from old_rows as written, private.movements_of(written, -1) as movement
            -- The transactions of a user who is being deleted go with its accounts.
            where exists (select from public.profiles where id = written.user_id)
        );
    end if;
    perform private.post_movements(movements);
    return null;
end;
$$;
comment on function private.post_transactions is
'Trigger: balances follow transactions that are written, edited or deleted, on both accounts when the account changed.';

create trigger post_after_insert after insert on public.transactions
referencing new table as new_rows for each statement execute function private.post_transactions();
create trigger post_after_update after update on public.transactions
referencing old table as old_rows new table as new_rows for each statement execute function private.post_transactions();
create trigger post_after_delete after delete on public.transactions
referencing old table as old_rows for each statement execute function private.post_transactions();


-- Policies -----------------------------------------------------------------------------------------

alter table public.transactions enable row level security;
grant select, delete on public.transactions to authenticated;
grant insert (
    user_id, account_id, transfer_account_id, transaction_type, amount, tax_rate, tax_amount, description, category,
    method, reference, date
) on public.transactions to authenticated;
grant update (
    account_id, transfer_account_id, transaction_type, amount, tax_rate, tax_amount, description, category, method,
    reference, date
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
