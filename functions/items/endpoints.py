"""Items: the catalogue."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, status

from functions.items.schemas import Item, ItemChanges, ItemQuery, NewItem
from shared.http.application import group
from shared.problems.catalogue import (
    AmountOutOfRange,
    IdempotencyKeyReused,
    InvalidValue,
    ItemNameTaken,
    ItemNotFound,
    problems,
)
from shared.supabase.rest import DataApi, DataApiOnce

router = group("/api/items", "Items")


@router.get("", summary="List items", response_model=list[Item], responses=problems())
def list_items(data: DataApi, query: Annotated[ItemQuery, Query()]) -> Response:
    """By name, unless `sort_by` and `sort_order` say otherwise."""
    return data.rows(query)


@router.post(
    "",
    summary="Create an item",
    status_code=status.HTTP_201_CREATED,
    response_model=Item,
    responses=problems(ItemNameTaken, IdempotencyKeyReused, InvalidValue, AmountOutOfRange),
)
def create_item(data: DataApiOnce, item: NewItem) -> Response:
    """Add an item to the catalogue. A service gets the unit NA."""
    return data.call("create_item", item=item)


@router.get("/{item_id}", summary="Get an item", response_model=Item, responses=problems(ItemNotFound))
def get_item(data: DataApi, item_id: UUID) -> Response:
    return data.row(Item, item_id)


@router.put(
    "/{item_id}",
    summary="Update an item",
    response_model=Item,
    responses=problems(ItemNotFound, ItemNameTaken, InvalidValue, AmountOutOfRange),
)
def update_item(data: DataApi, item_id: UUID, item: ItemChanges) -> Response:
    """Change the fields that are sent. Lines that were written keep their copy."""
    return data.call("update_item", item_id=item_id, item=item)


@router.delete(
    "/{item_id}",
    summary="Delete an item",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problems(ItemNotFound),
)
def delete_item(data: DataApi, item_id: UUID) -> Response:
    """Delete an item. Lines that were written keep their copy."""
    return data.call("delete_item", item_id=item_id)
