"""Invoices (spec: Invoices, Recalculate Invoice Taxes)."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, status

from functions.invoices.payment_schemas import Payment
from functions.invoices.schemas import Invoice, InvoiceChanges, InvoiceQuery, NewInvoice
from shared.http.application import group
from shared.problems.catalogue import (
    AccountNotFound,
    AmountOutOfRange,
    CustomerIsSeller,
    CustomerNotFound,
    DueBeforeIssue,
    IdempotencyKeyReused,
    InvalidGstin,
    InvalidValue,
    InvoiceAlreadyPaid,
    InvoiceCancelled,
    InvoiceHasNotes,
    InvoiceNotFound,
    InvoiceNumberTaken,
    InvoiceSettled,
    InvoiceTotalFixed,
    ItemNotFound,
    NothingToPay,
    NotOverdue,
    PaymentExceedsDue,
    PaymentInFuture,
    PeriodClosed,
    TaxNotAllowed,
    UnknownState,
    problems,
)
from shared.schemas.money import TaxRateParameter
from shared.supabase.rest import DataApi, DataApiOnce

router = group("/api/invoices", "Invoices")


@router.get("", summary="List invoices", response_model=list[Invoice], responses=problems())
def list_invoices(data: DataApi, query: Annotated[InvoiceQuery, Query()]) -> Response:
    """Latest issue date first, unless `sort_by` and `sort_order` say otherwise."""
    return data.rows(query)


@router.post(
    "",
    summary="Create an invoice",
    status_code=status.HTTP_201_CREATED,
    response_model=Invoice,
    responses=problems(
        CustomerNotFound,
        ItemNotFound,
        InvoiceNumberTaken,
        InvoiceCancelled,
        PeriodClosed,
        CustomerIsSeller,
        IdempotencyKeyReused,
        DueBeforeIssue,
        NotOverdue,
        NothingToPay,
        InvalidGstin,
        UnknownState,
        TaxNotAllowed,
        InvalidValue,
        AmountOutOfRange,
    ),
)
def create_invoice(
    data: DataApiOnce,
    invoice: NewInvoice,
    create_transaction: Annotated[bool, Query(description="Whether to record the payment at once.")] = False,
) -> Response:
    """Create an invoice with its lines. The number, the totals and the GST are computed."""
    return data.call("create_invoice", invoice=invoice, create_transaction=create_transaction)


@router.get(
    "/{invoice_id}", summary="Get an invoice", response_model=Invoice, responses=problems(InvoiceNotFound)
)
def get_invoice(data: DataApi, invoice_id: UUID) -> Response:
    return data.row(Invoice, invoice_id)


@router.put(
    "/{invoice_id}",
    summary="Update an invoice",
    response_model=Invoice,
    responses=problems(
        InvoiceNotFound,
        CustomerNotFound,
        ItemNotFound,
        InvoiceTotalFixed,
        InvoiceHasNotes,
        InvoiceSettled,
        PeriodClosed,
        CustomerIsSeller,
        InvoiceCancelled,
        NothingToPay,
        DueBeforeIssue,
        NotOverdue,
        InvalidGstin,
        UnknownState,
        TaxNotAllowed,
        InvalidValue,
        AmountOutOfRange,
    ),
)
def update_invoice(data: DataApi, invoice_id: UUID, invoice: InvoiceChanges) -> Response:
    """Change the fields that are sent.

    A change of the status to `paid` records the payment. A change from `paid` deletes it.
    """
    return data.call("update_invoice", invoice_id=invoice_id, invoice=invoice)


@router.delete(
    "/{invoice_id}",
    summary="Delete an invoice",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problems(InvoiceNotFound, InvoiceSettled, InvoiceHasNotes, PeriodClosed),
)
def delete_invoice(data: DataApi, invoice_id: UUID) -> Response:
    """Delete an invoice and its payment. The number is not used again."""
    return data.call("delete_invoice", invoice_id=invoice_id)


@router.post(
    "/{invoice_id}/mark-as-paid",
    summary="Mark an invoice as paid",
    response_model=Invoice,
    responses=problems(
        InvoiceNotFound,
        InvoiceAlreadyPaid,
        InvoiceCancelled,
        NothingToPay,
        PaymentExceedsDue,
        PaymentInFuture,
        PeriodClosed,
        AccountNotFound,
        IdempotencyKeyReused,
        InvalidValue,
    ),
)
def mark_as_paid(
    data: DataApiOnce,
    invoice_id: UUID,
    payment: Payment | None = None,
    create_tax_filing: Annotated[
        bool, Query(description="Whether to create the draft of the tax filing.")
    ] = False,
) -> Response:
    """Settle what is due on an invoice, and record the transaction of its payment.

    With `amount`, `tax_deducted` or `write_off` the invoice is settled by these amounts. It is `paid` when
    nothing is due any more.
    """
    return data.call(
        "mark_invoice_paid",
        invoice_id=invoice_id,
        payment=payment or Payment(),
        create_tax_filing=create_tax_filing,
    )


@router.post(
    "/{invoice_id}/recalculate-taxes",
    summary="Recalculate the taxes of an invoice",
    response_model=Invoice,
    responses=problems(
        InvoiceNotFound,
        InvoiceTotalFixed,
        InvoiceHasNotes,
        InvoiceCancelled,
        PeriodClosed,
        TaxNotAllowed,
        InvalidValue,
    ),
)
def recalculate_taxes(
    data: DataApi,
    invoice_id: UUID,
    tax_rate: Annotated[
        TaxRateParameter | None, Query(description="The new tax rate. Default: the current rate.")
    ] = None,
) -> Response:
    """Compute the taxes of the lines and the totals again, with a new rate if one is given."""
    return data.call("recalculate_invoice_taxes", invoice_id=invoice_id, tax_rate=tax_rate)
