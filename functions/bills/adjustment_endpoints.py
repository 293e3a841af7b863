"""Adjustments of input tax credit: Rules 37, 37A, 38, 42 and 43, and reclaims."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, status

from functions.bills.adjustment_schemas import (
    CreditAdjustment,
    CreditAdjustmentChanges,
    CreditAdjustmentQuery,
    NewCreditAdjustment,
)
from shared.http.application import group
from shared.problems.catalogue import (
    AmountOutOfRange,
    BillNotFound,
    CreditAdjustmentNotFound,
    CreditAdjustmentReclaimed,
    IdempotencyKeyReused,
    InvalidValue,
    PeriodClosed,
    ReclaimExceedsReversal,
    problems,
)
from shared.supabase.rest import DataApi, DataApiOnce

router = group("/api/credit-adjustments", "Credit adjustments")


@router.get(
    "", summary="List adjustments of credit", response_model=list[CreditAdjustment], responses=problems()
)
def list_credit_adjustments(data: DataApi, query: Annotated[CreditAdjustmentQuery, Query()]) -> Response:
    """Latest period first, unless `sort_by` and `sort_order` say otherwise."""
    return data.rows(query)


@router.post(
    "",
    summary="Record an adjustment of credit",
    status_code=status.HTTP_201_CREATED,
    response_model=CreditAdjustment,
    responses=problems(
        BillNotFound,
        CreditAdjustmentNotFound,
        ReclaimExceedsReversal,
        PeriodClosed,
        IdempotencyKeyReused,
        InvalidValue,
        AmountOutOfRange,
    ),
)
def create_credit_adjustment(data: DataApiOnce, adjustment: NewCreditAdjustment) -> Response:
    """Record a reversal, or the reclaim of one that was for a time.

    A reclaim is never more than what was reversed.
    """
    return data.call("create_credit_adjustment", adjustment=adjustment)


@router.get(
    "/{adjustment_id}",
    summary="Get an adjustment of credit",
    response_model=CreditAdjustment,
    responses=problems(CreditAdjustmentNotFound),
)
def get_credit_adjustment(data: DataApi, adjustment_id: UUID) -> Response:
    return data.row(CreditAdjustment, adjustment_id)


@router.put(
    "/{adjustment_id}",
    summary="Update an adjustment of credit",
    response_model=CreditAdjustment,
    responses=problems(
        CreditAdjustmentNotFound,
        BillNotFound,
        ReclaimExceedsReversal,
        PeriodClosed,
        InvalidValue,
        AmountOutOfRange,
    ),
)
def update_credit_adjustment(
    data: DataApi, adjustment_id: UUID, adjustment: CreditAdjustmentChanges
) -> Response:
    """Change the fields that are sent."""
    return data.call("update_credit_adjustment", adjustment_id=adjustment_id, adjustment=adjustment)


@router.delete(
    "/{adjustment_id}",
    summary="Delete an adjustment of credit",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problems(CreditAdjustmentNotFound, CreditAdjustmentReclaimed, PeriodClosed),
)
def delete_credit_adjustment(data: DataApi, adjustment_id: UUID) -> Response:
    """Delete an adjustment that nothing claims again."""
    return data.call("delete_credit_adjustment", adjustment_id=adjustment_id)
