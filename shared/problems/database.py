"""What PostgREST reports, as a problem: by the code SQL raised, the constraint it broke, or the SQLSTATE."""

import logging
import re
from collections.abc import Callable
from typing import NamedTuple

import httpx

from shared.problems.base import Problem
from shared.problems.catalogue import (
    AccountNotFound,
    AmountOutOfRange,
    DueBeforeIssue,
    FilingAlreadySubmitted,
    FilingOverlaps,
    Forbidden,
    InternalError,
    InvalidToken,
    InvalidValue,
    InvoiceAlreadyPaid,
    InvoiceNumberTaken,
    ServiceUnavailable,
    TransferAccountNotFound,
    TransferToSameAccount,
    UnknownState,
    UsernameTaken,
)

_log = logging.getLogger(__name__)


class DatabaseError(NamedTuple):
    """The body of an error of PostgREST."""

    code: str
    message: str
    hint: str

    @classmethod
    def of(cls, answer: httpx.Response) -> "DatabaseError":
        try:
            body = answer.json()
        except ValueError:
            body = None
        # A gateway in between may answer in a shape of its own.
        said = body if isinstance(body, dict) else {}
        return cls(*(str(said.get(key) or "") for key in cls._fields))


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

_CONSTRAINT_NAME = re.compile(r'constraint "([^"]+)"')
_COLUMN_NAME = re.compile(r'column "([^"]+)"')


def _domain_problem(error: DatabaseError) -> Problem:
    known = Problem.catalogue.get(error.hint)
    if known is None:
        _log.error("SQL raised %s, which the catalogue lacks", error.hint)
        return InternalError()
    return known(error.message)


def _broken_constraint(error: DatabaseError) -> Problem:
    name = _found(_CONSTRAINT_NAME, error.message)
    if name not in CONSTRAINTS:
        _log.error("constraint %s has no sentence", name)
        return InvalidValue("The values contradict each other.")
    problem, sentence = CONSTRAINTS[name]
    return problem(sentence)


def _found(pattern: re.Pattern[str], message: str) -> str:
    match = pattern.search(message)
    return match[1] if match else "A field"


def _missing_value(error: DatabaseError) -> Problem:
    return InvalidValue(f"{_found(_COLUMN_NAME, error.message)} must have a value.")


# SQLSTATE or PostgREST's own code -> problem, first match wins.
_BY_CODE: list[tuple[re.Pattern[str], Callable[[DatabaseError], Problem]]] = [
    (re.compile(pattern), problem)
    for pattern, problem in [
        (r"PT[45]\d\d", _domain_problem),
        (r"23503|23505|23514|23P01", _broken_constraint),
        (r"23502", _missing_value),
        (r"22003", lambda _: AmountOutOfRange()),
        (r"22...", lambda _: InvalidValue("A value has a form that its field does not accept.")),
        (r"42501", lambda _: Forbidden()),
        (r"PGRST30[0-3]", lambda _: InvalidToken()),
        # Cancelled, locked, deadlocked, not serializable, out of resources, shutting down, not connected.
        (r"57014|55P03|40P01|40001|53...|57P0.|08...|PGRST00[0-3]", lambda _: ServiceUnavailable()),
    ]
]
_GATEWAY_STATUS = {502, 503, 504}


def problem_of(answer: httpx.Response) -> Problem:
    """The problem that an answer with an error status reports."""
    error = DatabaseError.of(answer)
    for pattern, problem in _BY_CODE:
        if pattern.fullmatch(error.code):
            return problem(error)
    # Of a connection that broke in the middle of a statement PostgREST says nothing at all.
    if answer.status_code in _GATEWAY_STATUS or not any(error):
        return ServiceUnavailable()
    _log.error("unexpected answer of the Data API: status %s, code %s", answer.status_code, error.code)
    return InternalError()
