"""The shapes of requests and answers about tax."""

from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from shared.schemas.base import Body
from shared.schemas.choices import FilingBasis, FilingStatus, TaxType, TransactionType
from shared.schemas.datetimes import Day, Instant
from shared.schemas.money import Money, MoneyParameter, TaxRate
from shared.schemas.text import Notes, PaymentReference
from shared.schemas.warnings import RateWarning

TaxableAmount = Annotated[MoneyParameter, Query(ge=Decimal(0), description="Rupees, at most 2 decimals.")]
Year = Annotated[int, Query(ge=1900, le=2199, description="A calendar year.")]
FinancialYear = Annotated[
    int, Query(ge=1900, le=2199, description="The year in which an Indian financial year begins.")
]


class GstBreakdown(BaseModel):
    """The parts of the tax: CGST and SGST within a state, IGST between states."""

    cgst: Money = Field(examples=[9.00])
    sgst: Money = Field(examples=[9.00])
    igst: Money = Field(examples=[0.00])


class GstCalculation(BaseModel):
    """The GST on an amount."""

    original_amount: Money = Field(examples=[100.00])
    tax_rate: TaxRate = Field(examples=[18.0])
    taxable_value: Money = Field(examples=[100.00])
    tax_amount: Money = Field(examples=[18.00])
    total_amount: Money = Field(examples=[118.00])
    tax_included: bool
    breakdown: GstBreakdown
    warnings: list[RateWarning]


class UnpaidInvoices(BaseModel):
    """Invoices of the period that are not paid in full.

    By `invoice` the figures include them. By `cash` the figures include only what was received for them.
    """

    count: int = Field(examples=[1])
    taxable_value: Money = Field(examples=[1000.00])
    tax_amount: Money = Field(examples=[180.00])


class FigureChange(BaseModel):
    """A submitted figure, and the current one."""

    submitted: Money = Field(examples=[600.00])
    now: Money = Field(examples=[780.00])


FilingChanges = Annotated[
    dict[str, FigureChange] | None,
    Field(
        description="Submitted figures that differ from the current books, by name. null if there are none."
    ),
]


ReopenedAt = Annotated[
    Instant | None,
    Field(description="When the submitted period was opened again. null if it is closed or a draft."),
]


class FilingSummary(BaseModel):
    """The sums of the filing's rows, in rupees."""

    period_start: date = Field(examples=["2023-01-01"])
    period_end: date = Field(examples=["2023-03-31"])
    tax_type: TaxType
    basis: FilingBasis
    total_sales: Money = Field(description="Taxable value of the sales.", examples=[5000.00])
    total_expenses: Money = Field(description="Taxable value of the expenses.", examples=[1666.67])
    total_tax_collected: Money = Field(examples=[900.00])
    total_tax_paid: Money = Field(description="Input tax recorded on expenses.", examples=[300.00])
    net_tax_liability: Money = Field(description="Negative if credit is left.", examples=[600.00])
    breakdown: GstBreakdown
    transaction_count: int = Field(examples=[25])
    unpaid_invoices: UnpaidInvoices
    status: FilingStatus
    filing_id: UUID | None
    submission_date: Instant | None
    confirmation_number: str | None
    reopened_at: ReopenedAt = None
    changed_since_submission: FilingChanges


class FilingTransaction(BaseModel):
    """A document, a payment or an expense in the filing. A credit note and a refund are negative."""

    transaction_id: UUID | None = Field(
        description="The money. null for a document that no single payment settles."
    )
    invoice_id: UUID | None = Field(description="The document. null for an expense.")
    date: Instant
    description: str = Field(examples=["Product sale"])
    amount: Money = Field(description="Taxable value.", examples=[1000.00])
    tax_amount: Money = Field(examples=[180.00])
    transaction_type: TransactionType
    category: str | None = Field(examples=["Sales"])


class Filing(BaseModel):
    """A tax filing, computed from the current books.

    For `income_tax` and `other` it has income and expenses (without GST), but not the tax due: the books
    have no slabs, deductions or advance tax. The tax figures are zero.
    """

    summary: FilingSummary
    transactions: list[FilingTransaction]


class NewSubmission(Body):
    """A period that is submitted."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "period_start": "2023-01-01",
                "period_end": "2023-03-31",
                "tax_type": "gst",
                "total_tax_liability": 600.00,
                "payment_reference": "UTR12345678",
                "notes": "Q1 2023 GST filing",
            }
        }
    )

    filing_id: UUID | None = Field(None, description="The draft of this period, if you know it.")
    period_start: Day
    period_end: Day
    tax_type: TaxType
    total_tax_liability: Money = Field(
        description="For gst it must be equal to the figure of the books. Negative if credit is left."
    )
    payment_reference: PaymentReference | None = None
    notes: Notes | None = None


class Submission(BaseModel):
    """A submitted filing."""

    id: UUID
    submission_date: Instant
    period_start: date = Field(examples=["2023-01-01"])
    period_end: date = Field(examples=["2023-03-31"])
    tax_type: TaxType
    total_tax_liability: Money = Field(examples=[600.00])
    payment_reference: str | None = Field(examples=["UTR12345678"])
    payment_transaction_id: UUID | None = Field(
        description="The expense that paid the tax, of the latest submission. null if nothing was ever due."
    )
    confirmation_number: str = Field(description="Our own reference.", examples=["GST7A9B2C3D4"])
    notes: str | None
    status: FilingStatus
    reopened_at: ReopenedAt = None


class ReportedFiling(BaseModel):
    """A filing of the year."""

    id: UUID
    period_start: date = Field(examples=["2023-01-01"])
    period_end: date = Field(examples=["2023-03-31"])
    tax_type: TaxType
    total_tax_liability: Money = Field(examples=[600.00])
    submission_date: Instant | None
    confirmation_number: str | None
    status: FilingStatus
    reopened_at: ReopenedAt = None
    changed_since_submission: FilingChanges


class TaxReport(BaseModel):
    """The filings of a year."""

    year: int = Field(examples=[2023])
    total_tax_paid: Money = Field(examples=[2400.00])
    filings: list[ReportedFiling]


class CustomerTaxDeducted(BaseModel):
    """What one customer kept back in one financial year."""

    financial_year: int = Field(examples=[2026], description="The year in which it begins.")
    customer_name: str = Field(examples=["Bharat Ltd."])
    customer_gstin: str | None
    customer_id: UUID | None
    amount: Money = Field(examples=[10000.00])
    invoice_count: int = Field(examples=[1])


class TaxDeducted(BaseModel):
    """Income tax that customers kept back from their payments (TDS)."""

    total: Money = Field(examples=[10000.00])
    customers: list[CustomerTaxDeducted]
