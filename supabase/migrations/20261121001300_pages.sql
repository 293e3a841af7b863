-- Pages: what the web interface shows, one function per page, so that a page costs one request.
--
-- They only read, as the caller and under its policies; every figure on a page comes from here, so that the browser,
-- the printed invoice and the PDF can't differ. Days are days in the profile's time zone.


-- Words --------------------------------------------------------------------------------------------

create function private.number_in_words(whole numeric)
returns text
language plpgsql
immutable
set search_path = ''
as $$
declare
    ones constant text[] := string_to_array(
        'One Two Three Four Five Six Seven Eight Nine Ten Eleven Twelve Thirteen Fourteen Fifteen Sixteen Seventeen '
        'Eighteen Nineteen', ' '
    );
    tens constant text[] := string_to_array('Ten Twenty Thirty Forty Fifty Sixty Seventy Eighty Ninety', ' ');
    scale record;
begin
    if whole = 0 then
        return 'Zero';
    elsif whole < 20 then
        return ones[whole::integer];
    elsif whole < 100 then
        return concat_ws('-', tens[div(whole, 10)::integer], ones[mod(whole, 10)::integer]);
    end if;
    for scale in
        select * from (values (10000000, 'Crore'), (100000, 'Lakh'), (1000, 'Thousand'), (100, 'Hundred')) as scales (size, name)
    loop
        if whole >= scale.size then
            return concat_ws(
                ' ', private.number_in_words(div(whole, scale.size)), scale.name,
                case when mod(whole, scale.size) > 0 then private.number_in_words(mod(whole, scale.size)) end
            );
        end if;
    end loop;
    return null;
end;
$$;
grant execute on function private.number_in_words to authenticated;
comment on function private.number_in_words is 'A whole number in words as India counts: 1123000 is Eleven Lakh Twenty-Three Thousand.';

create function private.amount_in_words(amount numeric)
returns text
language sql
immutable
set search_path = ''
as $$
    select concat_ws(
        ' and ',
        case
            when trunc(amount) = 1 then 'One Rupee'
            when trunc(amount) > 1 or amount = 0 then private.number_in_words(trunc(amount)) || ' Rupees'
        end,
        case mod(amount, 1) * 100
            when 0 then null
            when 1 then 'One Paisa'
            else private.number_in_words(mod(amount, 1) * 100) || ' Paise'
        end
    ) || ' Only'
$$;
grant execute on function private.amount_in_words to authenticated;
comment on function private.amount_in_words is
'Rupees in words, in lakh and crore: One Thousand One Hundred Eighty Rupees and Fifty Paise Only.';

create function private.tax_in_words(seller_state text, place_of_supply text, inter_state boolean)
returns text
language sql
stable
set search_path = ''
as $$
    select case
        when inter_state then format('%s → %s: IGST', coalesce(seller.name, 'Your state'), place.name)
        when seller.code is null then 'CGST + SGST, as long as your state is unknown'
        else format('Within %s: CGST + %s', seller.name, case when seller.has_utgst then 'UTGST' else 'SGST' end)
    end
    from (values (seller_state, place_of_supply)) as asked (seller_code, place_code)
    left join public.gst_states as seller on seller.code = asked.seller_code
    left join public.gst_states as place on place.code = asked.place_code
$$;
grant execute on function private.tax_in_words to authenticated;
comment on function private.tax_in_words is 'Which GST is due and why, for people: Maharashtra → Karnataka: IGST.';


-- Parts of several pages ---------------------------------------------------------------------------

create function private.reader()
returns public.profiles
language plpgsql
stable
set search_path = ''
as $$
declare
    reader public.profiles;
begin
    select * into reader from public.profiles where id = private.current_user_id();
    if not found then
        perform private.raise_problem(401, 'not_authenticated', 'Send the access token of a user.');
    end if;
    return reader;
end;
$$;
grant execute on function private.reader to authenticated;
comment on function private.reader is 'The profile of the caller; what every page begins with.';

create function private.shown_status(status text, due_day date, today date)
returns text
language sql
immutable
set search_path = ''
as $$ select case when status = 'sent' and due_day < today then 'overdue' else status end $$;
grant execute on function private.shown_status to authenticated;
comment on function private.shown_status is 'The status people see: an unpaid invoice is overdue from the day after it was due.';

create function private.local_text(instant timestamptz, zone text)
returns text
language sql
immutable
set search_path = ''
as $$ select to_char(instant at time zone zone, 'YYYY-MM-DD"T"HH24:MI') $$;
grant execute on function private.local_text to authenticated;
comment on function private.local_text is 'An instant on the clock of a time zone.';

create function private.state_choices()
returns json
language sql
stable
set search_path = ''
as $$ select json_agg(json_build_object('code', code, 'name', name) order by name) from public.gst_states $$;
grant execute on function private.state_choices to authenticated;
comment on function private.state_choices is 'Every GST state, by name.';

create function private.account_choices()
returns json
language sql
stable
set search_path = ''
as $$
    select coalesce(json_agg(json_build_object(
        'id', id, 'name', name, 'balance', balance, 'is_default', is_default
    ) order by is_default desc, created_at, id), '[]')
    from public.accounts
    where user_id = (select private.current_user_id())
$$;
grant execute on function private.account_choices to authenticated;
comment on function private.account_choices is 'The caller''s accounts, the default one first.';

create function private.invoice_row(invoice public.invoices, today date)
returns json
language sql
stable
set search_path = ''
as $$
    select json_build_object(
        'id', invoice.id,
        'serial', invoice.serial,
        'invoice_number', invoice.invoice_number,
        'customer_name', invoice.customer_name,
        'customer_email', invoice.customer_email,
        'issue_day', invoice.issue_day,
        'due_day', invoice.due_day,
        'due_in_days', invoice.due_day - today,
        'total_amount', invoice.total_amount,
        'status', private.shown_status(invoice.status, invoice.due_day, today)
    )
$$;
grant execute on function private.invoice_row to authenticated;
comment on function private.invoice_row is 'An invoice as a line of a list.';

create function private.find_invoice(reference text)
returns public.invoices
language plpgsql
stable
set search_path = ''
as $$
declare
    found_invoice public.invoices;
begin
    if reference ~ '^[0-9]{1,15}$' then
        select * into found_invoice from public.invoices
        where user_id = private.current_user_id() and serial = reference::bigint;
    elsif reference ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
        select * into found_invoice from public.invoices
        where user_id = private.current_user_id() and id = reference::uuid;
    end if;
    if found_invoice.id is null then
        perform private.raise_problem(404, 'invoice_not_found', 'There is no such invoice.');
    end if;
    return found_invoice;
end;
$$;
grant execute on function private.find_invoice to authenticated;
comment on function private.find_invoice is
'The caller''s invoice by id or by the serial number that /api/v1 calls its id; 404 invoice_not_found otherwise.';


-- Preview ------------------------------------------------------------------------------------------

-- The preview runs the real rules as the caller, who otherwise meets them through triggers.
grant execute on function private.gstin_fault to authenticated;
grant execute on function private.gstin_check_character to authenticated;
grant execute on function private.place_invoice to authenticated;

create function api.preview_invoice(invoice jsonb, edited text default null)
returns json
language plpgsql
stable
set search_path = ''
as $$
declare
    reader constant public.profiles := private.reader();
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
    draft.tax_rate := coalesce(draft.tax_rate, reader.default_tax_rate);
    -- Saving what was issued keeps the kind of tax where neither has changed, also after the seller has moved.
    if
        edited is null
        or saved.status = 'draft'
        or (draft.customer_gstin, draft.place_of_supply) is distinct from (saved.customer_gstin, saved.place_of_supply)
    then
        draft := private.place_invoice(draft);
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
grant execute on function api.preview_invoice to authenticated;
comment on function api.preview_invoice is
'The totals an invoice would have, a new one or an edited one, by the rules that the real one is computed with; writes nothing.';


-- Invoices -----------------------------------------------------------------------------------------

create function private.invoice_actions(invoice public.invoices)
returns json
language sql
immutable
set search_path = ''
as $$
    select coalesce(json_agg(action.name order by action.place), '[]')
    from (values
        (1, 'send', invoice.status = 'draft'),
        -- A draft is issued first: its payment, taken back, would leave an issued invoice.
        (2, 'pay', invoice.status in ('sent', 'overdue') and invoice.total_amount > 0),
        (3, 'edit', invoice.status in ('draft', 'sent', 'overdue')),
        -- The invoice of a sale follows its sale, which is what can be changed.
        (4, 'unpay', invoice.status = 'paid' and invoice.origin = 'invoice'),
        (5, 'reopen', invoice.status = 'cancelled' and invoice.origin = 'invoice'),
        (6, 'cancel', invoice.status in ('draft', 'sent', 'overdue')),
        (7, 'delete', invoice.status = 'draft')
    ) as action (place, name, possible)
    where action.possible
$$;
grant execute on function private.invoice_actions to authenticated;
comment on function private.invoice_actions is 'What can be done with an invoice in its state.';

create function private.tax_table(invoice public.invoices)
returns json
language sql
stable
set search_path = ''
as $$
    select coalesce(json_agg(json_build_object(
        'hsn_code', line.hsn_code,
        'tax_rate', trim_scale(line.tax_rate),
        'half_rate', trim_scale(line.tax_rate / 2),
        'taxable_value', line.taxable_value,
        'cgst', line.cgst,
        'sgst', line.sgst,
        'igst', line.igst,
        'tax_amount', line.tax_amount
    ) order by line.tax_rate desc, line.hsn_code), '[]')
    from (
        select
            item.hsn_code,
            coalesce(item.tax_rate, invoice.tax_rate) as tax_rate,
            sum(item.taxable_value) as taxable_value,
            sum(item.cgst) as cgst,
            sum(item.sgst) as sgst,
            sum(item.igst) as igst,
            sum(item.tax_amount) as tax_amount
        from public.invoice_items as item
        where item.invoice_id = invoice.id and item.user_id = invoice.user_id
        group by item.hsn_code, coalesce(item.tax_rate, invoice.tax_rate)
    ) as line
$$;
grant execute on function private.tax_table to authenticated;
comment on function private.tax_table is 'The tax of an invoice by HSN code and rate (CGST Rules, Rule 46 (k) to (m)).';

create function private.invoice_timeline(invoice public.invoices, zone text)
returns json
language sql
stable
set search_path = ''
as $$
    select json_agg(json_build_object(
        'event', step.event, 'at', private.local_text(step.instant, zone)
    ) order by step.place)
    from (values
        (1, 'created', invoice.created_at),
        (2, 'sent', invoice.sent_at),
        (3, 'overdue', case
            when invoice.status in ('sent', 'overdue') and invoice.due_day < private.today(invoice.user_id)
                then (invoice.due_day + 1)::timestamp at time zone zone
        end),
        (4, 'paid', invoice.paid_at),
        (5, 'cancelled', invoice.cancelled_at)
    ) as step (place, event, instant)
    where step.instant is not null
$$;
grant execute on function private.invoice_timeline to authenticated;
comment on function private.invoice_timeline is 'What happened to an invoice, in its order.';

create function private.seller(reader public.profiles)
returns json
language sql
stable
set search_path = ''
as $$
    select json_build_object(
        'name', coalesce(reader.business_name, reader.full_name, reader.username, reader.email),
        'email', reader.email,
        'gstin', reader.gstin,
        'address', reader.address,
        'state_code', reader.state_code,
        'state_name', (select state.name from public.gst_states as state where state.code = reader.state_code),
        'has_utgst', coalesce((select state.has_utgst from public.gst_states as state where state.code = reader.state_code), false),
        'upi_id', reader.upi_id
    )
$$;
grant execute on function private.seller to authenticated;
comment on function private.seller is 'The caller as the supplier on an invoice.';

create function api.invoice_page(invoice text)
returns json
language plpgsql
stable
set search_path = ''
as $$
declare
    reader constant public.profiles := private.reader();
    today constant date := private.today(reader.id);
    shown constant public.invoices := private.find_invoice(invoice);
begin
    return json_build_object(
        'today', today,
        'invoice', (
            select row_to_json(answer)
            from (
                select
                    api_invoice.*,
                    shown.serial,
                    shown.origin,
                    shown.inter_state,
                    shown.due_day - today as due_in_days,
                    (select state.name from public.gst_states as state where state.code = shown.place_of_supply) as place_name,
                    (select state.name from public.gst_states as state where state.code = left(shown.customer_gstin, 2)) as customer_state
                from api.invoices as api_invoice
                where api_invoice.id = shown.id
            ) as answer
        ),
        'line_totals', (
            select coalesce(json_agg(item.taxable_value + item.tax_amount order by item.position, item.created_at, item.id), '[]')
            from public.invoice_items as item
            where item.invoice_id = shown.id and item.user_id = shown.user_id
        ),
        'status', private.shown_status(shown.status, shown.due_day, today),
        'amount_due', case when shown.status in ('paid', 'cancelled') then 0.00 else shown.total_amount end,
        'amount_in_words', private.amount_in_words(shown.total_amount),
        'tax_in_words', private.tax_in_words(reader.state_code, shown.place_of_supply, shown.inter_state),
        'tax_table', private.tax_table(shown),
        'seller', private.seller(reader),
        'timeline', private.invoice_timeline(shown, reader.time_zone),
        'available_actions', private.invoice_actions(shown),
        'payment', (
            select json_build_object(
                'id', payment.id, 'amount', payment.amount, 'day', payment.day, 'account_name', account.name,
                'account_id', account.id
            )
            from public.transactions as payment
            inner join public.accounts as account on account.id = payment.account_id and account.user_id = payment.user_id
            where payment.invoice_id = shown.id and payment.user_id = shown.user_id
        ),
        'accounts', (
            select coalesce(json_agg(json_build_object(
                'id', account.id, 'name', account.name, 'is_default', account.is_default,
                'balance', account.balance, 'balance_after', account.balance + shown.total_amount
            ) order by account.is_default desc, account.created_at, account.id), '[]')
            from public.accounts as account
            where account.user_id = reader.id
        )
    );
end;
$$;
grant execute on function api.invoice_page to authenticated;
comment on function api.invoice_page is 'Everything the page, the print view and the PDF of one invoice show.';

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

create function api.invoice_form(invoice text default null, draft jsonb default null, copied text default null)
returns json
language plpgsql
stable
set search_path = ''
as $$
declare
    reader constant public.profiles := private.reader();
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
        'default_tax_rate', trim_scale(case when invoice is null then reader.default_tax_rate else saved.tax_rate end),
        'seller', private.seller(reader),
        'states', private.state_choices(),
        'rates', (
            select json_agg(trim_scale(known.rate) order by known.rate)
            from public.gst_rates as known
            where today >= known.valid_from and today <= coalesce(known.valid_to, today)
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
        'preview', api.preview_invoice(coalesce(draft, written), invoice)
    );
end;
$$;
grant execute on function api.invoice_form to authenticated;
comment on function api.invoice_form is
'What the form for a new, an edited or a copied invoice offers, and the totals of it as it stands.';

create function api.set_invoice_status(invoice text, status text, payment jsonb default '{}')
returns json
language plpgsql
set search_path = ''
as $$
declare
    changed constant public.invoices := private.find_invoice(invoice);
begin
    if status = 'paid' then
        return (select json_build_object('id', paid.id) from api.mark_invoice_paid(changed.id, payment) as paid);
    end if;
    return (
        select json_build_object('id', updated.id)
        from api.update_invoice(changed.id, jsonb_build_object('status', case
            -- What /api/v1 calls pending is sent, unless the invoice is open already.
            when status <> 'pending' then status
            when changed.status = 'overdue' then 'overdue'
            else 'sent'
        end)) as updated
    );
end;
$$;
grant execute on function api.set_invoice_status to authenticated;
comment on function api.set_invoice_status is
'Sends, pays, cancels or reopens an invoice, named by its id or its serial number (spec: Frontend Routes).';

create function api.change_invoice(reference text, invoice jsonb, seen_at timestamptz default null)
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
    answer := private.replay('change_invoice', request, 200);
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
    perform private.remember('change_invoice', request, answer, status => 200);
    return answer;
end;
$$;
grant execute on function api.change_invoice to authenticated;
comment on function api.change_invoice is
'api.update_invoice for an invoice named by its id or its serial number; 409 invoice_changed when seen_at is not its updated_at.';

create function api.remove_invoice(reference text)
returns void
language sql
set search_path = ''
as $$ select api.delete_invoice((private.find_invoice(reference)).id) $$;
grant execute on function api.remove_invoice to authenticated;
comment on function api.remove_invoice is 'api.delete_invoice for an invoice named by its id or its serial number.';


-- Lists --------------------------------------------------------------------------------------------

create function private.containing(part text)
returns text
language sql
immutable
strict
set search_path = ''
as $$ select '%' || regexp_replace(part, '([\\%_])', '\\\1', 'g') || '%' $$;
grant execute on function private.containing to authenticated;
comment on function private.containing is 'The pattern of `like` for texts that contain this one as it is.';

create function api.invoices_page(filters jsonb default '{}')
returns json
language plpgsql
stable
set search_path = ''
as $$
declare
    reader constant public.profiles := private.reader();
    today constant date := private.today(reader.id);
    page_size constant integer := 25;
    sort_column constant text := case filters ->> 'sort'
        when 'due' then 'due_date' when 'amount' then 'total_amount' when 'customer' then 'customer_name'
        when 'number' then 'serial' else 'issue_date'
    end;
    direction constant text := case filters ->> 'order' when 'asc' then 'asc' else 'desc' end;
    beyond constant text := case direction when 'asc' then '>' else '<' end;
    -- What private.shown_status says, spelt out: a call per row would take most of the time at 100,000 invoices.
    shown_status constant text := $status$
        case when invoice.status = 'sent' and invoice.due_day < $3 then 'overdue' else invoice.status end
    $status$;
    condition constant text := $filter$
        invoice.user_id = $1
        and ($2 ->> 'q' is null
            or invoice.customer_name ilike private.containing($2 ->> 'q')
            or invoice.customer_email ilike private.containing($2 ->> 'q')
            or invoice.invoice_number ilike private.containing($2 ->> 'q'))
        and ($2 ->> 'from' is null or invoice.issue_day >= ($2 ->> 'from')::date)
        and ($2 ->> 'to' is null or invoice.issue_day <= ($2 ->> 'to')::date)
        and ($2 ->> 'due_from' is null or invoice.due_day >= ($2 ->> 'due_from')::date)
        and ($2 ->> 'due_to' is null or invoice.due_day <= ($2 ->> 'due_to')::date)
        and ($2 ->> 'min' is null or invoice.total_amount >= ($2 ->> 'min')::numeric)
        and ($2 ->> 'max' is null or invoice.total_amount <= ($2 ->> 'max')::numeric)
    $filter$;
    counts json;
    rows json;
begin
    execute format(
        $query$
            select json_object_agg(counted.status, json_build_object('count', counted.number, 'amount', counted.amount))
            from (
                select
                    %s as status,
                    count(*) as number,
                    sum(invoice.total_amount) as amount
                from public.invoices as invoice
                where %s
                group by 1
            ) as counted
        $query$, shown_status, condition
    ) into counts using reader.id, filters, today;
    execute format(
        $query$
            select coalesce(json_agg(private.invoice_row(page.invoice, $3) order by page.place), '[]')
            from (
                select invoice, row_number() over () as place
                from (
                    select invoice
                    from public.invoices as invoice
                    where
                        %1$s
                        and case $2 ->> 'status'
                            when 'open' then invoice.status in ('sent', 'overdue')
                            else coalesce($2 ->> 'status', '') in ('', %5$s)
                        end
                        and ($2 ->> 'after' is null or (invoice.%2$I, invoice.id) %4$s (
                            select last.%2$I, last.id from public.invoices as last
                            where last.id = ($2 ->> 'after')::uuid and last.user_id = $1
                        ))
                    order by invoice.%2$I %3$s, invoice.id %3$s
                    limit $4 + 1
                ) as ordered
            ) as page
        $query$, condition, sort_column, direction, beyond, shown_status
    ) into rows using reader.id, filters, today, page_size;
    return json_build_object(
        'today', today,
        'counts', coalesce(counts, '{}'),
        -- Looks through all invoices: only when somebody searches.
        'exact', case when filters ? 'q' then (
            select found.id from public.invoices as found
            where found.user_id = reader.id and lower(found.invoice_number) = lower(filters ->> 'q')
            order by found.invoice_number <> filters ->> 'q'
            limit 1
        ) end,
        'page_size', page_size,
        'invoices', rows
    );
end;
$$;
grant execute on function api.invoices_page to authenticated;
comment on function api.invoices_page is
'A page of invoices with counts and sums by status, and the one whose number is what was looked for; one row more than page_size says that there are others after it.';

create function api.transactions_page(filters jsonb default '{}')
returns json
language plpgsql
stable
set search_path = ''
as $$
declare
    reader constant public.profiles := private.reader();
    page_size constant integer := 50;
begin
    return (
        with matching as not materialized (
            select entry.*
            from public.transactions as entry
            where
                entry.user_id = reader.id
                and (filters ->> 'type' is null or entry.transaction_type = filters ->> 'type')
                and (
                    filters ->> 'account' is null
                    or (filters ->> 'account')::uuid in (entry.account_id, entry.transfer_account_id)
                )
                and (filters ->> 'category' is null or entry.category = filters ->> 'category')
                and (filters ->> 'from' is null or entry.day >= (filters ->> 'from')::date)
                and (filters ->> 'to' is null or entry.day <= (filters ->> 'to')::date)
                and (filters ->> 'q' is null or entry.description ilike private.containing(filters ->> 'q'))
        ),
        page as (
            select entry.*
            from matching as entry
            where filters ->> 'after' is null or (entry.date, entry.id) < (
                select last.date, last.id from public.transactions as last
                where last.id = (filters ->> 'after')::uuid and last.user_id = reader.id
            )
            order by entry.date desc, entry.id desc
            limit page_size + 1
        )
        select json_build_object(
            'today', private.today(reader.id),
            'page_size', page_size,
            'accounts', private.account_choices(),
            'default_tax_rate', trim_scale(reader.default_tax_rate),
            'categories', (
                select coalesce(json_agg(known.category order by known.category), '[]')
                from (
                    select distinct recent.category
                    from (
                        select entry.category from public.transactions as entry
                        where entry.user_id = reader.id
                        order by entry.date desc, entry.id desc
                        limit 500
                    ) as recent
                    where recent.category is not null
                ) as known
            ),
            'totals', (
                select json_build_object(
                    'count', count(*),
                    'money_in', coalesce(sum(entry.amount) filter (where entry.transaction_type = 'sale'), 0.00),
                    'money_out', coalesce(sum(entry.amount) filter (where entry.transaction_type = 'expense'), 0.00)
                )
                from matching as entry
            ),
            'transactions', (
                select coalesce(json_agg(json_build_object(
                    'id', entry.id,
                    'day', entry.day,
                    'transaction_type', entry.transaction_type,
                    'description', entry.description,
                    'category', entry.category,
                    'amount', entry.amount,
                    'tax_amount', entry.tax_amount,
                    'account_name', account.name,
                    'transfer_account_name', receiver.name,
                    'invoice_id', entry.invoice_id,
                    'invoice_number', invoice.invoice_number
                ) order by entry.date desc, entry.id desc), '[]')
                from page as entry
                inner join public.accounts as account on account.id = entry.account_id
                left join public.accounts as receiver on receiver.id = entry.transfer_account_id
                left join public.invoices as invoice on invoice.id = entry.invoice_id
            )
        )
    );
end;
$$;
grant execute on function api.transactions_page to authenticated;
comment on function api.transactions_page is
'A page of transactions, newest first, with sums and what the form offers; one row more than page_size says there are others.';

create function api.accounts_page()
returns json
language plpgsql
stable
set search_path = ''
as $$
declare
    reader constant public.profiles := private.reader();
begin
    return json_build_object(
        'total_balance', (select coalesce(sum(account.balance), 0.00) from public.accounts as account where account.user_id = reader.id),
        'accounts', (
            select coalesce(json_agg(json_build_object(
                'id', account.id,
                'name', account.name,
                'balance', account.balance,
                'is_default', account.is_default,
                'entries', (
                    select coalesce(json_agg(json_build_object(
                        'kind', entry.kind,
                        'amount', entry.amount,
                        'balance_after', entry.balance_after,
                        'day', coalesce(entry.day, (entry.created_at at time zone reader.time_zone)::date),
                        'description', case
                            when entry.kind <> 'transaction' then initcap(entry.kind)
                            when entry.transaction_type is null then 'Transaction, deleted since'
                            else coalesce(nullif(entry.description, ''), entry.category, initcap(entry.transaction_type))
                        end
                    ) order by entry.entry_number desc), '[]')
                    from (
                        select ledger.*, moved.description, moved.category, moved.transaction_type, moved.day
                        from public.ledger_entries as ledger
                        left join public.transactions as moved on moved.id = ledger.transaction_id
                        where ledger.user_id = reader.id and ledger.account_id = account.id
                        order by ledger.entry_number desc
                        limit 20
                    ) as entry
                )
            ) order by account.is_default desc, account.created_at, account.id), '[]')
            from public.accounts as account
            where account.user_id = reader.id
        )
    );
end;
$$;
grant execute on function api.accounts_page to authenticated;
comment on function api.accounts_page is 'The accounts with their last movements and the running balance.';

create function api.change_account(account_id uuid, account jsonb, shown_balance numeric)
returns json
language plpgsql
set search_path = ''
as $$
declare
    request constant jsonb := jsonb_build_object('account_id', account_id, 'account', account, 'shown_balance', shown_balance);
    balance_now numeric;
    answer json;
begin
    -- Before the balance is read: what comes in later waits until the adjustment is written.
    perform private.open_books();
    answer := private.replay('change_account', request, 200);
    if answer is not null then
        return answer;
    end if;
    -- Locked, because the dashboard writes without the books.
    select known.balance into balance_now from public.accounts as known
    where known.id = change_account.account_id
    for no key update;
    if account ? 'balance' and shown_balance is distinct from balance_now and balance_now is not null then
        perform private.raise_problem(
            409, 'balance_moved', 'Money has moved since the page was opened. Nothing was changed; save again to set your balance.'
        );
    end if;
    answer := to_json(api.update_account(account_id, account));
    perform private.remember('change_account', request, answer, status => 200);
    return answer;
end;
$$;
grant execute on function api.change_account to authenticated;
comment on function api.change_account is
'api.update_account for a form that has shown the balance: one that has moved since is not overwritten.';

create function api.settings_page()
returns json
language plpgsql
stable
set search_path = ''
as $$
begin
    return json_build_object('profile', row_to_json(private.reader()), 'states', private.state_choices());
end;
$$;
grant execute on function api.settings_page to authenticated;
comment on function api.settings_page is 'The caller''s profile and what it can be set to.';


-- Dashboard ----------------------------------------------------------------------------------------


create function private.months_of_year(reader public.profiles, first_day date)
returns json
language sql
stable
set search_path = ''
as $$
    with months as (
        select start::date as first_day, (start + interval '1 month')::date as next_day
        from generate_series(first_day, first_day + interval '11 months', interval '1 month') as start
    ),
    sales as (
        select total.first_day as month, sum(total.subtotal + total.tax_amount) as amount
        from private.invoice_totals as total
        where
            total.user_id = reader.id
            and total.span = 'month'
            and total.status not in ('draft', 'cancelled')
            and total.first_day >= months_of_year.first_day
            and total.first_day < months_of_year.first_day + interval '1 year'
        group by 1
    ),
    moved as (
        select
            total.first_day as month,
            sum(total.amount) filter (where total.transaction_type = 'sale') as receipts,
            sum(total.amount) filter (where total.transaction_type = 'expense') as expenses
        from private.transaction_totals as total
        where
            total.user_id = reader.id
            and total.span = 'month'
            and total.first_day >= months_of_year.first_day
            and total.first_day < months_of_year.first_day + interval '1 year'
        group by 1
    )
    select json_agg(json_build_object(
        'month', months.first_day,
        'last_day', months.next_day - 1,
        'sales', coalesce(sales.amount, 0.00),
        'receipts', coalesce(moved.receipts, 0.00),
        'expenses', coalesce(moved.expenses, 0.00),
        'net', coalesce(moved.receipts, 0.00) - coalesce(moved.expenses, 0.00)
    ) order by months.first_day)
    from months
    left join sales on sales.month = months.first_day
    left join moved on moved.month = months.first_day
$$;
grant execute on function private.months_of_year to authenticated;
comment on function private.months_of_year is
'Twelve months of a financial year: invoices issued, money received and spent, and the net of the two.';

create function private.ageing(reader public.profiles, today date)
returns json
language sql
stable
set search_path = ''
as $$
    select json_agg(json_build_object(
        'name', bucket.name,
        'from', today - bucket.last_day,
        'to', today - bucket.first_day,
        'count', coalesce(late.number, 0),
        'amount', coalesce(late.amount, 0.00)
    ) order by bucket.first_day)
    from (values ('1–30 days', 1, 30), ('31–60 days', 31, 60), ('61–90 days', 61, 90), ('Over 90 days', 91, null)) as bucket (
        name, first_day, last_day
    )
    left join lateral (
        select count(*) as number, sum(invoice.total_amount) as amount
        from public.invoices as invoice
        where
            invoice.user_id = reader.id
            and invoice.status in ('sent', 'overdue')
            and invoice.due_day <= today - bucket.first_day
            and (bucket.last_day is null or invoice.due_day >= today - bucket.last_day)
    ) as late on true
$$;
grant execute on function private.ageing to authenticated;
comment on function private.ageing is 'Unpaid invoices by how many days they are late.';

create function private.filing_due_day(period_end date, frequency text, state_code text)
returns date
language sql
immutable
set search_path = ''
as $$
    select case frequency
        when 'monthly' then period_end + 20
        -- Two groups of states; who has not said where it is, is told the earlier day.
        when 'quarterly' then period_end + case when state_code < '22' or state_code in ('25', '38') then 24 else 22 end
        when 'annually' then make_date(extract(year from period_end)::integer, 12, 31)
    end
$$;
grant execute on function private.filing_due_day to authenticated;
comment on function private.filing_due_day is
'When the return of a period that ends with its month is due: GSTR-3B on the 20th (monthly), 22nd or 24th (quarterly), GSTR-9 on 31 December.';

create function private.current_gst(reader public.profiles, today date)
returns json
language sql
stable
set search_path = ''
as $$
    select json_build_object(
        'period_start', lower(current.period),
        'period_end', upper(current.period) - 1,
        'frequency', reader.filing_frequency,
        'due_day', private.filing_due_day(upper(current.period) - 1, reader.filing_frequency, reader.state_code),
        'due_in_days', private.filing_due_day(upper(current.period) - 1, reader.filing_frequency, reader.state_code) - today,
        'output_tax', figures.total_tax_collected,
        'input_tax', figures.total_tax_paid,
        'net', figures.net_tax_liability,
        'sales', figures.total_sales,
        'expenses', figures.total_expenses,
        'cgst', figures.cgst,
        'sgst', figures.sgst,
        'igst', figures.igst,
        'transaction_count', figures.transaction_count
    )
    from (values (private.period_containing(today, reader.filing_frequency))) as current (period)
    cross join lateral private.filing_figures(reader.id, 'gst', lower(current.period), upper(current.period) - 1) as figures
$$;
grant execute on function private.current_gst to authenticated;
comment on function private.current_gst is 'The GST of the period that today lies in, live.';

create function api.dashboard()
returns json
language plpgsql
stable
set search_path = ''
as $$
declare
    reader constant public.profiles := private.reader();
    today constant date := private.today(reader.id);
    month_start constant date := date_trunc('month', today::timestamp)::date;
    year_start constant date := lower(private.period_containing(today, 'annually'));
begin
    return json_build_object(
        'today', today,
        'month_start', month_start,
        'name', coalesce(reader.full_name, reader.business_name, reader.username),
        'profile_is_complete', reader.state_code is not null and reader.business_name is not null,
        'invoice_count', (
            select coalesce(sum(total.counted), 0) from private.invoice_totals as total
            where total.user_id = reader.id and total.span = 'month'
        ),
        'to_receive', (
            select json_build_object(
                'amount', coalesce(sum(total.subtotal + total.tax_amount), 0.00), 'count', coalesce(sum(total.counted), 0)
            )
            from private.invoice_totals as total
            where total.user_id = reader.id and total.span = 'month' and total.status in ('sent', 'overdue')
        ),
        'overdue', (
            select json_build_object('amount', coalesce(sum(invoice.total_amount), 0.00), 'count', count(*))
            from public.invoices as invoice
            where
                invoice.user_id = reader.id
                and (invoice.status = 'overdue' or invoice.status = 'sent' and invoice.due_day < today)
        ),
        'this_month', (
            select json_build_object(
                'received', coalesce(sum(total.amount) filter (where total.transaction_type = 'sale'), 0.00),
                'spent', coalesce(sum(total.amount) filter (where total.transaction_type = 'expense'), 0.00)
            )
            from private.transaction_totals_between(reader.id, month_start, today) as total
        ),
        'gst', private.current_gst(reader, today),
        'year_start', year_start,
        'months', private.months_of_year(reader, year_start),
        'ageing', private.ageing(reader, today),
        'overdue_invoices', (
            select coalesce(json_agg(private.invoice_row(late, today) order by late.due_day, late.serial), '[]')
            from (
                select * from public.invoices as invoice
                where
                    invoice.user_id = reader.id
                    and (invoice.status = 'overdue' or invoice.status = 'sent' and invoice.due_day < today)
                order by invoice.due_day, invoice.serial
                limit 5
            ) as late
        ),
        'recent_invoices', (
            select coalesce(json_agg(private.invoice_row(recent, today) order by recent.created_at desc, recent.id desc), '[]')
            from (
                select * from public.invoices as invoice
                where invoice.user_id = reader.id
                order by invoice.created_at desc, invoice.id desc
                limit 5
            ) as recent
        )
    );
end;
$$;
grant execute on function api.dashboard to authenticated;
comment on function api.dashboard is 'The figures of the home page: open, late, received, spent, GST, twelve months, ageing, work lists.';


-- Tax ----------------------------------------------------------------------------------------------

create function api.tax_page(start_date date default null, end_date date default null)
returns json
language plpgsql
stable
set search_path = ''
as $$
declare
    reader constant public.profiles := private.reader();
    today constant date := private.today(reader.id);
    current_period constant daterange := private.period_containing(today, reader.filing_frequency);
    first_day constant date := coalesce(start_date, lower(current_period));
    last_day constant date := coalesce(end_date, upper(current_period) - 1);
    summary constant json := api.tax_filing(first_day, last_day, 'gst', reader.filing_frequency, false) -> 'summary';
begin
    return json_build_object(
        'today', today,
        'frequency', reader.filing_frequency,
        'default_tax_rate', trim_scale(reader.default_tax_rate),
        'due_day', private.filing_due_day(last_day, reader.filing_frequency, reader.state_code),
        'due_in_days', private.filing_due_day(last_day, reader.filing_frequency, reader.state_code) - today,
        'summary', summary,
        -- The summary is live; what was submitted stands still, and is nothing to pay any more.
        'submitted', (
            select json_build_object(
                'submitted_at', private.local_text(filing.submission_date, reader.time_zone),
                'confirmation_number', filing.confirmation_number,
                'payment_reference', filing.payment_reference,
                'paid', filing.payment_transaction_id is not null,
                'total_sales', filing.total_sales,
                'total_expenses', filing.total_expenses,
                'total_tax_collected', filing.total_tax_collected,
                'total_tax_paid', filing.total_tax_paid,
                'net_tax_liability', filing.net_tax_liability,
                'cgst', filing.cgst,
                'sgst', filing.sgst,
                'igst', filing.igst,
                'transaction_count', filing.transaction_count,
                'difference', (summary ->> 'net_tax_liability')::numeric - filing.net_tax_liability
            )
            from public.tax_filings as filing
            where filing.id = (summary ->> 'filing_id')::uuid and filing.status <> 'draft'
        ),
        'rows', (
            select coalesce(json_agg(json_build_object(
                'day', counted.date::date,
                'description', coalesce(nullif(counted.description, ''), counted.category, counted.transaction_type),
                'transaction_type', counted.transaction_type,
                'amount', counted.amount,
                'tax_amount', counted.tax_amount
            ) order by counted.date, counted.transaction_id), '[]')
            from (
                select entry.transaction_id, entry.date at time zone reader.time_zone as date, entry.description, entry.amount,
                    entry.tax_amount, entry.transaction_type, entry.category
                from private.filing_rows(reader.id, 'gst', first_day, last_day) as entry
                order by entry.date desc, entry.transaction_id desc
                limit 200
            ) as counted
        ),
        'periods', (
            select json_agg(json_build_object('start', lower(known.period), 'end', upper(known.period) - 1) order by lower(known.period) desc)
            from (
                select distinct private.period_containing(start::date, reader.filing_frequency) as period
                from generate_series(today - interval '15 months', today, interval '1 month') as start
            ) as known
        ),
        'filings', (
            select coalesce(json_agg(json_build_object(
                'id', filing.id,
                'tax_type', filing.tax_type,
                'period_start', filing.period_start,
                'period_end', filing.period_end,
                'status', filing.status,
                'net_tax_liability', filing.net_tax_liability,
                'confirmation_number', filing.confirmation_number,
                'submitted_at', private.local_text(filing.submission_date, reader.time_zone),
                'changed', private.filing_changes(filing) is not null
            ) order by filing.period_start desc, filing.tax_type), '[]')
            from (
                select * from public.tax_filings as known
                where known.user_id = reader.id
                order by known.period_start desc
                limit 20
            ) as filing
        )
    );
end;
$$;
grant execute on function api.tax_page to authenticated;
comment on function api.tax_page is 'The GST of a period as the books say it and as it was submitted, the filings made so far, and the periods there are.';
