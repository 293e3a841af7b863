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


class CustomerIsSeller(Problem):
    """The customer has your own GSTIN."""

    code = "customer_is_seller"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    fields = ("customer_gstin",)
    hint = "Send the GSTIN of the customer, or leave customer_gstin out."


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


class InvoiceCancelled(Problem):
    """The invoice is cancelled."""

    code = "invoice_cancelled"
    status = HTTPStatus.CONFLICT
    hint = "Only its notes and its template may change. Open it again first, by setting its status."


class InvoiceTotalFixed(Problem):
    """The amounts of this invoice are fixed."""

    code = "invoice_total_fixed"
    status = HTTPStatus.CONFLICT
    hint = "A paid invoice and one of a sale keep their total: set the status to sent, or edit the sale."


class InvoiceHasNotes(Problem):
    """A note is about this invoice."""

    code = "invoice_has_notes"
    status = HTTPStatus.CONFLICT
    hint = "Cancel its notes first, or issue another note."


class InvoiceNotIssued(Problem):
    """The invoice is a draft."""

    code = "invoice_not_issued"
    status = HTTPStatus.CONFLICT
    hint = "Change a draft; a note is about an invoice that was issued."


class DocumentTypeFixed(Problem):
    """A document keeps its type."""

    code = "document_type_fixed"
    status = HTTPStatus.CONFLICT
    hint = "Write another document."


class CreditExceedsInvoice(Problem):
    """The credit is more than what is left of the invoice."""

    code = "credit_exceeds_invoice"
    status = HTTPStatus.CONFLICT
    hint = "Credit at most `total_amount` less `amount_credited` of the invoice; the detail names it."
