-- Tax filings in the contract: the filing of a period, live or as a draft, its submission, and the report of a year.


-- What a request may ask for -----------------------------------------------------------------------

create function private.check_tax_type(tax_type text)
returns void
language plpgsql
set search_path = ''
as $$
begin
    if tax_type is null or tax_type not in ('gst', 'income_tax', 'other') then
        perform private.raise_problem(422, 'invalid_tax_type', 'tax_type is one of gst, income_tax and other.', 'tax_type');
    end if;
end;
$$;
grant execute on function private.check_tax_type to authenticated;
comment on function private.check_tax_type is '422 invalid_tax_type for any other than gst, income_tax and other.';

create function private.check_filing_period(period text)
returns void
language plpgsql
set search_path = ''
as $$
begin
    if period is null or period not in ('monthly', 'quarterly', 'annually') then
        perform private.raise_problem(422, 'invalid_period', 'period is one of monthly, quarterly and annually.', 'period');
    end if;
end;
$$;
grant execute on function private.check_filing_period to authenticated;
comment on function private.check_filing_period is '422 invalid_period for any other than monthly, quarterly and annually.';

create function private.check_period(
    first_day date, last_day date, today date, first_field text, last_field text
)
returns void
language plpgsql
set search_path = ''
as $$
begin
    if first_day is null or last_day is null or first_day > last_day then
        perform private.raise_problem(422, 'period_out_of_order', 'A period starts on or before the day it ends.', last_field);
    elsif first_day > today then
        perform private.raise_problem(
            422, 'period_in_future', format('The period starts on %s, after today, %s.', first_day, today), first_field
        );
    end if;
end;
$$;
grant execute on function private.check_period to authenticated;
comment on function private.check_period is '422 for a period that ends before it starts, or that has not begun; the fields are the request''s for its two days.';

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


-- Filings ------------------------------------------------------------------------------------------

create function private.filing_answer(
    owner uuid, asked_type text, basis text, first_day date, last_day date, include_transactions boolean
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
            'basis', filing_answer.basis,
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
                where total.document_type = 'invoice' and total.status = 'sent'
            ),
            'status', coalesce(filing.status, 'draft'),
            'filing_id', filing.id,
            'submission_date', private.instant_text(filing.submission_date),
            'confirmation_number', filing.confirmation_number,
            'reopened_at', private.instant_text(filing.reopened_at),
            'changed_since_submission', private.filing_changes(filing)
        ),
        'transactions', (
            select coalesce(json_agg(json_build_object(
                'transaction_id', counted.transaction_id,
                'invoice_id', counted.invoice_id,
                'date', private.instant_text(counted.date),
                'description', counted.description,
                'amount', counted.amount,
                'tax_amount', counted.tax_amount,
                'transaction_type', counted.transaction_type,
                'category', counted.category
            ) order by counted.date, counted.transaction_id, counted.invoice_id), '[]'::json)
            from private.filing_rows(owner, asked_type, filing_answer.basis, first_day, last_day) as counted
            where include_transactions
        )
    )
    from private.filing_figures(owner, asked_type, filing_answer.basis, first_day, last_day) as figures
    left join public.tax_filings as filing
        on
            filing.user_id = owner
            and filing.tax_type = asked_type
            and filing.period_start = first_day
            and filing.period_end = last_day
$$;
grant execute on function private.filing_answer to authenticated;
comment on function private.filing_answer is 'A filing in the contract''s shape, computed live; says what changed since its submission.';

create function api.tax_filing(
    start_date date, end_date date, tax_type text default 'gst', period text default 'quarterly',
    include_transactions boolean default true, basis text default null
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
    perform private.check_period(start_date, end_date, private.today(caller), 'start_date', 'end_date');
    return private.filing_answer(
        caller, tax_type, private.basis_of_period(caller, tax_type, start_date, end_date, basis), start_date, end_date,
        include_transactions
    );
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
    return private.filing_answer(
        caller, tax_type, private.basis_of_period(caller, tax_type, lower(ended), upper(ended) - 1, null), lower(ended),
        upper(ended) - 1, true
    );
end;
$$;
grant execute on function api.generate_tax_filing to authenticated;
comment on function api.generate_tax_filing is
'Creates or refreshes the draft of the last period that has ended; may be repeated freely (spec: Auto-generate Tax Filing).';


-- Submissions --------------------------------------------------------------------------------------

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
        'status', filing.status,
        'reopened_at', private.instant_text(filing.reopened_at)
    )
$$;
grant execute on function private.submission_answer to authenticated;
comment on function private.submission_answer is 'A submission in the contract''s shape.';

create function private.tax_paid(filing public.tax_filings)
returns numeric
language sql
stable
set search_path = ''
as $$
    select coalesce(sum(payment.amount), 0.00)
    from public.transactions as payment
    where payment.id = any(filing.earlier_payment_ids || filing.payment_transaction_id)
$$;
grant execute on function private.tax_paid to authenticated, service_role;
comment on function private.tax_paid is 'Rupees that were paid with a filing, by all its submissions.';

create function private.freeze_submission(owner uuid, submission public.tax_filings)
returns public.tax_filings
language plpgsql
security definer -- callers read filings, the books write them
set search_path = ''
as $$
declare
    period constant daterange := daterange(submission.period_start, submission.period_end, '[]');
    filing public.tax_filings;
    unpaid numeric;
begin
    perform private.check_overlap(owner, submission.tax_type, period);
    perform private.draft_tax_filing(owner, submission.tax_type, period);
    select * into filing from public.tax_filings as known
    where
        known.user_id = owner
        and known.tax_type = submission.tax_type
        and known.period_start = submission.period_start
        and known.period_end = submission.period_end;
    if filing.status <> 'draft' and filing.reopened_at is null then
        perform private.raise_problem(
            409, 'filing_already_submitted', format('This period was submitted as %s.', filing.confirmation_number)
        );
    end if;
    -- No draft stands beside a submission that was reopened: the figures are read here.
    filing := jsonb_populate_record(filing, to_jsonb(
        private.filing_figures(owner, filing.tax_type, filing.basis, filing.period_start, filing.period_end)
    ));
    if submission.tax_type = 'gst' and submission.net_tax_liability <> filing.net_tax_liability then
        perform private.raise_problem(
            409, 'liability_differs',
            format('The books say %s, the request says %s.', filing.net_tax_liability, submission.net_tax_liability),
            'total_tax_liability'
        );
    end if;

    -- What was paid before the filing was reopened stays: the rest is paid now, and what was too much is not undone.
    unpaid := submission.net_tax_liability - private.tax_paid(filing);
    if unpaid > 0 then
        filing.earlier_payment_ids := array_remove(filing.earlier_payment_ids || filing.payment_transaction_id, null);
        insert into public.transactions (user_id, transaction_type, amount, description, category)
        values (
            owner, 'expense', unpaid,
            format('%s %s to %s', upper(replace(filing.tax_type, '_', ' ')), filing.period_start, filing.period_end),
            'Tax Payment'
        )
        returning id into filing.payment_transaction_id;
    end if;
    update public.tax_filings as known set
        status = 'submitted',
        total_sales = filing.total_sales,
        total_expenses = filing.total_expenses,
        total_tax_collected = filing.total_tax_collected,
        total_tax_paid = filing.total_tax_paid,
        net_tax_liability = submission.net_tax_liability,
        cgst = filing.cgst,
        sgst = filing.sgst,
        igst = filing.igst,
        transaction_count = filing.transaction_count,
        reopened_at = null,
        submission_date = now(),
        -- 36 bits of chance behind a prefix: a reference to quote, not a secret.
        confirmation_number = case filing.tax_type when 'gst' then 'GST' when 'income_tax' then 'ITX' else 'TAX' end
        || upper(left(replace(gen_random_uuid()::text, '-', ''), 9)),
        payment_reference = submission.payment_reference,
        payment_transaction_id = filing.payment_transaction_id,
        earlier_payment_ids = filing.earlier_payment_ids,
        notes = submission.notes
    where known.id = filing.id
    returning * into filing;
    return filing;
end;
$$;
grant execute on function private.freeze_submission to authenticated;
comment on function private.freeze_submission is
'Freezes the figures of a period, which closes its days for GST, and records the Tax Payment expense of what is not paid yet.';

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
    perform private.check_period(submission.period_start, submission.period_end, today, 'period_start', 'period_end');
    if submission.period_end >= today then
        perform private.raise_problem(
            422, 'period_not_ended', format('The period ends on %s. Submit it from the day after.', submission.period_end),
            'period_end'
        );
    end if;
    if filing ->> 'filing_id' is not null then
        select * into draft from public.tax_filings where id = (filing ->> 'filing_id')::uuid;
        if not found then
            perform private.raise_problem(404, 'filing_not_found', 'There is no such tax filing.', 'filing_id');
        elsif
            (draft.tax_type, draft.period_start, draft.period_end)
            <> (submission.tax_type, submission.period_start, submission.period_end)
        then
            perform private.raise_problem(
                422, 'filing_period_differs',
                format('That filing is for %s, %s to %s.', draft.tax_type, draft.period_start, draft.period_end),
                'filing_id'
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


create function private.reopen_filing(owner uuid, filing_id uuid)
returns public.tax_filings
language plpgsql
security definer -- callers read filings, the books write them
set search_path = ''
as $$
declare
    filing public.tax_filings;
begin
    select * into filing from public.tax_filings as known where known.id = filing_id and known.user_id = owner;
    if not found then
        perform private.raise_problem(404, 'filing_not_found', 'There is no such tax filing.');
    elsif filing.status = 'draft' then
        perform private.raise_problem(409, 'filing_not_submitted', 'This filing is a draft: its period is open.');
    elsif filing.reopened_at is null then
        update public.tax_filings as known set reopened_at = now() where known.id = filing.id
        returning * into filing;
    end if;
    return filing;
end;
$$;
grant execute on function private.reopen_filing to authenticated;
comment on function private.reopen_filing is 'Opens a submitted period for corrections; one that is open already stays as it is.';

create function api.reopen_tax_filing(filing_id uuid)
returns json
language plpgsql
set search_path = ''
as $$
declare
    caller constant uuid := private.open_books();
begin
    return private.submission_answer(private.reopen_filing(caller, filing_id));
end;
$$;
grant execute on function api.reopen_tax_filing to authenticated;
comment on function api.reopen_tax_filing is
'Opens the days of a submitted filing again, until the same period is submitted once more. Its figures and payment stay.';


-- The report ---------------------------------------------------------------------------------------

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
        'total_tax_paid', coalesce(sum(private.tax_paid(filing)) filter (where filing.payment_transaction_id is not null), 0.00),
        'filings', coalesce(json_agg(json_build_object(
            'id', filing.id,
            'period_start', filing.period_start,
            'period_end', filing.period_end,
            'tax_type', filing.tax_type,
            'total_tax_liability', case filing.status
                when 'draft' then (
                    private.filing_figures(
                        filing.user_id, filing.tax_type, filing.basis, filing.period_start, filing.period_end
                    )
                ).net_tax_liability
                else filing.net_tax_liability
            end,
            'submission_date', private.instant_text(filing.submission_date),
            'confirmation_number', filing.confirmation_number,
            'status', filing.status,
            'reopened_at', private.instant_text(filing.reopened_at),
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
