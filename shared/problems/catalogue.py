"""Everything that can go wrong, one class each: the docstring is the title, `hint` says what to do."""

from http import HTTPStatus
from typing import Any

from shared.problems.base import Problem, responses

# Of every request ---------------------------------------------------------------------------------


class MalformedJson(Problem):
    """The body is not JSON."""

    code = "malformed_json"
    status = HTTPStatus.BAD_REQUEST
    hint = "Send one JSON object, in UTF-8; NaN and Infinity are not JSON."


class MalformedForm(Problem):
    """The form could not be read."""

    code = "malformed_form"
    status = HTTPStatus.BAD_REQUEST
    hint = "Send the form from its page again; one has at most 10,000 fields."


class NotFound(Problem):
    """There is nothing at this address."""

    code = "not_found"
    status = HTTPStatus.NOT_FOUND
    hint = "/docs lists every address."


class MethodNotAllowed(Problem):
    """This address does not know this method."""

    code = "method_not_allowed"
    status = HTTPStatus.METHOD_NOT_ALLOWED
    hint = "The Allow header names the methods it knows."


class BodyTooLarge(Problem):
    """The body is too large."""

    code = "body_too_large"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    hint = "A request has at most 1,000,000 bytes."


class AnswerTooLarge(Problem):
    """The answer is too large to be sent."""

    code = "answer_too_large"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    hint = (
        "An answer has at most 6 MB. Ask for less at once: a smaller `limit` and then the next page, "
        "a shorter period, or include_transactions=false."
    )


class UnsupportedMediaType(Problem):
    """The body has the wrong content type."""

    code = "unsupported_media_type"
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    hint = "Send Content-Type: application/json."


class ValidationFailed(Problem):
    """The request does not have the documented shape."""

    code = "validation_failed"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    hint = "`errors` names each field and what is wrong with it."


class InvalidValue(Problem):
    """A value is not one the field can hold."""

    code = "invalid_value"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


class AmountOutOfRange(Problem):
    """An amount is too large to be stored."""

    code = "amount_out_of_range"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    hint = "Amounts and all their sums stay below 10,000,000,000,000 rupees."


class TooManyRequests(Problem):
    """Too many requests in a short time."""

    code = "too_many_requests"
    status = HTTPStatus.TOO_MANY_REQUESTS
    hint = "Wait as long as the Retry-After header says."
    headers = {"Retry-After": "900"}


class InternalError(Problem):
    """Something broke on our side."""

    code = "internal_error"
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    hint = "Nothing was changed. Try again, and name the request_id if it happens twice."


class ServiceUnavailable(Problem):
    """A service behind us did not answer in time."""

    code = "service_unavailable"
    status = HTTPStatus.SERVICE_UNAVAILABLE
    hint = "Send the request again; with the same Idempotency-Key it happens once."
    headers = {"Retry-After": "1"}


# Who may call -------------------------------------------------------------------------------------


class Unauthorized(Problem):
    """The call needs a valid access token."""

    status = HTTPStatus.UNAUTHORIZED
    headers = {"WWW-Authenticate": "Bearer"}


class NotAuthenticated(Unauthorized):
    """This call needs an access token."""

    code = "not_authenticated"
    hint = "Log in and send the token: Authorization: Bearer <access_token>."


class InvalidToken(Unauthorized):
    """The access token is not valid."""

    code = "invalid_token"
    hint = "Log in and send the access token just as it came."


class TokenExpired(Unauthorized):
    """The access token has expired."""

    code = "token_expired"
    hint = "Exchange the refresh token at /api/auth/refresh, or log in."


class TokenRevoked(Unauthorized):
    """The access token was logged out."""

    code = "token_revoked"
    hint = "Log in again."


class Forbidden(Problem):
    """This is not allowed to you."""

    code = "forbidden"
    status = HTTPStatus.FORBIDDEN


class InvalidCredentials(Problem):
    """Name and password do not match."""

    code = "invalid_credentials"
    status = HTTPStatus.UNAUTHORIZED
    headers = {"WWW-Authenticate": "Bearer"}
    hint = "The name is the username or the e-mail address. Whether there is such a user is not told."


class InvalidRefreshToken(Problem):
    """The refresh token is not valid."""

    code = "invalid_refresh_token"
    status = HTTPStatus.UNAUTHORIZED
    hint = "It was used already, or its session has ended; log in again."


class EmailNotConfirmed(Problem):
    """The e-mail address is not confirmed yet."""

    code = "email_not_confirmed"
    status = HTTPStatus.FORBIDDEN
    hint = "Follow the link in the mail that was sent to it."


class EmailAlreadyRegistered(Problem):
    """This e-mail address has an account already."""

    code = "email_already_registered"
    status = HTTPStatus.CONFLICT
    hint = "Log in instead."


class WeakPassword(Problem):
    """The password is too weak."""

    code = "weak_password"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    hint = "Choose a longer one, with letters and digits."


class InvalidEmail(Problem):
    """This is not an e-mail address we can use."""

    code = "invalid_email"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


# Profile ------------------------------------------------------------------------------------------


class UsernameTaken(Problem):
    """Somebody else has this username."""

    code = "username_taken"
    status = HTTPStatus.CONFLICT


class InvalidTimeZone(Problem):
    """There is no such time zone."""

    code = "invalid_time_zone"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    hint = "Name one of the IANA zones; Asia/Kolkata is one."


class InvalidGstin(Problem):
    """This is not a GSTIN."""

    code = "invalid_gstin"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    hint = "A GSTIN has 15 characters, of which the last is a check digit over the others."


class UnknownState(Problem):
    """There is no such GST state code."""

    code = "unknown_state"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    hint = "Two digits: 29 is Karnataka, 96 a place outside of India."


class StateDiffers(Problem):
    """The state is not that of the GSTIN."""

    code = "state_differs"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    hint = "Leave state_code out: the GSTIN tells it."


# Accounts and their ledger ------------------------------------------------------------------------


class AccountNotFound(Problem):
    """There is no such account."""

    code = "account_not_found"
    status = HTTPStatus.NOT_FOUND


class BalanceMoved(Problem):
    """The balance is another than the one that was shown."""

    code = "balance_moved"
    status = HTTPStatus.CONFLICT
    hint = "Look at the balance of now, then adjust it."


class LastAccount(Problem):
    """The only account cannot be deleted."""

    code = "last_account"
    status = HTTPStatus.CONFLICT
    hint = "Create another account first."


class AccountHasTransactions(Problem):
    """The account has transactions."""

    code = "account_has_transactions"
    status = HTTPStatus.CONFLICT
    hint = "Name the account that takes them over: ?transfer_to_account_id=..."


class TransferToSameAccount(Problem):
    """Money cannot move from an account to itself."""

    code = "transfer_to_same_account"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


class TransferAccountNotFound(Problem):
    """There is no such account to transfer to."""

    code = "transfer_account_not_found"
    status = HTTPStatus.NOT_FOUND


class OneDefaultAccount(Problem):
    """Only one account can be the default one."""

    code = "one_default_account"
    status = HTTPStatus.CONFLICT


class LedgerIsAppendOnly(Problem):
    """Ledger entries are never changed or removed."""

    code = "ledger_is_append_only"
    status = HTTPStatus.CONFLICT
    hint = "Write the opposite movement."


class AuditIsAppendOnly(Problem):
    """The audit trail is never changed."""

    code = "audit_is_append_only"
    status = HTTPStatus.CONFLICT


class EntryCountIsKept(Problem):
    """The count of ledger entries is kept by the ledger."""

    code = "entry_count_is_kept"
    status = HTTPStatus.CONFLICT
    hint = "Write the balance; the count follows."


class OwnerIsFixed(Problem):
    """A record keeps its id and its owner."""

    code = "owner_is_fixed"
    status = HTTPStatus.CONFLICT


class InvalidPeriod(Problem):
    """There is no such period."""

    code = "invalid_period"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


# Transactions -------------------------------------------------------------------------------------


class TransactionNotFound(Problem):
    """There is no such transaction."""

    code = "transaction_not_found"
    status = HTTPStatus.NOT_FOUND


class PaymentFixed(Problem):
    """The payment of an invoice follows its invoice."""

    code = "payment_fixed"
    status = HTTPStatus.CONFLICT
    hint = "Change the invoice, or delete the payment: the invoice is open again then."


class IdempotencyKeyReused(Problem):
    """This Idempotency-Key was used for another request."""

    code = "idempotency_key_reused"
    status = HTTPStatus.CONFLICT
    hint = "Send a new key with a new request, the old key only with the very same one."


class IdempotencyKeyTooLong(Problem):
    """The Idempotency-Key is too long."""

    code = "idempotency_key_too_long"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    hint = "It has at most 255 characters; a UUID has 36."


# Invoices -----------------------------------------------------------------------------------------


class InvoiceNotFound(Problem):
    """There is no such invoice."""

    code = "invoice_not_found"
    status = HTTPStatus.NOT_FOUND


class InvoiceNumberTaken(Problem):
    """Another of your invoices has this number."""

    code = "invoice_number_taken"
    status = HTTPStatus.CONFLICT
    hint = "Leave invoice_number out to be given the next one."


class InvoiceNumberFixed(Problem):
    """An invoice keeps its number."""

    code = "invoice_number_fixed"
    status = HTTPStatus.CONFLICT


class InvoiceChanged(Problem):
    """The invoice was changed elsewhere."""

    code = "invoice_changed"
    status = HTTPStatus.CONFLICT
    hint = "Look at it as it is now, then change it again."


class DueBeforeIssue(Problem):
    """The invoice would be due before it is issued."""

    code = "due_before_issue"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


class NotOverdue(Problem):
    """The invoice is not overdue."""

    code = "not_overdue"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    hint = "An invoice is overdue from the day after its due_date, in the profile's time zone."


class PaymentInFuture(Problem):
    """The payment would be made in the future."""

    code = "payment_in_future"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    hint = "Leave date out for a payment that was made now."


class InvoiceAlreadyPaid(Problem):
    """The invoice is paid already."""

    code = "invoice_already_paid"
    status = HTTPStatus.CONFLICT
    hint = "An invoice has one payment; nothing was paid twice."


class InvoiceCancelled(Problem):
    """The invoice is cancelled."""

    code = "invoice_cancelled"
    status = HTTPStatus.CONFLICT
    hint = "Only its notes and its template may change. Open it again first, by setting its status."


class PaymentDiffers(Problem):
    """An invoice is paid by exactly its total."""

    code = "payment_differs"
    status = HTTPStatus.CONFLICT


class NothingToPay(Problem):
    """The invoice's total is zero."""

    code = "nothing_to_pay"
    status = HTTPStatus.CONFLICT


class InvoiceTotalFixed(Problem):
    """The amounts of this invoice are fixed."""

    code = "invoice_total_fixed"
    status = HTTPStatus.CONFLICT
    hint = "A paid invoice and one of a sale keep their total: set the status to sent, or edit the sale."


# Tax ----------------------------------------------------------------------------------------------


class InvalidTaxType(Problem):
    """There is no such tax type."""

    code = "invalid_tax_type"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    hint = "tax_type is gst, income_tax or other."


class PeriodOutOfOrder(Problem):
    """The period ends before it starts."""

    code = "period_out_of_order"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


class PeriodInFuture(Problem):
    """The period has not begun."""

    code = "period_in_future"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


class PeriodNotEnded(Problem):
    """The period has not ended."""

    code = "period_not_ended"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    hint = "A period is submitted from the day after its last one, in the profile's time zone."


class FilingNotFound(Problem):
    """There is no such tax filing."""

    code = "filing_not_found"
    status = HTTPStatus.NOT_FOUND


class FilingPeriodDiffers(Problem):
    """The filing is for another period or tax."""

    code = "filing_period_differs"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    hint = "Leave filing_id out, or send the period and the tax type of that filing."


class FilingAlreadySubmitted(Problem):
    """The period was submitted already."""

    code = "filing_already_submitted"
    status = HTTPStatus.CONFLICT
    hint = "A period is submitted once; GET /api/tax/report lists the submissions."


class FilingOverlaps(Problem):
    """Some days of the period were submitted already."""

    code = "filing_overlaps"
    status = HTTPStatus.CONFLICT
    hint = "A day belongs to one submission; GET /api/tax/report lists the submissions."


class FilingIsFrozen(Problem):
    """A submitted filing keeps its figures."""

    code = "filing_is_frozen"
    status = HTTPStatus.CONFLICT


class LiabilityDiffers(Problem):
    """The books say another liability."""

    code = "liability_differs"
    status = HTTPStatus.CONFLICT
    hint = "`detail` has both figures; GET /api/tax/filing shows how the books come to theirs."


class TaxPaymentFixed(Problem):
    """This expense paid a tax filing that was submitted."""

    code = "tax_payment_fixed"
    status = HTTPStatus.CONFLICT


class UnknownJob(Problem):
    """There is no such job."""

    code = "unknown_job"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


class JobRunNotFound(Problem):
    """There is no such run of a job."""

    code = "job_run_not_found"
    status = HTTPStatus.NOT_FOUND


# What endpoints may answer ------------------------------------------------------------------------

_SHAPE = (MalformedJson, BodyTooLarge, UnsupportedMediaType, ValidationFailed)
_OPEN = (*_SHAPE, InternalError, ServiceUnavailable)
_CLOSED = (*_OPEN, AnswerTooLarge, NotAuthenticated, InvalidToken, TokenExpired, TokenRevoked)


def problems(*own: type[Problem]) -> dict[int | str, dict[str, Any]]:
    """`responses=` of an endpoint for users: its own problems and those that every such endpoint has."""
    return responses({*_CLOSED, *own})


def open_problems(*own: type[Problem]) -> dict[int | str, dict[str, Any]]:
    """`responses=` of an endpoint that needs no token."""
    return responses({*_OPEN, *own})
