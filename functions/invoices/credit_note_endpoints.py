"""Credit notes against invoices (CGST Act s.34)."""

from typing import Annotated
from uuid import UUID

from fastapi import Response, status
from pydantic import ConfigDict, Field, StrictBool

from functions.invoices.schemas import Invoice, Items
from shared.http.application import group
from shared.problems.catalogue import (
    AmountOutOfRange,
    CreditExceedsInvoice,
    IdempotencyKeyReused,
    InvalidValue,
    InvoiceCancelled,
    InvoiceNotFound,
    InvoiceNotIssued,
    ItemNotFound,
    NothingToPay,
    PeriodClosed,
    problems,
)
from shared.schemas.base import Body
from shared.schemas.choices import NoteReason
from shared.schemas.datetimes import DayOrInstant
from shared.schemas.text import Notes
from shared.supabase.rest import DataApiOnce

router = group("/api/invoices", "Invoices")


class NewCreditNote(Body):
    """A credit note: of a whole invoice, or of the lines that it names."""

    model_config = ConfigDict(json_schema_extra={"example": {"reason": "sales_return"}})

    items: Annotated[
        Items | None, Field(description="Lines to credit. Default: all lines of the invoice.")
    ] = None
    reason: NoteReason | None = None
    issue_date: DayOrInstant | None = Field(None, description="Default: now.")
    notes: Notes | None = None
    draft: StrictBool = Field(False, description="Whether to keep it as a draft instead of issuing it.")


@router.post(
    "/{invoice_id}/credit-note",
    summary="Issue a credit note",
    status_code=status.HTTP_201_CREATED,
    response_model=Invoice,
    responses=problems(
        InvoiceNotFound,
        ItemNotFound,
        InvoiceNotIssued,
        InvoiceCancelled,
        CreditExceedsInvoice,
        NothingToPay,
        PeriodClosed,
        IdempotencyKeyReused,
        InvalidValue,
        AmountOutOfRange,
    ),
)
def create_credit_note(
    data: DataApiOnce, invoice_id: UUID, credit_note: NewCreditNote | None = None
) -> Response:
    """Credit an invoice, whole or in part, and never more than what is left of it.

    The credit note settles what is due on the invoice. What is beyond that is to be refunded: it is the
    `amount_due` of the credit note. The answer is the credit note.
    """
    return data.call("create_credit_note", invoice_id=invoice_id, credit_note=credit_note or NewCreditNote())
