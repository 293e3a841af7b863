"""The shapes of requests and answers about invoices of the second contract."""

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.config import JsonDict

from shared.problems.catalogue import InvoiceNotFound
from shared.schemas.base import Body, left_out
from shared.schemas.datetimes import DayOrInstant, Instant
from shared.schemas.filters import AtLeast, AtMost, Contains, Means, Since, Until
from shared.schemas.money import Money, MoneyParameter, Quantity, TaxRate
from shared.schemas.pagination import ListQuery, named_fields
from shared.schemas.text import STORABLE, Address, ContactEmail, Description, Name, Notes
from shared.schemas.view import View

Status = Literal["PENDING", "PAID", "CANCELLED"]

_STORED_STATUSES = {"PENDING": "draft,sent", "PAID": "paid", "CANCELLED": "cancelled"}
_NEW_ITEM: JsonDict = {"description": "Design", "quantity": 2, "unit_price": 50.00}
_NEW_INVOICE: JsonDict = {
    "customer_name": "John Smith",
    "customer_email": "john@example.com",
    "customer_address": "123 Main St, City",
    "due_date": "2023-08-14",
    "notes": "Thank you for your business",
    "items": [_NEW_ITEM],
}
_INVOICE: JsonDict = {
    "id": 1,
    "invoice_number": "INV-202307-A1B2C3",
    "date_created": "2023-07-15T10:30:00Z",
    "due_date": "2023-08-13T18:30:00Z",
    "total_amount": 100.00,
    "status": "PENDING",
    "customer_name": "John Smith",
    "customer_email": "john@example.com",
    "customer_address": "123 Main St, City",
    "notes": "Thank you for your business",
    "items": [{"id": 1, "invoice_id": 1, **_NEW_ITEM, "amount": 100.00}],
}


class InvoiceItemV1(BaseModel):
    """A line of an invoice."""

    id: int = Field(description="The position on the invoice: 1, 2, 3 ...")
    invoice_id: int
    description: str
    quantity: Quantity
    unit_price: Money
    amount: Money = Field(description="quantity x unit_price.")


class InvoiceV1(View):
    """An invoice with its lines."""

    view = "invoices"
    missing = InvoiceNotFound
    sort_columns = {"date_created": "created_instant", "due_date": "due_instant"}
    totals = {"stored_status.in": "status"}

    model_config = ConfigDict(json_schema_extra={"example": _INVOICE})

    id: int
    invoice_number: str = Field(description="INV-YYYYMM-XXXXXX, or the number that the invoice got in /api.")
    date_created: Instant
    due_date: Instant
    total_amount: Money = Field(description="The sum of the lines, with their tax.")
    status: Status
    customer_name: str
    customer_email: str | None
    customer_address: str | None
    notes: str | None
    items: list[InvoiceItemV1]


class NewInvoiceItemV1(Body):
    """A new line of an invoice."""

    description: Annotated[Description, Field(min_length=1)]
    quantity: Quantity
    unit_price: Money


ItemsV1 = Annotated[list[NewInvoiceItemV1], Field(min_length=1, max_length=1000)]


class NewInvoiceV1(Body):
    """A new invoice."""

    model_config = ConfigDict(json_schema_extra={"example": _NEW_INVOICE})

    customer_name: Name
    items: ItemsV1
    customer_email: ContactEmail | None = None
    customer_address: Address | None = None
    due_date: DayOrInstant | None = Field(None, description="Default: in 30 days.")
    notes: Notes | None = None
    status: Status = Field("PENDING", description="PAID records the payment at once.")
    tax_rate: TaxRate | None = Field(None, description="The GST rate in percent. Default: no tax.")


class InvoiceChangesV1(Body):
    """Changes of an invoice. Fields that are left out do not change. `items` replace all lines."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"customer_name": "Jane Smith", "notes": "Net 15"}}
    )

    customer_name: Name = left_out()
    items: ItemsV1 = left_out()
    customer_email: ContactEmail | None = None
    customer_address: Address | None = None
    due_date: DayOrInstant = left_out()
    notes: Notes | None = None
    status: Status = left_out()
    tax_rate: TaxRate = left_out()


class StatusV1(Body):
    """The new status."""

    model_config = ConfigDict(json_schema_extra={"example": {"status": "PAID"}})

    status: Status


def _named_fields(fields: str) -> str:
    return named_fields(InvoiceV1, fields)


FieldsV1 = Annotated[
    str,
    STORABLE,
    AfterValidator(_named_fields),
    Field(description="Names of fields, separated by commas. Default: all."),
]
# A form sends an empty field as an empty text, which is not a search.
Search = Annotated[
    Annotated[str, Field(max_length=320), STORABLE] | None, BeforeValidator(lambda text: text or None)
]


class InvoiceQueryV1(ListQuery):
    """Filters and order of the list of invoices."""

    of: ClassVar[type[View]] = InvoiceV1

    sort_by: Literal["date_created", "due_date", "total_amount", "customer_name"] = "date_created"
    status: Annotated[Status | None, Means("stored_status", _STORED_STATUSES)] = None
    created_after: Annotated[DayOrInstant | None, Since("created_day", "created_instant")] = Field(
        None, description="Created on or after this day or instant."
    )
    created_before: Annotated[DayOrInstant | None, Until("created_day", "created_instant")] = Field(
        None, description="Created up to this instant, or to the end of this day."
    )
    due_after: Annotated[DayOrInstant | None, Since("due_day", "due_instant")] = Field(
        None, description="Due on or after this day or instant."
    )
    due_before: Annotated[DayOrInstant | None, Until("due_day", "due_instant")] = Field(
        None, description="Due up to this instant, or to the end of this day."
    )
    customer_name: Annotated[Search, Contains("customer_name_search")] = Field(
        None, description="Part of the name, in upper or lower case."
    )
    customer_email: Annotated[Search, Contains("customer_email_search")] = Field(
        None, description="Part of the address, in upper or lower case."
    )
    min_amount: Annotated[MoneyParameter | None, AtLeast("total_amount")] = Field(
        None, description="The lowest total_amount."
    )
    max_amount: Annotated[MoneyParameter | None, AtMost("total_amount")] = Field(
        None, description="The highest total_amount."
    )
