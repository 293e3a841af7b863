-- Web, invoice form: what it offers, the totals as somebody types, and saving an edited invoice.


-- Preview ------------------------------------------------------------------------------------------

create function web.preview_invoice(invoice jsonb, edited text default null)
returns json
language plpgsql
stable
set search_path = ''
as $$
declare
    reader constant public.profiles := private.current_profile();
    gstin constant text := private.plain_gstin(invoice ->> 'customer_gstin');
    gstin_fault constant text := private.gstin_fault(gstin);
    saved public.invoices;
    draft public.invoices;
begin
    if edited is not null then
        saved := private.find_invoice(edited);
    end if;
    draft := jsonb_populate_record(saved, invoice - 'items');
    draft.user_id := reader.id;
    -- While it is being typed it decides nothing.
    draft.customer_gstin := case when gstin_fault is null then gstin end;
    draft.tax_rate := coalesce(draft.tax_rate, private.usual_tax_rate(reader.id));
    -- Saving what was issued keeps the kind of tax where neither has changed, also after the seller has moved.
    if
        edited is null
        or saved.status = 'draft'
        or (draft.customer_gstin, draft.place_of_supply) is distinct from (saved.customer_gstin, saved.place_of_supply)
    then
        draft := private.fill_place_of_supply(draft);
    end if;
    return (
        select json_build_object(
            'items', coalesce(json_agg(json_build_object(
                'amount', line.amount,
                'taxable_value', computed.taxable_value,
                'cgst', computed.cgst,
                'sgst', computed.sgst,
                'igst', computed.igst,
                'tax_amount', computed.tax_amount,
                'total_amount', computed.total_amount
            ) order by line.position), '[]'),
            'subtotal', coalesce(sum(computed.taxable_value), 0.00),
            'cgst', coalesce(sum(computed.cgst), 0.00),
            'sgst', coalesce(sum(computed.sgst), 0.00),
            'igst', coalesce(sum(computed.igst), 0.00),
            'tax_amount', coalesce(sum(computed.tax_amount), 0.00),
            'total_amount', coalesce(sum(computed.total_amount), 0.00),
            'amount_in_words', private.amount_in_words(coalesce(sum(computed.total_amount), 0)),
            'inter_state', draft.inter_state,
            'place_of_supply', draft.place_of_supply,
            'reason', private.tax_in_words(reader.state_code, draft.place_of_supply, draft.inter_state),
            'gstin_fault', gstin_fault
        )
        from (
            select
                element.position,
                coalesce(item.tax_rate, draft.tax_rate) as tax_rate,
                round(coalesce(item.quantity, 0) * coalesce(item.unit_price, 0), 2) as amount
            from jsonb_array_elements(coalesce(invoice -> 'items', '[]')) with ordinality as element (line, position)
            cross join lateral jsonb_populate_record(null::public.invoice_items, element.line) as item
        ) as line
        cross join lateral private.gst(
            line.amount, line.tax_rate, coalesce(draft.price_includes_tax, false), draft.inter_state
        ) as computed
    );
end;
$$;
grant execute on function web.preview_invoice to authenticated;
comment on function web.preview_invoice is
'The totals an invoice would have, a new one or an edited one, by the rules that the real one is computed with; writes nothing.';


-- The form -----------------------------------------------------------------------------------------

create function private.form_invoice(invoice public.invoices, seller_state text)
returns jsonb
language sql
stable
set search_path = ''
as $$
    select to_jsonb(answer) || jsonb_build_object(
        -- Only a place that somebody has chosen; any other follows the GSTIN that stands in the form.
        'place_of_supply', nullif(invoice.place_of_supply, coalesce(left(invoice.customer_gstin, 2), seller_state)),
        'available_actions', private.invoice_actions(invoice)
    )
    from api.invoices as answer
    where answer.id = invoice.id
$$;
grant execute on function private.form_invoice to authenticated;
comment on function private.form_invoice is 'An invoice as its form shows it: with a place of supply only where that was chosen.';

create function web.invoice_form(invoice text default null, draft jsonb default null, copied text default null)
returns json
language plpgsql
stable
set search_path = ''
as $$
declare
    reader constant public.profiles := private.current_profile();
    today constant date := private.today(reader.id);
    saved public.invoices;
    written jsonb;
begin
    if coalesce(invoice, copied) is not null then
        saved := private.find_invoice(coalesce(invoice, copied));
        written := private.form_invoice(saved, reader.state_code);
    end if;
    return json_build_object(
        'today', today,
        'due_day', today + 30,
        'default_tax_rate', trim_scale(case when invoice is null then private.usual_tax_rate(reader.id) else saved.tax_rate end),
        'seller', private.seller(reader),
        'states', private.state_choices(),
        'rates', (
            select json_agg(trim_scale(known.rate) order by known.rate)
            from public.gst_rates as known
            where today >= known.valid_from and today <= coalesce(known.valid_to, today) and known.only_for is null
        ),
        'customers', (
            select coalesce(json_agg(json_build_object(
                'name', latest.customer_name, 'email', latest.customer_email, 'address', latest.customer_address,
                'gstin', latest.customer_gstin
            ) order by latest.customer_name), '[]')
            from (
                select distinct on (recent.customer_name) recent.*
                from (
                    select * from public.invoices as written
                    where written.user_id = reader.id and written.origin = 'invoice'
                    order by written.issue_date desc, written.id desc
                    limit 200
                ) as recent
                order by recent.customer_name, recent.issue_date desc
            ) as latest
        ),
        'invoice', written,
        'preview', web.preview_invoice(coalesce(draft, written), invoice)
    );
end;
$$;
grant execute on function web.invoice_form to authenticated;
comment on function web.invoice_form is
'What the form for a new, an edited or a copied invoice offers, and the totals of it as it stands.';

create function web.update_invoice(reference text, invoice jsonb, seen_at timestamptz default null)
returns json
language plpgsql
set search_path = ''
as $$
declare
    request constant jsonb := jsonb_build_object('reference', reference, 'invoice', invoice);
    answer json;
    edited public.invoices;
begin
    perform private.open_books();
    answer := private.replay('web.update_invoice', request, 200);
    if answer is not null then
        return answer;
    end if;
    edited := private.find_invoice(reference);
    -- Under the lock: of two forms opened at the same time the second one saved is told about the first.
    if edited.updated_at <> seen_at then
        perform private.raise_problem(
            409, 'invoice_changed', 'The invoice was changed elsewhere since this form was opened.'
        );
    end if;
    perform api.update_invoice(edited.id, invoice);
    answer := json_build_object('id', edited.id);
    perform private.remember('web.update_invoice', request, answer, status => 200);
    return answer;
end;
$$;
grant execute on function web.update_invoice to authenticated;
comment on function web.update_invoice is
'api.update_invoice for an invoice named by its id or its serial number; 409 invoice_changed when seen_at is not its updated_at.';
