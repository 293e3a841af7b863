-- Version 1: the contract of the Invoice Generation Service (/api/v1), over the same users and invoices.
--
-- An invoice has an integer id here, its serial, which counts per user and so tells nothing about others, and one of
-- three statuses: PENDING is draft or sent. Everything else is decided where it is decided for /api.


-- Schema -------------------------------------------------------------------------------------------

create schema v1;
comment on schema v1 is 'The Invoice Generation Service contract (/api/v1): views in its JSON shape and one function per write.';

grant usage on schema v1 to authenticated, service_role;


-- Users --------------------------------------------------------------------------------------------

create view v1.users with (security_invoker = true) as
select
    id,
    email,
    username,
    full_name,
    true as is_active,
    to_json(created_at at time zone 'utc') #>> '{}' || 'Z' as created_at
from public.profiles
where id = (select private.current_user_id());
grant select on v1.users to authenticated;
comment on view v1.users is 'The caller (spec: Get current user details).';

create function v1.email_of_username(username text)
returns text
language sql
stable
set search_path = ''
as $$
    select profile.email
    from public.profiles as profile
    where lower(profile.username) = lower(email_of_username.username)
$$;
-- To the log-in alone: a user could find out others' addresses with it.
grant execute on function v1.email_of_username to service_role;
comment on function v1.email_of_username is
'The e-mail address that a username logs in with, null for an unknown one (spec: Login). For the auth function only.';


-- Invoices -----------------------------------------------------------------------------------------

create view v1.invoices with (security_invoker = true) as
select
    invoice.serial as id,
    invoice.invoice_number,
    to_json(invoice.created_at at time zone 'utc') #>> '{}' || 'Z' as date_created,
    to_json(invoice.due_date at time zone 'utc') #>> '{}' || 'Z' as due_date,
    invoice.total_amount,
    case invoice.status when 'paid' then 'PAID' when 'cancelled' then 'CANCELLED' else 'PENDING' end as status,
    invoice.customer_name,
    invoice.customer_email,
    invoice.customer_address,
    invoice.notes,
    (
        select coalesce(json_agg(json_build_object(
            'id', line.id,
            'invoice_id', invoice.serial,
            'description', line.description,
            'quantity', trim_scale(line.quantity),
            'unit_price', line.unit_price,
            'amount', line.amount
        ) order by line.id), '[]'::json)
        from (
            select
                row_number() over (order by item.position, item.created_at, item.id) as id,
                item.description,
                item.quantity,
                item.unit_price,
                item.amount
            from public.invoice_items as item
            where item.invoice_id = invoice.id and item.user_id = invoice.user_id
        ) as line
    ) as items,
    invoice.status as stored_status,
    invoice.created_at as created_instant,
    invoice.created_day,
    invoice.due_date as due_instant,
    invoice.due_day,
    customer.customer_name as customer_name_search,
    customer.customer_email as customer_email_search
from public.invoices as invoice
left join private.invoice_customers as customer on customer.id = invoice.id
where invoice.document_type = 'invoice';
grant select on v1.invoices to authenticated;
comment on view v1.invoices is 'Invoices with their lines as this contract shows them (spec: Available Fields).';
comment on column v1.invoices.id is 'The invoice''s serial.';
comment on column v1.invoices.customer_name_search is 'customer_name, for searches only: an index on trigrams serves them. So is customer_email_search.';

create type v1.invoice_answer as (
    id bigint,
    invoice_number text,
    date_created text,
    due_date text,
    total_amount public.rupees,
    status text,
    customer_name text,
    customer_email text,
    customer_address text,
    notes text,
    items json
);
comment on type v1.invoice_answer is 'What functions answer of an invoice: the first columns of the view, in its order.';

create function private.status_from_v1(written text)
returns text
language sql
immutable
set search_path = ''
as $$
    select case written
        when 'PAID' then 'paid'
        when 'CANCELLED' then 'cancelled'
        when 'PENDING' then 'sent'
    end
$$;
grant execute on function private.status_from_v1 to authenticated;
comment on function private.status_from_v1 is
'What a status written here makes of a stored one: PENDING sends a draft and takes a payment or a cancellation back.';

create function private.invoice_of_serial(wanted_serial bigint)
returns public.invoices
language plpgsql
set search_path = ''
as $$
declare
    caller constant uuid := private.open_books();
    invoice public.invoices;
begin
    select * into invoice from public.invoices
    where user_id = caller and serial = wanted_serial and document_type = 'invoice'
    for no key update;
    if not found then
        perform private.raise_problem(404, 'invoice_not_found', 'There is no such invoice.');
    end if;
    return invoice;
end;
$$;
grant execute on function private.invoice_of_serial to authenticated;
comment on function private.invoice_of_serial is 'The caller''s invoice of that serial, to be written; 404 invoice_not_found otherwise.';

create function v1.create_invoice(invoice jsonb)
returns v1.invoice_answer
language plpgsql
set search_path = ''
as $$
declare
    caller constant uuid := private.open_books();
    answer v1.invoice_answer := json_populate_record(null::v1.invoice_answer, private.replay('v1.create_invoice', invoice));
    draft public.invoices;
begin
    if answer.id is not null then
        return answer;
    end if;
    draft := jsonb_populate_record(null::public.invoices, invoice);
    insert into public.invoices (
        user_id, invoice_number, status, customer_name, customer_email, customer_address, issue_date, due_date,
        tax_rate, notes
    )
    values (
        caller, private.random_invoice_number(caller), 'sent', draft.customer_name, draft.customer_email,
        draft.customer_address, least(now(), draft.due_date), draft.due_date, coalesce(draft.tax_rate, 0), draft.notes
    )
    returning * into draft;
    perform private.write_items(draft.id, invoice -> 'items');
    -- Money moves when the lines are there.
    update public.invoices set status = private.status_from_v1(invoice ->> 'status')
    where id = draft.id and invoice ->> 'status' <> 'PENDING';
    select * into answer from v1.invoices where id = draft.serial;
    perform private.remember('v1.create_invoice', invoice, to_json(answer), '/api/v1/invoices/' || answer.id);
    return answer;
end;
$$;
grant execute on function v1.create_invoice to authenticated;
comment on function v1.create_invoice is
'Writes an invoice that is sent at once, with a random number, and without tax unless it names a tax_rate (spec: Create a new invoice).
This contract knows no issue_date: what was due in the past was issued then.';

create function v1.update_invoice(invoice_id bigint, invoice jsonb)
returns v1.invoice_answer
language plpgsql
set search_path = ''
as $$
declare
    stored constant public.invoices := private.invoice_of_serial(invoice_id);
    changes jsonb := invoice;
    answer v1.invoice_answer;
begin
    if changes ? 'status' then
        changes := changes || jsonb_build_object('status', private.status_from_v1(invoice ->> 'status'));
    end if;
    if changes ? 'due_date' then
        changes := changes || jsonb_build_object(
            'issue_date', least(stored.issue_date, (changes ->> 'due_date')::timestamptz)
        );
    end if;
    perform api.update_invoice(stored.id, changes);
    select * into answer from v1.invoices where id = update_invoice.invoice_id;
    return answer;
end;
$$;
grant execute on function v1.update_invoice to authenticated;
comment on function v1.update_invoice is 'Changes the named fields; lines, totals and payment follow (spec: Update an invoice).';

create function v1.update_invoice_status(invoice_id bigint, status text)
returns v1.invoice_answer
language plpgsql
set search_path = ''
as $$
declare
    stored constant public.invoices := private.invoice_of_serial(invoice_id);
begin
    if status = 'PAID' and stored.status = 'paid' then
        perform private.raise_problem(409, 'invoice_already_paid', format('Invoice %s is paid already.', stored.invoice_number));
    end if;
    return v1.update_invoice(invoice_id, jsonb_build_object('status', status));
end;
$$;
grant execute on function v1.update_invoice_status to authenticated;
comment on function v1.update_invoice_status is
'Sends, pays or cancels; 409 invoice_already_paid the second time, so that a payment is reported once (spec: Update invoice status).';

create function v1.delete_invoice(invoice_id bigint)
returns void
language plpgsql
set search_path = ''
as $$
declare
    stored constant public.invoices := private.invoice_of_serial(invoice_id);
begin
    perform api.delete_invoice(stored.id);
end;
$$;
grant execute on function v1.delete_invoice to authenticated;
comment on function v1.delete_invoice is
'Deletes an invoice and its payment; the id is not given again (spec: Delete an invoice).';
