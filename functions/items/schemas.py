"""The shapes of requests and answers about items."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, JsonValue

from shared.problems.catalogue import ItemNotFound
from shared.schemas.base import Body, left_out
from shared.schemas.choices import Treatment
from shared.schemas.datetimes import Instant
from shared.schemas.filters import Contains, Is
from shared.schemas.money import Money, TaxRate
from shared.schemas.pagination import ListQuery
from shared.schemas.text import Description, HsnCode, Name, Text, Uqc
from shared.schemas.view import View

_NEW: dict[str, JsonValue] = {
    "name": "Cotton shirt",
    "description": "Cotton shirt, white, size M",
    "hsn_code": "6205",
    "uqc": "NOS",
    "unit_price": 450.00,
    "tax_rate": 5,
    "treatment": "taxable",
}


class Item(View):
    """Goods or a service of the catalogue."""

    view = "items"
    missing = ItemNotFound
    sort_columns = {"created_at": "created_instant", "updated_at": "updated_instant"}

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "id": "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d",
                **_NEW,
                "user_id": "3c0e5a54-1d0f-4b5e-8a54-2f1d8c6b7e90",
                "created_at": "2023-01-01T00:00:00Z",
                "updated_at": "2023-01-01T00:00:00Z",
            }
        }
    )

    id: UUID
    name: str
    description: str | None
    hsn_code: str | None
    uqc: str | None = Field(description="NA for a service, whose code begins with 99.")
    unit_price: Money
    tax_rate: TaxRate | None = Field(description="None: the default rate of the profile.")
    treatment: Treatment | None
    user_id: UUID
    created_at: Instant
    updated_at: Instant


class NewItem(Body):
    """A new item."""

    model_config = ConfigDict(json_schema_extra={"example": _NEW})

    name: Name
    unit_price: Money
    description: Description | None = None
    hsn_code: HsnCode | None = None
    uqc: Uqc | None = None
    tax_rate: TaxRate | None = Field(
        None, description="Default: the rate of the profile; 0 if the treatment is not taxable."
    )
    treatment: Treatment | None = None


class ItemChanges(Body):
    """Changes of an item. Fields that are left out do not change."""

    model_config = ConfigDict(json_schema_extra={"example": {"unit_price": 475.00, "description": None}})

    name: Name = left_out()
    unit_price: Money = left_out()
    description: Description | None = None
    hsn_code: HsnCode | None = None
    uqc: Uqc | None = None
    tax_rate: TaxRate | None = None
    treatment: Treatment | None = None


class ItemQuery(ListQuery):
    """Filters and order of the list of items."""

    of: ClassVar[type[View]] = Item

    sort_by: Literal["name", "hsn_code", "unit_price", "created_at", "updated_at"] = "name"
    sort_order: Literal["asc", "desc"] = "asc"
    name: Annotated[Text | None, Contains("name")] = Field(None, description="Part of the name, in any case.")
    hsn_code: Annotated[HsnCode | None, Is("hsn_code")] = None
