-- Tax filings: drafts of periods, and submissions that are frozen until their owner opens them again.
--
-- What a period comes to is computed in filing_figures. A submitted GST filing closes its days: see fixed_documents.


-- Periods ------------------------------------------------------------------------------------------

create function private.period_containing(day date, frequency text)
returns daterange
language plpgsql -- not sql, which is planned anew at each call unless it is inlined
immutable
set search_path = ''
as $$
declare
    -- The Indian financial year begins with April: three months earlier, it is the calendar's.
    shift constant interval := case frequency when 'annually' then interval '3 months' else interval '0' end;
    unit constant text := case frequency when 'monthly' then 'month' when 'quarterly' then 'quarter' when 'annually' then 'year' end;
    first_day constant timestamp := date_trunc(unit, day - shift) + shift;
begin
    return daterange(
        first_day::date,
        (first_day + case frequency
            when 'monthly' then interval '1 month'
            when 'quarterly' then interval '3 months'
            else interval '1 year'
        end)::date
    );
end;
$$;
grant execute on function private.period_containing to authenticated, service_role;
comment on function private.period_containing is 'The month, quarter or Indian financial year that a day lies in; unbounded for another frequency.';

create function private.last_ended_period(today date, frequency text)
returns daterange
language plpgsql
immutable
set search_path = ''
as $$
begin
    return private.period_containing(lower(private.period_containing(today, frequency)) - 1, frequency);
end;
$$;
grant execute on function private.last_ended_period to authenticated, service_role;
comment on function private.last_ended_period is 'The latest period whose last day is before today.';

create function private.filing_due_day(period_end date, frequency text, state_code text)
returns date
language sql
immutable
set search_path = ''
as $$
    select case frequency
        when 'monthly' then period_end + 20
        -- Two groups of states; who has not said where it is, is told the earlier day.
        when 'quarterly' then period_end + case when state_code < '22' or state_code in ('25', '38') then 24 else 22 end
        when 'annually' then make_date(extract(year from period_end)::integer, 12, 31)
    end
$$;
grant execute on function private.filing_due_day to authenticated;
comment on function private.filing_due_day is
'When the return of a period that ends with its month is due: GSTR-3B on the 20th (monthly), 22nd or 24th (quarterly), GSTR-9 on 31 December.';


-- Tables -------------------------------------------------------------------------------------------

create extension if not exists btree_gist with schema extensions;

create table public.tax_filings (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null references public.profiles (id) on delete cascade,
    tax_type text not null,
    basis text not null default 'cash',
    period_start date not null,
    period_end date not null,
    status text not null default 'draft',
    total_sales public.rupees not null,
    total_expenses public.rupees not null,
    total_tax_collected public.rupees not null,
    total_tax_paid public.rupees not null,
    net_tax_liability public.rupees not null,
    cgst public.rupees not null,
    sgst public.rupees not null,
    igst public.rupees not null,
    transaction_count bigint not null,
    submission_date timestamptz,
    confirmation_number text,
    payment_reference text,
    payment_transaction_id uuid,
    earlier_payment_ids uuid[] not null default '{}',
    reopened_at timestamptz,
    notes text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint tax_filings_one_per_period unique (user_id, tax_type, period_start, period_end),
    constraint tax_filings_submitted_once exclude using gist (
        user_id extensions.gist_uuid_ops with =,
        tax_type extensions.gist_text_ops with =,
        daterange(period_start, period_end, '[]') with &&
    ) where (status <> 'draft'),
    constraint tax_filings_type_known check (tax_type in ('gst', 'income_tax', 'other')),
    constraint tax_filings_basis_known check (basis in ('invoice', 'cash')),
    constraint tax_filings_status_known check (status in ('draft', 'submitted', 'accepted')),
    constraint tax_filings_period_in_order check (period_start <= period_end),
    constraint tax_filings_period_within_a_year check (period_end < period_start + interval '1 year'),
    constraint tax_filings_not_before_gst check (tax_type <> 'gst' or status = 'draft' or period_start >= '2017-07-01'),
    constraint tax_filings_submission_named
    check ((status = 'draft') = (submission_date is null) and (status = 'draft') = (confirmation_number is null)),
    constraint tax_filings_only_submissions_are_reopened check (reopened_at is null or status <> 'draft'),
    constraint tax_filings_payment_named
    check (status = 'draft' or net_tax_liability <= 0 or payment_transaction_id is not null),
    -- Deferred: in the dashboard the filing may be typed before its payment, and a user goes with both.
    constraint tax_filings_payment_exists foreign key (payment_transaction_id)
    references public.transactions (id) deferrable initially deferred,
    constraint tax_filings_only_gst_leaves_credit check (tax_type = 'gst' or net_tax_liability >= 0),
    constraint tax_filings_payment_reference_length check (char_length(payment_reference) <= 100),
    constraint tax_filings_notes_length check (char_length(notes) <= 10000)
);
comment on table public.tax_filings is
'Tax filings by period. A draft is refreshed whenever it is generated again; a submission keeps the figures it was made with.';
comment on column public.tax_filings.tax_type is 'gst, income_tax or other.';
comment on column public.tax_filings.basis is 'By what sales are counted: invoice, by the day of issue, or cash, by the day of payment.';
comment on column public.tax_filings.period_start is 'First day, in the profile''s time zone.';
comment on column public.tax_filings.period_end is 'Last day, in the profile''s time zone.';
comment on column public.tax_filings.status is 'draft, submitted or accepted.';
comment on column public.tax_filings.total_sales is 'Rupees; taxable value of the sales.';
comment on column public.tax_filings.total_expenses is 'Rupees; taxable value of the expenses counted.';
comment on column public.tax_filings.total_tax_collected is 'Rupees; GST contained in the sales.';
comment on column public.tax_filings.cgst is 'Rupees of the tax collected that are central tax.';
comment on column public.tax_filings.sgst is 'Rupees of the tax collected that are state or union territory tax.';
comment on column public.tax_filings.igst is 'Rupees of the tax collected that are integrated tax.';
comment on column public.tax_filings.total_tax_paid is 'Rupees; input tax recorded on expenses.';
comment on column public.tax_filings.net_tax_liability is 'Rupees; tax collected less tax paid, below zero when credit is left.';
comment on column public.tax_filings.transaction_count is 'How many records the figures add up.';
comment on column public.tax_filings.submission_date is 'When it was submitted.';
comment on column public.tax_filings.confirmation_number is 'Our own reference, not the government''s ARN.';
comment on column public.tax_filings.payment_reference is 'What the user wrote about the payment, such as the number of the challan.';
comment on column public.tax_filings.payment_transaction_id is
'The Tax Payment expense of the latest submission that owed something; none when nothing was ever due.';
comment on column public.tax_filings.earlier_payment_ids is
'The Tax Payment expenses of submissions before the filing was reopened: they stay, and only what was missing was paid later.';
comment on column public.tax_filings.reopened_at is
'When the owner opened the submitted period again, to correct it; null once it was submitted again.';

-- Serve the payment guard.
create index tax_filings_payment_transaction_id_idx on public.tax_filings (payment_transaction_id);
create index tax_filings_earlier_payment_ids_idx on public.tax_filings using gin (earlier_payment_ids)
where earlier_payment_ids <> '{}';


-- Triggers -----------------------------------------------------------------------------------------

create trigger touch before update on public.tax_filings
for each row execute function private.touch();

create function private.keep_filing_owner()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
    perform private.raise_problem(409, 'owner_is_fixed', 'A tax filing keeps its id and its owner.');
    return null;
end;
$$;
comment on function private.keep_filing_owner is 'Trigger: a filing keeps its id and its owner.';

create trigger keep_owner before update on public.tax_filings
for each row when (new.id <> old.id or new.user_id <> old.user_id) execute function private.keep_filing_owner();

create function private.freeze_filing()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
    free constant text[] := case
        -- Submitted again after it was reopened: the same period, with the figures of now.
        when old.reopened_at is not null and new.reopened_at is null then '{
            status,basis,total_sales,total_expenses,total_tax_collected,total_tax_paid,net_tax_liability,cgst,sgst,igst,
            transaction_count,submission_date,confirmation_number,payment_reference,payment_transaction_id,
            earlier_payment_ids,reopened_at,notes,updated_at
        }'
        else '{status,payment_reference,reopened_at,notes,updated_at}'
    end;
begin
    if to_jsonb(new) - free <> to_jsonb(old) - free or new.status = 'draft' then
        perform private.raise_problem(409, 'filing_is_frozen', 'A submitted filing keeps its figures.');
    end if;
    return new;
end;
$$;
comment on function private.freeze_filing is
'Trigger: of a submitted filing only status, reference and notes may change, until its owner opens it again.';

create trigger keep_frozen before update on public.tax_filings
for each row when (old.status <> 'draft') execute function private.freeze_filing();

create function private.check_submission()
returns trigger
language plpgsql
security definer -- reads the payment whoever writes
set search_path = ''
as $$
declare
    paid numeric;
begin
    if new.period_end >= private.today(new.user_id) then
        perform private.raise_problem(
            422, 'period_not_ended',
            format('The period ends on %s. Submit it from the day after.', new.period_end), 'period_end'
        );
    end if;
    select sum(payment.amount) into paid
    from public.transactions as payment
    where
        payment.id = any(new.earlier_payment_ids || new.payment_transaction_id)
        and payment.user_id = new.user_id
        and payment.transaction_type = 'expense'
        and payment.category = 'Tax Payment';
    -- More than is due only after a period was opened again and came to less: what was paid is not undone.
    if
        coalesce(paid, 0) < new.net_tax_liability
        or (coalesce(old.status, 'draft') = 'draft' and paid > greatest(new.net_tax_liability, 0))
    then
        perform private.raise_problem(
            409, 'tax_payment_differs',
            format('The filing owes %s, its payment is of %s.', new.net_tax_liability, coalesce(paid, 0))
        );
    end if;
    return null;
end;
$$;
comment on function private.check_submission is 'Trigger: what is submitted has ended, and its tax is paid in the books.';

-- At the end of the transaction: the dashboard may write the filing before its payment.
create constraint trigger submission_is_paid after insert or update of
status, net_tax_liability, payment_transaction_id, earlier_payment_ids, period_end on public.tax_filings
deferrable initially deferred
for each row when (new.status <> 'draft') execute function private.check_submission();

create function private.drop_overlapped_drafts()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
    delete from public.tax_filings as draft
    where
        draft.user_id = new.user_id
        and draft.tax_type = new.tax_type
        and draft.status = 'draft'
        and draft.id <> new.id
        and daterange(draft.period_start, draft.period_end, '[]') && daterange(new.period_start, new.period_end, '[]');
    return new;
end;
$$;
comment on function private.drop_overlapped_drafts is
'Trigger: drafts that share days with a submission go, because they would show its tax as due again and could never be submitted.';

create trigger drop_overlapped_drafts before insert or update of status on public.tax_filings
for each row when (new.status <> 'draft') execute function private.drop_overlapped_drafts();

create function private.refuse_draft_over_submission()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
    -- Not a constraint: with an exclusion over all drafts the schedule, which writes one per user, takes half as long again.
    if exists (
        select from new_filings as draft
        inner join public.tax_filings as submitted
            on
                submitted.user_id = draft.user_id
                and submitted.tax_type = draft.tax_type
                and submitted.status <> 'draft'
                and daterange(submitted.period_start, submitted.period_end, '[]')
                && daterange(draft.period_start, draft.period_end, '[]')
        where draft.status = 'draft'
    ) then
        perform private.raise_problem(409, 'filing_overlaps', 'Some of these days were submitted. A day belongs to one submission.');
    end if;
    return null;
end;
$$;
comment on function private.refuse_draft_over_submission is 'Trigger: no draft covers days that were submitted.';

create trigger refuse_draft_over_submission_insert after insert on public.tax_filings
referencing new table as new_filings for each statement execute function private.refuse_draft_over_submission();
create trigger refuse_draft_over_submission_update after update on public.tax_filings
referencing new table as new_filings for each statement execute function private.refuse_draft_over_submission();

create function private.keep_submission()
returns trigger
language plpgsql
security definer -- must see the profile whoever deletes
set search_path = ''
as $$
begin
    -- The filings of a user who is being deleted go with it: the profile is gone by then.
    if exists (select from public.profiles where id = old.user_id) then
        perform private.raise_problem(409, 'filing_is_frozen', 'A submitted filing stays.');
    end if;
    return old;
end;
$$;
comment on function private.keep_submission is 'Trigger: a submitted filing is not deleted, as its payment is not.';

create trigger keep_submission before delete on public.tax_filings
for each row when (old.status <> 'draft') execute function private.keep_submission();

create function private.guard_tax_payment()
returns trigger
language plpgsql
security definer -- reads filings whoever writes
set search_path = ''
as $$
begin
    if
        (tg_op = 'DELETE' or (new.amount, new.transaction_type) <> (old.amount, old.transaction_type)
            or new.category is distinct from old.category)
        and (
            exists (select from public.tax_filings where payment_transaction_id = old.id)
            or exists (
                select from public.tax_filings where earlier_payment_ids <> '{}' and earlier_payment_ids @> array[old.id]
            )
        )
        -- The payments of a user who is being deleted go with it: the profile is gone by then.
        and exists (select from public.profiles where id = old.user_id)
    then
        perform private.raise_problem(409, 'tax_payment_fixed', 'This expense paid a tax filing that was submitted. It stays as it is.');
    end if;
    return case tg_op when 'DELETE' then old else new end;
end;
$$;
comment on function private.guard_tax_payment is 'Trigger: the payment of a submitted filing stays.';

create trigger guard_tax_payment before update or delete on public.transactions
for each row when (old.category = 'Tax Payment') execute function private.guard_tax_payment();


-- Policies -----------------------------------------------------------------------------------------

alter table public.tax_filings enable row level security;
grant select on public.tax_filings to authenticated;
grant select, insert, update, delete on public.tax_filings to service_role;

create policy "users read their filings" on public.tax_filings
for select to authenticated using (user_id = (select private.current_user_id()));
