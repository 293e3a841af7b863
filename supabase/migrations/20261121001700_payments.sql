-- Payments: the status that a person writes on a document becomes the money it means, and notes become credit.
--
-- The triggers here are entry points, as those of sales are:
--   an invoice becomes paid       -> what is due is recorded as a sale, and settles it
--   a paid invoice becomes unpaid -> its payment is removed, if it is a single one in money
--   an invoice is deleted         -> its payment goes with it, on the same condition
--   a credit note is issued       -> it settles what is due on its invoice


-- Recording ----------------------------------------------------------------------------------------

create function private.pay_invoices(invoice_ids uuid[])
returns void
language plpgsql
security definer -- records the payment whoever writes the status
set search_path = ''
as $$
begin
    with due as (
        select invoice.*, gen_random_uuid() as payment_id
        from public.invoices as invoice
        where invoice.id = any(invoice_ids) and invoice.amount_due > 0
    ),
    payments as (
        insert into public.transactions (id, user_id, transaction_type, amount, description, category, date)
        select
            due.payment_id, due.user_id, case due.document_type when 'credit_note' then 'expense' else 'sale' end,
            due.amount_due, private.payment_description(due.document_type, due.invoice_number),
            'Invoice Payment', due.paid_at
        from due
    )
    insert into public.settlements (user_id, invoice_id, transaction_id, amount)
    select due.user_id, due.id, due.payment_id, due.amount_due
    from due;
end;
$$;
comment on function private.pay_invoices is 'Records the payment of what is due on documents (spec: Invoices and Accounts).';

create function private.refuse_settled(invoice_ids uuid[])
returns void
language plpgsql
set search_path = ''
as $$
declare
    settled public.invoices;
begin
    select invoice.* into settled
    from public.invoices as invoice
    inner join public.settlements as settlement on settlement.user_id = invoice.user_id and settlement.invoice_id = invoice.id
    left join public.transactions as payment on payment.id = settlement.transaction_id
    where invoice.id = any(invoice_ids)
    group by invoice.id
    having count(*) > 1 or bool_or(settlement.kind <> 'payment') or bool_or(payment.amount <> settlement.amount)
    limit 1;
    if not found then
        -- A note that was not withdrawn, and has settled something.
        select note.* into settled
        from public.invoices as note
        where
            note.id = any(invoice_ids)
            and exists (
                select from public.settlements as credit
                where credit.user_id = note.user_id and credit.credit_note_id = note.id
            )
        limit 1;
    end if;
    if found then
        perform private.raise_problem(
            409, 'invoice_settled',
            format('Invoice %s is settled by more than one payment. Take its settlements back one by one first.', settled.invoice_number)
        );
    end if;
end;
$$;
comment on function private.refuse_settled is '409 invoice_settled for documents whose settlement is not a single one in money.';

create function private.take_payments_back(invoice_ids uuid[])
returns void
language plpgsql
security definer -- removes payments whoever writes the status
set search_path = ''
as $$
begin
    delete from public.transactions as payment
    using public.settlements as settlement
    where settlement.invoice_id = any(invoice_ids) and settlement.transaction_id = payment.id;
end;
$$;
comment on function private.take_payments_back is 'Removes the money that settles documents.';


-- Credit notes -------------------------------------------------------------------------------------

create function private.credit_invoices(invoice_ids uuid[])
returns void
language plpgsql
security definer -- callers may not write what is credited
set search_path = ''
as $$
declare
    touched record;
begin
    perform from public.invoices where id = any(invoice_ids) order by id for no key update;
    for touched in
        select invoice as document, sums.credited
        from public.invoices as invoice
        cross join lateral (
            select coalesce(sum(note.total_amount), 0) as credited
            from public.invoices as note
            where note.against_id = invoice.id and note.document_type = 'credit_note' and note.status in ('sent', 'paid')
        ) as sums
        where invoice.id = any(invoice_ids) and invoice.amount_credited <> sums.credited
    loop
        if touched.credited > (touched.document).total_amount then
            perform private.raise_problem(
                409, 'credit_exceeds_invoice',
                format(
                    'Of invoice %s only %s is left to be credited.', (touched.document).invoice_number,
                    (touched.document).total_amount - (touched.document).amount_credited
                ),
                'items'
            );
        end if;
        update public.invoices set amount_credited = touched.credited, updated_at = now()
        where id = (touched.document).id;
    end loop;
end;
$$;
comment on function private.credit_invoices is
'Brings what is credited of invoices in line with their issued credit notes; 409 credit_exceeds_invoice.';

create function private.check_credited_invoice(invoice public.invoices)
returns void
language plpgsql
set search_path = ''
as $$
begin
    if invoice.status = 'cancelled' then
        perform private.raise_cancelled(invoice.invoice_number);
    elsif invoice.status = 'draft' then
        perform private.raise_problem(
            409, 'invoice_not_issued', format('Invoice %s is a draft. Change it instead.', invoice.invoice_number)
        );
    end if;
end;
$$;
comment on function private.check_credited_invoice is '409 invoice_cancelled or invoice_not_issued for an invoice that no note can be about.';

create function private.apply_credit_notes(note_ids uuid[])
returns void
language plpgsql
security definer -- writes settlements whoever issues the note
set search_path = ''
as $$
declare
    note_id uuid;
begin
    perform private.raise_problem(409, 'nothing_to_pay', 'A credit note without an amount credits nothing.')
    from public.invoices as note
    where note.id = any(note_ids) and note.total_amount = 0;
    -- The invoice may have been withdrawn since the note was written.
    perform private.check_credited_invoice(invoice)
    from public.invoices as note
    inner join public.invoices as invoice on invoice.id = note.against_id
    where note.id = any(note_ids);
    -- One by one: what one note leaves is what the next one of the same invoice may settle.
    foreach note_id in array note_ids loop
        insert into public.settlements (user_id, invoice_id, kind, credit_note_id, amount, settled_on)
        select note.user_id, invoice.id, 'credit_note', note.id, least(note.amount_due, invoice.amount_due), note.issue_day
        from public.invoices as note
        inner join public.invoices as invoice on invoice.id = note.against_id
        where note.id = note_id and least(note.amount_due, invoice.amount_due) > 0;
    end loop;
end;
$$;
comment on function private.apply_credit_notes is 'Lets issued credit notes settle what is due on their invoices; the rest is to be refunded.';

create function private.check_note()
returns trigger
language plpgsql
security definer -- reads the invoice whoever writes
set search_path = ''
as $$
declare
    invoice public.invoices;
begin
    select * into invoice from public.invoices where id = new.against_id for no key update;
    if invoice.user_id is distinct from new.user_id or invoice.document_type <> 'invoice' then
        perform private.raise_problem(404, 'invoice_not_found', 'There is no such invoice.');
    end if;
    perform private.check_credited_invoice(invoice);
    return new;
end;
$$;
comment on function private.check_note is 'Trigger: a note is about an issued invoice of the same user.';

create trigger prepare_note before insert on public.invoices
for each row when (new.against_id is not null) execute function private.check_note();


-- What a person types ------------------------------------------------------------------------------

create function private.follow_typed_invoices()
returns trigger
language plpgsql
security definer -- records and removes payments whoever writes the status
set search_path = ''
as $$
declare
    unpaid_ids uuid[];
    paid_ids uuid[];
    recomputed_ids uuid[];
    issued_note_ids uuid[];
    credited_ids uuid[];
    withdrawn_note_ids uuid[];
begin
    -- A full join is never a nested loop, which a plan made for one row would be for ten thousand, too.
    select
        array_agg(new_row.id) filter (where old_row.amount_settled > 0 and new_row.status not in ('paid', old_row.status)),
        array_agg(new_row.id) filter (where new_row.status = 'paid' and old_row.status <> 'paid'),
        array_agg(new_row.id) filter (
            where (new_row.tax_rate, new_row.price_includes_tax, new_row.inter_state, new_row.reverse_charge, new_row.supply_type)
            is distinct from (old_row.tax_rate, old_row.price_includes_tax, old_row.inter_state, old_row.reverse_charge, old_row.supply_type)
        ),
        array_agg(new_row.id) filter (
            where new_row.document_type = 'credit_note' and new_row.status <> old_row.status and new_row.status in ('sent', 'paid')
        ),
        array_agg(new_row.against_id) filter (where new_row.document_type = 'credit_note' and new_row.status <> old_row.status),
        array_agg(new_row.id) filter (
            where new_row.document_type = 'credit_note' and new_row.status in ('draft', 'cancelled') and new_row.status <> old_row.status
        )
    into unpaid_ids, paid_ids, recomputed_ids, issued_note_ids, credited_ids, withdrawn_note_ids
    from old_rows as old_row full join new_rows as new_row on new_row.id = old_row.id;

    if withdrawn_note_ids is not null then
        delete from public.settlements where credit_note_id = any(withdrawn_note_ids);
    end if;
    if unpaid_ids is not null then
        perform private.refuse_settled(unpaid_ids);
        perform private.take_payments_back(unpaid_ids);
    end if;
    if recomputed_ids is not null then
        perform private.compute_lines(recomputed_ids);
    end if;
    if credited_ids is not null then
        perform private.credit_invoices(credited_ids);
    end if;
    if issued_note_ids is not null then
        perform private.apply_credit_notes(issued_note_ids);
    end if;
    if paid_ids is not null then
        perform private.pay_invoices(paid_ids);
    end if;
    return null;
end;
$$;
comment on function private.follow_typed_invoices is
'Entry point, trigger: lines follow their header, money the status that a person writes, credit the note that is issued.';

create trigger follow_after_update after update on public.invoices
referencing old table as old_rows new table as new_rows for each statement
when (pg_trigger_depth() = 0) execute function private.follow_typed_invoices();

create function private.check_deleted_invoices()
returns trigger
language plpgsql
security definer -- reads settlements whoever deletes
set search_path = ''
as $$
begin
    if old.amount_credited > 0 or exists (select from public.invoices as note where note.against_id = old.id) then
        perform private.raise_has_notes(old);
    elsif old.amount_settled > 0 and old.document_type <> 'credit_note' then
        perform private.refuse_settled(array[old.id]);
    end if;
    return old;
end;
$$;
comment on function private.check_deleted_invoices is
'Trigger: 409 for the deletion of a document that a note names, or that more than a single payment settles.';

create trigger check_deletion before delete on public.invoices
for each row when (pg_trigger_depth() = 0) execute function private.check_deleted_invoices();

create function private.follow_deleted_invoices()
returns trigger
language plpgsql
security definer -- removes payments whoever deletes
set search_path = ''
as $$
declare
    credited_ids constant uuid[] := array(select against_id from old_rows where against_id is not null);
begin
    if exists (select from old_rows where amount_settled > 0) then
        delete from public.transactions as payment
        using public.settlements as settlement, old_rows as deleted
        where
            settlement.user_id = deleted.user_id and settlement.invoice_id = deleted.id
            and payment.id = settlement.transaction_id;
        delete from public.settlements where credit_note_id in (select id from old_rows);
    end if;
    if credited_ids <> '{}' then
        perform private.credit_invoices(credited_ids);
    end if;
    return null;
end;
$$;
comment on function private.follow_deleted_invoices is
'Entry point, trigger: the payment of a deleted document goes with it, and so does the credit of a deleted note.';

create trigger follow_after_delete after delete on public.invoices
referencing old table as old_rows for each statement
when (pg_trigger_depth() = 0) execute function private.follow_deleted_invoices();
