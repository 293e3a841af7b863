-- Invoices in the contract: the shape that /api answers, and the functions that write, pay and recalculate them.


-- The contract's shape -----------------------------------------------------------------------------

create function private.invoice_warnings(unusual_rates numeric[], day date, taxes_unregistered boolean)
returns json
language plpgsql
stable
set search_path = ''
as $$
declare
    about_rates constant json := private.rate_warnings(unusual_rates, day);
begin
    if not taxes_unregistered then
        return about_rates;
    end if;
    return about_rates::jsonb || jsonb_build_object(
        'code', 'supplier_not_registered',
        'message', 'Your profile has no GSTIN. Only a registered person may collect GST (CGST Act s.32): add the GSTIN, or invoice without tax.'
    );
end;
$$;
grant execute on function private.invoice_warnings to authenticated;
comment on function private.invoice_warnings is
'The warnings an invoice carries: for unusual rates, and for tax that its supplier may not collect.';

create view api.invoices with (security_invoker = true) as
select
    invoice.id,
    invoice.invoice_number,
    invoice.customer_name,
    invoice.customer_email,
    invoice.customer_address,
    invoice.customer_gstin,
    invoice.customer_state_code,
    invoice.customer_id,
    invoice.party_type,
    invoice.supply_type,
    invoice.customer_pincode,
    invoice.customer_country_code,
    invoice.ship_to_name,
    invoice.ship_to_address,
    invoice.ship_to_gstin,
    invoice.ship_to_state_code,
    invoice.ship_to_pincode,
    invoice.port_code,
    invoice.shipping_bill_number,
    invoice.shipping_bill_date,
    invoice.place_of_supply,
    to_json(invoice.issue_date at time zone 'utc') #>> '{}' || 'Z' as issue_date,
    to_json(invoice.due_date at time zone 'utc') #>> '{}' || 'Z' as due_date,
    invoice.subtotal,
    trim_scale(invoice.tax_rate) as tax_rate,
    invoice.tax_amount,
    invoice.cgst,
    invoice.sgst,
    invoice.igst,
    invoice.total_amount,
    invoice.amount_settled,
    invoice.amount_due,
    invoice.amount_credited,
    invoice.document_type,
    invoice.against_id,
    invoice.note_reason,
    invoice.reverse_charge,
    invoice.price_includes_tax,
    case
        when
            invoice.status = 'sent'
            and greatest(invoice.due_day, invoice.issued_on) < (select private.today(private.current_user_id()))
            then 'overdue'
        else invoice.status
    end as status,
    invoice.notes,
    invoice.template,
    invoice.user_id,
    to_json(invoice.created_at at time zone 'utc') #>> '{}' || 'Z' as created_at,
    to_json(invoice.updated_at at time zone 'utc') #>> '{}' || 'Z' as updated_at,
    (
        select coalesce(json_agg(json_build_object(
            'id', item.id,
            'invoice_id', item.invoice_id,
            'description', item.description,
            'item_id', item.item_id,
            'hsn_code', item.hsn_code,
            'uqc', item.uqc,
            'quantity', trim_scale(item.quantity),
            'unit_price', item.unit_price,
            'amount', item.amount,
            'discount_amount', item.discount_amount,
            'tax_included', item.tax_included,
            'tax_rate', trim_scale(coalesce(item.tax_rate, invoice.tax_rate)),
            'treatment', item.treatment,
            'taxable_value', item.taxable_value,
            'cgst', item.cgst,
            'sgst', item.sgst,
            'igst', item.igst,
            'tax_amount', item.tax_amount,
            'created_at', to_json(item.created_at at time zone 'utc') #>> '{}' || 'Z',
            'updated_at', to_json(item.updated_at at time zone 'utc') #>> '{}' || 'Z'
        ) order by item.position, item.created_at, item.id), '[]'::json)
        from public.invoice_items as item
        where item.invoice_id = invoice.id and item.user_id = invoice.user_id
    ) as items,
    private.invoice_warnings(
        array(
            select distinct trim_scale(coalesce(item.tax_rate, invoice.tax_rate))
            from public.invoice_items as item
            where
                item.invoice_id = invoice.id and item.user_id = invoice.user_id
                and not exists (
                    select from public.gst_rates as known
                    where
                        known.rate = coalesce(item.tax_rate, invoice.tax_rate)
                        and invoice.issue_day between known.valid_from and coalesce(known.valid_to, invoice.issue_day)
                        and known.only_for is null
                )
        ),
        invoice.issue_day,
        invoice.tax_amount > 0 and (
            select profile.gstin is null and profile.gst_scheme is null
            from public.profiles as profile
            where profile.id = (select private.current_user_id())
        )
    ) as warnings,
    invoice.issue_date as issue_instant,
    invoice.due_date as due_instant,
    invoice.created_at as created_instant,
    invoice.updated_at as updated_instant,
    invoice.issue_day,
    invoice.due_day,
    invoice.status as stored_status,
    customer.customer_name as customer_name_search
from public.invoices as invoice
left join private.invoice_customers as customer on customer.id = invoice.id;
grant select on api.invoices to authenticated;
comment on view api.invoices is 'Invoices with their lines as the documents show them (spec: Invoices).';
comment on column api.invoices.customer_name_search is 'customer_name, for searches only: an index on trigrams serves them.';

create type api.invoice_answer as (
    id uuid,
    invoice_number text,
    customer_name text,
    customer_email text,
    customer_address text,
    customer_gstin text,
    customer_state_code text,
    customer_id uuid,
    party_type text,
    supply_type text,
    customer_pincode text,
    customer_country_code text,
    ship_to_name text,
    ship_to_address text,
    ship_to_gstin text,
    ship_to_state_code text,
    ship_to_pincode text,
    port_code text,
    shipping_bill_number text,
    shipping_bill_date date,
    place_of_supply text,
    issue_date text,
    due_date text,
    subtotal public.rupees,
    tax_rate numeric,
    tax_amount public.rupees,
    cgst public.rupees,
    sgst public.rupees,
    igst public.rupees,
    total_amount public.rupees,
    amount_settled public.rupees,
    amount_due numeric,
    amount_credited public.rupees,
    document_type text,
    against_id uuid,
    note_reason text,
    reverse_charge boolean,
    price_includes_tax boolean,
    status text,
    notes text,
    template text,
    user_id uuid,
    created_at text,
    updated_at text,
    items json,
    warnings json
);
comment on type api.invoice_answer is 'What functions answer of a document: the first columns of the view, in its order.';

create function private.invoice_answer(answered_id uuid)
returns api.invoice_answer
language plpgsql
stable
set search_path = ''
as $$
declare
    answer api.invoice_answer;
begin
    select * into answer from api.invoices where id = answered_id;
    if not found then
        perform private.raise_problem(404, 'invoice_not_found', 'There is no such invoice.');
    end if;
    return answer;
end;
$$;
grant execute on function private.invoice_answer to authenticated;
comment on function private.invoice_answer is 'An invoice in the contract''s shape; 404 invoice_not_found when the caller has none of that id.';


-- The contract's functions -------------------------------------------------------------------------

create function api.create_invoice(invoice jsonb, create_transaction boolean default false)
returns api.invoice_answer
language plpgsql
set search_path = ''
as $$
declare
    caller constant uuid := private.open_books();
    request constant jsonb := jsonb_build_object('invoice', invoice, 'create_transaction', create_transaction);
    answer api.invoice_answer := json_populate_record(null::api.invoice_answer, private.replay('create_invoice', request));
    draft public.invoices;
    wanted_status text;
    new_id uuid;
begin
    if answer.id is not null then
        return answer;
    end if;
    draft := jsonb_populate_record(null::public.invoices, invoice);
    if create_transaction and draft.status = 'cancelled' then
        perform private.raise_problem(409, 'invoice_cancelled', 'A cancelled invoice can''t be paid.');
    end if;
    wanted_status := case when create_transaction then 'paid' else coalesce(draft.status, 'draft') end;
    -- One statement, so that the totals are summed once, when all lines are there.
    with header as (
        insert into public.invoices (
            user_id, invoice_number, customer_id, customer_name, customer_email, customer_address, customer_gstin, customer_state_code,
            customer_pincode, customer_country_code, party_type, supply_type, ship_to_name, ship_to_address, ship_to_gstin,
            ship_to_state_code, ship_to_pincode, port_code, shipping_bill_number, shipping_bill_date,
            place_of_supply, issue_date, due_date, tax_rate, price_includes_tax, reverse_charge, notes, template, status
        )
        values (
            caller, draft.invoice_number, draft.customer_id, draft.customer_name, draft.customer_email, draft.customer_address,
            draft.customer_gstin, draft.customer_state_code, draft.customer_pincode, draft.customer_country_code,
            draft.party_type, coalesce(draft.supply_type, 'domestic'), draft.ship_to_name, draft.ship_to_address,
            draft.ship_to_gstin, draft.ship_to_state_code, draft.ship_to_pincode, draft.port_code,
            draft.shipping_bill_number, draft.shipping_bill_date, draft.place_of_supply, coalesce(draft.issue_date, now()),
            draft.due_date, draft.tax_rate, coalesce(draft.price_includes_tax, false), coalesce(draft.reverse_charge, false),
            draft.notes, coalesce(draft.template, 'default'),
            -- Money moves when the lines are there, and nobody changes a cancelled invoice.
            case when wanted_status in ('paid', 'cancelled') then 'draft' else wanted_status end
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
        cross join lateral private.lines_of(invoice -> 'items') as line
    )
    select id into new_id from header;
    if wanted_status in ('paid', 'cancelled') then
        update public.invoices set status = wanted_status where id = new_id;
    end if;
    answer := private.invoice_answer(new_id);
    perform private.remember('create_invoice', request, to_json(answer), '/api/invoices/' || new_id);
    return answer;
end;
$$;
grant execute on function api.create_invoice to authenticated;
comment on function api.create_invoice is
'Writes an invoice with its lines; status paid or create_transaction records the payment at once (spec: Create an invoice).';

create function api.update_invoice(invoice_id uuid, invoice jsonb)
returns api.invoice_answer
language plpgsql
set search_path = ''
as $$
declare
    changed public.invoices;
    lines_first boolean;
begin
    perform private.open_books();
    -- Locked: every column is written, and what the dashboard writes meanwhile must not be taken back.
    select * into changed from public.invoices where id = invoice_id for no key update;
    if not found then
        perform private.raise_problem(404, 'invoice_not_found', 'There is no such invoice.');
    end if;
    changed := jsonb_populate_record(changed, invoice);
    -- New lines come between an old payment, which goes first, and a new one, which comes last; and before the invoice is
    -- cancelled, which nobody changes then.
    lines_first := changed.status = 'paid' or changed.status = 'cancelled' and invoice ? 'items';
    update public.invoices set
        customer_id = changed.customer_id,
        customer_name = changed.customer_name,
        customer_email = changed.customer_email,
        customer_address = changed.customer_address,
        customer_gstin = changed.customer_gstin,
        customer_state_code = changed.customer_state_code,
        party_type = changed.party_type,
        supply_type = changed.supply_type,
        customer_pincode = changed.customer_pincode,
        customer_country_code = changed.customer_country_code,
        ship_to_name = changed.ship_to_name,
        ship_to_address = changed.ship_to_address,
        ship_to_gstin = changed.ship_to_gstin,
        ship_to_state_code = changed.ship_to_state_code,
        ship_to_pincode = changed.ship_to_pincode,
        port_code = changed.port_code,
        shipping_bill_number = changed.shipping_bill_number,
        shipping_bill_date = changed.shipping_bill_date,
        place_of_supply = changed.place_of_supply,
        issue_date = changed.issue_date,
        due_date = changed.due_date,
        tax_rate = changed.tax_rate,
        price_includes_tax = changed.price_includes_tax,
        reverse_charge = changed.reverse_charge,
        notes = changed.notes,
        template = changed.template,
        status = case
            when not lines_first then changed.status
            when changed.status = 'cancelled' and status = 'paid' then 'sent'
            else status
        end
    where id = invoice_id;
    -- A place that the request names stands, also where a new GSTIN has moved it.
    update public.invoices set place_of_supply = changed.place_of_supply
    where id = invoice_id and invoice ? 'place_of_supply' and place_of_supply <> changed.place_of_supply;
    if invoice ? 'items' then
        perform private.write_items(invoice_id, invoice -> 'items');
    end if;
    update public.invoices set status = changed.status
    where id = invoice_id and lines_first and status <> changed.status;
    return private.invoice_answer(invoice_id);
end;
$$;
grant execute on function api.update_invoice to authenticated;
comment on function api.update_invoice is 'Changes the named fields; lines, totals and payment follow (spec: Update an invoice).';

create function api.delete_invoice(invoice_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
begin
    perform private.open_books();
    delete from public.invoices where id = invoice_id;
    if not found then
        perform private.raise_problem(404, 'invoice_not_found', 'There is no such invoice.');
    end if;
end;
$$;
grant execute on function api.delete_invoice to authenticated;
comment on function api.delete_invoice is
'Deletes an invoice and its payment; the number is not given again (spec: Delete an invoice).';

create function api.recalculate_invoice_taxes(invoice_id uuid, tax_rate numeric default null)
returns api.invoice_answer
language plpgsql
set search_path = ''
as $$
declare
    new_rate constant numeric := tax_rate;
begin
    perform private.open_books();
    update public.invoices as invoice set tax_rate = coalesce(new_rate, invoice.tax_rate) where id = invoice_id;
    perform private.recalculate_place_of_supply(invoice_id);
    -- Lines with a rate of their own take the new one too.
    update public.invoice_items as item set tax_rate = null
    where item.invoice_id = recalculate_invoice_taxes.invoice_id and new_rate is not null and item.tax_rate is not null;
    return private.invoice_answer(invoice_id);
end;
$$;
grant execute on function api.recalculate_invoice_taxes to authenticated;
comment on function api.recalculate_invoice_taxes is
'Finds the place of supply and computes the lines again, at a new rate if one is given (spec: Recalculate Invoice Taxes).';
