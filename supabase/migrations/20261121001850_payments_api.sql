-- Payments in the contract: what settles an invoice, recorded with or without tax kept back, for one invoice or several.


-- The contract's shape -----------------------------------------------------------------------------

create view api.payments with (security_invoker = true) as
select
    settlement.id,
    settlement.invoice_id,
    settlement.kind,
    settlement.amount,
    coalesce(payment.day, settlement.settled_on) as date,
    payment.method,
    payment.reference,
    payment.account_id,
    -- The same as the settlement's own: from there, PostgREST would embed payments in transactions; see embedding.
    payment.id as transaction_id,
    settlement.credit_note_id,
    to_json(settlement.created_at at time zone 'utc') #>> '{}' || 'Z' as created_at,
    settlement.created_at as created_instant
from public.settlements as settlement
left join public.transactions as payment on payment.id = settlement.transaction_id;
grant select on api.payments to authenticated;
comment on view api.payments is 'What settles documents: payments, tax deducted, credit notes and write-offs, in rupees; date is a day.';

create type api.payment_answer as (
    id uuid,
    invoice_id uuid,
    kind text,
    amount public.rupees,
    date date,
    method text,
    reference text,
    account_id uuid,
    transaction_id uuid,
    credit_note_id uuid,
    created_at text
);
comment on type api.payment_answer is 'What functions answer of a settlement: the first columns of the view, in its order.';


-- Recording ----------------------------------------------------------------------------------------

create type private.payment_part as (
    invoice public.invoices,
    amount numeric,
    tax_deducted numeric,
    write_off numeric
);
comment on type private.payment_part is 'What a payment settles of one document, in rupees.';

create function private.check_payment_date(paid_at timestamptz, owner uuid)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
    if (paid_at at time zone private.time_zone(owner))::date > private.today(owner) then
        perform private.raise_problem(422, 'payment_in_future', 'A payment is recorded on the day it was made, or later.', 'date');
    end if;
end;
$$;
grant execute on function private.check_payment_date to authenticated;
comment on function private.check_payment_date is '422 payment_in_future for money that has not moved yet.';

create function private.payment_part(invoice_id uuid, payment jsonb)
returns private.payment_part
language plpgsql
set search_path = ''
as $$
declare
    part private.payment_part;
begin
    -- Locked: what is due is what stands until the payment is recorded.
    select invoice into part.invoice from public.invoices as invoice where invoice.id = invoice_id for no key update;
    if not found then
        perform private.raise_problem(404, 'invoice_not_found', 'There is no such invoice.');
    elsif (part.invoice).document_type = 'credit_note' then
        perform private.raise_problem(404, 'invoice_not_found', 'There is no such invoice.');
    elsif (part.invoice).total_amount = 0 or (part.invoice).amount_due = 0 or (part.invoice).status = 'cancelled' then
        perform private.raise_overpaid(part.invoice);
    end if;
    part.tax_deducted := coalesce((payment ->> 'tax_deducted')::public.rupees, 0);
    part.write_off := coalesce((payment ->> 'write_off')::public.rupees, 0);
    part.amount := coalesce(
        (payment ->> 'amount')::public.rupees, greatest((part.invoice).amount_due - part.tax_deducted - part.write_off, 0)
    );
    if least(part.amount, part.tax_deducted, part.write_off) < 0 or part.amount + part.tax_deducted + part.write_off = 0 then
        perform private.raise_problem(422, 'invalid_value', 'A payment settles more than nothing.', 'amount');
    elsif part.amount + part.tax_deducted + part.write_off > (part.invoice).amount_due then
        perform private.raise_overpaid(part.invoice);
    end if;
    return part;
end;
$$;
grant execute on function private.payment_part to authenticated;
grant execute on function private.raise_overpaid to authenticated;
comment on function private.payment_part is
'What a payment settles of a document: what is due, unless it names an amount; 409 payment_exceeds_due for more.';

create function private.record_payment(owner uuid, payment jsonb, parts private.payment_part[])
returns void
language plpgsql
set search_path = ''
as $$
declare
    money constant numeric := (select sum(part.amount) from unnest(parts) as part);
    paid_at constant timestamptz := coalesce((payment ->> 'date')::timestamptz, now());
    paid_day constant date := (paid_at at time zone private.time_zone(owner))::date;
begin
    perform private.check_payment_date(paid_at, owner);
    -- One statement, so that the trigger on transactions sees that this sale pays something already.
    with money_row as (
        insert into public.transactions (
            user_id, account_id, transaction_type, amount, description, category, method, reference, date
        )
        select
            owner, (payment ->> 'account_id')::uuid, 'sale', money,
            case cardinality(parts)
                when 1 then private.payment_description('invoice', (parts[1].invoice).invoice_number)
                else format('Payment of %s invoices', cardinality(parts))
            end,
            'Invoice Payment', payment ->> 'method', payment ->> 'reference', paid_at
        where money > 0
        returning id
    )
    insert into public.settlements (user_id, invoice_id, kind, transaction_id, amount, settled_on)
    select owner, (part.invoice).id, settled.kind, source.id, settled.amount, case when source.id is null then paid_day end
    from unnest(parts) as part
    cross join lateral (
        values ('payment', part.amount), ('tax_deducted', part.tax_deducted), ('write_off', part.write_off)
    ) as settled (kind, amount)
    left join money_row as source on settled.kind <> 'write_off'
    where settled.amount > 0;
end;
$$;
grant execute on function private.record_payment(uuid, jsonb, private.payment_part[]) to authenticated;
comment on function private.record_payment(uuid, jsonb, private.payment_part[]) is
'Records money and what it settles, in one statement; tax deducted belongs to the payment it was kept back from.';


-- The contract's functions -------------------------------------------------------------------------

create function api.mark_invoice_paid(
    invoice_id uuid, payment jsonb default '{}', create_tax_filing boolean default false
)
returns api.invoice_answer
language plpgsql
set search_path = ''
as $$
declare
    caller constant uuid := private.open_books();
    request constant jsonb := jsonb_build_object('invoice', invoice_id, 'payment', payment, 'filing', create_tax_filing);
    answer api.invoice_answer := json_populate_record(null::api.invoice_answer, private.replay('mark_invoice_paid', request, 200));
begin
    if answer.id is not null then
        return answer;
    end if;
    perform private.record_payment(caller, payment, array[private.payment_part(invoice_id, payment)]);
    if create_tax_filing then
        perform private.draft_tax_filing(caller, 'gst', private.period_containing(
            (coalesce((payment ->> 'date')::timestamptz, now()) at time zone private.time_zone(caller))::date,
            (select filing_frequency from public.profiles where id = caller)
        ));
    end if;
    answer := private.invoice_answer(invoice_id);
    perform private.remember('mark_invoice_paid', request, to_json(answer), status => 200);
    return answer;
end;
$$;
grant execute on function api.mark_invoice_paid to authenticated;
comment on function api.mark_invoice_paid is
'Settles what is due on an invoice, or the amounts in payment; 409 invoice_already_paid the second time (spec: Mark an invoice as paid).';

create function api.invoice_payments(invoice_id uuid)
returns json
language plpgsql
stable
set search_path = ''
as $$
begin
    perform private.invoice_answer(invoice_id);
    -- One value, as the lines of an invoice: of rows the Data API would answer the first thousand.
    return (
        select coalesce(json_agg(payment.answer order by payment.created_instant, payment.kind, payment.id), '[]')
        from (
            select
                known.created_instant,
                known.kind,
                known.id,
                (
                    known.id, known.invoice_id, known.kind, known.amount, known.date, known.method, known.reference,
                    known.account_id, known.transaction_id, known.credit_note_id, known.created_at
                )::api.payment_answer as answer
            from api.payments as known
            where known.invoice_id = invoice_payments.invoice_id
        ) as payment
    );
end;
$$;
grant execute on function api.invoice_payments to authenticated;
comment on function api.invoice_payments is 'What settles an invoice, the first one first; 404 invoice_not_found.';

create function api.create_payment(invoice_id uuid, payment jsonb)
returns api.invoice_answer
language plpgsql
set search_path = ''
as $$
declare
    caller constant uuid := private.open_books();
    request constant jsonb := jsonb_build_object('invoice', invoice_id, 'payment', payment);
    answer api.invoice_answer := json_populate_record(null::api.invoice_answer, private.replay('create_payment', request));
begin
    if answer.id is not null then
        return answer;
    end if;
    perform private.record_payment(caller, payment, array[private.payment_part(invoice_id, payment)]);
    answer := private.invoice_answer(invoice_id);
    perform private.remember('create_payment', request, to_json(answer), '/api/invoices/' || invoice_id || '/payments');
    return answer;
end;
$$;
grant execute on function api.create_payment to authenticated;
comment on function api.create_payment is 'Records a payment of an invoice, whole or in part, with the tax kept back or the rest written off; answers the invoice.';

create function api.create_payments(payment jsonb)
returns setof api.invoice_answer
language plpgsql
set search_path = ''
as $$
declare
    caller constant uuid := private.open_books();
    answer json := private.replay('create_payments', payment);
    parts private.payment_part[];
begin
    if answer is not null then
        return query select * from json_populate_recordset(null::api.invoice_answer, answer);
        return;
    end if;
    -- In id order, so that two payments over the same invoices queue instead of deadlocking.
    parts := array(
        select private.payment_part((named.part ->> 'invoice_id')::uuid, named.part)
        from (
            select part from jsonb_array_elements(payment -> 'invoices') as part order by part ->> 'invoice_id'
        ) as named
    );
    if (select count(distinct (part.invoice).id) from unnest(parts) as part) < cardinality(parts) then
        perform private.raise_problem(422, 'invalid_value', 'Name each invoice once.', 'invoices');
    elsif (payment ->> 'amount')::numeric <> (select sum(part.amount) from unnest(parts) as part) then
        perform private.raise_problem(
            409, 'payment_differs',
            format('The invoices take %s.', (select sum(part.amount) from unnest(parts) as part)), 'amount'
        );
    end if;
    perform private.record_payment(caller, payment, parts);
    answer := (
        select json_agg(to_json(settled) order by settled.id)
        from unnest(parts) as part
        cross join lateral private.invoice_answer((part.invoice).id) as settled
    );
    perform private.remember('create_payments', payment, answer);
    return query select * from json_populate_recordset(null::api.invoice_answer, answer);
end;
$$;
grant execute on function api.create_payments to authenticated;
comment on function api.create_payments is 'Records one payment for several invoices; answers the invoices.';

create function api.delete_payment(invoice_id uuid, payment_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
declare
    caller constant uuid := private.open_books();
    settlement public.settlements;
begin
    select * into settlement from public.settlements as known
    where known.user_id = caller and known.invoice_id = delete_payment.invoice_id and known.id = payment_id;
    if not found then
        perform private.raise_problem(404, 'payment_not_found', 'There is no such payment.');
    elsif settlement.kind = 'credit_note' then
        perform private.raise_problem(409, 'settled_by_credit_note', 'A credit note settles this. Cancel the credit note instead.');
    elsif settlement.kind = 'payment' and exists (
        select from public.settlements as other
        where other.transaction_id = settlement.transaction_id and other.kind = 'payment' and other.id <> settlement.id
    ) then
        perform private.raise_problem(
            409, 'payment_of_several', format('This payment settles several invoices. Delete transaction %s instead.', settlement.transaction_id)
        );
    elsif settlement.kind = 'payment' then
        delete from public.transactions where id = settlement.transaction_id;
        return;
    end if;
    delete from public.settlements as known
    where known.user_id = caller and known.invoice_id = settlement.invoice_id and known.id = settlement.id;
end;
$$;
grant execute on function api.delete_payment to authenticated;
comment on function api.delete_payment is 'Takes one payment of an invoice back, with its money and the tax kept back from it.';

create function api.tax_deducted(financial_year integer default null)
returns json
language sql
stable
set search_path = ''
as $$
    select json_build_object(
        'total', coalesce(sum(customer.amount), 0.00),
        'customers', coalesce(json_agg(json_build_object(
            'financial_year', customer.financial_year,
            'customer_name', customer.customer_name,
            'customer_gstin', customer.customer_gstin,
            'customer_id', customer.customer_id,
            'amount', customer.amount,
            'invoice_count', customer.invoice_count
        ) order by customer.financial_year desc, customer.customer_name, customer.customer_gstin), '[]')
    )
    from (
        select
            private.financial_year(deducted.day) as financial_year,
            invoice.customer_name,
            invoice.customer_gstin,
            invoice.customer_id,
            sum(deducted.amount) as amount,
            count(distinct invoice.id) as invoice_count
        from private.receipts as deducted
        inner join public.invoices as invoice on invoice.id = deducted.invoice_id
        where deducted.user_id = (select private.current_user_id()) and deducted.kind = 'tax_deducted'
        group by 1, 2, 3, 4
    ) as customer
    where tax_deducted.financial_year is null or customer.financial_year = tax_deducted.financial_year
$$;
grant execute on function api.tax_deducted to authenticated;
comment on function api.tax_deducted is
'Income tax that customers kept back (TDS), by financial year and customer, in rupees; to compare with Form 26AS.';


-- Credit notes -------------------------------------------------------------------------------------

create function private.credited_lines(invoice_id uuid, items jsonb)
returns setof public.invoice_items
language sql
stable
set search_path = ''
as $$
    select * from private.lines_of(items) where items is not null
    union all
    select line.* from public.invoice_items as line
    where items is null and line.invoice_id = credited_lines.invoice_id
$$;
grant execute on function private.credited_lines to authenticated;
comment on function private.credited_lines is 'The lines of a credit note: those that the request names, or all of the invoice.';

create function api.create_credit_note(invoice_id uuid, credit_note jsonb default '{}')
returns api.invoice_answer
language plpgsql
set search_path = ''
as $$
declare
    caller constant uuid := private.open_books();
    request constant jsonb := jsonb_build_object('invoice', invoice_id, 'credit_note', credit_note);
    answer api.invoice_answer := json_populate_record(null::api.invoice_answer, private.replay('create_credit_note', request));
    invoice public.invoices;
    note_id uuid;
begin
    if answer.id is not null then
        return answer;
    end if;
    select * into invoice from public.invoices as known where known.id = invoice_id for no key update;
    if not found then
        perform private.raise_problem(404, 'invoice_not_found', 'There is no such invoice.');
    end if;
    -- A note carries the invoice's rate, place of supply and customer (CGST Rules, Rule 53).
    with header as (
        insert into public.invoices (
            user_id, document_type, against_id, note_reason, customer_id, customer_name, customer_email, customer_address,
            customer_gstin, customer_state_code, customer_pincode, customer_country_code, party_type, supply_type,
            place_of_supply, issue_date, due_date, tax_rate, price_includes_tax,
            reverse_charge, notes, template
        )
        values (
            caller, 'credit_note', invoice.id, credit_note ->> 'reason', invoice.customer_id, invoice.customer_name,
            invoice.customer_email, invoice.customer_address, invoice.customer_gstin, invoice.customer_state_code,
            invoice.customer_pincode, invoice.customer_country_code, invoice.party_type, invoice.supply_type,
            invoice.place_of_supply, coalesce((credit_note ->> 'issue_date')::timestamptz, now()),
            coalesce((credit_note ->> 'issue_date')::timestamptz, now()), invoice.tax_rate, invoice.price_includes_tax,
            invoice.reverse_charge, credit_note ->> 'notes', invoice.template
        )
        returning id
    ),
    lines as (
        insert into public.invoice_items (
            invoice_id, position, item_id, description, hsn_code, uqc, quantity, unit_price, discount_amount, tax_included,
            tax_rate, treatment
        )
        select
            header.id, line.position, line.item_id, line.description, line.hsn_code, line.uqc, line.quantity,
            line.unit_price, line.discount_amount, line.tax_included, line.tax_rate, line.treatment
        from header
        cross join lateral private.credited_lines(invoice.id, nullif(credit_note -> 'items', 'null')) as line
    )
    select id into note_id from header;
    if not coalesce((credit_note ->> 'draft')::boolean, false) then
        update public.invoices set status = 'sent' where id = note_id;
    end if;
    answer := private.invoice_answer(note_id);
    perform private.remember('create_credit_note', request, to_json(answer), '/api/invoices/' || note_id);
    return answer;
end;
$$;
grant execute on function api.create_credit_note to authenticated;
comment on function api.create_credit_note is
'Issues a credit note against an invoice, whole or by lines, never more than what is left of it (CGST Act s.34).';
