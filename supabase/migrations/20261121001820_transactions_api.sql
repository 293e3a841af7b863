-- Transactions in the contract: the shape that /api answers, and the functions that write them.


-- Money received -----------------------------------------------------------------------------------

create function private.tax_share(tax numeric, total numeric, settled_before numeric, amount numeric)
returns numeric
language sql
immutable
set search_path = ''
as $$
    select case
        when amount = total then tax
        else round(tax * (settled_before + amount) / total, 2) - round(tax * settled_before / total, 2)
    end
$$;
grant execute on function private.tax_share to authenticated, service_role;
comment on function private.tax_share is
'Rupees of a document''s tax that are in one of its settlements; those of all settlements add up to the tax.';

-- noqa: disable=ST05
create view private.receipts with (security_invoker = true) as
select
    settlement.id,
    settlement.user_id,
    settlement.invoice_id,
    settlement.transaction_id,
    settlement.kind,
    coalesce(payment.day, settlement.settled_on) as day,
    documents.sign * settlement.amount as amount,
    invoice.tax_rate,
    -- The share of each head by itself: CGST and SGST stay equal, and together they are the tax.
    documents.sign * (2 * shares.cgst + shares.igst) as tax_amount,
    documents.sign * shares.igst as igst
from public.settlements as settlement
inner join public.invoices as invoice on invoice.id = settlement.invoice_id
left join public.transactions as payment on payment.id = settlement.transaction_id
cross join lateral (
    select coalesce(sum(other.amount), 0) as settled
    from public.settlements as other
    where
        settlement.amount <> invoice.total_amount
        and other.user_id = settlement.user_id
        and other.invoice_id = settlement.invoice_id
        and (other.created_at, other.kind, other.id) < (settlement.created_at, settlement.kind, settlement.id)
) as earlier
cross join lateral (
    select
        case when invoice.document_type = 'credit_note' then -1 else 1 end as sign,
        -- Tax under reverse charge is no part of the total: nobody receives it.
        case when invoice.reverse_charge then 0.00 else invoice.cgst end as cgst,
        case when invoice.reverse_charge then 0.00 else invoice.igst end as igst
) as documents
cross join lateral (
    select
        private.tax_share(documents.cgst, invoice.total_amount, earlier.settled, settlement.amount) as cgst,
        private.tax_share(documents.igst, invoice.total_amount, earlier.settled, settlement.amount) as igst
) as shares
where settlement.kind in ('payment', 'tax_deducted');
-- noqa: enable=ST05
grant select on private.receipts to authenticated, service_role;
comment on view private.receipts is
'What was received for documents, with the tax in it: money, and tax that the customer kept back; a refund is below zero.';


-- The contract's shape -----------------------------------------------------------------------------

create view api.transactions with (security_invoker = true) as
select
    written.id,
    written.amount,
    written.description,
    written.transaction_type,
    written.category,
    to_json(written.date at time zone 'utc') #>> '{}' || 'Z' as date,
    written.user_id,
    written.account_id,
    written.transfer_account_id,
    paid.invoice_id,
    trim_scale(coalesce(paid.tax_rate, written.tax_rate)) as tax_rate,
    coalesce(paid.tax_amount, written.tax_amount) as tax_amount,
    written.method,
    written.reference,
    to_json(written.created_at at time zone 'utc') #>> '{}' || 'Z' as created_at,
    to_json(written.updated_at at time zone 'utc') #>> '{}' || 'Z' as updated_at,
    written.date as date_instant,
    written.created_at as created_instant,
    written.updated_at as updated_instant,
    written.day
from public.transactions as written
left join lateral (
    -- Of a payment for several invoices there is no single one to name.
    select
        case count(*) when 1 then (array_agg(receipt.invoice_id))[1] end as invoice_id,
        case count(*) when 1 then max(receipt.tax_rate) end as tax_rate,
        sum(receipt.tax_amount) as tax_amount
    from private.receipts as receipt
    where receipt.transaction_id = written.id and receipt.kind = 'payment'
) as paid on written.transaction_type = 'sale';
grant select on api.transactions to authenticated;
comment on view api.transactions is 'Transactions as the documents show them (spec: Transactions).';

create type api.transaction_answer as (
    id uuid,
    amount public.rupees,
    description text,
    transaction_type text,
    category text,
    date text,
    user_id uuid,
    account_id uuid,
    transfer_account_id uuid,
    invoice_id uuid,
    tax_rate numeric,
    tax_amount numeric,
    method text,
    reference text,
    created_at text,
    updated_at text
);
comment on type api.transaction_answer is 'What functions answer of a transaction: the first columns of the view, in its order.';


-- The contract's functions -------------------------------------------------------------------------

create function api.create_transaction(transaction jsonb)
returns api.transaction_answer
language plpgsql
set search_path = ''
as $$
declare
    caller constant uuid := private.open_books();
    answer api.transaction_answer := json_populate_record(
        null::api.transaction_answer, private.replay('create_transaction', transaction)
    );
    draft public.transactions;
    new_id uuid;
begin
    if answer.id is not null then
        return answer;
    end if;
    draft := jsonb_populate_record(null::public.transactions, transaction);
    insert into public.transactions (
        user_id, account_id, transfer_account_id, transaction_type, amount, tax_rate, tax_amount, description,
        category, method, reference, date
    )
    values (
        caller,
        draft.account_id,
        draft.transfer_account_id,
        draft.transaction_type,
        draft.amount,
        draft.tax_rate,
        draft.tax_amount,
        coalesce(draft.description, ''),
        draft.category,
        draft.method,
        draft.reference,
        coalesce(draft.date, now())
    )
    returning id into new_id;
    select * into answer from api.transactions where id = new_id;
    perform private.remember('create_transaction', transaction, to_json(answer), '/api/transactions/' || new_id);
    return answer;
end;
$$;
grant execute on function api.create_transaction to authenticated;
comment on function api.create_transaction is
'Records a transaction, moves the balance, and for a sale writes the invoice (spec: Create a transaction).';

create function api.update_transaction(transaction_id uuid, transaction jsonb)
returns api.transaction_answer
language plpgsql
set search_path = ''
as $$
declare
    changed public.transactions;
    answer api.transaction_answer;
begin
    perform private.open_books();
    -- Locked, because the dashboard writes without the books, and all fields are written back.
    select * into changed from public.transactions where id = transaction_id for no key update;
    if not found then
        perform private.raise_problem(404, 'transaction_not_found', 'There is no such transaction.');
    end if;
    changed := jsonb_populate_record(changed, transaction);
    perform set_config(
        'private.named_fields', (select string_agg(field, ',') from jsonb_object_keys(transaction) as field), true
    );
    update public.transactions set
        account_id = changed.account_id,
        transfer_account_id = changed.transfer_account_id,
        transaction_type = changed.transaction_type,
        amount = changed.amount,
        tax_rate = changed.tax_rate,
        tax_amount = changed.tax_amount,
        description = changed.description,
        category = changed.category,
        method = changed.method,
        reference = changed.reference,
        date = changed.date
    where id = transaction_id;
    perform set_config('private.named_fields', '', true);
    select * into answer from api.transactions where id = transaction_id;
    return answer;
end;
$$;
grant execute on function api.update_transaction to authenticated;
comment on function api.update_transaction is 'Changes the named fields; balance and invoice follow (spec: Update a transaction).';

create function api.delete_transaction(transaction_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
begin
    perform private.open_books();
    delete from public.transactions where id = transaction_id;
    if not found then
        perform private.raise_problem(404, 'transaction_not_found', 'There is no such transaction.');
    end if;
end;
$$;
grant execute on function api.delete_transaction to authenticated;
comment on function api.delete_transaction is 'Deletes a transaction; balance and invoice follow (spec: Delete a transaction).';
