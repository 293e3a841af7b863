"""Problems of invoices and their payment."""

from http import HTTPStatus

from shared.problems.base import Problem


class InvoiceNotFound(Problem):
    """There is no such invoice."""

    code = "invoice_not_found"
    status = HTTPStatus.NOT_FOUND


class InvoiceNumberTaken(Problem):
    """Another of your invoices has this number."""

    code = "invoice_number_taken"
    status = HTTPStatus.CONFLICT
    fields = ("invoice_number",)
    hint = "Leave invoice_number out to be given the next one."


class InvoiceNumberFixed(Problem):
    """An invoice keeps its number."""

    code = "invoice_number_fixed"
    status = HTTPStatus.CONFLICT
    fields = ("invoice_number",)


class InvoiceChanged(Problem):
    """The invoice was changed elsewhere."""

    code = "invoice_changed"
    status = HTTPStatus.CONFLICT
    hint = "Look at it as it is now, then change it again."


class DueBeforeIssue(Problem):
    """The invoice would be due before it is issued."""

    code = "due_before_issue"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    fields = ("due_date",)


class NotOverdue(Problem):
    """The invoice is not overdue."""

    code = "not_overdue"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    fields = ("status",)
    hint = "An invoice is overdue from the day after its due_date, in the profile's time zone."


class PaymentInFuture(Problem):
    """The payment would be made in the future."""

    code = "payment_in_future"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    fields = ("date",)
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
