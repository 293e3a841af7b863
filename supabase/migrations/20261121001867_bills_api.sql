-- Bills in the API: the shape that /api/bills answers, the functions that write them, and what the lint of returns asks.
--
-- A period is written MMYYYY there, as the portal writes it; tables keep the first day of the month.


-- Periods ------------------------------------------------------------------------------------------

create function private.period_start(period text, field text)
returns date
language plpgsql
stable -- it raises
set search_path = ''
as $$
begin
    if period is null then
        return null;
    elsif period !~ '^(0[1-9]|1[0-2])(201[7-9]|20[2-9][0-9]|2[1-9][0-9]{2})$' then
        perform private.raise_problem(422, 'invalid_value', 'A period is a month, written MMYYYY: 102026.', field);
    end if;
    return make_date(right(period, 4)::integer, left(period, 2)::integer, 1);
end;
$$;
grant execute on function private.period_start to authenticated;
comment on function private.period_start is 'The first day of a period that is written MMYYYY; 422 invalid_value otherwise.';

create function private.with_months(body jsonb, fields text[])
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
    field text;
begin
    foreach field in array fields loop
        if body ? field then
            body := jsonb_set(body, array[field], coalesce(to_jsonb(private.period_start(body ->> field, field)), 'null'));
        end if;
    end loop;
    return body;
end;
$$;
grant execute on function private.with_months to authenticated;
comment on function private.with_months is 'A request with the first days of the periods that it writes MMYYYY.';


-- The shape of an answer ---------------------------------------------------------------------------

create function private.is_unpaid_180_days(bill public.bills, today date)
returns boolean
language sql
immutable
set search_path = ''
as $$
    select bill.transaction_id is null and bill.kind = 'bill' and not bill.reverse_charge and bill.bill_date < today - 180
$$;
grant execute on function private.is_unpaid_180_days to authenticated, service_role;
comment on function private.is_unpaid_180_days is
'Whether a bill is unpaid 180 days after its day, so that its credit is to be reversed (CGST Act s.16(2), CGST Rules, Rule 37).';

create view api.bills with (security_invoker = true) as
select
    bill.id,
    bill.kind,
    bill.supplier_id,
    bill.supplier_name,
    bill.supplier_gstin,
    bill.supplier_type,
    bill.supplier_state_code,
    bill.bill_number,
    bill.bill_date,
    bill.received_on,
    bill.place_of_supply,
    bill.port_code,
    bill.reverse_charge,
    bill.self_invoice_number,
    bill.self_invoice_date,
    bill.note_of || '' as note_of,
    to_char(bill.claim_period, 'MMYYYY') as claim_period,
    to_char(bill.in_2b_period, 'MMYYYY') as in_2b_period,
    bill.transaction_id || '' as transaction_id,
    bill.taxable_value,
    bill.cgst,
    bill.sgst,
    bill.igst,
    bill.round_off,
    bill.total_amount,
    private.is_unpaid_180_days(bill, (select private.today(private.current_user_id()))) as unpaid_180_days,
    bill.notes,
    bill.user_id,
    to_json(bill.created_at at time zone 'utc') #>> '{}' || 'Z' as created_at,
    to_json(bill.updated_at at time zone 'utc') #>> '{}' || 'Z' as updated_at,
    (
        select coalesce(json_agg(json_build_object(
            'id', line.id,
            'description', line.description,
            'hsn_code', line.hsn_code,
            'uqc', line.uqc,
            'quantity', trim_scale(line.quantity),
            'tax_rate', trim_scale(line.tax_rate),
            'taxable_value', line.taxable_value,
            'cgst', line.cgst,
            'sgst', line.sgst,
            'igst', line.igst,
            'cess', 0,
            'treatment', line.treatment,
            'credit_status', line.credit_status,
            'credit_type', line.credit_type
        ) order by line.position, line.id), '[]'::json)
        from public.bill_items as line
        where line.bill_id = bill.id and line.user_id = bill.user_id
    ) as items,
    bill.created_at as created_instant,
    bill.updated_at as updated_instant,
    bill.claim_period as claim_month
from public.bills as bill;
grant select on api.bills to authenticated;
comment on view api.bills is 'Bills of the caller with their lines.';

create type api.bill_answer as (
    id uuid,
    kind text,
    supplier_id uuid,
    supplier_name text,
    supplier_gstin text,
    supplier_type text,
    supplier_state_code text,
    bill_number text,
    bill_date date,
    received_on date,
    place_of_supply text,
    port_code text,
    reverse_charge boolean,
    self_invoice_number text,
    self_invoice_date date,
    note_of text,
    claim_period text,
    in_2b_period text,
    transaction_id text,
    taxable_value public.rupees,
    cgst public.rupees,
    sgst public.rupees,
    igst public.rupees,
    round_off numeric,
    total_amount public.rupees,
    unpaid_180_days boolean,
    notes text,
    user_id uuid,
    created_at text,
    updated_at text,
    items json
);
comment on type api.bill_answer is 'What functions answer of a bill: the first columns of the view, in its order.';


-- Writing ------------------------------------------------------------------------------------------

create function private.write_bill_items(written_bill_id uuid, owner uuid, items jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
    field text;
begin
    select format('items.%s.cess', line.position - 1) into field
    from jsonb_array_elements(items) with ordinality as line (item, position)
    where (line.item ->> 'cess')::numeric <> 0
    limit 1;
    if found then
        perform private.raise_problem(422, 'cess_not_supported', 'Compensation cess gives no credit here.', field);
    end if;
    insert into public.bill_items (
        bill_id, user_id, position, description, hsn_code, uqc, quantity, tax_rate, taxable_value, cgst, sgst, igst, treatment,
        credit_status, credit_type
    )
    select
        written_bill_id, owner, line.position, item.description, item.hsn_code, item.uqc, item.quantity, item.tax_rate,
        item.taxable_value, coalesce(item.cgst, 0), coalesce(item.sgst, 0), coalesce(item.igst, 0), item.treatment,
        item.credit_status, item.credit_type
    from jsonb_array_elements(items) with ordinality as line (item, position)
    cross join lateral jsonb_populate_record(null::public.bill_items, line.item) as item
    order by line.position;
end;
$$;
grant execute on function private.write_bill_items to authenticated;
comment on function private.write_bill_items is 'Writes the lines of a bill as printed; 422 cess_not_supported for a line with cess.';

create function private.write_bill(owner uuid, bill jsonb)
returns uuid
language plpgsql
set search_path = ''
as $$
declare
    named constant jsonb := private.with_months(bill, '{claim_period,in_2b_period}');
    written public.bills := jsonb_populate_record(null::public.bills, named);
    new_id uuid;
begin
    if not named ? 'claim_period' then
        written.claim_period := date_trunc('month', coalesce(written.received_on, written.bill_date));
    end if;
    insert into public.bills (
        user_id, kind, supplier_id, supplier_name, supplier_gstin, supplier_type, supplier_state_code, bill_number, bill_date,
        received_on, place_of_supply, port_code, reverse_charge, note_of, claim_period, in_2b_period, transaction_id, round_off,
        notes
    )
    values (
        owner, coalesce(written.kind, 'bill'), written.supplier_id, written.supplier_name, written.supplier_gstin,
        written.supplier_type, written.supplier_state_code, written.bill_number, written.bill_date, written.received_on,
        written.place_of_supply, written.port_code, coalesce(written.reverse_charge, false), written.note_of,
        written.claim_period, written.in_2b_period, written.transaction_id, coalesce(written.round_off, 0), written.notes
    )
    returning id into new_id;
    perform private.write_bill_items(new_id, owner, bill -> 'items');
    return new_id;
end;
$$;
grant execute on function private.write_bill to authenticated;
comment on function private.write_bill is 'Writes a bill with its lines, claimed in the month in which it was received unless another is named; answers its id.';

create function api.create_bill(bill jsonb)
returns api.bill_answer
language plpgsql
set search_path = ''
as $$
declare
    caller constant uuid := private.open_books();
    answer api.bill_answer := json_populate_record(null::api.bill_answer, private.replay('create_bill', bill));
    new_id uuid;
begin
    if answer.id is not null then
        return answer;
    end if;
    new_id := private.write_bill(caller, bill);
    select * into answer from api.bills where id = new_id;
    perform private.remember('create_bill', bill, to_json(answer), '/api/bills/' || new_id);
    return answer;
end;
$$;
grant execute on function api.create_bill to authenticated;
comment on function api.create_bill is 'Records a bill of a supplier.';

create function private.changed_bill(bill public.bills, changes jsonb)
returns public.bills
language plpgsql
set search_path = ''
as $$
begin
    -- What was copied from the supplier, or followed from its GSTIN, gives way to the new one.
    if changes ->> 'supplier_id' is not null and changes ->> 'supplier_id' is distinct from bill.supplier_id::text then
        bill.supplier_name := null;
        bill.supplier_gstin := null;
        bill.supplier_state_code := null;
        bill.supplier_type := null;
    elsif changes ? 'supplier_gstin' then
        bill.supplier_state_code := null;
        bill.supplier_type := null;
    end if;
    return jsonb_populate_record(bill, private.with_months(changes - 'items', '{claim_period,in_2b_period}'));
end;
$$;
grant execute on function private.changed_bill to authenticated;
comment on function private.changed_bill is 'A bill with the fields of a request.';

create function api.update_bill(bill_id uuid, bill jsonb)
returns api.bill_answer
language plpgsql
set search_path = ''
as $$
declare
    caller constant uuid := private.open_books();
    changed public.bills;
    answer api.bill_answer;
begin
    -- Locked, because the dashboard writes without the books, and all fields are written back.
    select * into changed from public.bills where id = update_bill.bill_id for no key update;
    if not found then
        perform private.raise_problem(404, 'bill_not_found', 'There is no such bill.');
    end if;
    changed := private.changed_bill(changed, bill);
    if bill ? 'items' then
        delete from public.bill_items as line where line.bill_id = changed.id;
    end if;
    update public.bills set
        kind = changed.kind,
        supplier_id = changed.supplier_id,
        supplier_name = changed.supplier_name,
        supplier_gstin = changed.supplier_gstin,
        supplier_type = changed.supplier_type,
        supplier_state_code = changed.supplier_state_code,
        bill_number = changed.bill_number,
        bill_date = changed.bill_date,
        received_on = changed.received_on,
        place_of_supply = changed.place_of_supply,
        port_code = changed.port_code,
        reverse_charge = changed.reverse_charge,
        note_of = changed.note_of,
        claim_period = changed.claim_period,
        in_2b_period = changed.in_2b_period,
        transaction_id = changed.transaction_id,
        round_off = changed.round_off,
        notes = changed.notes
    where id = changed.id;
    if bill ? 'items' then
        perform private.write_bill_items(changed.id, caller, bill -> 'items');
    end if;
    select * into answer from api.bills where id = changed.id;
    return answer;
end;
$$;
grant execute on function api.update_bill to authenticated;
comment on function api.update_bill is 'Changes the named fields of a bill; items replace all lines.';

create function api.delete_bill(bill_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
begin
    perform private.open_books();
    delete from public.bills where id = delete_bill.bill_id;
    if not found then
        perform private.raise_problem(404, 'bill_not_found', 'There is no such bill.');
    end if;
end;
$$;
grant execute on function api.delete_bill to authenticated;
comment on function api.delete_bill is 'Deletes a bill with its lines.';
