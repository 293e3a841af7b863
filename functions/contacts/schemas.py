"""The shapes of requests and answers about contacts: customers and suppliers."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, JsonValue, StrictBool

from shared.problems.catalogue import CustomerNotFound, SupplierNotFound
from shared.schemas.base import Body, left_out
from shared.schemas.datetimes import Instant
from shared.schemas.filters import Contains, Is
from shared.schemas.pagination import ListQuery
from shared.schemas.text import (
    Address,
    ContactEmail,
    CountryCode,
    Gstin,
    Name,
    Notes,
    Phone,
    Pincode,
    StateCode,
    Text,
)
from shared.schemas.view import View

_NEW: dict[str, JsonValue] = {
    "name": "Sharma Textiles",
    "email": "accounts@sharma.example",
    "phone": "+91 80 4123 4567",
    "address": "14 Commercial Street, Bengaluru",
    "gstin": "29AAACZ0001A1Z4",
    "pincode": "560001",
    "notes": "Pays at the end of the month",
}
_CHANGES: dict[str, JsonValue] = {"email": "office@sharma.example", "phone": None}
_SHOWN: dict[str, JsonValue] = {
    "id": "6d1f0c9a-2b3e-4f5a-8c7d-1e2f3a4b5c6d",
    **_NEW,
    "state_code": "29",
    "country_code": "IN",
    "user_id": "3c0e5a54-1d0f-4b5e-8a54-2f1d8c6b7e90",
    "created_at": "2023-01-01T00:00:00Z",
    "updated_at": "2023-01-01T00:00:00Z",
}


class Contact(View):
    """A person or business."""

    sort_columns = {"created_at": "created_instant", "updated_at": "updated_instant"}

    id: UUID
    name: str
    email: str | None
    phone: str | None
    address: str | None
    gstin: str | None
    state_code: str | None = Field(description="From the GSTIN if there is one; 96 outside of India.")
    pincode: str | None
    country_code: str
    notes: str | None
    user_id: UUID
    created_at: Instant
    updated_at: Instant


class Customer(Contact):
    """A customer."""

    view = "customers"
    missing = CustomerNotFound

    model_config = ConfigDict(json_schema_extra={"example": {**_SHOWN, "is_supplier": False}})

    is_supplier: bool = Field(description="Whether the customer is also a supplier.")


class Supplier(Contact):
    """A supplier."""

    view = "suppliers"
    missing = SupplierNotFound

    model_config = ConfigDict(json_schema_extra={"example": {**_SHOWN, "is_customer": False}})

    is_customer: bool = Field(description="Whether the supplier is also a customer.")


class NewContact(Body):
    """A new contact."""

    model_config = ConfigDict(json_schema_extra={"example": _NEW})

    name: Name
    email: ContactEmail | None = None
    phone: Phone | None = None
    address: Address | None = None
    gstin: Gstin | None = None
    state_code: StateCode | None = Field(None, description="Default: from the GSTIN; 96 outside of India.")
    pincode: Pincode | None = None
    country_code: CountryCode | None = Field(None, description="Default: IN.")
    notes: Notes | None = None


class NewCustomer(NewContact):
    """A new customer."""

    is_supplier: StrictBool | None = Field(None, description="Default: false.")


class NewSupplier(NewContact):
    """A new supplier."""

    is_customer: StrictBool | None = Field(None, description="Default: false.")


class ContactChanges(Body):
    """Changes of a contact. Fields that are left out do not change."""

    model_config = ConfigDict(json_schema_extra={"example": _CHANGES})

    name: Name = left_out()
    email: ContactEmail | None = None
    phone: Phone | None = None
    address: Address | None = None
    gstin: Gstin | None = None
    state_code: StateCode | None = None
    pincode: Pincode | None = None
    country_code: CountryCode = left_out()
    notes: Notes | None = None


class CustomerChanges(ContactChanges):
    """Changes of a customer. Fields that are left out do not change."""

    is_supplier: StrictBool = left_out()


class SupplierChanges(ContactChanges):
    """Changes of a supplier. Fields that are left out do not change."""

    is_customer: StrictBool = left_out()


def _as_stored(gstin: str) -> str:
    return "".join(gstin.split()).upper()


class ContactQuery(ListQuery):
    """Filters and order of a list of contacts."""

    sort_by: Literal["name", "created_at", "updated_at"] = "name"
    sort_order: Literal["asc", "desc"] = "asc"
    name: Annotated[Text | None, Contains("name")] = Field(None, description="Part of the name, in any case.")
    email: Annotated[Text | None, Contains("email")] = Field(
        None, description="Part of the e-mail address, in any case."
    )
    gstin: Annotated[Annotated[Gstin, AfterValidator(_as_stored)] | None, Is("gstin")] = None
    state_code: Annotated[StateCode | None, Is("state_code")] = None


class CustomerQuery(ContactQuery):
    """Filters and order of the list of customers."""

    of: ClassVar[type[View]] = Customer


class SupplierQuery(ContactQuery):
    """Filters and order of the list of suppliers."""

    of: ClassVar[type[View]] = Supplier
