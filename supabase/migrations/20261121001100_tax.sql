-- Tax: GST on request, filings computed from the books, submissions that are frozen, and the jobs of the schedule.
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


-- Tables -------------------------------------------------------------------------------------------

create extension if not exists btree_gist with schema extensions;

create table public.tax_filings (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null references public.profiles (id) on delete cascade,
    tax_type text not null,
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
comment on column public.tax_filings.period_start is 'First day, in the profile''s time zone.';
comment on column public.tax_filings.period_end is 'Last day, in the profile''s time zone.';
comment on column public.tax_filings.total_sales is 'Rupees; taxable value of the sales.';
comment on column public.tax_filings.total_expenses is 'Rupees; taxable value of the expenses counted.';
comment on column public.tax_filings.total_tax_collected is 'Rupees; GST contained in the sales.';
comment on column public.tax_filings.total_tax_paid is 'Rupees; input tax recorded on expenses.';
comment on column public.tax_filings.net_tax_liability is 'Rupees; tax collected less tax paid, below zero when credit is left.';
comment on column public.tax_filings.confirmation_number is 'Our own reference, not the government''s ARN.';
comment on column public.tax_filings.payment_transaction_id is 'The Tax Payment expense the submission made; none when nothing was due.';

-- Serves the payment guard.
create index tax_filings_payment_transaction_id_idx on public.tax_filings (payment_transaction_id);

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

create table public.job_runs (
    id uuid primary key default gen_random_uuid(),
    job text not null,
    as_of timestamptz not null,
    started_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    processed bigint not null default 0,
    failed bigint not null default 0,
    failures jsonb not null default '[]',
    last_user_id uuid,
    constraint job_runs_job_known check (job in ('generate_tax_filings', 'mark_overdue_invoices'))
);
comment on table public.job_runs is
'What the schedule did: one row per firing. Unfinished: it was killed or ran out of time; fired again for the same instant, it goes on.';
comment on column public.job_runs.as_of is 'The instant the job took for now.';
comment on column public.job_runs.processed is 'Drafts made or brought up to date, or invoices marked.';
comment on column public.job_runs.failures is 'Users that failed, each with the error: they stopped nobody else.';
comment on column public.job_runs.last_user_id is 'How far the run has come, in the order of user ids.';

-- Serves the dashboard: the latest runs first.
create index job_runs_started_at_idx on public.job_runs (started_at desc);


-- Figures ------------------------------------------------------------------------------------------

create function private.filing_rows(owner uuid, tax_type text, period_start date, period_end date)
returns table (
    transaction_id uuid, date timestamptz, description text, amount numeric, tax_amount numeric, transaction_type text,
    category text, invoice_id uuid
)
language sql
stable
set search_path = ''
as $$
    select
        written.id,
        written.date,
        written.description,
        written.amount - coalesce(written.tax_amount, 0),
        case filing_rows.tax_type when 'gst' then coalesce(written.tax_amount, 0) else 0.00 end,
        written.transaction_type,
        written.category,
        written.invoice_id
    from public.transactions as written
    where
        written.user_id = owner
        and written.day between filing_rows.period_start and filing_rows.period_end
        -- What the days say about the instants in every time zone: there the index begins.
        and written.date >= period_start::timestamp at time zone 'UTC' - interval '14 hours'
        and written.date < period_end::timestamp at time zone 'UTC' + interval '36 hours'
        and (
            written.transaction_type = 'sale'
            -- Paying tax is neither an input nor a cost; input tax counts only where it was recorded.
            or written.transaction_type = 'expense'
            and written.category is distinct from 'Tax Payment'
            and (filing_rows.tax_type <> 'gst' or written.tax_amount is not null)
        )
$$;
grant execute on function private.filing_rows to authenticated, service_role;
comment on function private.filing_rows is 'The transactions a filing counts, each with its taxable value and tax in rupees.';

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

create function private.filing_figures(owner uuid, tax_type text, period_start date, period_end date)
returns private.filing_figures
language plpgsql
stable
set search_path = ''
as $$
declare
    is_gst constant boolean := tax_type = 'gst';
    figures private.filing_figures;
begin
    select
        coalesce(sum(total.amount - total.tax_amount) filter (where total.transaction_type = 'sale'), 0.00) as total_sales,
        coalesce(sum(total.amount - total.tax_amount) filter (where total.transaction_type = 'expense'), 0.00) as total_expenses,
        coalesce(sum(total.tax_amount) filter (where is_gst and total.transaction_type = 'sale'), 0.00) as tax_collected,
        coalesce(sum(total.tax_amount) filter (where is_gst and total.transaction_type = 'expense'), 0.00) as tax_paid,
        null::numeric as net_tax_liability,
        null::numeric as cgst,
        null::numeric as sgst,
        coalesce(sum(total.igst) filter (where is_gst), 0.00) as igst,
        coalesce(sum(total.counted), 0) as transaction_count
    into figures
    from private.transaction_totals_between(owner, period_start, period_end) as total
    -- As in private.filing_rows.
    where
        total.transaction_type = 'sale'
        or total.transaction_type = 'expense'
        and total.category is distinct from 'Tax Payment'
        and (not is_gst or total.is_taxed);
    figures.net_tax_liability := figures.total_tax_collected - figures.total_tax_paid;
    -- What is not IGST is CGST and SGST, always in equal parts.
    figures.cgst := round((figures.total_tax_collected - figures.igst) / 2, 2);
    figures.sgst := figures.cgst;
    return figures;
end;
$$;
grant execute on function private.filing_figures(uuid, text, date, date) to authenticated, service_role;
comment on function private.filing_figures(uuid, text, date, date) is
'The sums of private.filing_rows, read from the totals; CGST, SGST and IGST are those of the sales'' invoices.';

create function private.filing_changes(filing public.tax_filings)
returns json
language sql
stable
set search_path = ''
as $$
    select json_object_agg(figure.key, json_build_object('submitted', figure.value, 'now', figures.live -> figure.key))
    from (
        select to_jsonb(private.filing_figures(filing.user_id, filing.tax_type, filing.period_start, filing.period_end)) as live
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

create function private.check_overlap(owner uuid, tax_type text, period daterange)
returns void
language plpgsql
stable
set search_path = ''
as $$
declare
    submitted public.tax_filings;
begin
    select * into submitted from public.tax_filings as known
    where
        known.user_id = owner
        and known.tax_type = check_overlap.tax_type
        and known.status <> 'draft'
        and daterange(known.period_start, known.period_end, '[]') && period
        and daterange(known.period_start, known.period_end, '[]') <> period
    order by known.period_start
    limit 1;
    if found then
        perform private.raise_problem(
            409, 'filing_overlaps',
            format(
                '%s to %s was submitted as %s. A day belongs to one submission.',
                submitted.period_start, submitted.period_end, submitted.confirmation_number
            )
        );
    end if;
end;
$$;
grant execute on function private.check_overlap to authenticated;
comment on function private.check_overlap is '409 filing_overlaps when another period that was submitted has days of this one.';

create function private.draft_tax_filing(owner uuid, tax_type text, period daterange)
returns void
language sql
security definer -- callers read filings, the books write them
set search_path = ''
as $$
    insert into public.tax_filings as filing (
        user_id, tax_type, period_start, period_end, total_sales, total_expenses, total_tax_collected, total_tax_paid,
        net_tax_liability, cgst, sgst, igst, transaction_count
    )
    select owner, draft_tax_filing.tax_type, lower(period), upper(period) - 1, figures.*
    from private.filing_figures(owner, draft_tax_filing.tax_type, lower(period), upper(period) - 1) as figures
    where not private.is_submitted(owner, draft_tax_filing.tax_type, period)
    on conflict on constraint tax_filings_one_per_period do update set
        total_sales = excluded.total_sales,
        total_expenses = excluded.total_expenses,
        total_tax_collected = excluded.total_tax_collected,
        total_tax_paid = excluded.total_tax_paid,
        net_tax_liability = excluded.net_tax_liability,
        cgst = excluded.cgst,
        sgst = excluded.sgst,
        igst = excluded.igst,
        transaction_count = excluded.transaction_count
$$;
grant execute on function private.draft_tax_filing to authenticated;
comment on function private.draft_tax_filing is 'Creates or refreshes the draft of a period, none where some of its days were submitted.';

create function private.filing_answer(
    owner uuid, asked_type text, first_day date, last_day date, include_transactions boolean
)
returns json
language sql
stable
set search_path = ''
as $$
    select json_build_object(
        'summary', json_build_object(
            'period_start', first_day,
            'period_end', last_day,
            'tax_type', asked_type,
            'total_sales', figures.total_sales,
            'total_expenses', figures.total_expenses,
            'total_tax_collected', figures.total_tax_collected,
            'total_tax_paid', figures.total_tax_paid,
            'net_tax_liability', figures.net_tax_liability,
            'breakdown', json_build_object('cgst', figures.cgst, 'sgst', figures.sgst, 'igst', figures.igst),
            'transaction_count', figures.transaction_count,
            'unpaid_invoices', (
                select json_build_object(
                    'count', coalesce(sum(total.counted), 0),
                    'taxable_value', coalesce(sum(total.subtotal), 0.00),
                    'tax_amount', coalesce(sum(total.tax_amount), 0.00)
                )
                from private.invoice_totals_between(owner, first_day, last_day) as total
                where total.status in ('sent', 'overdue')
            ),
            'status', coalesce(filing.status, 'draft'),
            'filing_id', filing.id,
            'submission_date', private.instant_text(filing.submission_date),
            'confirmation_number', filing.confirmation_number,
            'changed_since_submission', private.filing_changes(filing)
        ),
        'transactions', (
            select coalesce(json_agg(json_build_object(
                'transaction_id', counted.transaction_id,
                'date', private.instant_text(counted.date),
                'description', counted.description,
                'amount', counted.amount,
                'tax_amount', counted.tax_amount,
                'transaction_type', counted.transaction_type,
                'category', counted.category
            ) order by counted.date, counted.transaction_id), '[]'::json)
            from private.filing_rows(owner, asked_type, first_day, last_day) as counted
            where include_transactions
        )
    )
    from private.filing_figures(owner, asked_type, first_day, last_day) as figures
    left join public.tax_filings as filing
        on
            filing.user_id = owner
            and filing.tax_type = asked_type
            and filing.period_start = first_day
            and filing.period_end = last_day
$$;
grant execute on function private.filing_answer to authenticated;
comment on function private.filing_answer is 'A filing in the contract''s shape, computed live; says what changed since its submission.';


-- Policies -----------------------------------------------------------------------------------------

alter table public.tax_filings enable row level security;
grant select on public.tax_filings to authenticated;
grant select, insert, update, delete on public.tax_filings to service_role;

create policy "users read their filings" on public.tax_filings
for select to authenticated using (user_id = (select private.current_user_id()));

alter table public.job_runs enable row level security;
grant select on public.job_runs to service_role;


-- The contract's functions -------------------------------------------------------------------------

create function private.gst_answer(
    original_amount numeric, tax_rate numeric, tax_included boolean, computed private.gst_amounts, warnings jsonb
)
returns json
language sql
stable
set search_path = ''
as $$
    select json_build_object(
        'original_amount', round(original_amount, 2),
        'tax_rate', trim_scale(tax_rate),
        'taxable_value', computed.taxable_value,
        'tax_amount', computed.tax_amount,
        'total_amount', computed.total_amount,
        'tax_included', tax_included,
        'breakdown', json_build_object('cgst', computed.cgst, 'sgst', computed.sgst, 'igst', computed.igst),
        'warnings', warnings
    )
$$;
grant execute on function private.gst_answer to authenticated;
comment on function private.gst_answer is 'A GST calculation in the contract''s shape.';

create function api.calculate_gst(
    amount numeric, tax_included boolean default false, tax_rate numeric default 18, inter_state boolean default false
)
returns json
language sql
stable
set search_path = ''
as $$
    select private.gst_answer(
        amount, tax_rate::public.tax_rate, tax_included, private.gst(amount, tax_rate, tax_included, inter_state),
        private.rate_warnings(
            private.unusual_rates(private.today(private.current_user_id()), array[tax_rate]),
            private.today(private.current_user_id())
        )::jsonb
    )
$$;
grant execute on function api.calculate_gst to authenticated;
comment on function api.calculate_gst is 'GST on an amount, in rupees (spec: Calculate GST).';

create function private.rates_of(invoice public.invoices)
returns numeric[]
language sql
stable
set search_path = ''
as $$
    select array(
        select distinct trim_scale(coalesce(item.tax_rate, invoice.tax_rate)) as rate
        from public.invoice_items as item
        where item.invoice_id = invoice.id
        order by rate
    )
$$;
grant execute on function private.rates_of to authenticated;
comment on function private.rates_of is 'The GST rates that the lines of an invoice have, each once, the lowest first.';

create function private.mixed_rate_warnings(rates numeric[])
returns jsonb
language sql
immutable
set search_path = ''
as $$
    select case when cardinality(rates) > 1 then jsonb_build_array(jsonb_build_object(
        'code', 'mixed_tax_rates',
        'message', format(
            'The lines are taxed at %s %%, each at its own; tax_rate is that of lines without one.',
            array_to_string(rates, ' %, ')
        )
    )) else '[]' end
$$;
grant execute on function private.mixed_rate_warnings to authenticated;
comment on function private.mixed_rate_warnings is 'The warning that a calculation carries when its lines have several rates.';

create function api.calculate_invoice_gst(invoice_id uuid)
returns json
language plpgsql
stable
set search_path = ''
as $$
declare
    invoice public.invoices;
    rates numeric[];
begin
    select * into invoice from public.invoices where id = invoice_id;
    if not found then
        perform private.raise_problem(404, 'invoice_not_found', 'There is no such invoice.');
    end if;
    rates := private.rates_of(invoice);
    return private.gst_answer(
        case when invoice.price_includes_tax then invoice.total_amount else invoice.subtotal end,
        case cardinality(rates) when 1 then rates[1] else invoice.tax_rate end,
        invoice.price_includes_tax,
        row(invoice.subtotal, invoice.cgst, invoice.sgst, invoice.igst, invoice.tax_amount, invoice.total_amount)::private.gst_amounts,
        private.mixed_rate_warnings(rates) || private.rate_warnings(invoice.unusual_rates, invoice.issue_day)::jsonb
    );
end;
$$;
grant execute on function api.calculate_invoice_gst to authenticated;
comment on function api.calculate_invoice_gst is 'The GST of an invoice as it stands in the books (spec: Calculate GST for a specific invoice).';

create function private.check_tax_type(tax_type text)
returns void
language plpgsql
immutable
set search_path = ''
as $$
begin
    if tax_type is null or tax_type not in ('gst', 'income_tax', 'other') then
        perform private.raise_problem(422, 'invalid_tax_type', 'tax_type is one of gst, income_tax and other.');
    end if;
end;
$$;
grant execute on function private.check_tax_type to authenticated;
comment on function private.check_tax_type is '422 invalid_tax_type for any other than gst, income_tax and other.';

create function private.check_filing_period(period text)
returns void
language plpgsql
immutable
set search_path = ''
as $$
begin
    if period is null or period not in ('monthly', 'quarterly', 'annually') then
        perform private.raise_problem(422, 'invalid_period', 'period is one of monthly, quarterly and annually.');
    end if;
end;
$$;
grant execute on function private.check_filing_period to authenticated;
comment on function private.check_filing_period is '422 invalid_period for any other than monthly, quarterly and annually.';

create function private.check_period(first_day date, last_day date, today date)
returns void
language plpgsql
immutable
set search_path = ''
as $$
begin
    if first_day is null or last_day is null or first_day > last_day then
        perform private.raise_problem(422, 'period_out_of_order', 'A period starts on or before the day it ends.');
    elsif first_day > today then
        perform private.raise_problem(422, 'period_in_future', format('The period starts on %s, after today, %s.', first_day, today));
    end if;
end;
$$;
grant execute on function private.check_period to authenticated;
comment on function private.check_period is '422 for a period that ends before it starts, or that has not begun.';

create function api.tax_filing(
    start_date date, end_date date, tax_type text default 'gst', period text default 'quarterly',
    include_transactions boolean default true
)
returns json
language plpgsql
stable
set search_path = ''
as $$
declare
    caller constant uuid := private.current_user_id();
begin
    perform private.check_tax_type(tax_type);
    perform private.check_filing_period(period);
    perform private.check_period(start_date, end_date, private.today(caller));
    return private.filing_answer(caller, tax_type, start_date, end_date, include_transactions);
end;
$$;
grant execute on function api.tax_filing to authenticated;
comment on function api.tax_filing is 'The filing of any days, computed live; writes nothing (spec: Get Tax Filing Data).';

create function api.generate_tax_filing(period text default 'quarterly', tax_type text default 'gst')
returns json
language plpgsql
set search_path = ''
as $$
declare
    caller constant uuid := private.open_books();
    ended daterange;
begin
    perform private.check_tax_type(tax_type);
    perform private.check_filing_period(period);
    ended := private.last_ended_period(private.today(caller), period);
    perform private.check_overlap(caller, tax_type, ended);
    perform private.draft_tax_filing(caller, tax_type, ended);
    return private.filing_answer(caller, tax_type, lower(ended), upper(ended) - 1, true);
end;
$$;
grant execute on function api.generate_tax_filing to authenticated;
comment on function api.generate_tax_filing is
'Creates or refreshes the draft of the last period that has ended; may be repeated freely (spec: Auto-generate Tax Filing).';

create function private.submission_answer(filing public.tax_filings)
returns json
language sql
immutable
set search_path = ''
as $$
    select json_build_object(
        'id', filing.id,
        'submission_date', private.instant_text(filing.submission_date),
        'period_start', filing.period_start,
        'period_end', filing.period_end,
        'tax_type', filing.tax_type,
        'total_tax_liability', filing.net_tax_liability,
        'payment_reference', filing.payment_reference,
        'payment_transaction_id', filing.payment_transaction_id,
        'confirmation_number', filing.confirmation_number,
        'notes', filing.notes,
        'status', filing.status
    )
$$;
grant execute on function private.submission_answer to authenticated;
comment on function private.submission_answer is 'A submission in the contract''s shape.';

create function private.freeze_submission(owner uuid, submission public.tax_filings)
returns public.tax_filings
language plpgsql
security definer -- callers read filings, the books write them
set search_path = ''
as $$
declare
    period constant daterange := daterange(submission.period_start, submission.period_end, '[]');
    filing public.tax_filings;
begin
    perform private.check_overlap(owner, submission.tax_type, period);
    perform private.draft_tax_filing(owner, submission.tax_type, period);
    select * into filing from public.tax_filings as known
    where
        known.user_id = owner
        and known.tax_type = submission.tax_type
        and known.period_start = submission.period_start
        and known.period_end = submission.period_end;
    if filing.status <> 'draft' then
        perform private.raise_problem(
            409, 'filing_already_submitted', format('This period was submitted as %s.', filing.confirmation_number)
        );
    elsif submission.tax_type = 'gst' and submission.net_tax_liability <> filing.net_tax_liability then
        perform private.raise_problem(
            409, 'liability_differs',
            format('The books say %s, the request says %s.', filing.net_tax_liability, submission.net_tax_liability)
        );
    end if;

    if submission.net_tax_liability > 0 then
        insert into public.transactions (user_id, transaction_type, amount, description, category)
        values (
            owner, 'expense', submission.net_tax_liability,
            format('%s %s to %s', upper(replace(filing.tax_type, '_', ' ')), filing.period_start, filing.period_end),
            'Tax Payment'
        )
        returning id into filing.payment_transaction_id;
    end if;
    update public.tax_filings as known set
        status = 'submitted',
        net_tax_liability = submission.net_tax_liability,
        submission_date = now(),
        -- 36 bits of chance behind a prefix: a reference to quote, not a secret.
        confirmation_number = case filing.tax_type when 'gst' then 'GST' when 'income_tax' then 'ITX' else 'TAX' end
        || upper(left(replace(gen_random_uuid()::text, '-', ''), 9)),
        payment_reference = submission.payment_reference,
        payment_transaction_id = filing.payment_transaction_id,
        notes = submission.notes
    where known.id = filing.id
    returning * into filing;
    return filing;
end;
$$;
grant execute on function private.freeze_submission to authenticated;
comment on function private.freeze_submission is 'Freezes the figures of a period and records the Tax Payment expense with them.';

create function api.submit_tax_filing(filing jsonb)
returns json
language plpgsql
set search_path = ''
as $$
declare
    caller constant uuid := private.open_books();
    today constant date := private.today(caller);
    answer json := private.replay('submit_tax_filing', filing, 200);
    submission public.tax_filings;
    draft public.tax_filings;
begin
    if answer is not null then
        return answer;
    end if;
    submission := jsonb_populate_record(null::public.tax_filings, filing);
    submission.net_tax_liability := (filing ->> 'total_tax_liability')::numeric;
    perform private.check_tax_type(submission.tax_type);
    perform private.check_period(submission.period_start, submission.period_end, today);
    if submission.period_end >= today then
        perform private.raise_problem(
            422, 'period_not_ended', format('The period ends on %s. Submit it from the day after.', submission.period_end)
        );
    end if;
    if filing ->> 'filing_id' is not null then
        select * into draft from public.tax_filings where id = (filing ->> 'filing_id')::uuid;
        if not found then
            perform private.raise_problem(404, 'filing_not_found', 'There is no such tax filing.');
        elsif
            (draft.tax_type, draft.period_start, draft.period_end)
            <> (submission.tax_type, submission.period_start, submission.period_end)
        then
            perform private.raise_problem(
                422, 'filing_period_differs',
                format('That filing is for %s, %s to %s.', draft.tax_type, draft.period_start, draft.period_end)
            );
        end if;
    end if;
    answer := private.submission_answer(private.freeze_submission(caller, submission));
    perform private.remember('submit_tax_filing', filing, answer, status => 200);
    return answer;
end;
$$;
grant execute on function api.submit_tax_filing to authenticated;
comment on function api.submit_tax_filing is
'Submits a period once, with the books'' figures, and records the payment; the account may go negative (spec: Submit Tax Filing).';

create function api.tax_report(year integer, tax_type text default null)
returns json
language plpgsql
stable
set search_path = ''
as $$
declare
    asked_type constant text := tax_type;
    report json;
begin
    if asked_type is not null then
        perform private.check_tax_type(asked_type);
    end if;
    select json_build_object(
        'year', year,
        'total_tax_paid', coalesce(sum(filing.net_tax_liability) filter (where filing.payment_transaction_id is not null), 0.00),
        'filings', coalesce(json_agg(json_build_object(
            'id', filing.id,
            'period_start', filing.period_start,
            'period_end', filing.period_end,
            'tax_type', filing.tax_type,
            'total_tax_liability', case filing.status
                when 'draft' then (
                    private.filing_figures(filing.user_id, filing.tax_type, filing.period_start, filing.period_end)
                ).net_tax_liability
                else filing.net_tax_liability
            end,
            'submission_date', private.instant_text(filing.submission_date),
            'confirmation_number', filing.confirmation_number,
            'status', filing.status,
            'changed_since_submission', private.filing_changes(filing)
        ) order by filing.period_start, filing.period_end, filing.tax_type), '[]'::json)
    ) into report
    from public.tax_filings as filing
    where
        extract(year from filing.period_start) = year
        and (asked_type is null or filing.tax_type = asked_type);
    return report;
end;
$$;
grant execute on function api.tax_report to authenticated;
comment on function api.tax_report is
'The filings whose period starts in a calendar year, drafts with live figures, and the tax paid with them (spec: Get Tax Report).';


-- The schedule -------------------------------------------------------------------------------------

create function private.draft_due_filings(owners uuid[], as_of timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
    written bigint;
begin
    -- The books first, as every writer, and in one order: else a user's own request and this could wait for each other.
    perform from public.profiles where id = any(owners) order by id for no key update;
    insert into public.tax_filings as filing (
        user_id, tax_type, period_start, period_end, total_sales, total_expenses, total_tax_collected,
        total_tax_paid, net_tax_liability, cgst, sgst, igst, transaction_count
    )
    select profile.id, 'gst', due.first_day, due.last_day, figures.*
    from public.profiles as profile
    cross join lateral (
        select lower(ended) as first_day, upper(ended) - 1 as last_day
        from private.last_ended_period((as_of at time zone profile.time_zone)::date, profile.filing_frequency) as ended
    ) as due
    cross join lateral private.filing_figures(profile.id, 'gst', due.first_day, due.last_day) as figures
    where
        profile.id = any(owners)
        -- As in private.is_submitted, which would be called and its index entered for each user by itself.
        and not exists (
            select from public.tax_filings as submitted
            where
                submitted.user_id = profile.id
                and submitted.tax_type = 'gst'
                and submitted.status <> 'draft'
                and daterange(submitted.period_start, submitted.period_end, '[]') && daterange(due.first_day, due.last_day, '[]')
        )
    -- In one order, so that firings that meet in the same batch queue instead of deadlocking.
    order by profile.id
    on conflict on constraint tax_filings_one_per_period do update set
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
        filing.total_sales, filing.total_expenses, filing.total_tax_collected, filing.total_tax_paid,
        filing.net_tax_liability, filing.cgst, filing.sgst, filing.igst, filing.transaction_count
    ) is distinct from (
        excluded.total_sales, excluded.total_expenses, excluded.total_tax_collected, excluded.total_tax_paid,
        excluded.net_tax_liability, excluded.cgst, excluded.sgst, excluded.igst, excluded.transaction_count
    );
    get diagnostics written = row_count;
    return written;
end;
$$;
comment on function private.draft_due_filings is
'Makes or refreshes the drafts of the periods that, by the users'' filing frequencies, have just ended; answers how many it wrote.';

create function private.invoices_past_due(owners uuid[], as_of timestamptz)
returns setof public.invoices
language sql
stable
set search_path = ''
as $$
    select invoice.*
    from public.invoices as invoice
    inner join public.profiles as profile on profile.id = invoice.user_id
    where
        invoice.user_id = any(owners)
        and invoice.status = 'sent'
        and invoice.due_day < (as_of at time zone profile.time_zone)::date
$$;
comment on function private.invoices_past_due is 'The sent invoices that are past due in their user''s day.';

create function private.mark_overdue(owners uuid[], as_of timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
    marked bigint;
begin
    -- The books first, as in draft_due_filings.
    perform from public.profiles
    where id in (select user_id from private.invoices_past_due(owners, as_of))
    order by id
    for no key update;
    update public.invoices as invoice set status = 'overdue'
    -- Looked up again: whoever held the books may have sent, paid or put off some.
    from private.invoices_past_due(owners, as_of) as due
    where invoice.id = due.id and invoice.status = due.status;
    get diagnostics marked = row_count;
    return marked;
end;
$$;
comment on function private.mark_overdue is 'Marks the sent invoices that are past due in their user''s day; answers how many.';

create function private.work_for(owners uuid[], run public.job_runs)
returns bigint
language plpgsql
set search_path = ''
as $$
begin
    return case run.job
        when 'generate_tax_filings' then private.draft_due_filings(owners, run.as_of)
        when 'mark_overdue_invoices' then private.mark_overdue(owners, run.as_of)
    end;
end;
$$;
comment on function private.work_for is 'Does what a run is for, for some users; answers how many records it wrote.';

create function private.run_batch(run public.job_runs, batch_size integer)
returns public.job_runs
language plpgsql
set search_path = ''
-- Twice, for the batch and for whose books stopped it, fits into the 8 seconds of a statement.
set lock_timeout = '2s'
as $$
declare
    owners constant uuid[] := array(
        select profile.id
        from public.profiles as profile
        where run.last_user_id is null or profile.id > run.last_user_id
        order by profile.id
        limit batch_size
    );
    owner uuid;
begin
    begin
        run.processed := run.processed + private.work_for(owners, run);
    exception when others then
        -- Somebody's books stop the batch: one by one it shows whose, and the others get theirs.
        foreach owner in array owners loop
            begin
                run.processed := run.processed + private.work_for(array[owner], run);
            exception when others then
                run.failed := run.failed + 1;
                run.failures := run.failures || jsonb_build_object('user_id', owner, 'code', sqlstate, 'message', sqlerrm);
            end;
        end loop;
    end;
    run.last_user_id := coalesce(owners[cardinality(owners)], run.last_user_id);
    run.finished_at := case when cardinality(owners) < batch_size then clock_timestamp() end;
    return run;
end;
$$;
comment on function private.run_batch is 'Goes on with a run for the next users, in the order of their ids; one that fails, or whose books stay locked, is noted and passed over.';

create function private.take_up_run(asked_job text, asked_instant timestamptz)
returns public.job_runs
language plpgsql
set search_path = ''
as $$
declare
    run public.job_runs;
begin
    -- A firing that ran out of time, or was killed, is fired again with the same instant. What another firing is at work
    -- on just now is locked and left to it.
    select * into run from public.job_runs as known
    where known.job = asked_job and known.as_of = asked_instant and known.finished_at is null
    order by known.started_at
    limit 1
    for update skip locked;
    if not found then
        insert into public.job_runs (job, as_of) values (asked_job, asked_instant) returning * into run;
        perform private.forget_idempotency_keys();
        perform private.forget_logged_out_sessions();
    end if;
    return run;
end;
$$;
comment on function private.take_up_run is 'The unfinished run of a job for an instant, where it stopped, or a new one.';

create function api.run_job(
    job text, as_of timestamptz default now(), run_id uuid default null, batch_size integer default 500
)
returns public.job_runs
language plpgsql
security definer -- works on the books of all users; only the service role may call it
set search_path = ''
as $$
declare
    run public.job_runs;
begin
    if job is null or job not in ('generate_tax_filings', 'mark_overdue_invoices') then
        perform private.raise_problem(422, 'unknown_job', 'job is one of generate_tax_filings and mark_overdue_invoices.');
    end if;
    if run_id is null then
        run := private.take_up_run(run_job.job, run_job.as_of);
    else
        select * into run from public.job_runs where id = run_id for update;
        if not found then
            perform private.raise_problem(404, 'job_run_not_found', 'There is no such run.');
        end if;
    end if;
    if run.finished_at is not null then
        return run;
    end if;
    run := private.run_batch(run, batch_size);
    update public.job_runs set
        finished_at = run.finished_at,
        processed = run.processed,
        failed = run.failed,
        failures = run.failures,
        last_user_id = run.last_user_id
    where id = run.id;
    return run;
end;
$$;
grant execute on function api.run_job to service_role;
comment on function api.run_job is
'Begins a run of a job or goes on with it, one batch of users a call; finished_at is set when nothing is left. Safe however often and parallel it is called.';
