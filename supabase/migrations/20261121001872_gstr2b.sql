-- GSTR-2B: what suppliers and customs have reported to the portal, as its monthly file tells it, and what the user decided
-- about each document (CGST Rules, Rule 36(4), 60(7)).
--
-- The rows are the portal's word. A decision shows on the bill: in_2b_period and claim_period.


-- Tables -------------------------------------------------------------------------------------------

create table public.gstr2b_documents (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null default auth.uid() references public.profiles (id) on delete cascade,
    period date not null,
    section text not null,
    kind text not null,
    supplier_gstin text,
    supplier_name text,
    supplier_period date,
    document_number text not null,
    number_key text not null generated always as (private.document_number_key(document_number)) stored,
    document_date date not null,
    place_of_supply text,
    port_code text,
    reverse_charge boolean not null default false,
    total_amount public.rupees not null,
    taxable_value public.rupees not null,
    igst public.rupees not null,
    cgst public.rupees not null,
    sgst public.rupees not null,
    cess public.rupees not null,
    credit_available boolean not null,
    reason text,
    original_number text,
    original_date date,
    items jsonb not null,
    decision text,
    bill_id uuid,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint gstr2b_documents_bill_exists foreign key (bill_id) references public.bills (id) on delete set null,
    constraint gstr2b_documents_period_is_a_month
    check (extract(day from period) = 1 and period between '2017-07-01' and '9998-12-01'),
    constraint gstr2b_documents_section_known check (section in ('b2b', 'b2ba', 'cdnr', 'cdnra', 'impg', 'impgsez')),
    constraint gstr2b_documents_kind_known check (kind in ('bill', 'credit_note', 'debit_note', 'bill_of_entry')),
    constraint gstr2b_documents_number_length check (document_number ~ '\S' and char_length(document_number) <= 50),
    constraint gstr2b_documents_decision_known check (decision in ('accepted', 'deferred'))
);
comment on table public.gstr2b_documents is 'Documents of the files GSTR-2B that a user has brought from the portal. A new file of a month replaces the old one.';
comment on column public.gstr2b_documents.period is 'The month of the GSTR-2B, as its first day.';
comment on column public.gstr2b_documents.section is 'b2b, b2ba, cdnr, cdnra, impg or impgsez, as in the file.';
comment on column public.gstr2b_documents.kind is 'bill, credit_note, debit_note or bill_of_entry: the kind of the bill that it would be.';
comment on column public.gstr2b_documents.supplier_gstin is 'ctin; null for imports.';
comment on column public.gstr2b_documents.supplier_name is 'trdnm: the trade or legal name.';
comment on column public.gstr2b_documents.supplier_period is 'supprd: the month in whose GSTR-1 the supplier reported it, as its first day.';
comment on column public.gstr2b_documents.document_number is 'inum, ntnum or boenum.';
comment on column public.gstr2b_documents.number_key is 'The number in upper case without separators and leading zeros, as bills have it.';
comment on column public.gstr2b_documents.document_date is 'dt or boedt.';
comment on column public.gstr2b_documents.place_of_supply is 'pos.';
comment on column public.gstr2b_documents.port_code is 'portcode, of imports.';
comment on column public.gstr2b_documents.reverse_charge is 'rev: whether the recipient pays the tax.';
comment on column public.gstr2b_documents.total_amount is 'val: rupees.';
comment on column public.gstr2b_documents.taxable_value is 'Rupees: the sum of the items.';
comment on column public.gstr2b_documents.igst is 'Rupees of integrated tax: the sum of the items.';
comment on column public.gstr2b_documents.cgst is 'Rupees of central tax: the sum of the items.';
comment on column public.gstr2b_documents.sgst is 'Rupees of state or union territory tax: the sum of the items.';
comment on column public.gstr2b_documents.cess is 'Rupees of cess: the sum of the items. No credit of it is claimed here.';
comment on column public.gstr2b_documents.credit_available is 'itcavl: false where the portal says that there is no credit.';
comment on column public.gstr2b_documents.reason is 'rsn: P for the place of supply, C for the time limit (CGST Act s.16(4)).';
comment on column public.gstr2b_documents.original_number is 'Of an amendment: the number of the document that it amends.';
comment on column public.gstr2b_documents.original_date is 'Of an amendment: the day of the document that it amends.';
comment on column public.gstr2b_documents.items is 'The items by rate: tax_rate, taxable_value, igst, cgst, sgst, cess.';
comment on column public.gstr2b_documents.decision is 'accepted: claimed with bill_id; deferred: to be decided later; null: not decided.';
comment on column public.gstr2b_documents.bill_id is 'The bill that it was accepted as.';

-- Serves the match of a month, and the policy.
create index gstr2b_documents_user_id_period_idx on public.gstr2b_documents (user_id, period, id);
-- Serves the foreign key.
create index gstr2b_documents_bill_id_idx on public.gstr2b_documents (bill_id) where bill_id is not null;

create trigger check_owner before insert on public.gstr2b_documents
for each row when (new.user_id <> auth.uid()) execute function private.refuse_other_owner();
create trigger touch before update on public.gstr2b_documents
for each row execute function private.touch();
create trigger lock_books before insert or update or delete on public.gstr2b_documents
for each statement execute function private.lock_own_books();


-- Policies -----------------------------------------------------------------------------------------

alter table public.gstr2b_documents enable row level security;
grant select, delete on public.gstr2b_documents to authenticated;
grant insert (
    user_id, period, section, kind, supplier_gstin, supplier_name, supplier_period, document_number, document_date,
    place_of_supply, port_code, reverse_charge, total_amount, taxable_value, igst, cgst, sgst, cess, credit_available, reason,
    original_number, original_date, items, decision, bill_id
) on public.gstr2b_documents to authenticated;
grant update (decision, bill_id) on public.gstr2b_documents to authenticated;
grant select, insert, update, delete on public.gstr2b_documents to service_role;

create policy "users read their GSTR-2B documents" on public.gstr2b_documents
for select to authenticated using (user_id = (select private.current_user_id()));
create policy "users write GSTR-2B documents of their own" on public.gstr2b_documents
for insert to authenticated with check (user_id = (select private.current_user_id()));
create policy "users change their GSTR-2B documents" on public.gstr2b_documents
for update to authenticated
using (user_id = (select private.current_user_id())) with check (user_id = (select private.current_user_id()));
create policy "users delete their GSTR-2B documents" on public.gstr2b_documents
for delete to authenticated using (user_id = (select private.current_user_id()));
