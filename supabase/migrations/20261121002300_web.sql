-- Web: the read models of the pages, and the actions of their forms.
--
-- One function per page, so that a page costs one request, and one per form whose action the contract does not have: it
-- knows what the form showed, and refuses to overwrite what has changed since. All run as the caller, under the caller's
-- policies, and only a signed-in user may call them. The printed invoice and the PDF read the invoice's page, so that
-- their figures can't differ. Days are days in the profile's time zone.


-- Schema -------------------------------------------------------------------------------------------

create schema web;
comment on schema web is 'The web interface: the read models of its pages and the actions of their forms. For signed-in users only.';
grant usage on schema web to authenticated;


-- What several pages show --------------------------------------------------------------------------

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

create function private.containing(part text)
returns text
language sql
immutable
strict
set search_path = ''
as $$ select '%' || regexp_replace(part, '([\\%_])', '\\\1', 'g') || '%' $$;
grant execute on function private.containing to authenticated;
comment on function private.containing is 'The pattern of `like` for texts that contain this one as it is.';

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
        'status', private.shown_status(invoice.status, invoice.due_day, invoice.issued_on, today)
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

create function private.seller(reader public.profiles, snapshot jsonb default null)
returns json
language sql
stable
set search_path = ''
as $$
    select json_build_object(
        'name', supplier.identity ->> 'name',
        'email', supplier.identity ->> 'email',
        'gstin', supplier.identity ->> 'gstin',
        'address', supplier.identity ->> 'address',
        'state_code', supplier.identity ->> 'state_code',
        'legal_name', supplier.identity ->> 'legal_name',
        'gst_scheme', supplier.identity ->> 'gst_scheme',
        'lut_number', supplier.identity ->> 'lut_number',
        'state_name', (select state.name from public.gst_states as state where state.code = supplier.identity ->> 'state_code'),
        'has_utgst', coalesce((
            select state.has_utgst from public.gst_states as state where state.code = supplier.identity ->> 'state_code'
        ), false),
        -- Where money goes today, not where it went when the invoice was issued.
        'upi_id', reader.upi_id
    )
    from (select coalesce(snapshot, private.seller_snapshot(reader.id)) as identity) as supplier
$$;
grant execute on function private.seller to authenticated;
comment on function private.seller is 'The supplier on a document: the snapshot taken at issue or, of a draft, the caller as it is now.';


-- Settings -----------------------------------------------------------------------------------------

create function web.settings_page()
returns json
language plpgsql
stable
set search_path = ''
as $$
begin
    return json_build_object('profile', row_to_json(private.current_profile()), 'states', private.state_choices());
end;
$$;
grant execute on function web.settings_page to authenticated;
comment on function web.settings_page is 'The caller''s profile and what it can be set to.';
