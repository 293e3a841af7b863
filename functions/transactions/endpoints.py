"""Transactions (spec: Transactions)."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, status

from functions.transactions.schemas import NewTransaction, TransactionChanges, TransactionQuery
from shared.http.application import group
from shared.problems.catalogue import (
    AccountNotFound,
    AmountOutOfRange,
    IdempotencyKeyReused,
    InvalidValue,
    InvoiceHasNotes,
    PaymentFixed,
    PeriodClosed,
    TaxNotAllowed,
    TaxPaymentFixed,
    TransactionNotFound,
    TransferAccountNotFound,
    TransferToSameAccount,
    problems,
)
from shared.schemas.transactions import Transaction
from shared.supabase.rest import DataApi, DataApiOnce

router = group("/api/transactions", "Transactions")


@router.get("", summary="List transactions", response_model=list[Transaction], responses=problems())
def list_transactions(data: DataApi, query: Annotated[TransactionQuery, Query()]) -> Response:
    """Newest first, unless `sort_by` and `sort_order` say otherwise."""
    return data.rows(query)


@router.post(
    "",
    summary="Create a transaction",
    status_code=status.HTTP_201_CREATED,
    response_model=Transaction,
    responses=problems(
        AccountNotFound,
        TransferAccountNotFound,
        TransferToSameAccount,
        PeriodClosed,
        IdempotencyKeyReused,
        TaxNotAllowed,
        InvalidValue,
        AmountOutOfRange,
    ),
)
def create_transaction(data: DataApiOnce, transaction: NewTransaction) -> Response:
    """Record a transaction and change the balance.

    A sale also creates a paid invoice, whose total is the amount with the GST included.
    """
    return data.call("create_transaction", transaction=transaction)


@router.get(
    "/{transaction_id}",
    summary="Get a transaction",
    response_model=Transaction,
    responses=problems(TransactionNotFound),
)
def get_transaction(data: DataApi, transaction_id: UUID) -> Response:
    return data.row(Transaction, transaction_id)


@router.put(
    "/{transaction_id}",
    summary="Update a transaction",
    response_model=Transaction,
    responses=problems(
        TransactionNotFound,
        AccountNotFound,
        TransferAccountNotFound,
        TransferToSameAccount,
        PaymentFixed,
        PeriodClosed,
        InvoiceHasNotes,
        TaxPaymentFixed,
        TaxNotAllowed,
        InvalidValue,
        AmountOutOfRange,
    ),
)
def update_transaction(data: DataApi, transaction_id: UUID, transaction: TransactionChanges) -> Response:
    """Change the fields that are sent. The balances and the invoice of a sale change with them."""
    return data.call("update_transaction", transaction_id=transaction_id, transaction=transaction)


@router.delete(
    "/{transaction_id}",
    summary="Delete a transaction",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problems(TransactionNotFound, PeriodClosed, InvoiceHasNotes, TaxPaymentFixed),
)
def delete_transaction(data: DataApi, transaction_id: UUID) -> Response:
    """Delete a transaction and change the balance back.

    The invoice of a deleted sale becomes `cancelled`. An invoice that the transaction paid becomes `sent`.
    """
    return data.call("delete_transaction", transaction_id=transaction_id)
