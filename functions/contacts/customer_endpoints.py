"""Customers."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, status

from functions.contacts.schemas import Customer, CustomerChanges, CustomerQuery, NewCustomer
from shared.http.application import group
from shared.problems.catalogue import (
    ContactGstinTaken,
    CustomerNotFound,
    IdempotencyKeyReused,
    InvalidGstin,
    InvalidValue,
    StateDiffers,
    UnknownState,
    problems,
)
from shared.supabase.rest import DataApi, DataApiOnce

router = group("/api/customers", "Customers")


@router.get("", summary="List customers", response_model=list[Customer], responses=problems())
def list_customers(data: DataApi, query: Annotated[CustomerQuery, Query()]) -> Response:
    """By name, unless `sort_by` and `sort_order` say otherwise."""
    return data.rows(query)


@router.post(
    "",
    summary="Create a customer",
    status_code=status.HTTP_201_CREATED,
    response_model=Customer,
    responses=problems(
        ContactGstinTaken, IdempotencyKeyReused, InvalidGstin, InvalidValue, StateDiffers, UnknownState
    ),
)
def create_customer(data: DataApiOnce, customer: NewCustomer) -> Response:
    """Create a customer. The state comes from the GSTIN if there is one."""
    return data.call("create_customer", customer=customer)


@router.get(
    "/{customer_id}", summary="Get a customer", response_model=Customer, responses=problems(CustomerNotFound)
)
def get_customer(data: DataApi, customer_id: UUID) -> Response:
    return data.row(Customer, customer_id)


@router.put(
    "/{customer_id}",
    summary="Update a customer",
    response_model=Customer,
    responses=problems(
        CustomerNotFound, ContactGstinTaken, InvalidGstin, InvalidValue, StateDiffers, UnknownState
    ),
)
def update_customer(data: DataApi, customer_id: UUID, customer: CustomerChanges) -> Response:
    """Change the fields that are sent. Documents that were written keep their copy."""
    return data.call("update_customer", customer_id=customer_id, customer=customer)


@router.delete(
    "/{customer_id}",
    summary="Delete a customer",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problems(CustomerNotFound),
)
def delete_customer(data: DataApi, customer_id: UUID) -> Response:
    """Delete a customer. Documents that were written keep their copy.

    A customer that is also a supplier stays a supplier.
    """
    return data.call("delete_customer", customer_id=customer_id)
