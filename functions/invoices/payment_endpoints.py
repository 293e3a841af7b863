"""Payments of invoices: whole or in part, with tax kept back, for one invoice or several."""

from uuid import UUID

from fastapi import Response, status

from functions.invoices.payment_schemas import Payment, PaymentOfSeveral, Settlements
from functions.invoices.schemas import Invoice
from shared.http.application import group
from shared.problems.catalogue import (
    AccountNotFound,
    IdempotencyKeyReused,
    InvalidValue,
    InvoiceAlreadyPaid,
    InvoiceCancelled,
    InvoiceHasNotes,
    InvoiceNotFound,
    NothingToPay,
    PaymentDiffers,
    PaymentExceedsDue,
    PaymentInFuture,
    PaymentNotFound,
    PaymentOfSeveralInvoices,
    PeriodClosed,
    SettledByCreditNote,
    problems,
)
from shared.supabase.rest import DataApi, DataApiOnce

router = group("/api", "Payments")

_PAYMENT_PROBLEMS = problems(
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
)


@router.get(
    "/invoices/{invoice_id}/payments",
    summary="List what settles an invoice",
    response_model=Settlements,
    responses=problems(InvoiceNotFound),
)
def list_payments(data: DataApi, invoice_id: UUID) -> Response:
    """List payments, tax deducted, credit notes and write-offs, the first one first."""
    return data.call("invoice_payments", invoice_id=invoice_id)


@router.post(
    "/invoices/{invoice_id}/payments",
    summary="Record a payment of an invoice",
    status_code=status.HTTP_201_CREATED,
    response_model=Invoice,
    responses=_PAYMENT_PROBLEMS,
)
def create_payment(data: DataApiOnce, invoice_id: UUID, payment: Payment) -> Response:
    """Record a payment, whole or in part, with the tax that the customer kept back. Answers the invoice."""
    return data.call("create_payment", invoice_id=invoice_id, payment=payment)


@router.delete(
    "/invoices/{invoice_id}/payments/{payment_id}",
    summary="Delete a payment of an invoice",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problems(
        InvoiceNotFound,
        PaymentNotFound,
        PaymentOfSeveralInvoices,
        SettledByCreditNote,
        PeriodClosed,
        InvoiceHasNotes,
    ),
)
def delete_payment(data: DataApi, invoice_id: UUID, payment_id: UUID) -> Response:
    """Delete a payment with its money and the tax kept back from it. What it settled is due again."""
    return data.call("delete_payment", invoice_id=invoice_id, payment_id=payment_id)


@router.post(
    "/payments",
    summary="Record one payment of several invoices",
    status_code=status.HTTP_201_CREATED,
    response_model=list[Invoice],
    responses=problems(
        InvoiceNotFound,
        InvoiceAlreadyPaid,
        InvoiceCancelled,
        NothingToPay,
        PaymentDiffers,
        PaymentExceedsDue,
        PaymentInFuture,
        PeriodClosed,
        AccountNotFound,
        IdempotencyKeyReused,
        InvalidValue,
    ),
)
def create_payments(data: DataApiOnce, payment: PaymentOfSeveral) -> Response:
    """Record one transaction that settles several invoices. Answers the invoices."""
    return data.call("create_payments", payment=payment)
