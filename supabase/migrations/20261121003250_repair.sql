-- Repair: what follows from other records is computed again, when a superuser has written past the rules or a restore
-- was not whole. An UPDATE typed by a person can't do it: whatever it says of a sum, the sum stays.
--
-- A repair is a row, written by private.repair_totals. Its trigger does the work, as the rules themselves would; each
-- record that changes is in the audit with its old and new value. Balances are not repaired here: a balance that is typed
-- becomes an adjustment in the ledger.


-- Tables -------------------------------------------------------------------------------------------

create table private.repairs (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null references public.profiles (id) on delete cascade,
    repaired_by text not null default session_user,
    started_at timestamptz not null default now(),
    finished_at timestamptz
);
comment on table private.repairs is
'Whose books were computed again, when and by which database role. Only the transaction that repairs sees one unfinished.';

-- Serves the foreign key.
create index repairs_user_id_idx on private.repairs (user_id);

alter table private.repairs enable row level security;


-- The work -----------------------------------------------------------------------------------------

create function private.repair_documents(owner uuid)
returns void
language plpgsql
set search_path = ''
as $$
declare
    document public.invoices;
    lines public.invoices;
begin
    update public.invoice_items as item set
        amount = round(item.quantity * item.unit_price, 2),
        taxable_value = computed.taxable_value,
        cgst = computed.cgst,
        sgst = computed.sgst,
        igst = computed.igst,
        tax_amount = computed.tax_amount,
        updated_at = now()
    from public.invoices as invoice, public.invoice_items as line, private.line_amounts(line, invoice) as computed
    where
        invoice.user_id = owner
        and line.invoice_id = invoice.id
        and item.id = line.id
        and (item.amount, item.taxable_value, item.cgst, item.sgst, item.igst, item.tax_amount) <> (
            round(item.quantity * item.unit_price, 2), computed.taxable_value, computed.cgst, computed.sgst, computed.igst,
            computed.tax_amount
        );
    -- One by one, with all sums at once: between them stand constraints.
    for document in select * from public.invoices where user_id = owner loop
        lines := document;
        select coalesce(sum(item.taxable_value), 0), coalesce(sum(item.cgst), 0), coalesce(sum(item.sgst), 0), coalesce(sum(item.igst), 0)
        into lines.subtotal, lines.cgst, lines.sgst, lines.igst
        from public.invoice_items as item
        where item.invoice_id = document.id;
        lines.tax_amount := lines.cgst + lines.sgst + lines.igst;
        lines.total_amount := lines.subtotal + lines.round_off + case when lines.reverse_charge then 0 else lines.tax_amount end;
        select coalesce(sum(note.total_amount), 0) into lines.amount_credited
        from public.invoices as note
        where note.against_id = document.id and note.document_type = 'credit_note' and note.status in ('sent', 'paid');
        lines := private.settled_document(lines, (
            select coalesce(sum(settlement.amount), 0)
            from public.settlements as settlement
            where settlement.user_id = owner and document.id in (settlement.invoice_id, settlement.credit_note_id)
        ));
        update public.invoices as invoice set
            subtotal = lines.subtotal,
            cgst = lines.cgst,
            sgst = lines.sgst,
            igst = lines.igst,
            tax_amount = lines.tax_amount,
            total_amount = lines.total_amount,
            amount_settled = lines.amount_settled,
            amount_credited = lines.amount_credited,
            status = lines.status,
            seller = lines.seller,
            issued_at = lines.issued_at,
            issued_on = lines.issued_on,
            paid_at = lines.paid_at,
            cancelled_at = lines.cancelled_at,
            updated_at = now()
        where
            invoice.id = document.id
            and (
                document.subtotal, document.cgst, document.sgst, document.igst, document.tax_amount, document.total_amount,
                document.amount_settled, document.amount_credited, document.status
            ) is distinct from (
                lines.subtotal, lines.cgst, lines.sgst, lines.igst, lines.tax_amount, lines.total_amount,
                lines.amount_settled, lines.amount_credited, lines.status
            );
    end loop;
end;
$$;
comment on function private.repair_documents is
'Lines, sums, settled and credited amounts of a user''s documents, computed again from what they follow from.';

create function private.repair()
returns trigger
language plpgsql
security definer -- totals are nobody's to write
set search_path = ''
as $$
begin
    perform private.lock_books(new.user_id);
    perform private.repair_documents(new.user_id);
    delete from private.transaction_totals where user_id = new.user_id;
    perform private.add_transaction_totals(array(
        select private.total_of(written, 1) from public.transactions as written where written.user_id = new.user_id
    ));
    delete from private.invoice_totals where user_id = new.user_id;
    perform private.add_invoice_totals(array(
        select private.total_of_invoice(written, 1) from public.invoices as written where written.user_id = new.user_id
    ));
    update private.repairs set finished_at = clock_timestamp() where id = new.id;
    return null;
end;
$$;
comment on function private.repair is 'Trigger: a repair that is recorded is done.';

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
