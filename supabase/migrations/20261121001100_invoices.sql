-- Invoices: the documents that a user issues, with their state. Lines, numbers, settlements have files of their own.
--
-- A document's totals are the sums of its stored lines (private.sum_invoices), what is settled is the sum of its
-- settlements (private.settle_invoices): nobody else writes either. What a person types, in a request or in the
-- dashboard, is prepared by the trigger `prepare`; what the rules themselves write passes it by.


-- Tables -------------------------------------------------------------------------------------------

create table public.invoices (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null default auth.uid() references public.profiles (id) on delete cascade,
    serial bigint not null,
    document_type text not null default 'invoice',
    financial_year smallint not null,
    invoice_number text not null,
    origin text not null default 'invoice',
    status text not null default 'draft',
    seller jsonb,
    customer_id uuid,
    customer_name text not null,
    customer_email text,
    customer_address text,
    customer_gstin text,
    customer_state_code text references public.gst_states (code),
    customer_pincode text,
    customer_country_code text,
    party_type text,
    supply_type text not null default 'domestic',
    ship_to_name text,
    ship_to_address text,
    ship_to_gstin text,
    ship_to_state_code text references public.gst_states (code),
    ship_to_pincode text,
    port_code text,
    shipping_bill_number text,
    shipping_bill_date date,
    place_of_supply text references public.gst_states (code),
    inter_state boolean not null default false,
    against_id uuid,
    note_reason text,
    issue_date timestamptz not null default now(),
    issue_day date not null,
    due_date timestamptz not null,
    due_day date not null,
    tax_rate public.tax_rate not null,
    price_includes_tax boolean not null default false,
    reverse_charge boolean not null default false,
    subtotal public.rupees not null default 0,
    cgst public.rupees not null default 0,
    sgst public.rupees not null default 0,
    igst public.rupees not null default 0,
    tax_amount public.rupees not null default 0,
    round_off public.rupees not null default 0,
    total_amount public.rupees not null default 0,
    amount_settled public.rupees not null default 0,
    amount_due numeric(15, 2) generated always as (total_amount - amount_settled) stored,
    amount_credited public.rupees not null default 0,
    notes text,
    template text not null default 'default',
    issued_at timestamptz,
    issued_on date,
    paid_at timestamptz,
    cancelled_at timestamptz,
    created_at timestamptz not null default now(),
    created_day date not null,
    updated_at timestamptz not null default now(),
    constraint invoices_owner_key unique (id, user_id),
    constraint invoices_serial_unique_per_user unique (user_id, serial),
    constraint invoices_document_type_known check (document_type in ('invoice', 'credit_note', 'debit_note')),
    constraint invoices_number_shape check (invoice_number ~ '^[A-Za-z0-9][A-Za-z0-9/_.-]{0,49}$'),
    constraint invoices_origin_known check (origin in ('invoice', 'sale')),
    constraint invoices_status_known check (status in ('draft', 'sent', 'paid', 'cancelled')),
    constraint invoices_template_known check (template in ('default', 'professional', 'simple', 'detailed')),
    constraint invoices_customer_name_length check (customer_name ~ '\S' and char_length(customer_name) <= 200),
    constraint invoices_customer_email_shape
    check (customer_email ~ '^[^@\s]+@[^@\s]+$' and char_length(customer_email) <= 320),
    constraint invoices_customer_address_length check (char_length(customer_address) <= 1000),
    constraint invoices_customer_pincode_shape check (customer_pincode ~ '^[A-Za-z0-9 -]{1,16}$'),
    constraint invoices_customer_country_code_shape check (customer_country_code ~ '^[A-Z]{2}$'),
    constraint invoices_party_type_known check (
        party_type in (
            'regular', 'composition', 'sez', 'deemed_export', 'uin', 'tds_deductor', 'non_resident', 'overseas', 'unregistered'
        )
    ),
    constraint invoices_supply_type_known check (
        supply_type in (
            'domestic', 'export_with_payment', 'export_without_payment', 'sez_with_payment', 'sez_without_payment', 'deemed_export'
        )
    ),
    constraint invoices_supply_type_fits_party check (
        case
            when supply_type in ('sez_with_payment', 'sez_without_payment') then party_type is not distinct from 'sez'
            when supply_type in ('export_with_payment', 'export_without_payment') then party_type is not distinct from 'overseas'
            when supply_type = 'deemed_export' then party_type is not distinct from 'deemed_export'
            else party_type is null or party_type not in ('sez', 'overseas', 'deemed_export')
        end
    ),
    constraint invoices_ship_to_name_length check (char_length(ship_to_name) between 1 and 200),
    constraint invoices_ship_to_address_length check (char_length(ship_to_address) between 1 and 1000),
    constraint invoices_ship_to_pincode_shape check (ship_to_pincode ~ '^[1-9][0-9]{5}$'),
    constraint invoices_port_code_shape check (port_code ~ '^[A-Z0-9]{6}$'),
    constraint invoices_shipping_bill_number_shape check (shipping_bill_number ~ '^[0-9]{3,7}$'),
    constraint invoices_note_names_its_invoice check ((document_type = 'invoice') = (against_id is null)),
    constraint invoices_note_reason_known check (
        note_reason in ('sales_return', 'post_sale_discount', 'deficiency', 'correction', 'pos_change', 'other')
    ),
    constraint invoices_notes_length check (char_length(notes) <= 10000),
    constraint invoices_issue_date_in_range check (issue_date >= '1900-01-01' and issue_date < '9999-01-01'),
    constraint invoices_due_date_in_range check (due_date < '9999-12-31'),
    constraint invoices_due_not_before_issue check (due_day >= issue_day),
    -- In some time zone, from the farthest west to the farthest east: the profile's may have changed.
    constraint invoices_days_are_of_their_instants check (
        issue_day between (issue_date at time zone 'Etc/GMT+12')::date and (issue_date at time zone 'Etc/GMT-14')::date
        and due_day between (due_date at time zone 'Etc/GMT+12')::date and (due_date at time zone 'Etc/GMT-14')::date
        and created_day between (created_at at time zone 'Etc/GMT+12')::date and (created_at at time zone 'Etc/GMT-14')::date
    ),
    constraint invoices_financial_year_of_issue_day
    check (financial_year = extract(year from issue_day - interval '3 months')),
    constraint invoices_tax_adds_up check (tax_amount = cgst + sgst + igst),
    constraint invoices_round_off_below_a_rupee check (abs(round_off) < 1),
    constraint invoices_total_adds_up
    check (total_amount = subtotal + case when reverse_charge then 0 else tax_amount end + round_off),
    constraint invoices_settled_within_total check (amount_settled between 0 and total_amount),
    constraint invoices_credited_within_total check (amount_credited between 0 and total_amount),
    constraint invoices_against_belongs_to_user foreign key (against_id, user_id)
    references public.invoices (id, user_id) deferrable initially deferred
);
comment on table public.invoices is
'Invoices of both contracts, those that sales generate, and the credit and debit notes against them. Amounts are rupees.';
comment on column public.invoices.serial is 'The integer id of /api/v1: 1, 2, 3 ... per user, so that it tells nothing about other users.';
comment on column public.invoices.document_type is 'invoice, credit_note or debit_note. The lines of a note are positive; its type is the sign.';
comment on column public.invoices.financial_year is 'The year in which the Indian financial year of the day of issue begins: 2026 for 1 April 2026 to 31 March 2027.';
comment on column public.invoices.invoice_number is
'Unique per user and financial year (CGST Rules, Rule 46(b)); given from a counter unless the user brings one; never changed.';
comment on column public.invoices.origin is 'sale: generated by a sale transaction and following it; invoice: written by the user.';
comment on column public.invoices.status is 'draft, sent (issued), paid (settled in full) or cancelled. Overdue is shown, never stored.';
comment on column public.invoices.seller is 'The supplier as it was at issue: a later change of the profile moves nothing that was issued.';
comment on column public.invoices.customer_id is 'The contact that the customer''s fields were copied from. No foreign key: documents outlive it.';
comment on column public.invoices.customer_gstin is 'The customer''s GST registration; its check character is tested.';
comment on column public.invoices.customer_state_code is 'State of a customer without GSTIN, when it is known.';
comment on column public.invoices.customer_pincode is 'Six digits in India; another country''s postal code.';
comment on column public.invoices.customer_country_code is 'ISO 3166-1 alpha-2: the country of destination of an export (CGST Rules, Rule 46).';
comment on column public.invoices.party_type is
'What the customer is for GST; null: regular with a GSTIN, else unregistered. A special economic zone, a customer overseas and a deemed export must be named.';
comment on column public.invoices.supply_type is
'domestic, or zero-rated: an export or a supply to a special economic zone, with payment of tax or without (IGST Act s.16); or a deemed export.';
comment on column public.invoices.ship_to_name is 'Who gets the goods, where it is not the customer (CGST Rules, Rule 46(o)).';
comment on column public.invoices.ship_to_address is 'Where the goods go, where it is another address.';
comment on column public.invoices.ship_to_gstin is 'The GSTIN of who gets the goods.';
comment on column public.invoices.ship_to_state_code is 'State to which the goods go.';
comment on column public.invoices.ship_to_pincode is 'PIN code to which the goods go.';
comment on column public.invoices.port_code is 'Code of the port of an export of goods, six characters.';
comment on column public.invoices.shipping_bill_number is 'Number of the shipping bill; it may follow later.';
comment on column public.invoices.shipping_bill_date is 'Day of the shipping bill.';
comment on column public.invoices.place_of_supply is 'GST state code; from the customer''s GSTIN or state, else the seller''s state, unless given.';
comment on column public.invoices.inter_state is 'Whether IGST is due instead of CGST and SGST: the place of supply is not the seller''s state.';
comment on column public.invoices.against_id is 'The invoice that a note corrects.';
comment on column public.invoices.note_reason is 'Why a note was issued.';
comment on column public.invoices.issue_date is 'The instant of issue; its day is issue_day.';
comment on column public.invoices.issue_day is 'The day of issue in the profile''s time zone when it was written; it never moves with the zone.';
comment on column public.invoices.due_date is 'The instant by which the invoice is to be paid; 30 days after issue when none is given.';
comment on column public.invoices.due_day is 'The day of due_date in the profile''s time zone when it was written.';
comment on column public.invoices.created_day is 'The day of created_at in the profile''s time zone.';
comment on column public.invoices.tax_rate is 'GST rate of the lines that name none, in percent.';
comment on column public.invoices.price_includes_tax is 'Whether unit prices contain the tax; the tax is then taken out of them.';
comment on column public.invoices.reverse_charge is 'The recipient pays the tax: it is computed and shown, and no part of the total (CGST Act s.9(3)).';
comment on column public.invoices.subtotal is 'Rupees before tax: the sum of the lines'' taxable values.';
comment on column public.invoices.cgst is 'Rupees of central tax: the sum of the lines.';
comment on column public.invoices.sgst is 'Rupees of state or union territory tax: the sum of the lines.';
comment on column public.invoices.igst is 'Rupees of integrated tax: the sum of the lines.';
comment on column public.invoices.tax_amount is 'Rupees: cgst + sgst + igst.';
comment on column public.invoices.round_off is 'Rupees that round the total; no part of the taxable value.';
comment on column public.invoices.total_amount is 'Rupees to be paid: subtotal, tax (unless the recipient pays it) and round_off.';
comment on column public.invoices.amount_settled is 'Rupees: the sum of the settlements of this document.';
comment on column public.invoices.amount_due is 'Rupees that are still open.';
comment on column public.invoices.amount_credited is 'Rupees: the sum of the credit notes against this invoice.';
comment on column public.invoices.template is 'How the document looks: default, professional, simple or detailed.';
comment on column public.invoices.issued_on is 'The day of issued_at in the profile''s time zone: nothing is overdue before the day after it.';
comment on column public.invoices.issued_at is 'When the document left the state draft for the first time.';
comment on column public.invoices.paid_at is 'When the document was settled in full; null as long as something is due.';
comment on column public.invoices.cancelled_at is 'When the document was cancelled.';

-- Plan as for a user with ten thousand invoices, however few the others have; see transactions.
alter table public.invoices alter column user_id set (n_distinct = -0.0001);

-- Two numbers that differ in case alone would be one to a person. The other index serves the look-up by number.
create unique index invoices_number_unique_per_year on public.invoices (user_id, upper(invoice_number), financial_year);
create index invoices_user_id_invoice_number_idx on public.invoices (user_id, invoice_number);
-- Serve the list, newest first, and its filters by day.
create index invoices_user_id_issue_date_idx on public.invoices (user_id, issue_date, id, issue_day);
create index invoices_user_id_created_at_idx on public.invoices (user_id, created_at, id, created_day);
create index invoices_user_id_due_date_idx on public.invoices (user_id, due_date, id, due_day);
create index invoices_user_id_status_idx on public.invoices (user_id, status, due_day);
-- Serves the search for a part of a customer's name or address, inside of one user's invoices; see private.invoice_customers.
create index invoices_customers_idx on public.invoices using gin (
    user_id extensions.uuid_ops, customer_name extensions.gin_trgm_ops, customer_email extensions.gin_trgm_ops
);
-- Serve the foreign keys.
create index invoices_place_of_supply_idx on public.invoices (place_of_supply);
create index invoices_customer_state_code_idx on public.invoices (customer_state_code) where customer_state_code is not null;
create index invoices_ship_to_state_code_idx on public.invoices (ship_to_state_code) where ship_to_state_code is not null;
create index invoices_against_id_idx on public.invoices (against_id, user_id) where against_id is not null;


-- State --------------------------------------------------------------------------------------------

create function private.shown_status(status text, due_day date, issued_on date, today date)
returns text
language sql
immutable
set search_path = ''
as $$ select case when status = 'sent' and greatest(due_day, issued_on) < today then 'overdue' else status end $$;
grant execute on function private.shown_status to authenticated, service_role;
comment on function private.shown_status is 'The status people see: an unpaid invoice is overdue from the day after it was due, and not on the day of its issue.';

create function private.raise_cancelled(invoice_number text)
returns void
language plpgsql
set search_path = ''
as $$
begin
    perform private.raise_problem(409, 'invoice_cancelled', format('Invoice %s is cancelled.', invoice_number));
end;
$$;
grant execute on function private.raise_cancelled to authenticated, service_role;
comment on function private.raise_cancelled is '409 invoice_cancelled.';

create function private.checked_status(old_invoice public.invoices, new_invoice public.invoices, today date)
returns text
language plpgsql
set search_path = ''
as $$
begin
    -- Overdue is a question about today: what is written is that it was sent. One that was shown as overdue may be given
    -- more time.
    if
        new_invoice.status = 'overdue' and new_invoice.due_day >= today
        and not coalesce(old_invoice.status = 'sent' and greatest(old_invoice.due_day, old_invoice.issued_on) < today, false)
    then
        perform private.raise_problem(
            422, 'not_overdue', format('An invoice that is due on %s is not overdue.', new_invoice.due_day), 'status'
        );
    elsif new_invoice.status = 'paid' and old_invoice.status is distinct from 'paid' then
        if old_invoice.status = 'cancelled' then
            perform private.raise_cancelled(new_invoice.invoice_number);
        elsif new_invoice.total_amount = 0 then
            perform private.raise_problem(
                409, 'nothing_to_pay',
                case
                    when old_invoice.id is null then 'Insert the invoice as sent, then its lines; then update its status to paid.'
                    else 'An invoice without an amount can''t be paid.'
                end
            );
        end if;
    end if;
    return case new_invoice.status when 'overdue' then 'sent' else new_invoice.status end;
end;
$$;
comment on function private.checked_status is
'The status to store for one that was typed: overdue is stored as sent; 422 not_overdue, 409 invoice_cancelled, 409 nothing_to_pay.';

create function private.keep_cancelled_invoice(old_invoice public.invoices, new_invoice public.invoices)
returns void
language plpgsql
set search_path = ''
as $$
begin
    if
        old_invoice.status = 'cancelled' and new_invoice.status = 'cancelled'
        and private.said_by(old_invoice) <> private.said_by(new_invoice)
    then
        perform private.raise_cancelled(new_invoice.invoice_number);
    end if;
end;
$$;
comment on function private.keep_cancelled_invoice is
'409 invoice_cancelled for a change of what a cancelled invoice says; its notes, its template and its status may change.';

create function private.stamped(new_invoice public.invoices, old_status text)
returns public.invoices
language plpgsql
set search_path = ''
as $$
begin
    if new_invoice.status is not distinct from old_status then
        return new_invoice;
    end if;
    new_invoice.issued_at := case when new_invoice.status <> 'draft' then coalesce(new_invoice.issued_at, now()) end;
    new_invoice.issued_on := case
        when new_invoice.status <> 'draft' then coalesce(new_invoice.issued_on, private.today(new_invoice.user_id))
    end;
    -- A draft that it becomes again is issued anew, by the seller of that day.
    new_invoice.seller := case
        when new_invoice.status <> 'draft' then coalesce(new_invoice.seller, private.seller_snapshot(new_invoice.user_id))
    end;
    new_invoice.paid_at := case when new_invoice.status = 'paid' then coalesce(new_invoice.paid_at, now()) end;
    new_invoice.cancelled_at := case when new_invoice.status = 'cancelled' then now() end;
    return new_invoice;
end;
$$;
comment on function private.stamped is 'An invoice whose status was written, with the instants and the seller that belong to it.';


-- What a person types ------------------------------------------------------------------------------

create function private.keep_computed(old_invoice public.invoices, new_invoice public.invoices)
returns public.invoices
language plpgsql
set search_path = ''
as $$
begin
    new_invoice.origin := coalesce(old_invoice.origin, 'invoice');
    new_invoice.subtotal := coalesce(old_invoice.subtotal, 0);
    new_invoice.cgst := coalesce(old_invoice.cgst, 0);
    new_invoice.sgst := coalesce(old_invoice.sgst, 0);
    new_invoice.igst := coalesce(old_invoice.igst, 0);
    new_invoice.tax_amount := coalesce(old_invoice.tax_amount, 0);
    new_invoice.round_off := coalesce(old_invoice.round_off, 0);
    -- Only a typed change of reverse_charge moves the total here: the recipient then pays the tax, or no longer does.
    new_invoice.total_amount := new_invoice.subtotal + new_invoice.round_off
    + case when new_invoice.reverse_charge then 0 else new_invoice.tax_amount end;
    if new_invoice.total_amount <> old_invoice.total_amount then
        perform private.check_amendment(old_invoice);
    end if;
    new_invoice.amount_settled := coalesce(old_invoice.amount_settled, 0);
    new_invoice.amount_credited := coalesce(old_invoice.amount_credited, 0);
    return new_invoice;
end;
$$;
comment on function private.keep_computed is 'An invoice as written, with the origin and the sums that it had, or none when it is new.';

create function private.financial_year(day date)
returns smallint
language plpgsql
immutable
set search_path = ''
as $$
begin
    return extract(year from day - interval '3 months')::smallint;
end;
$$;
grant execute on function private.financial_year to authenticated, service_role;
comment on function private.financial_year is 'The year in which the Indian financial year of a day begins; it runs from April to March.';

create function private.dated(old_invoice public.invoices, new_invoice public.invoices, zone text)
returns public.invoices
language plpgsql
set search_path = ''
as $$
begin
    -- Days are those of the zone in which they were written: what is printed never moves.
    new_invoice.created_day := case
        when new_invoice.created_at = old_invoice.created_at then old_invoice.created_day
        else (new_invoice.created_at at time zone zone)::date
    end;
    new_invoice.issue_day := case
        when new_invoice.issue_date = old_invoice.issue_date then old_invoice.issue_day
        else (new_invoice.issue_date at time zone zone)::date
    end;
    new_invoice.due_date := coalesce(new_invoice.due_date, new_invoice.issue_date + interval '30 days');
    new_invoice.due_day := case
        when new_invoice.due_date = old_invoice.due_date then old_invoice.due_day
        else (new_invoice.due_date at time zone zone)::date
    end;
    new_invoice.financial_year := private.financial_year(new_invoice.issue_day);
    return new_invoice;
end;
$$;
comment on function private.dated is 'An invoice with its days in a time zone, and its due date 30 days after issue where none is given.';

create function private.check_typed_invoice(invoice public.invoices, today date)
returns void
language plpgsql
security definer -- reads the profile whoever writes
set search_path = ''
as $$
begin
    if invoice.issue_day > today + interval '1 year' then
        perform private.raise_problem(422, 'invalid_value', 'issue_date is at most one year from now.', 'issue_date');
    elsif
        invoice.customer_gstin is not null
        and invoice.customer_gstin = (select gstin from public.profiles where id = invoice.user_id)
    then
        perform private.raise_problem(
            422, 'customer_is_seller', 'customer_gstin is your own: nobody invoices a supply to the same registration.',
            'customer_gstin'
        );
    end if;
end;
$$;
comment on function private.check_typed_invoice is
'422 for a document that is issued more than a year from now, or to the registration that issues it.';

create function private.prepare_invoice()
returns trigger
language plpgsql
security definer -- reads the profile whoever writes
set search_path = ''
as $$
declare
    zone text;
begin
    if tg_op = 'INSERT' then
        perform private.lock_books(new.user_id);
    end if;
    -- After the lock: whoever held it may have moved the zone.
    zone := private.time_zone(new.user_id);
    if new.customer_id is not null and new.customer_id is distinct from old.customer_id then
        new := private.copied_from_contact(new);
    end if;
    new.customer_gstin := private.checked_party_identity(new.customer_gstin, new.party_type, 'customer_gstin');
    new.ship_to_gstin := private.checked_gstin(new.ship_to_gstin, 'ship_to_gstin');
    new.customer_country_code := upper(new.customer_country_code);
    new := private.keep_computed(old, new);
    new := private.dated(old, new, zone);
    if (new.issue_day, new.customer_gstin) is distinct from (old.issue_day, old.customer_gstin) then
        perform private.check_typed_invoice(new, (now() at time zone zone)::date);
    end if;
    if tg_op = 'INSERT' then
        new.tax_rate := coalesce(new.tax_rate, private.usual_tax_rate(new.user_id));
        new.seller := null;
    elsif new.id <> old.id or new.user_id <> old.user_id or new.serial <> old.serial then
        perform private.raise_problem(409, 'owner_is_fixed', 'An invoice keeps its id, its serial number and its owner.');
    elsif new.invoice_number <> old.invoice_number then
        perform private.raise_problem(409, 'invoice_number_fixed', 'An invoice keeps its number.', 'invoice_number');
    elsif (new.document_type, new.against_id) is distinct from (old.document_type, old.against_id) then
        perform private.raise_problem(409, 'document_type_fixed', 'A document keeps its type and the invoice it is about.');
    end if;
    -- A note carries the rate of what it corrects.
    if new.document_type = 'invoice' and new.tax_rate is distinct from old.tax_rate then
        perform private.check_tax_allowed(new.user_id, new.tax_rate);
    end if;
    -- Who says that it is overdue says that it was issued before.
    new.issued_on := case when new.status = 'overdue' then least(old.issued_on, new.due_day) else old.issued_on end;
    new.status := private.checked_status(old, new, (now() at time zone zone)::date);
    -- Typed together with the status, it tells when the money came; by itself it tells nothing.
    if new.status <> 'paid' or old.status = 'paid' then
        new.paid_at := old.paid_at;
    elsif new.paid_at is not null then
        perform private.check_payment_date(new.paid_at, new.user_id);
    end if;
    new := private.stamped(new, old.status);
    if
        tg_op = 'INSERT'
        -- Until it is issued; what is paid is what was shown.
        or (old.status = 'draft' and new.status <> 'paid')
        or (new.customer_gstin, new.customer_state_code, new.place_of_supply, new.supply_type)
        is distinct from (old.customer_gstin, old.customer_state_code, old.place_of_supply, old.supply_type)
    then
        if new.place_of_supply = old.place_of_supply and private.place_of_supply_is_derived(old) then
            new.place_of_supply := null;
        end if;
        new := private.fill_place_of_supply(new);
    end if;
    if tg_op = 'UPDATE' then
        perform private.keep_cancelled_invoice(old, new);
        new.updated_at := now();
    end if;
    return new;
end;
$$;
comment on function private.prepare_invoice is
'Trigger: what a person types gets its defaults, days, place of supply, seller; computed sums and cancelled invoices stay.';

-- Before all others: triggers fire in the order of their names.
create trigger check_owner before insert on public.invoices
for each row when (new.user_id <> auth.uid()) execute function private.refuse_other_owner();
create trigger prepare before insert or update on public.invoices
for each row when (pg_trigger_depth() = 0) execute function private.prepare_invoice();


-- Policies -----------------------------------------------------------------------------------------

create trigger lock_books before insert or update or delete on public.invoices
for each statement when (pg_trigger_depth() = 0) execute function private.lock_own_books();

alter table public.invoices enable row level security;
grant select, delete on public.invoices to authenticated;
grant insert (
    user_id, document_type, invoice_number, status, customer_id, customer_name, customer_email, customer_address,
    customer_gstin, customer_state_code, customer_pincode, customer_country_code, party_type, supply_type, ship_to_name,
    ship_to_address, ship_to_gstin, ship_to_state_code, ship_to_pincode, port_code, shipping_bill_number,
    shipping_bill_date, place_of_supply, against_id, note_reason, issue_date, due_date, tax_rate,
    price_includes_tax, reverse_charge, notes, template
) on public.invoices to authenticated;
grant update (
    status, customer_id, customer_name, customer_email, customer_address, customer_gstin, customer_state_code,
    customer_pincode, customer_country_code, party_type, supply_type, ship_to_name, ship_to_address, ship_to_gstin,
    ship_to_state_code, ship_to_pincode, port_code, shipping_bill_number, shipping_bill_date, place_of_supply,
    note_reason, issue_date, due_date, tax_rate, price_includes_tax, reverse_charge, notes, template
) on public.invoices to authenticated;
grant select, insert, update, delete on public.invoices to service_role;

create policy "users read their invoices" on public.invoices
for select to authenticated using (user_id = (select private.current_user_id()));
create policy "users write invoices of their own" on public.invoices
for insert to authenticated with check (user_id = (select private.current_user_id()));
create policy "users change their invoices" on public.invoices
for update to authenticated
using (user_id = (select private.current_user_id())) with check (user_id = (select private.current_user_id()));
create policy "users delete their invoices" on public.invoices
for delete to authenticated using (user_id = (select private.current_user_id()));


-- Search -------------------------------------------------------------------------------------------

-- Not a security invoker, on purpose. Under row level security PostgreSQL tests the policy before any operator that might
-- tell something about the row, the regular expression among them, and so never looks it up in an index. This view
-- tests the owner itself, and views that join it by id still answer nothing but what the policies let through.
create view private.invoice_customers as
select id, customer_name, customer_email
from public.invoices
where user_id = (select private.current_user_id());
grant select on private.invoice_customers to authenticated;
comment on view private.invoice_customers is
'The customers of the caller''s invoices, for searches that the index on trigrams serves. Joined on the left, it costs nothing where no search asks.';
