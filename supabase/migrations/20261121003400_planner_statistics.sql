-- Planner statistics: PostgreSQL keeps samples of columns over the rows of all users, to estimate how many rows a query
-- finds. PostgREST tells such an estimate to whoever asks for count=planned or count=estimated, row level security or not.
-- private.check_request refuses both, but it sees only the last of several Prefer headers. So no sample is kept of what
-- people type: the lists go by the user and the day, and need none.
-- tests/security/tenants/test_estimates.py names the columns that have samples, and finds a new one.


-- Columns ----------------------------------------------------------------------------------------

alter table public.accounts
alter column name set statistics 0;

alter table public.audit_entries
alter column request_id set statistics 0,
alter column before set statistics 0,
alter column after set statistics 0;

alter table public.bill_items
alter column description set statistics 0,
alter column hsn_code set statistics 0,
alter column uqc set statistics 0,
alter column treatment set statistics 0,
alter column credit_status set statistics 0,
alter column credit_type set statistics 0;

alter table public.bills
alter column kind set statistics 0,
alter column supplier_name set statistics 0,
alter column supplier_gstin set statistics 0,
alter column supplier_type set statistics 0,
alter column supplier_state_code set statistics 0,
alter column bill_number set statistics 0,
alter column number_key set statistics 0,
alter column place_of_supply set statistics 0,
alter column port_code set statistics 0,
alter column self_invoice_number set statistics 0,
alter column notes set statistics 0;

alter table public.contacts
alter column name set statistics 0,
alter column email set statistics 0,
alter column phone set statistics 0,
alter column address set statistics 0,
alter column gstin set statistics 0,
alter column state_code set statistics 0,
alter column pincode set statistics 0,
alter column country_code set statistics 0,
alter column notes set statistics 0;

alter table public.credit_adjustments
alter column kind set statistics 0,
alter column reason set statistics 0;

alter table public.gstr2b_documents
alter column section set statistics 0,
alter column kind set statistics 0,
alter column supplier_gstin set statistics 0,
alter column supplier_name set statistics 0,
alter column document_number set statistics 0,
alter column number_key set statistics 0,
alter column place_of_supply set statistics 0,
alter column port_code set statistics 0,
alter column reason set statistics 0,
alter column original_number set statistics 0,
alter column items set statistics 0,
alter column decision set statistics 0;

alter table public.invoice_items
alter column description set statistics 0,
alter column hsn_code set statistics 0,
alter column uqc set statistics 0;

alter table public.invoices
alter column party_type set statistics 0,
alter column supply_type set statistics 0,
alter column customer_pincode set statistics 0,
alter column customer_country_code set statistics 0,
alter column ship_to_name set statistics 0,
alter column ship_to_address set statistics 0,
alter column ship_to_gstin set statistics 0,
alter column ship_to_state_code set statistics 0,
alter column ship_to_pincode set statistics 0,
alter column port_code set statistics 0,
alter column shipping_bill_number set statistics 0,
alter column invoice_number set statistics 0,
alter column seller set statistics 0,
alter column customer_name set statistics 0,
alter column customer_email set statistics 0,
alter column customer_address set statistics 0,
alter column customer_gstin set statistics 0,
alter column customer_state_code set statistics 0,
alter column place_of_supply set statistics 0,
alter column notes set statistics 0;

alter table public.items
alter column name set statistics 0,
alter column description set statistics 0,
alter column hsn_code set statistics 0,
alter column uqc set statistics 0;

alter table public.profiles
alter column email set statistics 0,
alter column username set statistics 0,
alter column full_name set statistics 0,
alter column business_name set statistics 0,
alter column legal_name set statistics 0,
alter column lut_number set statistics 0,
alter column gst_scheme set statistics 0,
alter column turnover_band set statistics 0,
alter column city set statistics 0,
alter column pincode set statistics 0,
alter column phone set statistics 0,
alter column gstin set statistics 0,
alter column state_code set statistics 0,
alter column address set statistics 0,
alter column upi_id set statistics 0;

alter table public.tax_filings
alter column confirmation_number set statistics 0,
alter column payment_reference set statistics 0,
alter column notes set statistics 0;

alter table public.transactions
alter column description set statistics 0,
-- The list by category needs to know that there are few: the smallest sample, of one common value.
alter column category set statistics 1,
alter column reference set statistics 0;


-- Expressions of indexes ---------------------------------------------------------------------------

alter index public.profiles_username_key alter column 1 set statistics 0;
alter index public.items_name_unique_per_user alter column 2 set statistics 0;
alter index public.invoices_number_unique_per_year alter column 2 set statistics 0;
alter index public.bills_number_unique_per_supplier alter column 1 set statistics 0;
