"""The shapes of requests and answers about payments of invoices."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, RootModel

from shared.problems.catalogue import PaymentNotFound
from shared.schemas.base import Body
from shared.schemas.choices import PaymentMethod, SettlementKind
from shared.schemas.datetimes import DayOrInstant, Instant
from shared.schemas.money import Money
from shared.schemas.text import PaymentReference
from shared.schemas.view import View

PaidAmount = Annotated[Money, Field(gt=Decimal(0))]
KeptBack = Annotated[Money, Field(ge=Decimal(0))]


class _Amounts(Body):
    """What a payment settles of one invoice."""

    amount: KeptBack | None = Field(None, description="The money, in rupees. Default: all that is due.")
    tax_deducted: KeptBack | None = Field(
        None, description="Income tax (TDS) that the customer kept back, in rupees."
    )
    write_off: KeptBack | None = Field(None, description="What will never be paid, in rupees.")


class _Money(Body):
    """How, when and where the money came."""

    account_id: UUID | None = Field(None, description="Default: the default account.")
    date: DayOrInstant | None = Field(None, description="Default: now.")
    method: PaymentMethod | None = None
    reference: PaymentReference | None = None


class Payment(_Amounts, _Money):
    """A payment of an invoice, in full unless it names amounts."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"amount": 108000.00, "tax_deducted": 10000.00, "method": "bank_transfer"}
        }
    )


class PaymentPart(_Amounts):
    """What a payment settles of one of several invoices."""

    invoice_id: UUID


class PaymentOfSeveral(_Money):
    """One payment for several invoices."""

    amount: PaidAmount | None = Field(None, description="The money, in rupees. Checked against the invoices.")
    invoices: Annotated[list[PaymentPart], Field(min_length=1, max_length=100)]


class Settlement(View):
    """What settles an invoice: a payment, tax deducted, a credit note or a write-off."""

    view = "payments"
    missing = PaymentNotFound

    id: UUID
    invoice_id: UUID
    kind: SettlementKind
    amount: Money
    date: str = Field(description="The day, YYYY-MM-DD.")
    method: PaymentMethod | None
    reference: str | None
    account_id: UUID | None
    transaction_id: UUID | None = Field(description="The money, or the payment that tax was kept back from.")
    credit_note_id: UUID | None
    created_at: Instant


class Settlements(RootModel[list[Settlement]]):
    """All that settles an invoice. No View: the database answers it as one value, however many they are."""
