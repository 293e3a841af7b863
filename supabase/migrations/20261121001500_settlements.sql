-- Settlements: what settles a document. Money, a credit note, tax the customer kept back, a write-off: one row each.
--
-- A document's amount_settled is the sum of its settlements, and it is `paid` when that is its total. Rows come from
-- sales, payments and notes (see there), or a person types them. Nothing points back: a transaction that goes takes its
-- settlements along, and documents follow; no document changes a transaction but by the named entry points.


-- Tables -------------------------------------------------------------------------------------------

create table public.settlements (
    id uuid not null default gen_random_uuid(),
    user_id uuid not null default auth.uid() references public.profiles (id) on delete cascade,
    invoice_id uuid not null,
    kind text not null default 'payment',
    transaction_id uuid,
    credit_note_id uuid,
    amount public.rupees not null,
    settled_on date,
    created_at timestamptz not null default now(),
    -- Serves the settlements of a document, both foreign keys and the policy.
    primary key (user_id, invoice_id, id),
    -- Deferred: what settles a document that is deleted goes in the same statement, after the check would have come.
    constraint settlements_invoice_belongs_to_user foreign key (user_id, invoice_id)
    references public.invoices (user_id, id) deferrable initially deferred,
    constraint settlements_credit_note_belongs_to_user foreign key (user_id, credit_note_id)
    references public.invoices (user_id, id) deferrable initially deferred,
    constraint settlements_transaction_exists foreign key (transaction_id)
    references public.transactions (id) deferrable initially deferred,
    constraint settlements_kind_known check (kind in ('payment', 'credit_note', 'tax_deducted', 'write_off')),
    constraint settlements_amount_positive check (amount > 0),
    constraint settlements_source_named check (
        (kind = 'payment') <= (transaction_id is not null)
        and (kind = 'credit_note') = (credit_note_id is not null)
        and (kind in ('payment', 'tax_deducted') or transaction_id is null)
    ),
    constraint settlements_day_known check ((transaction_id is null) = (settled_on is not null))
);
comment on table public.settlements is
'What settles documents, in rupees: payment, credit_note, tax_deducted (TDS that the customer kept back) or write_off.';
comment on column public.settlements.invoice_id is 'The document that is settled.';
comment on column public.settlements.kind is 'payment, credit_note, tax_deducted or write_off.';
comment on column public.settlements.transaction_id is 'The money, or the payment that tax was kept back from.';
comment on column public.settlements.credit_note_id is 'The credit note that settles.';
comment on column public.settlements.amount is 'Rupees of the document that are settled.';
comment on column public.settlements.settled_on is 'The day, where no transaction tells it.';

-- Serve the foreign keys: what a transaction settles, and what a note does.
create index settlements_transaction_id_idx on public.settlements (transaction_id);
create index settlements_credit_note_id_idx on public.settlements (user_id, credit_note_id) where credit_note_id is not null;
-- Serves filings by money received: tax that was kept back without a payment.
create index settlements_tax_deducted_idx on public.settlements (user_id, settled_on)
where kind = 'tax_deducted' and transaction_id is null;


-- Documents follow ---------------------------------------------------------------------------------

create function private.raise_overpaid(document public.invoices)
returns void
language plpgsql
set search_path = ''
as $$
begin
    if document.status = 'cancelled' then
        perform private.raise_cancelled(document.invoice_number);
    elsif document.total_amount = 0 then
        perform private.raise_problem(409, 'nothing_to_pay', 'An invoice without an amount can''t be paid.');
    elsif document.amount_due = 0 then
        perform private.raise_problem(
            409, 'invoice_already_paid', format('Invoice %s is paid already.', document.invoice_number)
        );
    end if;
    perform private.raise_problem(
        409, 'payment_exceeds_due',
        format('Of invoice %s only %s is due.', document.invoice_number, document.amount_due), 'amount'
    );
end;
$$;
comment on function private.raise_overpaid is
'409 for a settlement that a document can''t take: cancelled, without amount, paid already, or more than is due.';

create function private.settled_document(document public.invoices, settled numeric)
returns public.invoices
language plpgsql
set search_path = ''
as $$
declare
    old_status constant text := document.status;
begin
    if settled > document.total_amount or (document.status = 'cancelled' and settled > document.amount_settled) then
        perform private.raise_overpaid(document);
    end if;
    document.amount_settled := settled;
    document.status := case
        when settled = document.total_amount and settled > 0 then 'paid'
        -- What a sale generated is nothing without it.
        when document.status = 'paid' and document.origin = 'sale' and settled = 0 then 'cancelled'
        -- Whoever pays a draft takes it for issued.
        when document.status = 'paid' or document.status = 'draft' and settled > 0 then 'sent'
        else document.status
    end;
    return private.stamped(document, old_status);
end;
$$;
comment on function private.settled_document is
'A document of which so much is settled, with the status that follows; 409 when it can''t take that much.';

create function private.settle_invoices(invoice_ids uuid[])
returns void
language plpgsql
security definer -- callers may not write what is settled
set search_path = ''
as $$
declare
    changed public.invoices[];
begin
    -- In id order, so that two payments over the same documents queue instead of deadlocking. Whoever held one of them has
    -- settled something meanwhile: only the next statement sees that.
    perform from public.invoices where id = any(invoice_ids) order by id for no key update;
    select array_agg(private.settled_document(invoice, sums.settled)) into changed
    from public.invoices as invoice
    cross join lateral (select (
        select coalesce(sum(settlement.amount), 0) from public.settlements as settlement
        where settlement.user_id = invoice.user_id and settlement.invoice_id = invoice.id
    ) + (
        -- Of a credit note, what it has settled of other documents is used up as what was refunded.
        select coalesce(sum(settlement.amount), 0) from public.settlements as settlement
        where settlement.user_id = invoice.user_id and settlement.credit_note_id = invoice.id
    ) as settled) as sums
    where invoice.id = any(invoice_ids) and invoice.amount_settled <> sums.settled;
    -- An update of nothing would wake all triggers.
    if changed is not null then
        update public.invoices as invoice set
            amount_settled = settled.amount_settled,
            status = settled.status,
            seller = settled.seller,
            issued_at = settled.issued_at,
            issued_on = settled.issued_on,
            paid_at = settled.paid_at,
            cancelled_at = settled.cancelled_at,
            updated_at = now()
        from unnest(changed) as settled
        where invoice.id = settled.id and invoice.id = any(invoice_ids);
    end if;
end;
$$;
comment on function private.settle_invoices is 'Brings documents in line with their settlements: paid when settled in full.';

create function private.follow_settlements()
returns trigger
language plpgsql
security definer -- callers may not write what is settled
set search_path = ''
as $$
declare
    document_ids uuid[];
begin
    if tg_op = 'INSERT' then
        document_ids := array(
            select invoice_id from new_rows union select credit_note_id from new_rows where credit_note_id is not null
        );
    elsif tg_op = 'UPDATE' then
        document_ids := array(
            select invoice_id from new_rows union select credit_note_id from new_rows where credit_note_id is not null
        );
    else
        document_ids := array(
            select invoice_id from old_rows union select credit_note_id from old_rows where credit_note_id is not null
        );
    end if;
    if document_ids <> '{}' then
        perform private.settle_invoices(document_ids);
    end if;
    return null;
end;
$$;
comment on function private.follow_settlements is 'Trigger: documents follow what settles them.';

create trigger follow_after_insert after insert on public.settlements
referencing new table as new_rows for each statement execute function private.follow_settlements();
create trigger follow_after_update after update on public.settlements
referencing old table as old_rows new table as new_rows for each statement execute function private.follow_settlements();
create trigger follow_after_delete after delete on public.settlements
referencing old table as old_rows for each statement execute function private.follow_settlements();

create function private.release_settlements()
returns trigger
language plpgsql
security definer -- callers may not write settlements
set search_path = ''
as $$
begin
    if exists (select from public.settlements where transaction_id in (select id from old_rows)) then
        delete from public.settlements where transaction_id in (select id from old_rows);
    end if;
    return null;
end;
$$;
comment on function private.release_settlements is 'Trigger: what a deleted transaction settled is open again.';

create trigger release_after_delete after delete on public.transactions
referencing old table as old_rows for each statement execute function private.release_settlements();


-- What a person types ------------------------------------------------------------------------------

create function private.payment_description(document_type text, invoice_number text)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
    return case document_type
        when 'credit_note' then format('Refund of credit note %s', invoice_number)
        else format('Payment of invoice %s', invoice_number)
    end;
end;
$$;
grant execute on function private.payment_description to authenticated;
comment on function private.payment_description is 'What the transaction that settles a document says.';

create function private.record_payment(settlement public.settlements)
returns uuid
language sql
security definer -- see private.prepare_settlement
set search_path = ''
as $$
    insert into public.transactions (user_id, transaction_type, amount, description, category, date)
    select
        invoice.user_id,
        case invoice.document_type when 'credit_note' then 'expense' else 'sale' end,
        settlement.amount,
        private.payment_description(invoice.document_type, invoice.invoice_number),
        'Invoice Payment',
        case
            when settlement.settled_on = private.today(invoice.user_id) then now()
            else settlement.settled_on::timestamp at time zone private.time_zone(invoice.user_id)
        end
    from public.invoices as invoice
    where invoice.id = settlement.invoice_id and invoice.user_id = settlement.user_id
    returning id
$$;
comment on function private.record_payment is 'The money of a typed payment, on the default account.';

create function private.prepare_settlement()
returns trigger
language plpgsql
security definer -- reads documents and transactions whoever writes
set search_path = ''
as $$
declare
    document public.invoices;
begin
    if tg_op = 'UPDATE' then
        perform private.raise_problem(409, 'settlement_fixed', 'A settlement keeps what it says. Delete it and write another one.');
    end if;
    perform private.lock_books(new.user_id);
    if new.transaction_id is null then
        new.settled_on := coalesce(new.settled_on, private.today(new.user_id));
    elsif not exists (select from public.transactions where id = new.transaction_id and user_id = new.user_id) then
        perform private.raise_problem(404, 'transaction_not_found', 'There is no such transaction.');
    end if;
    select * into document from public.invoices where id = new.invoice_id and user_id = new.user_id;
    if not found then
        perform private.raise_problem(404, 'invoice_not_found', 'There is no such invoice.');
    elsif document.document_type = 'credit_note' and document.status not in ('sent', 'paid') then
        perform private.raise_problem(
            409, 'invoice_not_issued', format('Credit note %s is not issued, so nothing is to be refunded.', document.invoice_number)
        );
    elsif document.document_type = 'credit_note' and new.kind in ('credit_note', 'tax_deducted') then
        perform private.raise_problem(
            409, 'payment_differs', 'Money settles a credit note, and nothing else but a write-off does.', 'kind'
        );
    elsif new.credit_note_id is not null and not exists (
        select from public.invoices as note
        where
            note.id = new.credit_note_id and note.user_id = new.user_id
            and note.document_type = 'credit_note' and note.status in ('sent', 'paid')
    ) then
        perform private.raise_problem(404, 'invoice_not_found', 'There is no such credit note that was issued.');
    end if;
    if new.kind = 'payment' and new.transaction_id is null then
        new.transaction_id := private.record_payment(new);
        new.settled_on := null;
    end if;
    return new;
end;
$$;
comment on function private.prepare_settlement is
'Entry point, trigger: a settlement that a person types gets its day; a payment without its money records that, too.';

create function private.take_money_back()
returns trigger
language plpgsql
security definer -- removes the money whoever deletes
set search_path = ''
as $$
declare
    left_over_ids constant uuid[] := array(
        select payment.id from public.transactions as payment
        where
            payment.id in (select transaction_id from old_rows where kind = 'payment')
            and not exists (select from public.settlements as other where other.transaction_id = payment.id and other.kind = 'payment')
    );
begin
    if left_over_ids <> '{}' then
        delete from public.transactions where id = any(left_over_ids);
    end if;
    return null;
end;
$$;
comment on function private.take_money_back is
'Entry point, trigger: the money of a payment that a person deletes goes with it, unless it settles other documents, too.';

create trigger take_money_back after delete on public.settlements
referencing old table as old_rows for each statement
when (pg_trigger_depth() = 0) execute function private.take_money_back();

create trigger check_owner before insert on public.settlements
for each row when (new.user_id <> auth.uid()) execute function private.refuse_other_owner();
create trigger prepare before insert or update on public.settlements
for each row when (pg_trigger_depth() = 0) execute function private.prepare_settlement();
create trigger lock_books before insert or update or delete on public.settlements
for each statement when (pg_trigger_depth() = 0) execute function private.lock_own_books();

create function private.check_allocation()
returns trigger
language plpgsql
security definer -- reads transactions whoever writes
set search_path = ''
as $$
declare
    allocated record;
begin
    select payment.amount, sum(settlement.amount) as settled into allocated
    from public.settlements as settlement
    inner join public.transactions as payment on payment.id = settlement.transaction_id
    where settlement.kind = 'payment' and settlement.transaction_id in (select transaction_id from new_rows)
    group by payment.id
    having
        sum(settlement.amount) > payment.amount
        or bool_or(payment.transaction_type <> case
            when (select document_type from public.invoices where id = settlement.invoice_id) = 'credit_note' then 'expense'
            else 'sale'
        end)
    limit 1;
    if found then
        perform private.raise_problem(
            409, 'payment_differs',
            format('The transaction is of %s and can''t settle %s: a sale pays invoices, an expense refunds credit notes.',
                allocated.amount, allocated.settled),
            'amount'
        );
    end if;
    return null;
end;
$$;
comment on function private.check_allocation is
'Trigger: typed settlements take no more from a transaction than it moved, and money goes the right way.';

create trigger check_allocation after insert on public.settlements
referencing new table as new_rows for each statement
when (pg_trigger_depth() = 0) execute function private.check_allocation();


-- Policies -----------------------------------------------------------------------------------------

alter table public.settlements enable row level security;
grant select, delete on public.settlements to authenticated;
grant insert (user_id, invoice_id, kind, transaction_id, credit_note_id, amount, settled_on) on public.settlements to authenticated;
grant select, insert, delete on public.settlements to service_role;

create policy "users read their settlements" on public.settlements
for select to authenticated using (user_id = (select private.current_user_id()));
create policy "users write settlements of their own" on public.settlements
for insert to authenticated with check (user_id = (select private.current_user_id()));
create policy "users delete their settlements" on public.settlements
for delete to authenticated using (user_id = (select private.current_user_id()));
