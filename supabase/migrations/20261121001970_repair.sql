-- Repair: what follows from other records is computed again, when a superuser has written past the rules or a restore
-- was not whole. An UPDATE typed by a person can't do it: whatever it says of a sum, the sum stays.
--
-- A repair is a row, written by private.repair_totals. Its trigger does the work, as the rules themselves would. What
-- follows from other records is told by no entry of the audit; that it was repaired, and how, is told by the repair's.
-- Balances are not repaired here: a balance that is typed becomes an adjustment in the ledger.


-- Tables -------------------------------------------------------------------------------------------

create table private.repairs (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null references public.profiles (id) on delete cascade,
    repaired_by text not null default session_user,
    started_at timestamptz not null default now(),
    finished_at timestamptz,
    changes jsonb not null default '[]'
);
comment on table private.repairs is
'Whose books were computed again, when and by which database role. Only the transaction that repairs sees one unfinished.';
comment on column private.repairs.changes is 'What was not as it follows: record_type, record_id, and the fields before and after.';

-- Serves the foreign key and the policy.
create index repairs_user_id_idx on private.repairs (user_id);

alter table private.repairs enable row level security;
grant select on private.repairs to authenticated, service_role;

create policy "users read their repairs" on private.repairs
for select to authenticated using (user_id = (select private.current_user_id()));


-- The work -----------------------------------------------------------------------------------------

create function private.repair_of(record_type text, record_id uuid, old_record jsonb, new_record jsonb)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
begin
    return (
        select coalesce(jsonb_agg(jsonb_build_object(
            'record_type', record_type, 'record_id', record_id, 'before', difference.before, 'after', difference.after
        )), '[]')
        from private.audit_difference(old_record - 'updated_at', new_record - 'updated_at') as difference
        where difference.after is not null
    );
end;
$$;
comment on function private.repair_of is 'What a repair changed of a record, as an array of one; empty for nothing.';

create function private.repair_lines(owner uuid)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    line record;
    changes jsonb := '[]';
begin
    for line in
        select
            item.id, item as stored,
            jsonb_populate_record(
                item, to_jsonb(computed) || jsonb_build_object('amount', round(item.quantity * item.unit_price, 2))
            ) as repaired
        from public.invoices as invoice
        inner join public.invoice_items as item on item.invoice_id = invoice.id
        cross join lateral private.line_amounts(item, invoice) as computed
        where
            invoice.user_id = owner
            and (item.amount, item.taxable_value, item.cgst, item.sgst, item.igst, item.tax_amount) <> (
                round(item.quantity * item.unit_price, 2), computed.taxable_value, computed.cgst, computed.sgst, computed.igst,
                computed.tax_amount
            )
    loop
        update public.invoice_items set
            amount = (line.repaired).amount,
            taxable_value = (line.repaired).taxable_value,
            cgst = (line.repaired).cgst,
            sgst = (line.repaired).sgst,
            igst = (line.repaired).igst,
            tax_amount = (line.repaired).tax_amount,
            updated_at = now()
        where id = line.id;
        changes := changes || private.repair_of('invoice_items', line.id, to_jsonb(line.stored), to_jsonb(line.repaired));
    end loop;
    return changes;
end;
$$;
comment on function private.repair_lines is 'Lines of a user''s documents, computed again; answers what changed.';

create function private.repaired_document(document public.invoices)
returns public.invoices
language plpgsql
set search_path = ''
as $$
begin
    select coalesce(sum(item.taxable_value), 0), coalesce(sum(item.cgst), 0), coalesce(sum(item.sgst), 0), coalesce(sum(item.igst), 0)
    into document.subtotal, document.cgst, document.sgst, document.igst
    from public.invoice_items as item
    where item.invoice_id = document.id;
    document.tax_amount := document.cgst + document.sgst + document.igst;
    document.total_amount := document.subtotal + document.round_off
        + case when document.reverse_charge then 0 else document.tax_amount end;
    select coalesce(sum(note.total_amount), 0) into document.amount_credited
    from public.invoices as note
    where note.against_id = document.id and note.document_type = 'credit_note' and note.status in ('sent', 'paid');
    document := private.settled_document(document, (
        select coalesce(sum(settlement.amount), 0)
        from public.settlements as settlement
        where settlement.user_id = document.user_id and document.id in (settlement.invoice_id, settlement.credit_note_id)
    ));
    document.amount_due := document.total_amount - document.amount_settled;
    return document;
end;
$$;
comment on function private.repaired_document is 'A document with what follows from its lines, its settlements and its notes.';

create function private.repair_documents(owner uuid)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    document public.invoices;
    repaired public.invoices;
    changes jsonb := '[]';
begin
    -- One by one, with all sums at once: between them stand constraints. Notes first: what is credited to an invoice is
    -- the sum of its notes.
    for document in
        select * from public.invoices where user_id = owner order by document_type <> 'credit_note'
    loop
        repaired := private.repaired_document(document);
        continue when repaired is not distinct from document;
        update public.invoices set
            subtotal = repaired.subtotal,
            cgst = repaired.cgst,
            sgst = repaired.sgst,
            igst = repaired.igst,
            tax_amount = repaired.tax_amount,
            total_amount = repaired.total_amount,
            amount_settled = repaired.amount_settled,
            amount_credited = repaired.amount_credited,
            status = repaired.status,
            seller = repaired.seller,
            issued_at = repaired.issued_at,
            issued_on = repaired.issued_on,
            paid_at = repaired.paid_at,
            cancelled_at = repaired.cancelled_at,
            updated_at = now()
        where id = document.id;
        changes := changes || private.repair_of('invoices', document.id, to_jsonb(document), to_jsonb(repaired));
    end loop;
    return changes;
end;
$$;
comment on function private.repair_documents is
'Sums, settled and credited amounts of a user''s documents, computed again; answers what changed.';

create function private.repair()
returns trigger
language plpgsql
security definer -- totals are nobody's to write
set search_path = ''
set timezone = 'UTC' -- as the audit writes instants
as $$
declare
    finished private.repairs := new;
begin
    perform private.lock_books(new.user_id);
    finished.changes := private.repair_lines(new.user_id);
    finished.changes := finished.changes || private.repair_documents(new.user_id);
    delete from private.transaction_totals where user_id = new.user_id;
    perform private.add_transaction_totals(array(
        select private.total_of(written, 1) from public.transactions as written where written.user_id = new.user_id
    ));
    delete from private.invoice_totals where user_id = new.user_id;
    perform private.add_invoice_totals(array(
        select private.total_of_invoice(written, 1) from public.invoices as written where written.user_id = new.user_id
    ));
    finished.finished_at := clock_timestamp();
    update private.repairs set finished_at = finished.finished_at, changes = finished.changes where id = new.id;
    perform private.append_audit_entries('INSERT', array[row(
        new.user_id, 'repairs', new.id, null, private.audit_image('repairs', to_jsonb(finished))
    )::private.audit_change]);
    return null;
end;
$$;
comment on function private.repair is 'Trigger: a repair that is recorded is done, and told in the audit.';

create trigger repair after insert on private.repairs
for each row execute function private.repair();


-- The way in ---------------------------------------------------------------------------------------

create function private.repair_totals(owner uuid)
returns void
language sql
security definer -- the service role may not write repairs
set search_path = ''
as $$ insert into private.repairs (user_id) values (owner) $$;
grant execute on function private.repair_totals to service_role;
comment on function private.repair_totals is
'Computes a user''s lines, totals, settled and credited amounts again. For the dashboard: select private.repair_totals(''...'').
In a submitted period, too: what was filed stays in tax_filings, and shows that it was changed since.';
