"""Invoices for clients of the Invoice Generation Service (spec: Invoice Management API)."""

from typing import Annotated

from fastapi import Path, Query, Response, status

from functions.v1.schemas import (
    FieldsV1,
    InvoiceChangesV1,
    InvoiceQueryV1,
    InvoiceV1,
    NewInvoiceV1,
    StatusV1,
)
from shared.http.application import group
from shared.problems.catalogue import (
    AmountOutOfRange,
    IdempotencyKeyReused,
    InvalidValue,
    InvoiceAlreadyPaid,
    InvoiceCancelled,
    InvoiceHasNotes,
    InvoiceNotFound,
    InvoiceSettled,
    InvoiceTotalFixed,
    NothingToPay,
    PeriodClosed,
    TaxNotAllowed,
    problems,
)
from shared.schemas.text import Text
from shared.supabase.rest import DataV1, DataV1Once

router = group("/api/v1/invoices", "Invoices, version 1")

InvoiceId = Annotated[int, Path(ge=1, lt=2**63)]


@router.get("", summary="List invoices", response_model=list[InvoiceV1], responses=problems())
def list_invoices_v1(data: DataV1, query: Annotated[InvoiceQueryV1, Query()]) -> Response:
    """Newest first, unless `sort_by` and `sort_order` say otherwise. All filters can be combined."""
    return data.rows(query)


@router.post(
    "",
    summary="Create an invoice",
    status_code=status.HTTP_201_CREATED,
    response_model=InvoiceV1,
    responses=problems(
        IdempotencyKeyReused, NothingToPay, PeriodClosed, TaxNotAllowed, InvalidValue, AmountOutOfRange
    ),
)
def create_invoice_v1(data: DataV1Once, invoice: NewInvoiceV1) -> Response:
    """Create an invoice with its lines. It counts as sent at once. Without `tax_rate` it has no tax."""
    return data.call("create_invoice", invoice=invoice)


# Before the route with the id, which would read `find` as an id.
@router.get(
    "/find",
    summary="Find an invoice by its number",
    response_model=InvoiceV1,
    responses=problems(InvoiceNotFound),
)
def find_invoice_v1(
    data: DataV1,
    invoice_number: Annotated[Text, Query(max_length=50, examples=["INV-202307-A1B2C3"])],
    fields: Annotated[FieldsV1 | None, Query()] = None,
) -> Response:
    return data.row(InvoiceV1, fields=fields, invoice_number=invoice_number)


@router.get(
    "/{invoice_id}", summary="Get an invoice", response_model=InvoiceV1, responses=problems(InvoiceNotFound)
)
def get_invoice_v1(
    data: DataV1, invoice_id: InvoiceId, fields: Annotated[FieldsV1 | None, Query()] = None
) -> Response:
    return data.row(InvoiceV1, invoice_id, fields=fields)


@router.patch(
    "/{invoice_id}",
    summary="Update an invoice",
    response_model=InvoiceV1,
    responses=problems(
        InvoiceNotFound,
        InvoiceTotalFixed,
        InvoiceHasNotes,
        InvoiceSettled,
        InvoiceCancelled,
        PeriodClosed,
        NothingToPay,
        TaxNotAllowed,
        InvalidValue,
        AmountOutOfRange,
    ),
)
def update_invoice_v1(data: DataV1, invoice_id: InvoiceId, invoice: InvoiceChangesV1) -> Response:
    """Change the fields that are sent.

    A change of the status to PAID records the payment. A change from PAID deletes it.
    """
    return data.call("update_invoice", invoice_id=invoice_id, invoice=invoice)


@router.patch(
    "/{invoice_id}/status",
    summary="Update the status of an invoice",
    response_model=InvoiceV1,
    responses=problems(
        InvoiceNotFound,
        InvoiceAlreadyPaid,
        InvoiceCancelled,
        InvoiceHasNotes,
        InvoiceSettled,
        PeriodClosed,
        NothingToPay,
    ),
)
def update_invoice_status_v1(data: DataV1, invoice_id: InvoiceId, change: StatusV1) -> Response:
    """PAID records the payment, once. PENDING deletes the payment, or undoes the cancellation."""
    return data.call("update_invoice_status", invoice_id=invoice_id, status=change.status)


@router.delete(
    "/{invoice_id}",
    summary="Delete an invoice",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problems(InvoiceNotFound, InvoiceHasNotes, InvoiceSettled, PeriodClosed),
)
def delete_invoice_v1(data: DataV1, invoice_id: InvoiceId) -> Response:
    """Delete an invoice and its payment. Its id and its number are not used again."""
    return data.call("delete_invoice", invoice_id=invoice_id)
