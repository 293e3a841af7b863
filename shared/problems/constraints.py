"""What each constraint of the database means when a request breaks it."""

from shared.problems.base import Problem
from shared.problems.catalogue import (
    AccountNotFound,
    DueBeforeIssue,
    FilingAlreadySubmitted,
    FilingOverlaps,
    InvalidValue,
    InvoiceAlreadyPaid,
    InvoiceNumberTaken,
    TransferAccountNotFound,
    TransferToSameAccount,
    UnknownState,
    UsernameTaken,
)

# Constraint -> the problem it reports. The names are those of the migrations; a test compares.
CONSTRAINTS: dict[str, tuple[type[Problem], str]] = {
    "rupees_is_a_number": (InvalidValue, "An amount must be a number."),
    "tax_rate_between_0_and_100": (InvalidValue, "tax_rate is between 0 and 100 percent."),
    "profiles_username_key": (UsernameTaken, "Somebody else has this username."),
    "profiles_username_shape": (
        InvalidValue,
        "username has 3 to 50 characters: letters without accents, digits, dot, hyphen and underscore.",
    ),
    "profiles_full_name_length": (InvalidValue, "full_name has 1 to 200 characters."),
    "profiles_business_name_length": (InvalidValue, "business_name has 1 to 200 characters."),
    "profiles_address_length": (InvalidValue, "address has at most 1000 characters."),
    "profiles_upi_id_shape": (InvalidValue, "upi_id looks like name@bank."),
    "profiles_filing_frequency_known": (InvalidValue, "filing_frequency is monthly, quarterly or annually."),
    "profiles_state_code_fkey": (UnknownState, "There is no GST state with this code."),
    "profiles_state_code_in_india": (UnknownState, "state_code is a place in India, which 96 is not."),
    "accounts_name_length": (InvalidValue, "name has 1 to 200 characters, not spaces alone."),
    "transactions_account_belongs_to_user": (AccountNotFound, "There is no account with this account_id."),
    "transactions_transfer_account_belongs_to_user": (
        TransferAccountNotFound,
        "There is no account with this transfer_account_id.",
    ),
    "transactions_amount_positive": (
        InvalidValue,
        "amount must be above zero, whichever way the money goes.",
    ),
    "transactions_type_known": (InvalidValue, "transaction_type is sale, expense, transfer or other."),
    "transactions_only_transfers_transfer": (InvalidValue, "Only a transfer has a transfer_account_id."),
    "transactions_transfer_between_two": (TransferToSameAccount, "A transfer needs two accounts."),
    "transactions_tax_within_amount": (InvalidValue, "tax_amount is part of amount: between zero and it."),
    "transactions_only_trade_is_taxed": (InvalidValue, "Only a sale or an expense has tax."),
    "transactions_description_length": (InvalidValue, "description has at most 10000 characters."),
    "transactions_category_length": (InvalidValue, "category has at most 100 characters."),
    "transactions_date_in_range": (InvalidValue, "date is in the years 1900 to 9998."),
    "transactions_one_payment_per_invoice": (InvoiceAlreadyPaid, "The invoice is paid already."),
    "accounts_one_default_per_user": (InvalidValue, "Only one account is the default."),
    "invoices_number_unique_per_user": (InvoiceNumberTaken, "Another of your invoices has this number."),
    "invoice_items_position_unique": (InvalidValue, "Each item has a position of its own."),
    "invoices_number_shape": (
        InvalidValue,
        "invoice_number has at most 50 letters, digits, slashes, hyphens, dots and underscores, "
        "and begins with a letter or digit.",
    ),
    "invoices_due_not_before_issue": (DueBeforeIssue, "due_date must not be before issue_date."),
    "invoices_issue_date_in_range": (InvalidValue, "issue_date is in the years 1900 to 9998."),
    "invoices_due_date_in_range": (InvalidValue, "due_date is before the last day of the year 9999."),
    "invoices_place_of_supply_fkey": (UnknownState, "place_of_supply is no GST state code."),
    "invoices_customer_name_length": (
        InvalidValue,
        "customer_name has 1 to 200 characters, not spaces alone.",
    ),
    "invoices_customer_email_shape": (
        InvalidValue,
        "customer_email has at most 320 characters and looks like name@example.com.",
    ),
    "invoices_customer_address_length": (InvalidValue, "customer_address has at most 1000 characters."),
    "invoices_notes_length": (InvalidValue, "notes have at most 10000 characters."),
    "invoices_status_known": (InvalidValue, "status is draft, sent, paid, cancelled or overdue."),
    "invoices_template_known": (InvalidValue, "template is default, professional, simple or detailed."),
    "invoice_items_description_length": (
        InvalidValue,
        "An item's description has 1 to 10000 characters, not spaces alone.",
    ),
    "invoice_items_hsn_code_shape": (InvalidValue, "hsn_code has 4 to 8 digits."),
    "invoice_items_quantity_positive": (InvalidValue, "quantity must be above zero."),
    "invoice_items_unit_price_not_negative": (InvalidValue, "unit_price must not be below zero."),
    "tax_filings_one_per_period": (FilingAlreadySubmitted, "There is a filing for this period already."),
    "tax_filings_submitted_once": (FilingOverlaps, "Another submission covers some of these days."),
    "tax_filings_only_gst_leaves_credit": (
        InvalidValue,
        "total_tax_liability is not below zero: only GST leaves credit.",
    ),
    "tax_filings_period_in_order": (InvalidValue, "period_start is on or before period_end."),
    "tax_filings_type_known": (InvalidValue, "tax_type is gst, income_tax or other."),
    "tax_filings_payment_reference_length": (InvalidValue, "payment_reference has at most 100 characters."),
    "tax_filings_notes_length": (InvalidValue, "notes have at most 10000 characters."),
}
