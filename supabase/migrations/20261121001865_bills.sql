-- Bills: what suppliers charge, with the input tax credit that each line gives (CGST Act s.16, 17).
--
-- Amounts stand here as the supplier printed them: they are compared with the rate, and never computed. What a bill adds up
-- to is the sum of its lines. A bill is claimed in the return of its claim_period; without one, its credit waits.


-- Numbers ------------------------------------------------------------------------------------------

create function private.document_number_key(document_number text)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
    return regexp_replace(
        regexp_replace(upper(document_number), '(^|[^0-9])0+(?=[0-9])', '\1', 'g'), '[^A-Z0-9]', '', 'g'
    );
end;
$$;
grant execute on function private.document_number_key to authenticated, service_role;
comment on function private.document_number_key is
'A number in upper case without separators and leading zeros: INV/001 and inv-1 are one. Two documents may share it.';

create function private.bill_identity(
    owner uuid, supplier_gstin text, supplier_name text, kind text, bill_date date, bill_number text
)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
    return concat_ws(
        ' ', owner, coalesce(supplier_gstin, lower(supplier_name)), kind, private.financial_year(bill_date), upper(bill_number)
    );
end;
$$;
grant execute on function private.bill_identity to authenticated, service_role;
comment on function private.bill_identity is
'What makes two records one bill: user, supplier, kind, financial year and number, in any case. Without a GSTIN the name is the supplier.';


-- Tables -------------------------------------------------------------------------------------------

create table public.bills (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null default auth.uid() references public.profiles (id) on delete cascade,
    kind text not null default 'bill',
    supplier_id uuid,
    supplier_name text not null,
    supplier_gstin text,
    supplier_type text not null,
    supplier_state_code text references public.gst_states (code),
    bill_number text not null,
    number_key text not null generated always as (private.document_number_key(bill_number)) stored,
    bill_date date not null,
    financial_year smallint not null generated always as (extract(year from bill_date - interval '3 months')::smallint) stored,
    received_on date not null,
    place_of_supply text references public.gst_states (code),
    port_code text,
    reverse_charge boolean not null default false,
    self_invoice_number text,
    self_invoice_date date,
    note_of uuid,
    claim_period date,
    in_2b_period date,
    transaction_id uuid,
    taxable_value public.rupees not null default 0,
    cgst public.rupees not null default 0,
    sgst public.rupees not null default 0,
    igst public.rupees not null default 0,
    round_off numeric(4, 2) not null default 0,
    total_amount public.rupees not null generated always as (
        taxable_value + round_off + case when reverse_charge then 0 else cgst + sgst + igst end
    ) stored,
    notes text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint bills_owner_key unique (id, user_id),
    constraint bills_note_of_belongs_to_user foreign key (note_of, user_id) references public.bills (id, user_id),
    constraint bills_transaction_exists foreign key (transaction_id) references public.transactions (id) on delete set null,
    constraint bills_kind_known check (kind in ('bill', 'credit_note', 'debit_note', 'bill_of_entry')),
    constraint bills_supplier_name_length check (supplier_name ~ '\S' and char_length(supplier_name) <= 200),
    constraint bills_supplier_type_known
    check (supplier_type in ('regular', 'composition', 'unregistered', 'overseas', 'sez')),
    -- Who is registered has a GSTIN, and nobody else has (CGST Rules, Rule 36(1)).
    constraint bills_gstin_fits_supplier_type
    check ((supplier_gstin is not null) = (supplier_type in ('regular', 'composition', 'sez'))),
    constraint bills_number_length check (bill_number ~ '\S' and char_length(bill_number) <= 50),
    constraint bills_date_in_range check (bill_date between '2017-07-01' and '9998-12-31'),
    constraint bills_received_not_before_bill_date check (received_on >= bill_date and received_on <= '9998-12-31'),
    constraint bills_port_code_shape check (port_code ~ '^[A-Z0-9]{6}$'),
    constraint bills_only_imports_have_a_port check (port_code is null or kind = 'bill_of_entry'),
    constraint bills_self_invoice_dated check ((self_invoice_number is null) = (self_invoice_date is null)),
    constraint bills_only_notes_are_about_bills check (note_of is null or kind in ('credit_note', 'debit_note')),
    constraint bills_claim_period_is_a_month check (extract(day from claim_period) = 1),
    -- Credit is taken when the goods or services and their bill are there (CGST Act s.16(2)(a), (b)).
    constraint bills_claimed_when_received check (claim_period >= date_trunc('month', bill_date)),
    constraint bills_in_2b_period_is_a_month check (extract(day from in_2b_period) = 1),
    constraint bills_round_off_below_a_rupee check (round_off between -0.99 and 0.99),
    constraint bills_notes_length check (char_length(notes) <= 10000)
);
comment on table public.bills is 'What suppliers charge: bills, their credit and debit notes, and bills of entry of imported goods.';
comment on column public.bills.kind is 'bill, credit_note, debit_note or bill_of_entry. A note has positive amounts; the kind is the sign.';
comment on column public.bills.supplier_id is 'The contact that the supplier''s fields were copied from. No foreign key: documents outlive it.';
comment on column public.bills.supplier_name is 'As printed on the bill.';
comment on column public.bills.supplier_gstin is 'As printed, checked; null for a supplier that is not registered or not in India.';
comment on column public.bills.supplier_type is 'regular, composition, unregistered, overseas or sez; regular when there is a GSTIN, unless another is named.';
comment on column public.bills.supplier_state_code is 'GST state code of the supplier; from the GSTIN if there is one; 96 outside of India.';
comment on column public.bills.bill_number is 'The supplier''s number: one bill of a kind per supplier and financial year, in any case.';
comment on column public.bills.number_key is
'The number in upper case without separators and leading zeros: how a number that is written differently is found in GSTR-2B.';
comment on column public.bills.bill_date is 'The day on the bill.';
comment on column public.bills.financial_year is 'The year in which the financial year of the bill''s day begins.';
comment on column public.bills.received_on is 'The day the bill, and what it is for, was received.';
comment on column public.bills.place_of_supply is 'GST state code; the user''s own state unless another is named.';
comment on column public.bills.port_code is 'Of a bill of entry: the six characters of the port.';
comment on column public.bills.reverse_charge is 'Whether the user pays the tax (CGST Act s.9(3), 9(4)): it is in the lines, and not in total_amount.';
comment on column public.bills.self_invoice_number is
'The number of the user''s own invoice for it, in the series SI: for reverse charge from a supplier that is not registered (CGST Act s.31(3)(f)).';
comment on column public.bills.self_invoice_date is 'The day of the self-invoice: the day of receipt (CGST Rules, Rule 47A: within 30 days).';
comment on column public.bills.note_of is 'The bill that a note is about, if it is in the books.';
comment on column public.bills.claim_period is 'The month in whose GSTR-3B the credit is claimed, as its first day; null: deferred.';
comment on column public.bills.in_2b_period is 'The month of the GSTR-2B that has the bill, as its first day (CGST Act s.16(2)(aa)).';
comment on column public.bills.transaction_id is 'The expense that paid it; several bills may be paid by one. Null: unpaid, see Rule 37.';
comment on column public.bills.taxable_value is 'Rupees: the sum of the lines.';
comment on column public.bills.cgst is 'Rupees of central tax: the sum of the lines.';
comment on column public.bills.sgst is 'Rupees of state or union territory tax: the sum of the lines.';
comment on column public.bills.igst is 'Rupees of integrated tax: the sum of the lines.';
comment on column public.bills.round_off is 'Rupees by which the supplier rounded the total.';
comment on column public.bills.total_amount is 'Rupees that the supplier gets: the taxable value, the tax unless it is under reverse charge, and round_off.';

-- One bill is one claim. A supplier without a GSTIN is known by its name.
-- One expression, because an index that begins with the user looks as good while the table is new, and reads all bills.
create unique index bills_number_unique_per_supplier on public.bills (
    private.bill_identity(user_id, supplier_gstin, supplier_name, kind, bill_date, bill_number)
);
create unique index bills_self_invoice_number_key on public.bills (user_id, self_invoice_number);
-- Serves the list, newest first, and the policy.
create index bills_user_id_bill_date_idx on public.bills (user_id, bill_date, id);
-- Serves the returns: what is claimed in a period.
create index bills_user_id_claim_period_idx on public.bills (user_id, claim_period);
-- Serves the match with GSTR-2B.
create index bills_user_id_number_key_idx on public.bills (user_id, number_key);
-- Serve the foreign keys.
create index bills_transaction_id_idx on public.bills (transaction_id) where transaction_id is not null;
create index bills_note_of_idx on public.bills (note_of, user_id) where note_of is not null;
create index bills_supplier_state_code_idx on public.bills (supplier_state_code);
create index bills_place_of_supply_idx on public.bills (place_of_supply);


-- Bills --------------------------------------------------------------------------------------------

create function private.copied_from_supplier(new_bill public.bills)
returns public.bills
language plpgsql
stable
security definer -- reads the contact whoever writes
set search_path = ''
as $$
declare
    contact public.contacts;
begin
    select * into contact from public.contacts where id = new_bill.supplier_id and user_id = new_bill.user_id and is_supplier;
    if not found then
        perform private.raise_problem(404, 'supplier_not_found', 'There is no such supplier.', 'supplier_id');
    end if;
    new_bill.supplier_name := coalesce(new_bill.supplier_name, contact.name);
    new_bill.supplier_gstin := coalesce(new_bill.supplier_gstin, contact.gstin);
    new_bill.supplier_state_code := coalesce(new_bill.supplier_state_code, contact.state_code);
    return new_bill;
end;
$$;
comment on function private.copied_from_supplier is
'A bill with the fields of the supplier that it names, where it has none of its own; it keeps its copy.';

create function private.said_by_bill(bill public.bills)
returns jsonb
language sql
immutable
set search_path = ''
as $$
    -- Without what is generated: it is not there yet before a row is written.
    select to_jsonb(bill) - '{
        supplier_id,number_key,financial_year,total_amount,in_2b_period,transaction_id,notes,received_on,updated_at
    }'::text[]
$$;
comment on function private.said_by_bill is 'What a return says of a bill: neither what paid it, nor its notes, nor where it was found.';

create function private.refuse_recorded_bill(bill public.bills)
returns void
language plpgsql
security definer -- reads bills whoever writes
set search_path = ''
as $$
declare
    other public.bills;
begin
    select * into other
    from public.bills as recorded
    where
        private.bill_identity(
            recorded.user_id, recorded.supplier_gstin, recorded.supplier_name, recorded.kind, recorded.bill_date,
            recorded.bill_number
        ) = private.bill_identity(
            bill.user_id, bill.supplier_gstin, bill.supplier_name, bill.kind, bill.bill_date, bill.bill_number
        )
        and recorded.id <> bill.id;
    if found then
        perform private.raise_problem(
            409, 'bill_already_recorded',
            format(
                '%s of %s is in the books already, dated %s: /api/bills/%s.', other.bill_number, other.supplier_name,
                other.bill_date, other.id
            ),
            'bill_number'
        );
    end if;
end;
$$;
comment on function private.refuse_recorded_bill is
'409 bill_already_recorded, naming the other bill, for a second bill of a supplier with one number in a financial year.';

create function private.check_paid_by(bill public.bills)
returns void
language plpgsql
stable
security definer -- reads transactions whoever writes
set search_path = ''
as $$
begin
    if not exists (
        select from public.transactions as payment
        where payment.id = bill.transaction_id and payment.user_id = bill.user_id
    ) then
        perform private.raise_problem(404, 'transaction_not_found', 'There is no such transaction.', 'transaction_id');
    elsif not exists (
        select from public.transactions as payment
        where payment.id = bill.transaction_id and payment.transaction_type = 'expense'
    ) then
        perform private.raise_problem(422, 'invalid_value', 'A bill is paid by a transaction of type expense.', 'transaction_id');
    end if;
end;
$$;
comment on function private.check_paid_by is '404 or 422 when a bill names a transaction that is not an expense of its user.';

create function private.placed_bill(new_bill public.bills)
returns public.bills
language plpgsql
stable
security definer -- reads the profile whoever writes
set search_path = ''
as $$
begin
    new_bill.supplier_gstin := private.checked_gstin(new_bill.supplier_gstin, 'supplier_gstin');
    if new_bill.supplier_gstin is not null and new_bill.supplier_state_code <> left(new_bill.supplier_gstin, 2) then
        perform private.raise_problem(
            422, 'state_differs',
            format('supplier_state_code %s is not the state of the GSTIN %s.', new_bill.supplier_state_code, new_bill.supplier_gstin),
            'supplier_state_code'
        );
    end if;
    new_bill.supplier_state_code := coalesce(left(new_bill.supplier_gstin, 2), new_bill.supplier_state_code);
    new_bill.supplier_type := coalesce(new_bill.supplier_type, case
        when new_bill.supplier_gstin is not null then 'regular'
        when new_bill.supplier_state_code = '96' or new_bill.kind = 'bill_of_entry' then 'overseas'
        else 'unregistered'
    end);
    if new_bill.supplier_type = 'overseas' then
        new_bill.supplier_state_code := '96';
    end if;
    new_bill.place_of_supply := coalesce(
        new_bill.place_of_supply, (select state_code from public.profiles where id = new_bill.user_id)
    );
    new_bill.bill_number := btrim(new_bill.bill_number);
    new_bill.received_on := coalesce(new_bill.received_on, new_bill.bill_date);
    new_bill.port_code := upper(new_bill.port_code);
    return new_bill;
end;
$$;
comment on function private.placed_bill is 'A bill with a checked GSTIN, and the type, states and day that follow from what it says.';

create function private.self_invoiced(new_bill public.bills)
returns public.bills
language plpgsql
set search_path = ''
as $$
begin
    if
        new_bill.self_invoice_number is null and new_bill.reverse_charge
        and new_bill.supplier_type = 'unregistered' and new_bill.kind = 'bill'
    then
        new_bill.self_invoice_date := new_bill.received_on;
        new_bill.self_invoice_number := private.invoice_number(
            'SI-' || to_char(new_bill.received_on, 'YYYY-MM'),
            private.take_numbers(new_bill.user_id, 'SI-' || to_char(new_bill.received_on, 'YYYY-MM'), 1)
        );
    end if;
    return new_bill;
end;
$$;
comment on function private.self_invoiced is
'A bill with the next number of the series SI where the user has to write the invoice (CGST Act s.31(3)(f)). A number stays once given.';

create function private.raise_no_credit(supplier_type text)
returns void
language plpgsql
set search_path = ''
as $$
begin
    perform private.raise_problem(
        422, 'supplier_gives_no_credit',
        format('A supplier of type %s charges no tax, so a line with tax gives no credit.', supplier_type), 'items'
    );
end;
$$;
comment on function private.raise_no_credit is '422 supplier_gives_no_credit.';

create function private.refuse_credit(bill public.bills)
returns void
language plpgsql
set search_path = ''
as $$
begin
    if exists (
        select from public.bill_items as line
        where line.bill_id = bill.id and line.credit_status = 'eligible' and line.cgst + line.sgst + line.igst > 0
    ) then
        perform private.raise_no_credit(bill.supplier_type);
    end if;
end;
$$;
comment on function private.refuse_credit is
'422 supplier_gives_no_credit for a bill that has become one of a supplier who may not charge tax, while its lines give credit.';

create function private.prepare_bill()
returns trigger
language plpgsql
security definer -- takes a number whoever writes
set search_path = ''
as $$
begin
    if tg_op = 'UPDATE' and (new.id, new.user_id) <> (old.id, old.user_id) then
        perform private.raise_problem(409, 'owner_is_fixed', 'A bill keeps its id and its owner.');
    end if;
    if new.supplier_id is not null and new.supplier_id is distinct from old.supplier_id then
        new := private.copied_from_supplier(new);
    end if;
    new := private.self_invoiced(private.placed_bill(new));
    if new.transaction_id is distinct from old.transaction_id and new.transaction_id is not null then
        perform private.check_paid_by(new);
    end if;
    if new.note_of is distinct from old.note_of and new.note_of is not null and not exists (
        select from public.bills as original
        where original.id = new.note_of and original.user_id = new.user_id and original.kind in ('bill', 'bill_of_entry')
    ) then
        perform private.raise_problem(404, 'bill_not_found', 'There is no such bill.', 'note_of');
    end if;
    perform private.refuse_recorded_bill(new);
    if
        new.supplier_type in ('composition', 'unregistered') and not new.reverse_charge
        and (new.supplier_type, new.reverse_charge) is distinct from (old.supplier_type, old.reverse_charge)
    then
        perform private.refuse_credit(new);
    end if;
    if tg_op = 'INSERT' then
        perform private.check_claim_period_open(new.user_id, new.claim_period);
    elsif private.said_by_bill(new) <> private.said_by_bill(old) then
        perform private.check_claim_period_open(old.user_id, old.claim_period);
        perform private.check_claim_period_open(new.user_id, new.claim_period);
    end if;
    return new;
end;
$$;
comment on function private.prepare_bill is
'Trigger: copies the supplier, checks the GSTIN, refuses a second record of one bill and a claim in a submitted period, numbers a self-invoice.';

create function private.keep_claimed_bill()
returns trigger
language plpgsql
security definer -- reads profiles whoever deletes
set search_path = ''
as $$
begin
    -- The bills of a user who is being deleted go with it: the profile is gone by then.
    if exists (select from public.profiles where id = old.user_id) then
        perform private.check_claim_period_open(old.user_id, old.claim_period);
    end if;
    return old;
end;
$$;
comment on function private.keep_claimed_bill is 'Trigger: a bill whose credit was claimed in a submitted period stays.';

-- Before all others: triggers fire in the order of their names.
create trigger check_owner before insert on public.bills
for each row when (new.user_id <> auth.uid()) execute function private.refuse_other_owner();
create trigger keep before delete on public.bills
for each row execute function private.keep_claimed_bill();
create trigger prepare before insert or update on public.bills
for each row execute function private.prepare_bill();
create trigger touch before update on public.bills
for each row execute function private.touch();
create trigger lock_books before insert or update or delete on public.bills
for each statement execute function private.lock_own_books();


-- Policies -----------------------------------------------------------------------------------------

alter table public.bills enable row level security;
grant select, delete on public.bills to authenticated;
grant insert (
    user_id, kind, supplier_id, supplier_name, supplier_gstin, supplier_type, supplier_state_code, bill_number, bill_date,
    received_on, place_of_supply, port_code, reverse_charge, note_of, claim_period, in_2b_period, transaction_id, round_off, notes
) on public.bills to authenticated;
grant update (
    kind, supplier_id, supplier_name, supplier_gstin, supplier_type, supplier_state_code, bill_number, bill_date,
    received_on, place_of_supply, port_code, reverse_charge, note_of, claim_period, in_2b_period, transaction_id, round_off, notes
) on public.bills to authenticated;
grant select, insert, update, delete on public.bills to service_role;

create policy "users read their bills" on public.bills
for select to authenticated using (user_id = (select private.current_user_id()));
create policy "users write bills of their own" on public.bills
for insert to authenticated with check (user_id = (select private.current_user_id()));
create policy "users change their bills" on public.bills
for update to authenticated
using (user_id = (select private.current_user_id())) with check (user_id = (select private.current_user_id()));
create policy "users delete their bills" on public.bills
for delete to authenticated using (user_id = (select private.current_user_id()));
