"""Every rule of the database that a request can break, with the field it is about and a value that breaks it."""

from typing import Any

Json = dict[str, Any]
LINE = {"description": "Design", "quantity": 1, "unit_price": 5}
NOBODY = "3c0e5a54-1d0f-4b5e-8a54-2f1d8c6b7e90"
WRONG_GSTIN = "27AAPFU0939F1ZX"
LONG = "x" * 10_001

PROFILE = [
    ("profiles_username_shape", "username", "a b"),
    ("profiles_full_name_length", "full_name", ""),
    ("profiles_business_name_length", "business_name", ""),
    ("profiles_address_length", "address", LONG),
    ("profiles_upi_id_shape", "upi_id", "nobody"),
    ("profiles_filing_frequency_known", "filing_frequency", "daily"),
    ("profiles_legal_name_length", "legal_name", ""),
    ("profiles_gst_scheme_known", "gst_scheme", "none"),
    ("profiles_gst_scheme_fits_gstin", "gst_scheme", "regular"),
    ("profiles_turnover_band_known", "turnover_band", "large"),
    ("profiles_lut_number_shape", "lut_number", "a b"),
    ("profiles_city_length", "city", ""),
    ("profiles_pincode_shape", "pincode", "012345"),
    ("profiles_phone_shape", "phone", "x"),
    ("profiles_opening_credit_not_negative", "opening_credit_igst", -1),
    ("profiles_opening_credit_period_is_a_month", "opening_credit_period", "2026-04-02"),
    ("profiles_state_code_fkey", "state_code", "00"),
    ("profiles_state_code_in_india", "state_code", "96"),
    ("tax_rate_between_0_and_100", "default_tax_rate", 101),
]

ACCOUNT = [("accounts_name_length", "name", " "), ("rupees_is_a_number", "balance", "NaN")]

CONTACT = [
    ("contacts_name_length", "name", " "),
    ("contacts_email_shape", "email", "nobody"),
    ("contacts_phone_shape", "phone", "call me"),
    ("contacts_address_length", "address", LONG),
    ("contacts_pincode_shape", "pincode", "5600"),
    ("contacts_country_code_known", "country_code", "ZZ"),
    ("contacts_state_in_its_country", "state_code", "96"),
    ("contacts_state_code_fkey", "state_code", "00"),
    ("contacts_notes_length", "notes", LONG),
]
ITEM = [
    ("items_name_length", "name", " "),
    ("items_description_length", "description", LONG),
    ("items_hsn_code_shape", "hsn_code", "62051"),
    ("items_uqc_known", "uqc", "XYZ"),
    ("items_only_services_have_no_unit", "uqc", "NA"),
    ("items_unit_price_not_negative", "unit_price", -1),
    ("items_treatment_known", "treatment", "zero_rated"),
    ("items_only_taxable_ones_are_taxed", "tax_rate", 5),
    ("tax_rate_between_0_and_100", "tax_rate", 101),
    ("rupees_is_a_number", "unit_price", "NaN"),
]
TRANSACTION = [
    ("transactions_account_belongs_to_user", "account_id", NOBODY),
    ("transactions_amount_positive", "amount", 0),
    ("transactions_type_known", "transaction_type", "gift"),
    ("transactions_only_transfers_transfer", "transfer_account_id", NOBODY),
    ("transactions_tax_within_amount", "tax_amount", 11),
    ("transactions_description_length", "description", LONG),
    ("transactions_category_length", "category", LONG),
    ("transactions_method_known", "method", "barter"),
    ("transactions_reference_length", "reference", LONG),
    ("transactions_date_in_range", "date", "1899-01-01"),
    ("tax_rate_between_0_and_100", "tax_rate", 101),
    ("rupees_is_a_number", "amount", "NaN"),
]
OTHER_TRANSACTION = [
    ("transactions_transfer_account_belongs_to_user", "transfer", "transfer_account_id", NOBODY),
    ("transactions_transfer_between_two", "transfer", "transfer_account_id", "{account}"),
    ("transactions_only_trade_is_taxed", "transfer", "tax_rate", 18),
    ("transactions_only_trade_is_taxed", "other", "tax_amount", 1),
]
INVOICE = [
    ("invoices_due_not_before_issue", "due_date", "2020-01-01"),
    ("invoices_issue_date_in_range", "issue_date", "1899-01-01"),
    ("invoices_due_date_in_range", "due_date", "9999-12-31T12:00:00Z"),
    ("invoices_place_of_supply_fkey", "place_of_supply", "00"),
    ("invoices_customer_state_code_fkey", "customer_state_code", "00"),
    ("invoices_customer_name_length", "customer_name", " "),
    ("invoices_customer_pincode_shape", "customer_pincode", "!"),
    ("invoices_customer_country_code_shape", "customer_country_code", "1"),
    ("invoices_party_type_known", "party_type", "nobody"),
    ("invoices_supply_type_known", "supply_type", "gift"),
    ("invoices_supply_type_fits_party", "supply_type", "export_with_payment"),
    ("invoices_ship_to_name_length", "ship_to_name", ""),
    ("invoices_ship_to_address_length", "ship_to_address", ""),
    ("invoices_ship_to_pincode_shape", "ship_to_pincode", "012345"),
    ("invoices_ship_to_state_code_fkey", "ship_to_state_code", "00"),
    ("invoices_port_code_shape", "port_code", "x"),
    ("invoices_shipping_bill_number_shape", "shipping_bill_number", "x"),
    ("invoices_customer_email_shape", "customer_email", "nobody"),
    ("invoices_customer_address_length", "customer_address", LONG),
    ("invoices_notes_length", "notes", LONG),
    ("invoices_status_known", "status", "lost"),
    ("invoices_template_known", "template", "fancy"),
    ("tax_rate_between_0_and_100", "tax_rate", 101),
]
INVOICE_LINE = [
    ("invoice_items_description_length", "description", " "),
    ("invoice_items_hsn_code_shape", "hsn_code", "12"),
    ("invoice_items_quantity_positive", "quantity", 0),
    ("invoice_items_unit_price_not_negative", "unit_price", -1),
    ("invoice_items_uqc_shape", "uqc", "Kilo"),
    ("invoice_items_treatment_known", "treatment", "free"),
    ("invoice_items_discount_within_amount", "discount_amount", 10_000_000),
    ("tax_rate_between_0_and_100", "tax_rate", 101),
]
BILL_LINE_AS_PRINTED = {"description": "Paper", "tax_rate": 18, "taxable_value": 100, "cgst": 9, "sgst": 9}
BILL = [
    ("bills_supplier_state_code_fkey", "supplier_state_code", "00"),
    ("bills_place_of_supply_fkey", "place_of_supply", "00"),
    ("bills_kind_known", "kind", "receipt"),
    ("bills_supplier_name_length", "supplier_name", " "),
    ("bills_supplier_type_known", "supplier_type", "friend"),
    ("bills_gstin_fits_supplier_type", "supplier_type", "regular"),
    ("bills_number_length", "bill_number", " "),
    ("bills_date_in_range", "bill_date", "2017-06-30"),
    ("bills_received_not_before_bill_date", "received_on", "2026-10-04"),
    ("bills_port_code_shape", "port_code", "INBOM"),
    ("bills_only_imports_have_a_port", "port_code", "INBOM4"),
    ("bills_claimed_when_received", "claim_period", "092026"),
    ("bills_round_off_below_a_rupee", "round_off", "1.00"),
    ("bills_notes_length", "notes", LONG),
]
BILL_LINE = [
    ("bill_items_description_length", "description", " "),
    ("bill_items_hsn_code_shape", "hsn_code", "12"),
    ("bill_items_uqc_shape", "uqc", "Kilo"),
    ("bill_items_quantity_positive", "quantity", 0),
    ("bill_items_taxable_value_not_negative", "taxable_value", -100),
    ("bill_items_tax_not_negative", "igst", -1),
    ("bill_items_one_kind_of_tax", "igst", 9),
    ("bill_items_halves_are_equal", "sgst", 7.99),
    ("bill_items_tax_fits_rate", "tax_rate", 5),
    ("bill_items_treatment_known", "treatment", "free"),
    ("bill_items_only_taxable_ones_are_taxed", "treatment", "exempt"),
    ("bill_items_credit_status_known", "credit_status", "lost"),
    ("bill_items_credit_type_known", "credit_type", "gifts"),
    ("tax_rate_between_0_and_100", "tax_rate", 101),
]
ADJUSTMENT = [
    ("credit_adjustments_kind_known", "kind", "rule_99"),
    ("credit_adjustments_amount_positive", "igst", 0),
    ("credit_adjustments_reason_length", "reason", LONG),
    ("credit_adjustments_reclaim_names_its_reversal", "kind", "reclaim"),
]
FILING = [
    ("tax_filings_payment_reference_length", "payment_reference", LONG),
    ("tax_filings_notes_length", "notes", LONG),
]
# Rules that a trigger or a function tells first, in words of its own; the constraint guards against what it misses.
TOLD_BEFORE = {
    "accounts_one_default_per_user",
    # Every function of the API gives a contact a role; in the dashboard it may have none.
    "contacts_role_named",
    "bill_items_position_unique",
    "bills_claim_period_is_a_month",
    "bills_in_2b_period_is_a_month",
    "bills_note_of_belongs_to_user",
    "bills_number_unique_per_supplier",
    "bills_only_notes_are_about_bills",
    "bills_transaction_exists",
    "credit_adjustments_bill_belongs_to_user",
    "credit_adjustments_period_is_a_month",
    "credit_adjustments_reclaims_belongs_to_user",
    "invoice_items_position_unique",
    "invoices_against_belongs_to_user",
    "invoices_credited_within_total",
    "invoices_document_type_known",
    "invoices_note_names_its_invoice",
    "invoices_note_reason_known",
    "invoices_number_shape",
    "invoices_number_unique_per_year",
    "invoices_settled_within_total",
    "settlements_amount_positive",
    "settlements_credit_note_belongs_to_user",
    "settlements_day_known",
    "settlements_invoice_belongs_to_user",
    "settlements_kind_known",
    "settlements_source_named",
    "settlements_transaction_exists",
    "tax_filings_basis_known",
    "tax_filings_not_before_gst",
    "tax_filings_only_submissions_are_reopened",
    "tax_filings_payment_exists",
    "tax_filings_payment_named",
    "tax_filings_period_within_a_year",
    "tax_filings_one_per_period",
    "tax_filings_only_gst_leaves_credit",
    "tax_filings_period_in_order",
    "tax_filings_submitted_once",
    "tax_filings_type_known",
}
