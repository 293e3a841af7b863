-- Totals: sums and counts by day and by month, so that no answer has to add up all that was ever written.
--
-- The triggers below add what each statement changes, in the transaction that changes it, so the totals equal the sums
-- at any moment; api.verify_ledger compares them. Any range of days is a few whole months and the days at both ends.
-- Nobody waits for a total: who writes to it holds the user's books already.


-- Tables -------------------------------------------------------------------------------------------

create table private.transaction_totals (
    user_id uuid not null references public.profiles (id) on delete cascade,
    span text not null,
    first_day date not null,
    account_id uuid not null,
    transaction_type text not null,
    category text,
    is_taxed boolean not null,
    counted bigint not null,
    amount numeric not null,
    tax_amount numeric not null,
    constraint transaction_totals_key
    unique nulls not distinct (user_id, span, first_day, account_id, transaction_type, category, is_taxed),
    constraint transaction_totals_span_known check (span in ('day', 'month'))
)
-- With room beside each row, an update touches no index.
with (fillfactor = 70);
comment on table private.transaction_totals is
'Transactions counted and summed by day and by month, account, type and category. What was deleted may leave zeros.';
comment on column private.transaction_totals.first_day is 'The day, or the first of the month, in the profile''s time zone.';
comment on column private.transaction_totals.is_taxed is 'Whether these transactions are expenses on which input tax was recorded.';

create table private.invoice_totals (
    user_id uuid not null references public.profiles (id) on delete cascade,
    span text not null,
    first_day date not null,
    document_type text not null,
    status text not null,
    counted bigint not null,
    subtotal numeric not null,
    tax_amount numeric not null,
    igst numeric not null,
    total_amount numeric not null,
    amount_due numeric not null,
    primary key (user_id, span, first_day, document_type, status),
    constraint invoice_totals_span_known check (span in ('day', 'month'))
)
with (fillfactor = 70);
comment on table private.invoice_totals is
'Documents counted and summed by day and by month of issue, type and status. What was deleted may leave zeros.';
comment on column private.invoice_totals.igst is 'Rupees of the tax that are IGST; CGST and SGST are half of the rest each.';

create trigger written_by_rules before insert or update or delete or truncate on private.transaction_totals
for each statement when (pg_trigger_depth() = 0) execute function private.refuse_typed();
create trigger written_by_rules before insert or update or delete or truncate on private.invoice_totals
for each statement when (pg_trigger_depth() = 0) execute function private.refuse_typed();


-- Totals of transactions ---------------------------------------------------------------------------

create function private.first_day_of(span text, day date)
returns date
language plpgsql
immutable
set search_path = ''
as $$
begin
    return case span when 'month' then date_trunc('month', day::timestamp)::date else day end;
end;
$$;
grant execute on function private.first_day_of to authenticated, service_role;
comment on function private.first_day_of is 'Where the day or the month begins that a day is in.';

create function private.add_transaction_totals(changes private.transaction_totals[])
returns void
language plpgsql
set search_path = ''
as $$
begin
    if changes = '{}' then
        return;
    end if;
    insert into private.transaction_totals as total (
        user_id, span, first_day, account_id, transaction_type, category, is_taxed, counted, amount, tax_amount
    )
    select
        change.user_id,
        spans.span,
        private.first_day_of(spans.span, change.first_day),
        change.account_id,
        change.transaction_type,
        change.category,
        change.is_taxed,
        sum(change.counted),
        sum(change.amount),
        sum(change.tax_amount)
    from unnest(changes) as change
    cross join (values ('day'), ('month')) as spans (span)
    group by 1, 2, 3, 4, 5, 6, 7
    having sum(change.counted) <> 0 or sum(change.amount) <> 0 or sum(change.tax_amount) <> 0
    -- In one order, so that two bulk writes of the dashboard queue instead of deadlocking.
    order by 1, 2, 3, 4, 5, 6, 7
    on conflict on constraint transaction_totals_key do update set
        counted = total.counted + excluded.counted,
        amount = total.amount + excluded.amount,
        tax_amount = total.tax_amount + excluded.tax_amount;
end;
$$;
comment on function private.add_transaction_totals is 'Adds what a statement changed to the totals of the days and of the months.';

create function private.total_of(written public.transactions, direction integer)
returns private.transaction_totals
language plpgsql
immutable
set search_path = ''
as $$
begin
    return row(
        written.user_id, 'day'::text, written.day, written.account_id, written.transaction_type, written.category,
        written.tax_amount is not null, direction::bigint, direction * written.amount,
        direction * coalesce(written.tax_amount, 0)
    );
end;
$$;
grant execute on function private.total_of to authenticated, service_role;
comment on function private.total_of is 'What a transaction adds to the totals (direction 1), or takes from them when it goes (-1).';

create function private.total_transactions()
returns trigger
language plpgsql
security definer -- totals are nobody's to write
set search_path = ''
as $$
begin
    if tg_op = 'INSERT' then
        perform private.add_transaction_totals(array(select private.total_of(written, 1) from new_rows as written));
    elsif tg_op = 'UPDATE' then
        perform private.add_transaction_totals(array(
            select private.total_of(written, -1) from old_rows as written
            union all
            select private.total_of(written, 1) from new_rows as written
        ));
    else
        perform private.add_transaction_totals(array(
            select private.total_of(written, -1) from old_rows as written
            -- The totals of a user who is being deleted go with the profile.
            where exists (select from public.profiles where id = written.user_id)
        ));
    end if;
    return null;
end;
$$;
comment on function private.total_transactions is 'Trigger: totals follow transactions.';

create trigger total_after_insert after insert on public.transactions
referencing new table as new_rows for each statement execute function private.total_transactions();
create trigger total_after_update after update on public.transactions
referencing old table as old_rows new table as new_rows for each statement execute function private.total_transactions();
create trigger total_after_delete after delete on public.transactions
referencing old table as old_rows for each statement execute function private.total_transactions();


-- Totals of invoices -------------------------------------------------------------------------------

create function private.add_invoice_totals(changes private.invoice_totals[])
returns void
language plpgsql
set search_path = ''
as $$
begin
    if changes = '{}' then
        return;
    end if;
    insert into private.invoice_totals as total (
        user_id, span, first_day, document_type, status, counted, subtotal, tax_amount, igst, total_amount, amount_due
    )
    select
        change.user_id,
        spans.span,
        private.first_day_of(spans.span, change.first_day),
        change.document_type,
        change.status,
        sum(change.counted),
        sum(change.subtotal),
        sum(change.tax_amount),
        sum(change.igst),
        sum(change.total_amount),
        sum(change.amount_due)
    from unnest(changes) as change
    cross join (values ('day'), ('month')) as spans (span)
    group by 1, 2, 3, 4, 5
    having
        sum(change.counted) <> 0 or sum(change.subtotal) <> 0 or sum(change.tax_amount) <> 0 or sum(change.igst) <> 0
        or sum(change.total_amount) <> 0 or sum(change.amount_due) <> 0
    -- In one order, so that two bulk writes of the dashboard queue instead of deadlocking.
    order by 1, 2, 3, 4, 5
    on conflict (user_id, span, first_day, document_type, status) do update set
        counted = total.counted + excluded.counted,
        subtotal = total.subtotal + excluded.subtotal,
        tax_amount = total.tax_amount + excluded.tax_amount,
        igst = total.igst + excluded.igst,
        total_amount = total.total_amount + excluded.total_amount,
        amount_due = total.amount_due + excluded.amount_due;
end;
$$;
comment on function private.add_invoice_totals is 'Adds what a statement changed to the totals of the days and of the months of issue.';

create function private.total_of_invoice(written public.invoices, direction integer)
returns private.invoice_totals
language plpgsql
immutable
set search_path = ''
as $$
declare
    -- Under reverse charge the recipient pays the tax.
    charged constant integer := case when written.reverse_charge then 0 else direction end;
begin
    return row(
        written.user_id, 'day'::text, written.issue_day, written.document_type, written.status, direction::bigint,
        direction * written.subtotal, charged * written.tax_amount, charged * written.igst,
        direction * written.total_amount, direction * written.amount_due
    );
end;
$$;
grant execute on function private.total_of_invoice to authenticated, service_role;
comment on function private.total_of_invoice is 'What an invoice adds to the totals (direction 1), or takes from them when it goes (-1).';

create function private.total_invoices()
returns trigger
language plpgsql
security definer -- totals are nobody's to write
set search_path = ''
as $$
begin
    if tg_op = 'INSERT' then
        perform private.add_invoice_totals(array(select private.total_of_invoice(written, 1) from new_rows as written));
    elsif tg_op = 'UPDATE' then
        perform private.add_invoice_totals(array(
            select private.total_of_invoice(written, -1) from old_rows as written
            union all
            select private.total_of_invoice(written, 1) from new_rows as written
        ));
    else
        perform private.add_invoice_totals(array(
            select private.total_of_invoice(written, -1) from old_rows as written
            -- The totals of a user who is being deleted go with the profile.
            where exists (select from public.profiles where id = written.user_id)
        ));
    end if;
    return null;
end;
$$;
comment on function private.total_invoices is 'Trigger: totals follow invoices.';

create trigger total_after_insert after insert on public.invoices
referencing new table as new_rows for each statement execute function private.total_invoices();
create trigger total_after_update after update on public.invoices
referencing old table as old_rows new table as new_rows for each statement execute function private.total_invoices();
create trigger total_after_delete after delete on public.invoices
referencing old table as old_rows for each statement execute function private.total_invoices();


-- Policies -----------------------------------------------------------------------------------------

alter table private.transaction_totals enable row level security;
grant select on private.transaction_totals to authenticated, service_role;

alter table private.invoice_totals enable row level security;
grant select on private.invoice_totals to authenticated, service_role;

create policy "users read their totals" on private.transaction_totals
for select to authenticated using (user_id = (select private.current_user_id()));
create policy "users read their totals" on private.invoice_totals
for select to authenticated using (user_id = (select private.current_user_id()));


-- Ranges of days -----------------------------------------------------------------------------------

create type private.months as (
    first_month date,
    month_after date
);
comment on type private.months is 'From the first day of one month up to, but not with, the first day of another.';

create function private.whole_months(first date, last date)
returns private.months
language plpgsql
immutable
set search_path = ''
as $$
declare
    first_month constant date := date_trunc('month', first + interval '1 month' - interval '1 day')::date;
    month_after constant date := date_trunc('month', last + interval '1 day')::date;
begin
    -- Within one month, all days come before the months that there are none of.
    return case when first_month > month_after then row(last + 1, last + 1) else row(first_month, month_after) end;
end;
$$;
grant execute on function private.whole_months to authenticated, service_role;
comment on function private.whole_months is 'The months that lie between two days as a whole.';

create function private.transaction_totals_between(owner uuid, first date, last date)
returns setof private.transaction_totals
language plpgsql
stable
set search_path = ''
as $$
declare
    whole constant private.months := private.whole_months(first, last);
begin
    return query
    select * from private.transaction_totals as total
    where
        total.user_id = owner and total.span = 'month'
        and total.first_day >= whole.first_month and total.first_day < whole.month_after
    union all
    select * from private.transaction_totals as total
    where
        total.user_id = owner and total.span = 'day'
        and total.first_day >= first and total.first_day < whole.first_month
    union all
    select * from private.transaction_totals as total
    where
        total.user_id = owner and total.span = 'day'
        and total.first_day >= whole.month_after and total.first_day <= last;
end;
$$;
grant execute on function private.transaction_totals_between to authenticated, service_role;
comment on function private.transaction_totals_between is
'Totals that together are those of all days from the first to the last: whole months, and days at both ends.';

create function private.invoice_totals_between(owner uuid, first date, last date)
returns setof private.invoice_totals
language plpgsql
stable
set search_path = ''
as $$
declare
    whole constant private.months := private.whole_months(first, last);
begin
    return query
    select * from private.invoice_totals as total
    where
        total.user_id = owner and total.span = 'month'
        and total.first_day >= whole.first_month and total.first_day < whole.month_after
    union all
    select * from private.invoice_totals as total
    where
        total.user_id = owner and total.span = 'day'
        and total.first_day >= first and total.first_day < whole.first_month
    union all
    select * from private.invoice_totals as total
    where
        total.user_id = owner and total.span = 'day'
        and total.first_day >= whole.month_after and total.first_day <= last;
end;
$$;
grant execute on function private.invoice_totals_between to authenticated, service_role;
comment on function private.invoice_totals_between is
'Totals that together are those of all days of issue from the first to the last; see private.transaction_totals_between.';


-- How long a list is -------------------------------------------------------------------------------

create function private.length_of_list(asked json)
returns bigint
language plpgsql
stable
set search_path = ''
as $$
declare
    caller constant uuid := private.current_user_id();
    first constant date := coalesce((asked ->> 'first_day')::date, '-infinity');
    last constant date := coalesce((asked ->> 'last_day')::date, 'infinity');
    -- Taken out once: the totals are many rows, and JSON is read anew at each.
    wanted_account constant uuid := asked ->> 'account_id';
    wanted_type constant text := asked ->> 'transaction_type';
    wanted_category constant text := asked ->> 'category';
    -- As the Data API writes it: one status, or several as (draft,sent).
    wanted_statuses constant text[] := string_to_array(trim('()' from asked ->> 'status'), ',');
begin
    if asked ->> 'of' = 'transactions' then
        return (
            select coalesce(sum(total.counted), 0)
            from private.transaction_totals_between(caller, first, last) as total
            where
                (wanted_account is null or total.account_id = wanted_account)
                and (wanted_type is null or total.transaction_type = wanted_type)
                and (wanted_category is null or total.category = wanted_category)
        );
    end if;
    return (
        select coalesce(sum(total.counted), 0)
        from private.invoice_totals_between(caller, first, last) as total
        where
            total.document_type = coalesce(asked ->> 'document_type', 'invoice')
            and (wanted_statuses is null or total.status = any(wanted_statuses))
    );
end;
$$;
grant execute on function private.length_of_list to authenticated;
comment on function private.length_of_list is
'How many rows a list has, by filters that totals know: days, account, type, category, or an invoice''s days of issue and status.';
