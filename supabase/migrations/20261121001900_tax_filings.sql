-- Tax filings: figures of a period computed from the books, drafts that follow them, and submissions that are frozen.
--
-- A filing counts the money that moved: sales with the tax of their invoices, expenses with the input tax that was
-- recorded on them. A row's amount is its taxable value, so that the summary is the sum of its rows to the paisa.
-- An invoice counts when it is paid; what was invoiced in the period and is unpaid stands beside the figures.


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
    constraint tax_filings_submission_named
    check ((status = 'draft') = (submission_date is null) and (status = 'draft') = (confirmation_number is null)),
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
comment on column public.tax_filings.payment_transaction_id is 'The Tax Payment expense the submission made; none when nothing was due.';

-- Serves the payment guard.
create index tax_filings_payment_transaction_id_idx on public.tax_filings (payment_transaction_id);


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
begin
    if (
        new.tax_type, new.period_start, new.period_end, new.total_sales, new.total_expenses,
        new.total_tax_collected, new.total_tax_paid, new.net_tax_liability, new.cgst, new.sgst, new.igst,
        new.transaction_count, new.submission_date, new.confirmation_number, new.payment_transaction_id
    ) is distinct from (
        old.tax_type, old.period_start, old.period_end, old.total_sales, old.total_expenses,
        old.total_tax_collected, old.total_tax_paid, old.net_tax_liability, old.cgst, old.sgst, old.igst,
        old.transaction_count, old.submission_date, old.confirmation_number, old.payment_transaction_id
    ) or new.status = 'draft' then
        perform private.raise_problem(409, 'filing_is_frozen', 'A submitted filing keeps its figures.');
    end if;
    return new;
end;
$$;
comment on function private.freeze_filing is 'Trigger: of a submitted filing only status, reference and notes may change.';

create trigger keep_frozen before update on public.tax_filings
for each row when (old.status <> 'draft') execute function private.freeze_filing();

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
        and exists (select from public.tax_filings where payment_transaction_id = old.id)
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


-- Figures ------------------------------------------------------------------------------------------

create function private.filing_basis(owner uuid, tax_type text, asked text default null)
returns text
language plpgsql
stable
security definer -- reads the profile whoever asks
set search_path = ''
as $$
begin
    if asked not in ('invoice', 'cash') then
        perform private.raise_problem(422, 'invalid_value', 'basis is invoice or cash.', 'basis');
    end if;
    -- Tax falls due by the day of the document, paid or not (CGST Act s.12, 13); who is not registered counts money.
    return case
        when tax_type <> 'gst' then 'cash'
        else coalesce(asked, (select case when gstin is null then 'cash' else 'invoice' end from public.profiles where id = owner))
    end;
end;
$$;
grant execute on function private.filing_basis to authenticated, service_role;
comment on function private.filing_basis is
'By what a filing counts sales: invoice, by the day of issue, or cash, by the day of payment; invoice for who has a GSTIN.';

create function private.receipts_between(owner uuid, first date, last date)
returns table (transaction_id uuid, amount numeric, tax_amount numeric, igst numeric)
language sql
stable
set search_path = ''
as $$
    -- What the days say about the instants in every time zone: there the index begins.
    select receipt.transaction_id, receipt.amount, receipt.tax_amount, receipt.igst
    from public.transactions as payment
    -- `offset 0`: each payment looks its settlements up, however many others there are.
    cross join lateral (
        select * from private.receipts as known where known.transaction_id = payment.id offset 0
    ) as receipt
    where
        payment.user_id = owner
        and payment.transaction_type = 'sale'
        and payment.day between first and last
        and payment.date >= first::timestamp at time zone 'UTC' - interval '14 hours'
        and payment.date < last::timestamp at time zone 'UTC' + interval '36 hours'
    union all
    -- Tax that was kept back without a payment.
    select null, receipt.amount, receipt.tax_amount, receipt.igst
    from private.receipts as receipt
    where
        receipt.user_id = owner and receipt.kind = 'tax_deducted' and receipt.transaction_id is null
        and receipt.day between first and last
$$;
grant execute on function private.receipts_between to authenticated, service_role;
comment on function private.receipts_between is 'What a user received from the first to the last day for invoices, with the tax in it, in rupees.';

create function private.filing_rows(owner uuid, tax_type text, basis text, period_start date, period_end date)
returns table (
    transaction_id uuid, date timestamptz, description text, amount numeric, tax_amount numeric, transaction_type text,
    category text, invoice_id uuid
)
language sql
stable
set search_path = ''
as $$
    -- By the day of issue: documents, a credit note with its sign.
    select
        (
            select case count(*) when 1 then (array_agg(settlement.transaction_id))[1] end
            from public.settlements as settlement
            where settlement.user_id = owner and settlement.invoice_id = document.id and settlement.kind = 'payment'
        ),
        document.issue_date,
        case document.document_type when 'credit_note' then 'Credit note ' when 'debit_note' then 'Debit note ' else 'Invoice ' end
        || document.invoice_number || ', ' || document.customer_name,
        document.subtotal * signs.sign,
        document.tax_amount * signs.sign,
        'sale',
        'Sales',
        document.id
    from public.invoices as document
    cross join lateral (select case document.document_type when 'credit_note' then -1 else 1 end as sign) as signs
    where
        filing_rows.basis = 'invoice'
        and document.user_id = owner
        and document.status in ('sent', 'paid')
        and document.issue_day between filing_rows.period_start and filing_rows.period_end
        and document.issue_date >= period_start::timestamp at time zone 'UTC' - interval '14 hours'
        and document.issue_date < period_end::timestamp at time zone 'UTC' + interval '36 hours'
    union all
    -- By the day of payment: the money that came in, with its share of the tax.
    select
        written.id,
        written.date,
        written.description,
        received.amount - received.tax_amount,
        case filing_rows.tax_type when 'gst' then received.tax_amount else 0.00 end,
        written.transaction_type,
        written.category,
        received.invoice_id
    from public.transactions as written
    cross join lateral (
        select
            sum(receipt.amount) as amount,
            sum(receipt.tax_amount) as tax_amount,
            case count(distinct receipt.invoice_id) when 1 then (array_agg(receipt.invoice_id))[1] end as invoice_id
        from private.receipts as receipt
        where receipt.transaction_id = written.id
    ) as received
    where
        filing_rows.basis = 'cash'
        and written.user_id = owner
        and written.transaction_type = 'sale'
        and received.amount is not null
        and written.day between filing_rows.period_start and filing_rows.period_end
        -- What the days say about the instants in every time zone: there the index begins.
        and written.date >= period_start::timestamp at time zone 'UTC' - interval '14 hours'
        and written.date < period_end::timestamp at time zone 'UTC' + interval '36 hours'
    union all
    select
        written.id,
        written.date,
        written.description,
        written.amount - coalesce(written.tax_amount, 0),
        case filing_rows.tax_type when 'gst' then coalesce(written.tax_amount, 0) else 0.00 end,
        written.transaction_type,
        written.category,
        null
    from public.transactions as written
    where
        written.user_id = owner
        and written.transaction_type = 'expense'
        and written.day between filing_rows.period_start and filing_rows.period_end
        and written.date >= period_start::timestamp at time zone 'UTC' - interval '14 hours'
        and written.date < period_end::timestamp at time zone 'UTC' + interval '36 hours'
        -- Paying tax is neither an input nor a cost; input tax counts only where it was recorded.
        and written.category is distinct from 'Tax Payment'
        and (filing_rows.tax_type <> 'gst' or written.tax_amount is not null)
$$;
grant execute on function private.filing_rows to authenticated, service_role;
comment on function private.filing_rows is
'What a filing counts, each with its taxable value and tax in rupees; a document that no single payment settles has no transaction_id.';

create type private.filing_figures as (
    total_sales numeric,
    total_expenses numeric,
    total_tax_collected numeric,
    total_tax_paid numeric,
    net_tax_liability numeric,
    cgst numeric,
    sgst numeric,
    igst numeric,
    transaction_count bigint
);
comment on type private.filing_figures is 'The figures of a filing, in rupees.';

create function private.sales_figures(owner uuid, basis text, first date, last date)
returns private.filing_figures
language plpgsql
stable
set search_path = ''
as $$
declare
    figures private.filing_figures;
begin
    if basis = 'invoice' then
        select
            coalesce(sum(total.subtotal * signs.sign), 0.00), coalesce(sum(total.tax_amount * signs.sign), 0.00),
            coalesce(sum(total.igst * signs.sign), 0.00), coalesce(sum(total.counted), 0)
        into figures.total_sales, figures.total_tax_collected, figures.igst, figures.transaction_count
        from private.invoice_totals_between(owner, first, last) as total
        cross join lateral (select case total.document_type when 'credit_note' then -1 else 1 end as sign) as signs
        where total.status in ('sent', 'paid');
        return figures;
    end if;
    select
        coalesce(sum(receipt.amount - receipt.tax_amount), 0.00), coalesce(sum(receipt.tax_amount), 0.00),
        coalesce(sum(receipt.igst), 0.00), count(distinct receipt.transaction_id)
    into figures.total_sales, figures.total_tax_collected, figures.igst, figures.transaction_count
    from private.receipts_between(owner, first, last) as receipt;
    return figures;
end;
$$;
grant execute on function private.sales_figures to authenticated, service_role;
comment on function private.sales_figures is 'Taxable value, tax and number of the sales of a period, by the day of issue or of payment.';

create function private.filing_figures(owner uuid, tax_type text, basis text, period_start date, period_end date)
returns private.filing_figures
language plpgsql
stable
set search_path = ''
as $$
declare
    is_gst constant boolean := tax_type = 'gst';
    figures private.filing_figures := private.sales_figures(owner, basis, period_start, period_end);
    expense_count bigint;
begin
    select
        coalesce(sum(total.amount - total.tax_amount), 0.00),
        coalesce(sum(total.tax_amount) filter (where is_gst), 0.00),
        coalesce(sum(total.counted), 0)
    into figures.total_expenses, figures.total_tax_paid, expense_count
    from private.transaction_totals_between(owner, period_start, period_end) as total
    -- As in private.filing_rows.
    where
        total.transaction_type = 'expense'
        and total.category is distinct from 'Tax Payment'
        and (not is_gst or total.is_taxed);
    figures.transaction_count := figures.transaction_count + expense_count;
    if not is_gst then
        figures.total_tax_collected := 0.00;
        figures.igst := 0.00;
    end if;
    figures.net_tax_liability := figures.total_tax_collected - figures.total_tax_paid;
    -- What is not IGST is CGST and SGST, always in equal parts.
    figures.cgst := round((figures.total_tax_collected - figures.igst) / 2, 2);
    figures.sgst := figures.cgst;
    return figures;
end;
$$;
grant execute on function private.filing_figures(uuid, text, text, date, date) to authenticated, service_role;
comment on function private.filing_figures(uuid, text, text, date, date) is
'The sums of private.filing_rows; those of documents and of expenses are read from the totals.';

create function private.filing_changes(filing public.tax_filings)
returns json
language sql
stable
set search_path = ''
as $$
    select json_object_agg(figure.key, json_build_object('submitted', figure.value, 'now', figures.live -> figure.key))
    from (
        select to_jsonb(private.filing_figures(
            filing.user_id, filing.tax_type, filing.basis, filing.period_start, filing.period_end
        )) as live
    ) as figures
    cross join lateral jsonb_each(to_jsonb(filing)) as figure
    where
        filing.status <> 'draft'
        and figures.live ? figure.key
        and figures.live -> figure.key <> figure.value
        -- What is due on income was brought by the request: the books don't know it, so they can't contradict it.
        and (filing.tax_type = 'gst' or figure.key <> 'net_tax_liability')
$$;
grant execute on function private.filing_changes to authenticated, service_role;
comment on function private.filing_changes is 'What the books say now where a submitted filing says otherwise, by figure; null when nothing differs.';


-- Drafts -------------------------------------------------------------------------------------------

create function private.is_submitted(owner uuid, tax_type text, period daterange)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
    return exists (
        select from public.tax_filings as submitted
        where
            submitted.user_id = owner
            and submitted.tax_type = is_submitted.tax_type
            and submitted.status <> 'draft'
            and daterange(submitted.period_start, submitted.period_end, '[]') && period
    );
end;
$$;
comment on function private.is_submitted is 'Whether some day of a period was submitted.';

create function private.filing_draft(owner uuid, tax_type text, period daterange)
returns public.tax_filings
language plpgsql
stable
set search_path = ''
as $$
declare
    draft public.tax_filings;
begin
    draft.user_id := owner;
    draft.tax_type := tax_type;
    draft.basis := private.filing_basis(owner, tax_type);
    draft.period_start := lower(period);
    draft.period_end := upper(period) - 1;
    return jsonb_populate_record(
        draft, to_jsonb(private.filing_figures(owner, tax_type, draft.basis, draft.period_start, draft.period_end))
    );
end;
$$;
comment on function private.filing_draft is 'The draft of a period with the figures of the books as they are now.';

create function private.write_drafts(drafts public.tax_filings[])
returns bigint
language plpgsql
set search_path = ''
as $$
declare
    written bigint;
begin
    insert into public.tax_filings as filing (
        user_id, tax_type, basis, period_start, period_end, total_sales, total_expenses, total_tax_collected,
        total_tax_paid, net_tax_liability, cgst, sgst, igst, transaction_count
    )
    select
        draft.user_id, draft.tax_type, draft.basis, draft.period_start, draft.period_end, draft.total_sales,
        draft.total_expenses, draft.total_tax_collected, draft.total_tax_paid, draft.net_tax_liability, draft.cgst,
        draft.sgst, draft.igst, draft.transaction_count
    from unnest(drafts) as draft
    -- In one order, so that firings that meet in the same batch queue instead of deadlocking.
    order by draft.user_id
    on conflict on constraint tax_filings_one_per_period do update set
        basis = excluded.basis,
        total_sales = excluded.total_sales,
        total_expenses = excluded.total_expenses,
        total_tax_collected = excluded.total_tax_collected,
        total_tax_paid = excluded.total_tax_paid,
        net_tax_liability = excluded.net_tax_liability,
        cgst = excluded.cgst,
        sgst = excluded.sgst,
        igst = excluded.igst,
        transaction_count = excluded.transaction_count
    where (
        filing.basis, filing.total_sales, filing.total_expenses, filing.total_tax_collected, filing.total_tax_paid,
        filing.net_tax_liability, filing.cgst, filing.sgst, filing.igst, filing.transaction_count
    ) is distinct from (
        excluded.basis, excluded.total_sales, excluded.total_expenses, excluded.total_tax_collected, excluded.total_tax_paid,
        excluded.net_tax_liability, excluded.cgst, excluded.sgst, excluded.igst, excluded.transaction_count
    );
    get diagnostics written = row_count;
    return written;
end;
$$;
comment on function private.write_drafts is 'Makes drafts or brings them up to date; answers how many were written.';

create function private.draft_tax_filing(owner uuid, tax_type text, period daterange)
returns void
language plpgsql
security definer -- callers read filings, the books write them
set search_path = ''
as $$
begin
    if not private.is_submitted(owner, tax_type, period) then
        perform private.write_drafts(array[private.filing_draft(owner, tax_type, period)]);
    end if;
end;
$$;
grant execute on function private.draft_tax_filing to authenticated;
comment on function private.draft_tax_filing is 'Creates or refreshes the draft of a period, none where some of its days were submitted.';


-- Policies -----------------------------------------------------------------------------------------

alter table public.tax_filings enable row level security;
grant select on public.tax_filings to authenticated;
grant select, insert, update, delete on public.tax_filings to service_role;

create policy "users read their filings" on public.tax_filings
for select to authenticated using (user_id = (select private.current_user_id()));
