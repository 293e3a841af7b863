"""Problems of tax filings and their periods."""

from http import HTTPStatus

from shared.problems.base import Problem


class InvalidTaxType(Problem):
    """There is no such tax type."""

    code = "invalid_tax_type"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    fields = ("tax_type",)
    hint = "tax_type is gst, income_tax or other."


class InvalidPeriod(Problem):
    """There is no such period."""

    code = "invalid_period"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    fields = ("period",)


class PeriodOutOfOrder(Problem):
    """The period ends before it starts."""

    code = "period_out_of_order"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    fields = ("period_end", "end_date")


class PeriodInFuture(Problem):
    """The period has not begun."""

    code = "period_in_future"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    fields = ("period_start", "start_date")


class PeriodNotEnded(Problem):
    """The period has not ended."""

    code = "period_not_ended"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    fields = ("period_end",)
    hint = "A period is submitted from the day after its last one, in the profile's time zone."


class FilingNotFound(Problem):
    """There is no such tax filing."""

    code = "filing_not_found"
    status = HTTPStatus.NOT_FOUND
    fields = ("filing_id",)


class FilingPeriodDiffers(Problem):
    """The filing is for another period or tax."""

    code = "filing_period_differs"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    fields = ("filing_id",)
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


class FilingNotSubmitted(Problem):
    """The filing was not submitted."""

    code = "filing_not_submitted"
    status = HTTPStatus.CONFLICT
    hint = "The days of a draft are open: change the books, and the draft follows."


class PeriodClosed(Problem):
    """The period was submitted."""

    code = "period_closed"
    status = HTTPStatus.CONFLICT
    hint = (
        "Issue a credit note or give the document a date in an open period; or open the filing again with "
        "POST /api/tax/filings/{filing_id}/reopen. `detail` names the filing."
    )


class TaxPaymentDiffers(Problem):
    """The payment of the filing is of another amount."""

    code = "tax_payment_differs"
    status = HTTPStatus.CONFLICT
    hint = "A submitted filing names an expense of category Tax Payment, of the amount it owes."


class LiabilityDiffers(Problem):
    """The books say another liability."""

    code = "liability_differs"
    status = HTTPStatus.CONFLICT
    fields = ("total_tax_liability",)
    hint = "`detail` has both figures; GET /api/tax/filing shows how the books come to theirs."


class TaxPaymentFixed(Problem):
    """This expense paid a tax filing that was submitted."""

    code = "tax_payment_fixed"
    status = HTTPStatus.CONFLICT
