-- Fixed documents: what a submitted GST filing, or a note, has fixed stays as it is, whoever writes it and from where.
--
-- A submitted filing of type gst closes its days, unless its owner has opened it again. In a closed period no document is
-- made, changed, issued, cancelled or deleted, and no input tax of an expense or a bill is recorded or changed. What settles
-- a document, and the status that follows, its notes and its template stay free; so does money that carries no input tax.
-- A draft is in no return: it may be changed, given a later date or deleted. An invoice that a note names is fixed in the
-- same way, in whichever period it is.
--
-- The triggers compare whole statements, and first of all ask for closed periods: one look into an index, which finds
-- nothing for a user who has submitted nothing from that day on.


-- Closed periods -----------------------------------------------------------------------------------

-- Serves that question.
create index tax_filings_closed_idx on public.tax_filings (user_id, period_end)
where tax_type = 'gst' and status <> 'draft' and reopened_at is null;

create function private.closed_periods(owners uuid[], since date)
returns public.tax_filings[]
language plpgsql
set search_path = ''
as $$
begin
    -- The dashboard writes without the books: whoever is submitting the period is waited for.
    if auth.uid() is null then
        perform private.lock_books(owner) from (select distinct unnest(owners) as owner order by 1) as written;
    end if;
    return (
        select array_agg(filing)
        from public.tax_filings as filing
        where
            filing.user_id = any(owners)
            and filing.period_end >= since
            and filing.tax_type = 'gst'
            and filing.status <> 'draft'
            and filing.reopened_at is null
    );
end;
$$;
comment on function private.closed_periods is
'The submitted GST filings of users that end on a day or after it: their days are closed. Null for none.';

create function private.closing_filing(periods public.tax_filings[], owner uuid, day date)
returns public.tax_filings
language sql
immutable
set search_path = ''
as $$
    select period
    from unnest(periods) as period
    where period.user_id = owner and day between period.period_start and period.period_end
    limit 1
$$;
comment on function private.closing_filing is 'The filing that closes a day, null for an open day.';

create function private.raise_period_closed(filing public.tax_filings, subject text, remedy text)
returns void
language plpgsql
set search_path = ''
as $$
begin
    perform private.raise_problem(
        409, 'period_closed',
        format(
            '%s to %s was submitted as %s, so %s. %s, or open the filing again (POST /api/tax/filings/%s/reopen).',
            filing.period_start, filing.period_end, filing.confirmation_number, subject, remedy, filing.id
        )
    );
end;
$$;
comment on function private.raise_period_closed is '409 period_closed, with the ways out.';

create function private.submitted_filing(owner uuid, day date)
returns public.tax_filings
language plpgsql
set search_path = ''
as $$
begin
    -- The dashboard writes without the books: whoever is submitting the period is waited for.
    if auth.uid() is null then
        perform private.lock_books(owner);
    end if;
    return (
        select filing
        from public.tax_filings as filing
        where
            filing.user_id = owner
            and day between filing.period_start and filing.period_end
            and filing.tax_type = 'gst'
            and filing.status <> 'draft'
            and filing.reopened_at is null
        limit 1
    );
end;
$$;
comment on function private.submitted_filing is 'The submitted GST filing that closes a day, null for an open day.';

create function private.check_open_period(owner uuid, day date)
returns void
language plpgsql
set search_path = ''
as $$
declare
    closing constant public.tax_filings := private.submitted_filing(owner, day);
begin
    if closing.id is not null then
        perform private.raise_period_closed(
            closing, 'its input tax can''t change', 'Record the expense in the next period, or without tax'
        );
    end if;
end;
$$;
comment on function private.check_open_period is '409 period_closed for input tax on a day that was submitted.';

create function private.check_claim_period_open(owner uuid, period date)
returns void
language plpgsql
set search_path = ''
as $$
declare
    -- A month's credit is claimed when the month is over.
    last_day constant date := period + interval '1 month' - interval '1 day';
    closing constant public.tax_filings := private.submitted_filing(owner, last_day);
begin
    if closing.id is not null then
        perform private.raise_period_closed(
            closing, 'no credit that is claimed in it can change', 'Claim the credit in a later period (claim_period)'
        );
    end if;
end;
$$;
comment on function private.check_claim_period_open is
'409 period_closed for credit that is claimed in a month whose GST was submitted; bills, their lines and adjustments ask.';


-- Documents ----------------------------------------------------------------------------------------

create function private.said_by(document public.invoices)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
begin
    -- What is left out may change: everything else, also a column that comes one day, is what the document says.
    return to_jsonb(document) - '{
        status,amount_settled,amount_due,amount_credited,paid_at,notes,template,customer_id,updated_at
    }'::text[] || jsonb_build_object('status', case when document.status = 'paid' then 'sent' else document.status end);
end;
$$;
comment on function private.said_by is
'What a document says, which is fixed with it: neither what settles it, nor its notes, its template or the link to a contact.';

create function private.raise_has_notes(document public.invoices)
returns void
language plpgsql
set search_path = ''
as $$
begin
    perform private.raise_problem(
        409, 'invoice_has_notes',
        format(
            'A note is about invoice %s, so it stays. Cancel the note, or issue another one.', document.invoice_number
        )
    );
end;
$$;
comment on function private.raise_has_notes is '409 invoice_has_notes, with the ways out.';

create function private.check_new_documents()
returns trigger
language plpgsql
security definer -- reads filings whoever writes
set search_path = ''
as $$
declare
    closed constant public.tax_filings[] := private.closed_periods(
        array(select distinct user_id from new_rows), (select min(issue_day) from new_rows)
    );
    refused public.tax_filings;
begin
    if closed is null then
        return null;
    end if;
    select closing.* into refused
    from new_rows as document
    cross join lateral private.closing_filing(closed, document.user_id, document.issue_day) as closing
    where closing.id is not null
    limit 1;
    if found then
        perform private.raise_period_closed(refused, 'no document can be dated in it', 'Give it a later date');
    end if;
    return null;
end;
$$;
comment on function private.check_new_documents is 'Trigger: 409 period_closed for a document that is dated in a submitted period.';

create trigger check_period_insert after insert on public.invoices
referencing new table as new_rows for each statement execute function private.check_new_documents();

create function private.check_changed_documents()
returns trigger
language plpgsql
security definer -- reads filings whoever writes
set search_path = ''
as $$
declare
    closed constant public.tax_filings[] := private.closed_periods(
        array(select distinct user_id from new_rows),
        least((select min(issue_day) from old_rows), (select min(issue_day) from new_rows))
    );
    noted_ids constant uuid[] := array(
        select note.against_id
        from public.invoices as note
        where note.against_id = any(array(select id from new_rows)) and note.status <> 'cancelled'
    );
    changed record;
begin
    if closed is null and noted_ids = '{}' then
        return null;
    elsif exists (
        -- Sums that are brought back to what the lines say; see private.repair_totals.
        select from private.repairs where user_id = any(array(select user_id from new_rows)) and finished_at is null
    ) then
        return null;
    end if;
    for changed in
        select old_row::public.invoices as before, new_row::public.invoices as after, old_closing, new_closing
        -- A full join is never a nested loop, which a plan made for one row would be for ten thousand, too.
        from old_rows as old_row
        full join new_rows as new_row on new_row.id = old_row.id
        cross join lateral private.closing_filing(closed, old_row.user_id, old_row.issue_day) as old_closing
        cross join lateral private.closing_filing(closed, new_row.user_id, new_row.issue_day) as new_closing
        where private.said_by(old_row) <> private.said_by(new_row)
    loop
        if (changed.old_closing).id is not null and (changed.before).status <> 'draft' then
            perform private.raise_period_closed(
                changed.old_closing, format('%s can''t change', (changed.before).invoice_number),
                'Issue a credit note dated in an open period'
            );
        elsif
            (changed.new_closing).id is not null
            and ((changed.after).status <> 'draft' or (changed.after).issue_day <> (changed.before).issue_day)
        then
            perform private.raise_period_closed(
                changed.new_closing, format('%s can''t be dated in it', (changed.after).invoice_number), 'Give it a later date'
            );
        elsif (changed.before).id = any(noted_ids) then
            perform private.raise_has_notes(changed.before);
        end if;
    end loop;
    return null;
end;
$$;
comment on function private.check_changed_documents is
'Trigger: 409 period_closed or invoice_has_notes for a change of what a fixed document says.';

create trigger check_period_update after update on public.invoices
referencing old table as old_rows new table as new_rows for each statement execute function private.check_changed_documents();

create function private.check_deleted_documents()
returns trigger
language plpgsql
security definer -- reads filings whoever deletes
set search_path = ''
as $$
declare
    closed constant public.tax_filings[] := private.closed_periods(
        -- The documents of a user who is being deleted go with it: the profile is gone by then.
        array(select distinct deleted.user_id from old_rows as deleted inner join public.profiles on profiles.id = deleted.user_id),
        (select min(issue_day) from old_rows)
    );
    refused record;
begin
    if closed is null then
        return null;
    end if;
    select document.invoice_number, closing as filing into refused
    from old_rows as document
    cross join lateral private.closing_filing(closed, document.user_id, document.issue_day) as closing
    where closing.id is not null and document.status <> 'draft'
    limit 1;
    if found then
        perform private.raise_period_closed(
            refused.filing, format('%s stays', refused.invoice_number), 'Issue a credit note dated in an open period'
        );
    end if;
    return null;
end;
$$;
comment on function private.check_deleted_documents is 'Trigger: 409 period_closed for a document of a submitted period that is deleted.';

create trigger check_period_delete after delete on public.invoices
referencing old table as old_rows for each statement execute function private.check_deleted_documents();


-- Lines --------------------------------------------------------------------------------------------

create function private.check_fixed_lines(invoice_ids uuid[])
returns void
language plpgsql
security definer -- reads filings whoever writes
set search_path = ''
as $$
declare
    closed public.tax_filings[];
    document public.invoices;
    closing public.tax_filings;
begin
    if invoice_ids = '{}' then
        return;
    end if;
    select private.closed_periods(array_agg(distinct invoice.user_id), min(invoice.issue_day)) into closed
    from public.invoices as invoice
    where invoice.id = any(invoice_ids);
    if closed is not null then
        for document in select * from public.invoices as invoice where invoice.id = any(invoice_ids) loop
            closing := private.closing_filing(closed, document.user_id, document.issue_day);
            if closing.id is not null and document.status <> 'draft' then
                perform private.raise_period_closed(
                    closing, format('%s can''t change', document.invoice_number), 'Issue a credit note dated in an open period'
                );
            end if;
        end loop;
    end if;
    select invoice.* into document
    from public.invoices as note
    inner join public.invoices as invoice on invoice.id = note.against_id
    where note.against_id = any(invoice_ids) and note.status <> 'cancelled'
    limit 1;
    if found then
        perform private.raise_has_notes(document);
    end if;
end;
$$;
comment on function private.check_fixed_lines is
'409 period_closed or invoice_has_notes for documents whose lines are written; see private.sum_typed_lines and private.follow_sales.';


-- Input tax ----------------------------------------------------------------------------------------

create function private.check_input_tax()
returns trigger
language plpgsql
security definer -- reads filings whoever writes
set search_path = ''
as $$
begin
    -- The expenses of a user who is being deleted go with it: the profile is gone by then.
    if tg_op = 'DELETE' and not exists (select from public.profiles where id = old.user_id) then
        return old;
    end if;
    if tg_op <> 'INSERT' and old.tax_amount is not null then
        perform private.check_open_period(old.user_id, old.day);
    end if;
    if tg_op <> 'DELETE' and new.tax_amount is not null then
        perform private.check_open_period(new.user_id, new.day);
    end if;
    return case tg_op when 'DELETE' then old else new end;
end;
$$;
comment on function private.check_input_tax is
'Trigger: 409 period_closed for an expense with input tax that is written, changed in its tax or its day, or deleted in a submitted period.';

-- After `prepare`, which computes day and tax: triggers fire in the order of their names. By row, not by statement, so
-- that sales, payments and expenses without tax, which are most rows, cost nothing.
create trigger refuse_closed_insert before insert on public.transactions
for each row when (new.tax_amount is not null) execute function private.check_input_tax();
create trigger refuse_closed_update before update on public.transactions
for each row when (
    (old.tax_amount is not null or new.tax_amount is not null)
    and (new.transaction_type, new.amount, new.tax_rate, new.tax_amount, new.day, coalesce(new.category, '') = 'Tax Payment')
    is distinct from (old.transaction_type, old.amount, old.tax_rate, old.tax_amount, old.day, coalesce(old.category, '') = 'Tax Payment')
) execute function private.check_input_tax();
create trigger refuse_closed_delete before delete on public.transactions
for each row when (old.tax_amount is not null) execute function private.check_input_tax();
