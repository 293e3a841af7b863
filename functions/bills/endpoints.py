"""Bills: what suppliers charge, and the credit it gives."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, status

from functions.bills.schemas import Bill, BillChanges, BillQuery, NewBill
from shared.http.application import group
from shared.problems.catalogue import (
    AmountOutOfRange,
    BillAlreadyRecorded,
    BillIsNamed,
    BillNotFound,
    CessNotSupported,
    IdempotencyKeyReused,
    InvalidGstin,
    InvalidValue,
    PeriodClosed,
    ReclaimExceedsReversal,
    StateDiffers,
    SupplierGivesNoCredit,
    SupplierNotFound,
    TransactionNotFound,
    UnknownState,
    problems,
)
from shared.supabase.rest import DataApi, DataApiOnce

router = group("/api/bills", "Bills")

_WRITTEN = (
    SupplierNotFound,
    BillNotFound,
    TransactionNotFound,
    BillAlreadyRecorded,
    PeriodClosed,
    CessNotSupported,
    SupplierGivesNoCredit,
    InvalidGstin,
    StateDiffers,
    UnknownState,
    InvalidValue,
    AmountOutOfRange,
)


@router.get("", summary="List bills", response_model=list[Bill], responses=problems())
def list_bills(data: DataApi, query: Annotated[BillQuery, Query()]) -> Response:
    """Latest bill first, unless `sort_by` and `sort_order` say otherwise."""
    return data.rows(query)


@router.post(
    "",
    summary="Record a bill",
    status_code=status.HTTP_201_CREATED,
    response_model=Bill,
    responses=problems(*_WRITTEN, IdempotencyKeyReused),
)
def create_bill(data: DataApiOnce, bill: NewBill) -> Response:
    """Record a bill with its lines as printed. A supplier's number is taken once in a financial year.

    Under reverse charge from an unregistered supplier, it gets the next number of the self-invoices.
    """
    return data.call("create_bill", bill=bill)


@router.get("/{bill_id}", summary="Get a bill", response_model=Bill, responses=problems(BillNotFound))
def get_bill(data: DataApi, bill_id: UUID) -> Response:
    return data.row(Bill, bill_id)


@router.put(
    "/{bill_id}",
    summary="Update a bill",
    response_model=Bill,
    responses=problems(*_WRITTEN, ReclaimExceedsReversal),
)
def update_bill(data: DataApi, bill_id: UUID, bill: BillChanges) -> Response:
    """Change the fields that are sent.

    `claim_period` defers the credit when it is null.
    """
    return data.call("update_bill", bill_id=bill_id, bill=bill)


@router.delete(
    "/{bill_id}",
    summary="Delete a bill",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problems(BillNotFound, BillIsNamed, PeriodClosed),
)
def delete_bill(data: DataApi, bill_id: UUID) -> Response:
    """Delete a bill with its lines."""
    return data.call("delete_bill", bill_id=bill_id)
