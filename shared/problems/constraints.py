"""What each constraint of the database means when a request breaks it."""

from shared.problems.bill_constraints import BILL_CONSTRAINTS
from shared.problems.catalogue import (
    AccountNotFound,
    ContactGstinTaken,
    CreditExceedsInvoice,
    DueBeforeIssue,
    FilingAlreadySubmitted,
    FilingOverlaps,
    InvalidValue,
    InvoiceNotFound,
    InvoiceNumberTaken,
    ItemNameTaken,
    PaymentExceedsDue,
    TaxPaymentDiffers,
    TransactionNotFound,
    TransferAccountNotFound,
    TransferToSameAccount,
    UnknownState,
)
from shared.problems.profile_constraints import PROFILE_CONSTRAINTS
from shared.problems.rule import Rule
from shared.problems.supply_constraints import SUPPLY_CONSTRAINTS

CONSTRAINTS: dict[str, Rule] = {
    **PROFILE_CONSTRAINTS,
    **BILL_CONSTRAINTS,
    **SUPPLY_CONSTRAINTS,
    "rupees_is_a_number": Rule(
        InvalidValue,
        (
            *("amount", "balance", "total_tax_liability", "tax_amount", "items.*.unit_price", "unit_price"),
            *(
                "items.*.taxable_value",
                "items.*.cgst",
                "items.*.sgst",
                "items.*.igst",
                "cgst",
                "sgst",
                "igst",
            ),
        ),
        "An amount must be a number.",
    ),
    "tax_rate_between_0_and_100": Rule(
        InvalidValue,
        ("tax_rate", "default_tax_rate", "items.*.tax_rate"),
        "tax_rate is between 0 and 100 percent.",
    ),
    "accounts_name_length": Rule(InvalidValue, "name", "name has 1 to 200 characters, not spaces alone."),
    "contacts_role_named": Rule(
        InvalidValue, ("is_customer", "is_supplier"), "A contact is a customer, a supplier or both."
    ),
    "contacts_name_length": Rule(InvalidValue, "name", "name has 1 to 200 characters, not spaces alone."),
    "contacts_email_shape": Rule(
        InvalidValue, "email", "email has at most 320 characters and looks like name@example.com."
    ),
    "contacts_phone_shape": Rule(
        InvalidValue, "phone", "phone has 3 to 40 digits, spaces and the characters +().,/x#*-."
    ),
    "contacts_address_length": Rule(InvalidValue, "address", "address has at most 1000 characters."),
    "contacts_pincode_shape": Rule(
        InvalidValue,
        "pincode",
        "pincode has six digits in India; elsewhere at most 16 letters, digits, spaces and hyphens.",
    ),
    "contacts_country_code_known": Rule(
        InvalidValue, "country_code", "country_code is one of ISO 3166-1, with two letters: IN is India."
    ),
    "contacts_state_in_its_country": Rule(
        UnknownState,
        ("state_code", "country_code", "gstin"),
        "state_code is 96 outside of India, and the code of a state inside.",
    ),
    "contacts_notes_length": Rule(InvalidValue, "notes", "notes have at most 10000 characters."),
    "contacts_state_code_fkey": Rule(UnknownState, "state_code", "There is no GST state with this code."),
    "contacts_customer_gstin_key": Rule(
        ContactGstinTaken, "gstin", "Another of your customers has this GSTIN."
    ),
    "contacts_supplier_gstin_key": Rule(
        ContactGstinTaken, "gstin", "Another of your suppliers has this GSTIN."
    ),
    "items_name_length": Rule(InvalidValue, "name", "name has 1 to 200 characters, not spaces alone."),
    "items_name_unique_per_user": Rule(ItemNameTaken, "name", "Another of your items has this name."),
    "items_description_length": Rule(
        InvalidValue, "description", "description has at most 10000 characters."
    ),
    "items_hsn_code_shape": Rule(
        InvalidValue,
        "hsn_code",
        "hsn_code has 4, 6 or 8 digits; the code of a service begins with 99 and has 4 to 6.",
    ),
    "items_uqc_known": Rule(
        InvalidValue, "uqc", "uqc is a unit quantity code of GST returns: NOS, KGS, MTR and others."
    ),
    "items_only_services_have_no_unit": Rule(
        InvalidValue, "uqc", "uqc is NA for services only; goods have a unit."
    ),
    "items_unit_price_not_negative": Rule(InvalidValue, "unit_price", "unit_price must not be below zero."),
    "items_treatment_known": Rule(
        InvalidValue, "treatment", "treatment is taxable, nil_rated, exempt or non_gst."
    ),
    "items_only_taxable_ones_are_taxed": Rule(
        InvalidValue, "tax_rate", "tax_rate is 0 unless the treatment is taxable."
    ),
    "transactions_account_belongs_to_user": Rule(
        AccountNotFound, "account_id", "There is no account with this account_id."
    ),
    "transactions_transfer_account_belongs_to_user": Rule(
        TransferAccountNotFound, "transfer_account_id", "There is no account with this transfer_account_id."
    ),
    "transactions_amount_positive": Rule(
        InvalidValue, "amount", "amount must be above zero, whichever way the money goes."
    ),
    "transactions_type_known": Rule(
        InvalidValue, "transaction_type", "transaction_type is sale, expense, transfer or other."
    ),
    "transactions_only_transfers_transfer": Rule(
        InvalidValue, "transfer_account_id", "Only a transfer has a transfer_account_id."
    ),
    "transactions_transfer_between_two": Rule(
        TransferToSameAccount, "transfer_account_id", "A transfer needs two accounts."
    ),
    "transactions_tax_within_amount": Rule(
        InvalidValue, "tax_amount", "tax_amount is part of amount: between zero and it."
    ),
    "transactions_only_trade_is_taxed": Rule(
        InvalidValue, ("tax_rate", "tax_amount"), "Only a sale or an expense has tax."
    ),
    "transactions_description_length": Rule(
        InvalidValue, "description", "description has at most 10000 characters."
    ),
    "transactions_category_length": Rule(InvalidValue, "category", "category has at most 100 characters."),
    "transactions_date_in_range": Rule(InvalidValue, "date", "date is in the years 1900 to 9998."),
    "transactions_method_known": Rule(
        InvalidValue, "method", "method is upi, cash, bank_transfer, cheque, card or other."
    ),
    "transactions_reference_length": Rule(InvalidValue, "reference", "reference has at most 100 characters."),
    "settlements_amount_positive": Rule(InvalidValue, "amount", "amount must be above zero."),
    "settlements_kind_known": Rule(
        InvalidValue, "kind", "kind is payment, credit_note, tax_deducted or write_off."
    ),
    "settlements_source_named": Rule(
        InvalidValue, "kind", "A payment names its money, and only a credit note settles as one."
    ),
    "settlements_day_known": Rule(
        InvalidValue, "date", "settled_on is the day where no transaction tells it."
    ),
    "settlements_invoice_belongs_to_user": Rule(InvoiceNotFound, "invoice_id", "There is no such invoice."),
    "settlements_credit_note_belongs_to_user": Rule(
        InvoiceNotFound, "credit_note_id", "There is no such credit note."
    ),
    "settlements_transaction_exists": Rule(
        TransactionNotFound, "transaction_id", "There is no such transaction."
    ),
    "invoices_settled_within_total": Rule(
        PaymentExceedsDue, "amount", "A document is settled by at most its total."
    ),
    "invoices_credited_within_total": Rule(
        CreditExceedsInvoice, "items", "An invoice is credited by at most its total."
    ),
    "invoices_against_belongs_to_user": Rule(InvoiceNotFound, "against_id", "There is no such invoice."),
    "invoices_document_type_known": Rule(
        InvalidValue, "document_type", "document_type is invoice, credit_note or debit_note."
    ),
    "invoices_note_names_its_invoice": Rule(
        InvalidValue, "against_id", "A note names the invoice it is about."
    ),
    "invoices_note_reason_known": Rule(
        InvalidValue,
        "note_reason",
        "note_reason is sales_return, post_sale_discount, deficiency, correction, pos_change or other.",
    ),
    "invoices_customer_state_code_fkey": Rule(
        UnknownState, "customer_state_code", "customer_state_code is no GST state code."
    ),
    "invoice_items_uqc_shape": Rule(
        InvalidValue, "items.*.uqc", "uqc is a unit quantity code such as NOS or KGS."
    ),
    "invoice_items_treatment_known": Rule(
        InvalidValue, "items.*.treatment", "treatment is taxable, nil_rated, exempt or non_gst."
    ),
    "invoice_items_discount_within_amount": Rule(
        InvalidValue, "items.*.discount_amount", "discount_amount is between zero and the amount of the line."
    ),
    "tax_filings_basis_known": Rule(InvalidValue, "basis", "basis is invoice or cash."),
    "accounts_one_default_per_user": Rule(InvalidValue, "is_default", "Only one account is the default."),
    "invoices_number_unique_per_year": Rule(
        InvoiceNumberTaken,
        "invoice_number",
        "Another of your documents has this number in this financial year.",
    ),
    "invoice_items_position_unique": Rule(InvalidValue, "items", "Each item has a position of its own."),
    "invoices_number_shape": Rule(
        InvalidValue,
        "invoice_number",
        "invoice_number has at most 50 letters, digits, slashes, hyphens, dots and underscores, "
        "and begins with a letter or digit.",
    ),
    "invoices_due_not_before_issue": Rule(
        DueBeforeIssue, "due_date", "due_date must not be before issue_date."
    ),
    "invoices_issue_date_in_range": Rule(
        InvalidValue, "issue_date", "issue_date is in the years 1900 to 9998."
    ),
    "invoices_due_date_in_range": Rule(
        InvalidValue, "due_date", "due_date is before the last day of the year 9999."
    ),
    "invoices_place_of_supply_fkey": Rule(
        UnknownState, "place_of_supply", "place_of_supply is no GST state code."
    ),
    "invoices_customer_name_length": Rule(
        InvalidValue, "customer_name", "customer_name has 1 to 200 characters, not spaces alone."
    ),
    "invoices_customer_email_shape": Rule(
        InvalidValue,
        "customer_email",
        "customer_email has at most 320 characters and looks like name@example.com.",
    ),
    "invoices_customer_address_length": Rule(
        InvalidValue, "customer_address", "customer_address has at most 1000 characters."
    ),
    "invoices_notes_length": Rule(InvalidValue, "notes", "notes have at most 10000 characters."),
    "invoices_status_known": Rule(
        InvalidValue, "status", "status is draft, sent, paid, cancelled or overdue."
    ),
    "invoices_template_known": Rule(
        InvalidValue, "template", "template is default, professional, simple or detailed."
    ),
    "invoice_items_description_length": Rule(
        InvalidValue,
        "items.*.description",
        "An item's description has 1 to 10000 characters, not spaces alone.",
    ),
    "invoice_items_hsn_code_shape": Rule(
        InvalidValue,
        "items.*.hsn_code",
        "hsn_code has 4, 6 or 8 digits; the code of a service begins with 99 and has 4 to 6.",
    ),
    "invoice_items_quantity_positive": Rule(InvalidValue, "items.*.quantity", "quantity must be above zero."),
    "invoice_items_unit_price_not_negative": Rule(
        InvalidValue, "items.*.unit_price", "unit_price must not be below zero."
    ),
    "tax_filings_period_within_a_year": Rule(InvalidValue, "period_end", "A period is at most one year."),
    "tax_filings_not_before_gst": Rule(InvalidValue, "period_start", "GST began on 1 July 2017."),
    "tax_filings_only_submissions_are_reopened": Rule(
        InvalidValue, "reopened_at", "A draft is open already."
    ),
    "tax_filings_payment_named": Rule(
        TaxPaymentDiffers, "payment_transaction_id", "A submitted filing names the expense that paid its tax."
    ),
    "tax_filings_payment_exists": Rule(
        TransactionNotFound, "payment_transaction_id", "There is no such transaction."
    ),
    "tax_filings_one_per_period": Rule(
        FilingAlreadySubmitted, "period_start", "There is a filing for this period already."
    ),
    "tax_filings_submitted_once": Rule(
        FilingOverlaps, "period_start", "Another submission covers some of these days."
    ),
    "tax_filings_only_gst_leaves_credit": Rule(
        InvalidValue, "total_tax_liability", "total_tax_liability is not below zero: only GST leaves credit."
    ),
    "tax_filings_period_in_order": Rule(
        InvalidValue, "period_end", "period_start is on or before period_end."
    ),
    "tax_filings_type_known": Rule(InvalidValue, "tax_type", "tax_type is gst, income_tax or other."),
    "tax_filings_payment_reference_length": Rule(
        InvalidValue, "payment_reference", "payment_reference has at most 100 characters."
    ),
    "tax_filings_notes_length": Rule(InvalidValue, "notes", "notes have at most 10000 characters."),
}
"""By the names of the migrations; a test compares."""
