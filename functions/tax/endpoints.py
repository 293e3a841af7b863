"""Tax (spec: Tax Calculation & Compliance)."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from functions.tax.schemas import (
    Filing,
    GstCalculation,
    NewSubmission,
    Submission,
    TaxableAmount,
    TaxReport,
    Year,
)
from shared.http.application import group
from shared.problems.catalogue import (
    AmountOutOfRange,
    FilingAlreadySubmitted,
    FilingNotFound,
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
from shared.schemas.choices import FilingFrequency, TaxType
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
    tax_included: Annotated[bool, Query(description="Whether the amount contains the tax.")] = False,
    tax_rate: Annotated[TaxRateParameter, Query(description="Percent.")] = 18,  # type: ignore[assignment]
    inter_state: Annotated[bool, Query(description="IGST instead of CGST and SGST.")] = False,
) -> Response:
    """The GST on an amount, as an invoice of one line would have it."""
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
    """The GST of an invoice as it stands in the books; a warning tells when its lines have several rates."""
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
    include_transactions: Annotated[bool, Query(description="False leaves `transactions` empty.")] = True,
) -> Response:
    """What the books say about these days, computed now; nothing is written.

    Counted is money that moved: sales with the tax of their invoices, expenses with the input tax recorded on
    them.
    """
    return data.call(
        "tax_filing",
        start_date=start_date,
        end_date=end_date,
        tax_type=tax_type,
        period=period,
        include_transactions=include_transactions,
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
    """Create the draft of the last period that has ended, or refresh it. May be repeated freely.

    A period of which some days were submitted with another one has no draft: its tax would be due twice.
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
    """Freeze the figures of a period, once, and record what is due as an expense of category `Tax Payment`.

    The default account pays, and may go negative by it. Nothing is sent to the government: the confirmation
    number is our own.
    """
    return data.call("submit_tax_filing", filing=filing)


@router.get("/report", summary="Get the tax report", response_model=TaxReport, responses=problems())
def get_report(data: DataApi, year: Year, tax_type: TaxType | None = None) -> Response:
    """The filings whose period starts in a calendar year, drafts with live figures."""
    return data.call("tax_report", year=year, tax_type=tax_type)
