"""Problems with payments and with what settles documents."""

from http import HTTPStatus

from shared.problems.base import Problem


class PaymentNotFound(Problem):
    """The payment does not exist."""

    code = "payment_not_found"
    status = HTTPStatus.NOT_FOUND
    hint = "GET /api/invoices/{invoice_id}/payments lists the payments of an invoice."


class PaymentInFuture(Problem):
    """The payment is dated in the future."""

    code = "payment_in_future"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    fields = ("date",)
    hint = "Record a payment on the day it was made, or later."


class PaymentDiffers(Problem):
    """The amount does not fit what it settles."""

    code = "payment_differs"
    status = HTTPStatus.CONFLICT
    fields = ("amount",)
    hint = "The amounts of the invoices add up to the amount of the payment."


class PaymentExceedsDue(Problem):
    """The payment is more than what is due."""

    code = "payment_exceeds_due"
    status = HTTPStatus.CONFLICT
    fields = ("amount",)
    hint = "Send at most `amount_due` of the invoice; the detail names it."


class PaymentOfSeveralInvoices(Problem):
    """The payment settles several invoices."""

    code = "payment_of_several"
    status = HTTPStatus.CONFLICT
    hint = "Delete the transaction of the payment: all its invoices are due again."


class SettledByCreditNote(Problem):
    """A credit note settles this."""

    code = "settled_by_credit_note"
    status = HTTPStatus.CONFLICT
    hint = "Cancel the credit note instead."


class SettlementFixed(Problem):
    """A settlement is not changed."""

    code = "settlement_fixed"
    status = HTTPStatus.CONFLICT
    hint = "Delete it and write another one."


class InvoiceAlreadyPaid(Problem):
    """The invoice is paid already."""

    code = "invoice_already_paid"
    status = HTTPStatus.CONFLICT
    hint = "GET the invoice: its payment is recorded."


class NothingToPay(Problem):
    """The invoice has no amount."""

    code = "nothing_to_pay"
    status = HTTPStatus.CONFLICT
    hint = "Add lines with an amount first."


class InvoiceSettled(Problem):
    """More than a single payment settles the invoice."""

    code = "invoice_settled"
    status = HTTPStatus.CONFLICT
    hint = "Delete the payments one by one, or issue a credit note."
