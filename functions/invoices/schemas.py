"""The shapes of requests and answers about invoices."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StrictBool

from shared.problems.catalogue import InvoiceNotFound
from shared.schemas.base import Body, left_out
from shared.schemas.choices import InvoiceStatus, Template
from shared.schemas.datetimes import DayOrInstant, Instant
from shared.schemas.filters import Contains, Is, ShownAs, Since, Until
from shared.schemas.money import Money, Quantity, TaxRate
from shared.schemas.pagination import ListQuery
from shared.schemas.text import (
    STORABLE,
    Address,
    ContactEmail,
    Gstin,
    HsnCode,
    InvoiceNumber,
    Name,
    Notes,
    StateCode,
    Text,
)
from shared.schemas.view import View
from shared.schemas.warnings import RateWarning

DocumentType = Literal["invoice", "credit_note", "debit_note"]
NoteReason = Literal["sales_return", "post_sale_discount", "deficiency", "correction", "pos_change", "other"]
Treatment = Literal["taxable", "nil_rated", "exempt", "non_gst"]

_ITEM: dict[str, JsonValue] = {
    "id": "5b1e2c3d-4f5a-4b6c-8d7e-9f0a1b2c3d4e",
    "invoice_id": "f1a2b3c4-d5e6-4789-8abc-def012345678",
    "description": "Product A",
    "item_id": None,
    "hsn_code": None,
    "uqc": None,
    "quantity": 2,
    "unit_price": 50.00,
    "amount": 100.00,
    "discount_amount": 0.00,
    "tax_included": True,
    "tax_rate": 18,
    "treatment": None,
    "taxable_value": 100.00,
    "tax_amount": 18.00,
    "cgst": 9.00,
    "sgst": 9.00,
    "igst": 0.00,
    "created_at": "2023-01-01T00:00:00Z",
    "updated_at": "2023-01-01T00:00:00Z",
}
_INVOICE: dict[str, JsonValue] = {
    "id": "f1a2b3c4-d5e6-4789-8abc-def012345678",
    "invoice_number": "INV-2023-01-1234",
    "customer_name": "John Doe",
    "customer_email": "john@example.com",
    "customer_address": "123 Main St, City",
    "customer_gstin": None,
    "customer_state_code": None,
    "customer_id": None,
    "place_of_supply": None,
    "issue_date": "2023-01-01T00:00:00Z",
    "due_date": "2023-01-31T00:00:00Z",
    "subtotal": 100.00,
    "tax_rate": 18,
    "tax_amount": 18.00,
    "cgst": 9.00,
    "sgst": 9.00,
    "igst": 0.00,
    "total_amount": 118.00,
    "amount_settled": 0.00,
    "amount_due": 118.00,
    "amount_credited": 0.00,
    "document_type": "invoice",
    "against_id": None,
    "note_reason": None,
    "reverse_charge": False,
    "price_includes_tax": False,
    "status": "draft",
    "notes": "Thank you for your business",
    "template": "default",
    "user_id": "3c0e5a54-1d0f-4b5e-8a54-2f1d8c6b7e90",
    "created_at": "2023-01-01T00:00:00Z",
    "updated_at": "2023-01-01T00:00:00Z",
    "items": [_ITEM],
    "warnings": [],
}
_NEW_INVOICE: dict[str, JsonValue] = {
    "customer_name": "John Doe",
    "customer_email": "john@example.com",
    "customer_address": "123 Main St, City",
    "issue_date": "2023-01-01T00:00:00Z",
    "due_date": "2023-01-31T00:00:00Z",
    "tax_rate": 18.0,
    "status": "draft",
    "notes": "Thank you for your business",
    "template": "default",
    "items": [{"description": "Product A", "quantity": 2, "unit_price": 50.00, "tax_included": True}],
}
_CHANGES: dict[str, JsonValue] = {
    "customer_name": "Updated Customer",
    "customer_email": "updated@example.com",
    "customer_address": "456 New St, City",
    "issue_date": "2023-01-02T00:00:00Z",
    "due_date": "2023-02-01T00:00:00Z",
    "tax_rate": 18.0,
    "status": "sent",
    "notes": "Updated notes",
    "template": "professional",
}


class InvoiceItem(BaseModel):
    """A line of an invoice."""

    id: UUID
    invoice_id: UUID
    item_id: UUID | None
    description: str
    hsn_code: str | None
    uqc: str | None = Field(description="Unit quantity code: NOS, KGS, MTR ...")
    quantity: Quantity
    unit_price: Money
    amount: Money = Field(description="quantity x unit_price, before the discount.")
    discount_amount: Money = Field(description="Taken off the amount before tax.")
    tax_included: bool
    tax_rate: TaxRate
    treatment: Treatment | None
    taxable_value: Money
    tax_amount: Money
    cgst: Money
    sgst: Money
    igst: Money
    created_at: Instant
    updated_at: Instant


class Invoice(View):
    """An invoice with its lines. Each amount is the sum of the lines."""

    view = "invoices"
    missing = InvoiceNotFound
    sort_columns = {
        "issue_date": "issue_instant",
        "due_date": "due_instant",
        "created_at": "created_instant",
        "updated_at": "updated_instant",
    }
    totals = {
        "stored_status.eq": "status",
        "document_type.eq": "document_type",
        "issue_day.gte": "first_day",
        "issue_day.lte": "last_day",
    }

    model_config = ConfigDict(json_schema_extra={"example": _INVOICE})

    id: UUID
    invoice_number: str
    customer_name: str
    customer_email: str | None
    customer_address: str | None
    customer_gstin: str | None
    customer_state_code: str | None
    customer_id: UUID | None
    place_of_supply: str | None
    issue_date: Instant
    due_date: Instant
    subtotal: Money
    tax_rate: TaxRate
    tax_amount: Money
    cgst: Money
    sgst: Money
    igst: Money
    total_amount: Money
    amount_settled: Money = Field(description="What payments, credit notes and write-offs have settled.")
    amount_due: Money = Field(description="total_amount less amount_settled.")
    amount_credited: Money = Field(description="The sum of the credit notes against this invoice.")
    document_type: DocumentType
    against_id: UUID | None = Field(description="The invoice that a note is about.")
    note_reason: NoteReason | None
    reverse_charge: bool = Field(description="Whether the recipient pays the tax.")
    price_includes_tax: bool
    status: InvoiceStatus
    notes: str | None
    template: Template
    user_id: UUID
    created_at: Instant
    updated_at: Instant
    items: list[InvoiceItem]
    warnings: list[RateWarning]


class NewInvoiceItem(Body):
    """A new line of an invoice."""

    description: Annotated[str, Field(min_length=1, max_length=10_000), STORABLE]
    quantity: Quantity
    unit_price: Money
    tax_included: StrictBool | None = Field(
        None, description="Stored and returned. It does not change the totals."
    )
    hsn_code: HsnCode | None = None
    tax_rate: TaxRate | None = Field(None, description="Default: the rate of the invoice.")
    uqc: (
        Annotated[str, Field(pattern=r"^[A-Z]{2,3}$", description="Unit quantity code."), STORABLE] | None
    ) = None
    discount_amount: Money | None = Field(None, description="Taken off the amount before tax. Default: 0.")
    treatment: Treatment | None = Field(None, description="Default: taxable where there is a rate.")


Items = Annotated[list[NewInvoiceItem], Field(min_length=1, max_length=1000)]


class NewInvoice(Body):
    """A new invoice."""

    model_config = ConfigDict(json_schema_extra={"example": _NEW_INVOICE})

    customer_name: Name
    items: Items
    invoice_number: InvoiceNumber | None = Field(None, description="Default: the next number.")
    customer_email: ContactEmail | None = None
    customer_address: Address | None = None
    customer_gstin: Gstin | None = None
    customer_state_code: StateCode | None = None
    place_of_supply: StateCode | None = None
    reverse_charge: StrictBool | None = Field(
        None, description="Whether the recipient pays the tax. Default: false."
    )
    issue_date: DayOrInstant | None = Field(None, description="Default: now.")
    due_date: DayOrInstant | None = Field(None, description="Default: 30 days after issue_date.")
    tax_rate: TaxRate | None = Field(None, description="Default: the rate of the profile.")
    price_includes_tax: StrictBool | None = Field(
        None, description="Whether the unit prices include the tax. Default: false."
    )
    status: InvoiceStatus | None = Field(None, description="Default: draft.")
    notes: Notes | None = None
    template: Template | None = Field(None, description="Default: default.")


class InvoiceChanges(Body):
    """Changes of an invoice. Fields that are left out do not change. `items` replace all lines."""

    model_config = ConfigDict(json_schema_extra={"example": _CHANGES})

    customer_name: Name = left_out()
    items: Items = left_out()
    customer_email: ContactEmail | None = None
    customer_address: Address | None = None
    customer_gstin: Gstin | None = None
    customer_state_code: StateCode | None = None
    place_of_supply: StateCode | None = None
    reverse_charge: StrictBool = left_out()
    issue_date: DayOrInstant = left_out()
    due_date: DayOrInstant = left_out()
    tax_rate: TaxRate = left_out()
    price_includes_tax: StrictBool = left_out()
    status: InvoiceStatus = left_out()
    notes: Notes | None = None
    template: Template = left_out()


class InvoiceQuery(ListQuery):
    """Filters and order of the list of invoices."""

    of: ClassVar[type[View]] = Invoice

    sort_by: Literal[
        "issue_date",
        "due_date",
        "created_at",
        "updated_at",
        "invoice_number",
        "customer_name",
        "subtotal",
        "tax_amount",
        "total_amount",
        "status",
    ] = "issue_date"
    status: Annotated[
        InvoiceStatus | None, ShownAs("status", "stored_status", {"sent": "sent", "overdue": "sent"})
    ] = None
    document_type: Annotated[DocumentType, Is("document_type")] = Field(
        "invoice", description="invoice, credit_note or debit_note."
    )
    start_date: Annotated[DayOrInstant | None, Since("issue_day", "issue_instant")] = Field(
        None, description="Issued on or after this day or instant."
    )
    end_date: Annotated[DayOrInstant | None, Until("issue_day", "issue_instant")] = Field(
        None, description="Issued up to this instant, or to the end of this day."
    )
    customer_name: Annotated[Text | None, Contains("customer_name_search")] = Field(
        None, description="Part of the name, in upper or lower case."
    )
