"""The shapes of requests and answers about invoices."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from functions.invoices.examples import CHANGES, INVOICE, NEW_INVOICE
from shared.problems.catalogue import InvoiceNotFound
from shared.schemas.base import Body, left_out, required_unless
from shared.schemas.choices import (
    DocumentType,
    InvoiceStatus,
    NoteReason,
    PartyType,
    SupplyType,
    Template,
    Treatment,
)
from shared.schemas.datetimes import Day, DayOrInstant, Instant
from shared.schemas.filters import Contains, Is, ShownAs, Since, Until
from shared.schemas.money import Money, Quantity, TaxRate
from shared.schemas.pagination import ListQuery
from shared.schemas.text import (
    STORABLE,
    Address,
    ContactEmail,
    CountryCode,
    Gstin,
    HsnCode,
    InvoiceNumber,
    Name,
    Notes,
    Pincode,
    PortCode,
    ShippingBillNumber,
    StateCode,
    Text,
)
from shared.schemas.view import View
from shared.schemas.warnings import RateWarning

LineText = Annotated[str, Field(min_length=1, max_length=10_000), STORABLE]


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

    model_config = ConfigDict(json_schema_extra={"example": INVOICE})

    id: UUID
    invoice_number: str
    customer_name: str
    customer_email: str | None
    customer_address: str | None
    customer_gstin: str | None
    customer_state_code: str | None
    customer_id: UUID | None
    customer_pincode: str | None
    customer_country_code: str | None
    party_type: PartyType | None = Field(description="Null: regular with a GSTIN, else unregistered.")
    supply_type: SupplyType
    ship_to_name: str | None
    ship_to_address: str | None
    ship_to_gstin: str | None
    ship_to_state_code: str | None
    ship_to_pincode: str | None
    port_code: str | None
    shipping_bill_number: str | None
    shipping_bill_date: str | None
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

    item_id: UUID | None = Field(None, description="An item of the catalogue, whose fields are copied.")
    description: Annotated[LineText | None, required_unless("item_id")] = Field(None, validate_default=True)
    quantity: Quantity
    unit_price: Annotated[Money | None, required_unless("item_id")] = Field(None, validate_default=True)
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


class _Supply(Body):
    """What kind of customer and supply it is for GST, and where goods go."""

    customer_pincode: Pincode | None = None
    customer_country_code: CountryCode | None = None
    party_type: PartyType | None = Field(
        None, description="What the customer is. Default: regular with a GSTIN, else unregistered."
    )
    ship_to_name: Name | None = Field(None, description="Who gets the goods, if not the customer.")
    ship_to_address: Address | None = None
    ship_to_gstin: Gstin | None = None
    ship_to_state_code: StateCode | None = None
    ship_to_pincode: Pincode | None = None
    port_code: PortCode | None = None
    shipping_bill_number: ShippingBillNumber | None = None
    shipping_bill_date: Day | None = None


class NewInvoice(_Supply):
    """A new invoice."""

    model_config = ConfigDict(json_schema_extra={"example": NEW_INVOICE})

    customer_id: UUID | None = Field(None, description="A customer, whose fields are copied.")
    customer_name: Annotated[Name | None, required_unless("customer_id")] = Field(None, validate_default=True)
    items: Items
    invoice_number: InvoiceNumber | None = Field(None, description="Default: the next number.")
    customer_email: ContactEmail | None = None
    customer_address: Address | None = None
    customer_gstin: Gstin | None = None
    customer_state_code: StateCode | None = None
    supply_type: SupplyType | None = Field(None, description="Default: domestic.")
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


class InvoiceChanges(_Supply):
    """Changes of an invoice. Fields that are left out do not change. `items` replace all lines."""

    model_config = ConfigDict(json_schema_extra={"example": CHANGES})

    customer_id: UUID | None = None
    customer_name: Name = left_out()
    items: Items = left_out()
    customer_email: ContactEmail | None = None
    customer_address: Address | None = None
    customer_gstin: Gstin | None = None
    customer_state_code: StateCode | None = None
    supply_type: SupplyType = left_out()
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
