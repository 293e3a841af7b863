"""Tax (spec: Tax Calculation & Compliance)."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from functions.tax.schemas import (
    Filing,
    FinancialYear,
    GstCalculation,
    NewSubmission,
    Submission,
    TaxableAmount,
    TaxDeducted,
    TaxReport,
    Year,
)
from shared.http.application import group
from shared.problems.catalogue import (
    AmountOutOfRange,
    FilingAlreadySubmitted,
    FilingNotFound,
    FilingNotSubmitted,
    FilingOverlaps,
    FilingPeriodDiffers,
    IdempotencyKeyReused,
    InvalidValue,
    InvoiceNotFound,
    LiabilityDiffers,
    PeriodInFuture,
    PeriodNotEnded,
    PeriodOutOfOrder,
    problems,
)
from shared.schemas.choices import FilingBasis, FilingFrequency, TaxType
from shared.schemas.datetimes import Day
from shared.schemas.money import TaxRateParameter
from shared.supabase.rest import DataApi, DataApiOnce

router = group("/api/tax", "Tax")


@router.get(
    "/gst", summary="Calculate GST", response_model=GstCalculation, responses=problems(AmountOutOfRange)
)
def calculate_gst(
    data: DataApi,
    amount: TaxableAmount,
    tax_included: Annotated[bool, Query(description="Whether the amount includes the tax.")] = False,
    tax_rate: Annotated[TaxRateParameter, Query(description="The rate in percent.")] = 18,  # type: ignore[assignment]
    inter_state: Annotated[
        bool, Query(description="Whether to compute IGST instead of CGST and SGST.")
    ] = False,
) -> Response:
    """The GST on an amount, computed as for an invoice with one line."""
    return data.call(
        "calculate_gst", amount=amount, tax_included=tax_included, tax_rate=tax_rate, inter_state=inter_state
    )


@router.get(
    "/calculate-for-invoice/{invoice_id}",
    summary="Calculate GST for a specific invoice",
    response_model=GstCalculation,
    responses=problems(InvoiceNotFound),
)
def calculate_invoice_gst(data: DataApi, invoice_id: UUID) -> Response:
    """The GST of an invoice, as stored. A warning says if its lines have several rates."""
    return data.call("calculate_invoice_gst", invoice_id=invoice_id)


@router.get(
    "/filing",
    summary="Get tax filing data",
    response_model=Filing,
    responses=problems(PeriodOutOfOrder, PeriodInFuture),
)
def get_filing(
    data: DataApi,
    start_date: Annotated[Day, Query(description="First day of the period.")],
    end_date: Annotated[Day, Query(description="Last day of the period.")],
    tax_type: TaxType = "gst",
    period: FilingFrequency = "quarterly",
    include_transactions: Annotated[bool, Query(description="Whether to list the transactions.")] = True,
    basis: Annotated[
        FilingBasis | None,
        Query(
            description="`invoice` counts sales by the day of issue, `cash` by the day of payment. "
            "Default: the basis of the submission, else `invoice` for a user with a GSTIN and `cash` without."
        ),
    ] = None,
) -> Response:
    """The figures of a period, computed from the current books. Nothing is stored.

    By `invoice`, documents of the period count, paid or not, and credit notes are subtracted. By `cash`,
    received money counts, with the tax in it, and refunds are subtracted. Expenses count with the input
    tax recorded on them. `income_tax` and `other` always count money.
    """
    return data.call(
        "tax_filing",
        start_date=start_date,
        end_date=end_date,
        tax_type=tax_type,
        period=period,
        include_transactions=include_transactions,
        basis=basis,
    )


@router.get(
    "/filing/auto-generate",
    summary="Auto-generate a tax filing",
    response_model=Filing,
    responses=problems(FilingOverlaps),
)
def generate_filing(
    data: DataApi, period: FilingFrequency = "quarterly", tax_type: TaxType = "gst"
) -> Response:
    """Create or update the draft of the last period that has ended. You can repeat the request.

    If days of the period were submitted in another period, there is no draft: their tax would be due twice.
    """
    return data.call("generate_tax_filing", period=period, tax_type=tax_type)


@router.post(
    "/submit",
    summary="Submit a tax filing",
    response_model=Submission,
    responses=problems(
        FilingNotFound,
        FilingAlreadySubmitted,
        FilingOverlaps,
        FilingPeriodDiffers,
        LiabilityDiffers,
        IdempotencyKeyReused,
        PeriodOutOfOrder,
        PeriodInFuture,
        PeriodNotEnded,
        AmountOutOfRange,
        InvalidValue,
    ),
)
def submit_filing(data: DataApiOnce, filing: NewSubmission) -> Response:
    """Store the figures of a period, once, and record the tax due as an expense of category `Tax Payment`.

    The default account pays; its balance may become negative. Nothing is sent to the government, and the
    confirmation number is our own. A submission for `gst` closes its days: their documents and input tax stay
    as they are. A period that was reopened can be submitted again; what was paid stays, the rest is paid.
    """
    return data.call("submit_tax_filing", filing=filing)


@router.post(
    "/filings/{filing_id}/reopen",
    summary="Reopen a tax filing",
    response_model=Submission,
    responses=problems(FilingNotFound, FilingNotSubmitted),
)
def reopen_filing(data: DataApi, filing_id: UUID) -> Response:
    """Open the days of a submitted filing again, to correct its documents.

    Submit the period again afterwards. Until then the figures and the payment of the submission stay. You can
    repeat the request.
    """
    return data.call("reopen_tax_filing", filing_id=filing_id)


@router.get("/report", summary="Get the tax report", response_model=TaxReport, responses=problems())
def get_report(data: DataApi, year: Year, tax_type: TaxType | None = None) -> Response:
    """The filings whose period starts in a calendar year. Drafts have the current figures."""
    return data.call("tax_report", year=year, tax_type=tax_type)


@router.get(
    "/tds", summary="Get the tax deducted by customers", response_model=TaxDeducted, responses=problems()
)
def get_tax_deducted(data: DataApi, financial_year: FinancialYear | None = None) -> Response:
    """List the income tax (TDS) that customers kept back, by financial year and customer.

    Compare it with Form 26AS.

    Without `financial_year` all years are listed, the latest first.
    """
    return data.call("tax_deducted", financial_year=financial_year)
