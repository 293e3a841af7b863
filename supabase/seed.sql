-- Demo data for `make dev`: a designer in Bengaluru, this financial year. The demo command signs the user up and sets
-- renpay.demo_user_id; everything below are plain rows, as typed into the dashboard, and the rules do the rest.
--
-- Without that setting (`supabase start`, `supabase db push --include-seed`) there is nobody whose books these could be,
-- and nothing is written. To fill the books of a user who has signed up:
--   psql "options=-crenpay.demo_user_id=<id> ..." -f supabase/seed.sql

update public.profiles set
    full_name = 'Asha Rao',
    business_name = 'Asha Rao Design',
    gstin = '29AAACZ0001A1Z4',
    address = '12 Lake Road, Bengaluru 560001',
    upi_id = 'asharao@okbank'
where id = nullif(current_setting('renpay.demo_user_id', true), '')::uuid;

insert into public.accounts (user_id, name, balance)
select demo.id, opened.name, opened.balance
from public.profiles as demo
cross join (values ('HDFC Current', 150000.00), ('Cash', 8000.00)) as opened (name, balance)
where demo.id = nullif(current_setting('renpay.demo_user_id', true), '')::uuid;

-- Half a year of small sales and of costs, on the current account.
insert into public.transactions (user_id, transaction_type, amount, description, category, date, tax_rate)
select
    demo.id,
    planned.transaction_type,
    planned.amount + (week * 37) % 11 * 100,
    planned.description,
    planned.category,
    now() - make_interval(weeks => week, hours => planned.hours),
    planned.tax_rate
from public.profiles as demo
cross join generate_series(0, 25) as week
cross join (
    values
    ('sale', 2360.00, 'Logo touch-up', 'Sales', 20, null),
    ('sale', 590.00, 'Poster print', 'Sales', 60, 12),
    ('expense', 1180.00, 'Cloud storage', 'Software', 30, 18),
    ('expense', 450.00, 'Courier', 'Office', 80, null)
) as planned (transaction_type, amount, description, category, hours, tax_rate)
where demo.id = nullif(current_setting('renpay.demo_user_id', true), '')::uuid
order by week desc;

insert into public.transactions (
    user_id, account_id, transfer_account_id, transaction_type, amount, description, category
)
select source.user_id, source.id, target.id, 'transfer', 5000.00, 'Petty cash', 'Transfer'
from public.accounts as source
inner join public.accounts as target on target.user_id = source.user_id and target.name = 'Cash'
where source.user_id = nullif(current_setting('renpay.demo_user_id', true), '')::uuid and source.name = 'HDFC Current';

-- Invoices in every state: paid, sent, past due, draft, cancelled; within the state and across.
-- noqa: disable=LT05
with planned (customer_name, customer_email, customer_address, customer_gstin, days_ago, terms, status, template, description, quantity, unit_price) as (
    values
    ('Patil Textiles', 'accounts@patil.example', '7 Hill Street, Pune 411001', '27AAAPZ0002B1ZE', 150, 30, 'paid', 'professional', 'Brand identity', 1, 85000.00),
    ('Kaveri Foods', 'office@kaveri.example', '3 Mill Road, Mysuru 570001', null, 120, 15, 'paid', 'default', 'Label design', 6, 4500.00),
    ('Zeta Traders', 'pay@zeta.example', '40 Ring Road, Bengaluru 560034', '29AAAFZ0020Q1ZY', 95, 30, 'overdue', 'detailed', 'Catalogue, 48 pages', 48, 950.00),
    ('Nilgiri Tea Company', 'tea@nilgiri.example', '1 Church Hill, Ooty 643001', '33AAACZ0004D1Z6', 50, 15, 'overdue', 'default', 'Packaging design', 3, 12500.00),
    ('Kaveri Foods', 'office@kaveri.example', '3 Mill Road, Mysuru 570001', null, 12, 30, 'sent', 'simple', 'Menu cards', 250, 38.50),
    ('रेखा शर्मा', 'rekha@example.com', '5 Civil Lines, Jaipur 302006', null, 6, 30, 'sent', 'professional', 'Wedding invitation', 200, 55.00),
    ('Patil Textiles', 'accounts@patil.example', '7 Hill Street, Pune 411001', '27AAAPZ0002B1ZE', 1, 30, 'draft', 'professional', 'Lookbook photography', 2, 22000.00),
    ('Zeta Traders', 'pay@zeta.example', '40 Ring Road, Bengaluru 560034', '29AAAFZ0020Q1ZY', 70, 30, 'cancelled', 'default', 'Trade fair stand', 1, 64000.00)
),

-- noqa: enable=LT05
written as (
    insert into public.invoices (
        user_id, customer_name, customer_email, customer_address, customer_gstin, issue_date, due_date, status,
        template, notes
    )
    select
        demo.id,
        planned.customer_name,
        planned.customer_email,
        planned.customer_address,
        planned.customer_gstin,
        now() - make_interval(days => planned.days_ago),
        now() - make_interval(days => planned.days_ago - planned.terms),
        case when planned.status in ('paid', 'cancelled') then 'sent' else planned.status end,
        planned.template,
        'Thank you for your business.'
    from public.profiles as demo
    cross join planned
    where demo.id = nullif(current_setting('renpay.demo_user_id', true), '')::uuid
    order by planned.days_ago desc
    returning id, user_id, customer_name, issue_date
)

insert into public.invoice_items (invoice_id, user_id, description, hsn_code, quantity, unit_price)
select written.id, written.user_id, planned.description, '998391', planned.quantity, planned.unit_price
from written
inner join planned
    on
        planned.customer_name = written.customer_name
        and now() - make_interval(days => planned.days_ago) = written.issue_date;

update public.invoices as invoice set status = 'cancelled'
from public.invoice_items as item
where
    invoice.user_id = nullif(current_setting('renpay.demo_user_id', true), '')::uuid
    and item.invoice_id = invoice.id
    and item.description = 'Trade fair stand';

update public.invoices set status = 'paid'
where
    user_id = nullif(current_setting('renpay.demo_user_id', true), '')::uuid
    and status = 'sent'
    and issue_date < now() - interval '100 days';
