"""Problems of bills, of the credit they give, and of GSTR-2B."""

from http import HTTPStatus

from shared.problems.base import Problem


class BillNotFound(Problem):
    """There is no such bill."""

    code = "bill_not_found"
    status = HTTPStatus.NOT_FOUND


class BillAlreadyRecorded(Problem):
    """The supplier's bill with this number is in the books already."""

    code = "bill_already_recorded"
    status = HTTPStatus.CONFLICT
    fields = ("bill_number",)
    hint = "A supplier numbers each kind of document once in a financial year. Change the other bill instead."


class BillIsNamed(Problem):
    """A note or an adjustment of credit names this bill."""

    code = "bill_is_named"
    status = HTTPStatus.CONFLICT
    hint = "Delete the note or the adjustment first."


class SupplierGivesNoCredit(Problem):
    """This supplier charges no tax, so there is no credit."""

    code = "supplier_gives_no_credit"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    hint = "Say reverse_charge if you pay the tax yourself, or credit_status not_claimed."


class CessNotSupported(Problem):
    """Compensation cess is not supported."""

    code = "cess_not_supported"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    hint = "Cess has no credit here. Record the bill with cess 0, and its amount in the notes."


class CreditAdjustmentNotFound(Problem):
    """There is no such adjustment of credit."""

    code = "credit_adjustment_not_found"
    status = HTTPStatus.NOT_FOUND


class CreditAdjustmentReclaimed(Problem):
    """What this adjustment reversed was claimed again."""

    code = "credit_adjustment_reclaimed"
    status = HTTPStatus.CONFLICT
    hint = "Delete the reclaim first."


class ReclaimExceedsReversal(Problem):
    """More would be claimed again than was reversed."""

    code = "reclaim_exceeds_reversal"
    status = HTTPStatus.CONFLICT
    hint = "Only rule_37, rule_37a, other, and lines with temporarily_reversed can be claimed again."


class PortalDocumentNotFound(Problem):
    """There is no such document of GSTR-2B."""

    code = "portal_document_not_found"
    status = HTTPStatus.NOT_FOUND


class PortalFileOfAnotherGstin(Problem):
    """The file is of another GSTIN than your profile."""

    code = "portal_file_of_another_gstin"
    status = HTTPStatus.CONFLICT
    hint = "Download GSTR-2B of your own GSTIN."


class PortalDocumentIsNoBill(Problem):
    """The document and the bill are not of one supplier and kind."""

    code = "portal_document_is_no_bill"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
