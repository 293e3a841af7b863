"""Suppliers."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, status

from functions.contacts.schemas import NewSupplier, Supplier, SupplierChanges, SupplierQuery
from shared.http.application import group
from shared.problems.catalogue import (
    ContactGstinTaken,
    IdempotencyKeyReused,
    InvalidGstin,
    InvalidValue,
    StateDiffers,
    SupplierNotFound,
    UnknownState,
    problems,
)
from shared.supabase.rest import DataApi, DataApiOnce

router = group("/api/suppliers", "Suppliers")


@router.get("", summary="List suppliers", response_model=list[Supplier], responses=problems())
def list_suppliers(data: DataApi, query: Annotated[SupplierQuery, Query()]) -> Response:
    """By name, unless `sort_by` and `sort_order` say otherwise."""
    return data.rows(query)


@router.post(
    "",
    summary="Create a supplier",
    status_code=status.HTTP_201_CREATED,
    response_model=Supplier,
    responses=problems(
        ContactGstinTaken, IdempotencyKeyReused, InvalidGstin, InvalidValue, StateDiffers, UnknownState
    ),
)
def create_supplier(data: DataApiOnce, supplier: NewSupplier) -> Response:
    """Create a supplier. The state comes from the GSTIN if there is one."""
    return data.call("create_supplier", supplier=supplier)


@router.get(
    "/{supplier_id}", summary="Get a supplier", response_model=Supplier, responses=problems(SupplierNotFound)
)
def get_supplier(data: DataApi, supplier_id: UUID) -> Response:
    return data.row(Supplier, supplier_id)


@router.put(
    "/{supplier_id}",
    summary="Update a supplier",
    response_model=Supplier,
    responses=problems(
        SupplierNotFound, ContactGstinTaken, InvalidGstin, InvalidValue, StateDiffers, UnknownState
    ),
)
def update_supplier(data: DataApi, supplier_id: UUID, supplier: SupplierChanges) -> Response:
    """Change the fields that are sent. Documents that were written keep their copy."""
    return data.call("update_supplier", supplier_id=supplier_id, supplier=supplier)


@router.delete(
    "/{supplier_id}",
    summary="Delete a supplier",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problems(SupplierNotFound),
)
def delete_supplier(data: DataApi, supplier_id: UUID) -> Response:
    """Delete a supplier. Documents that were written keep their copy.

    A supplier that is also a customer stays a customer.
    """
    return data.call("delete_supplier", supplier_id=supplier_id)
