"""The shapes of requests and answers about bills."""

from datetime import date
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StrictBool

from shared.problems.catalogue import BillNotFound
from shared.schemas.base import Body, left_out, required_unless
from shared.schemas.choices import BillKind, CreditStatus, CreditType, SupplierType, Treatment
from shared.schemas.datetimes import Day, Instant
from shared.schemas.filters import Contains, Is, Since, Until
from shared.schemas.money import Money, Quantity, TaxRate
from shared.schemas.pagination import ListQuery
from shared.schemas.text import (
    STORABLE,
    Gstin,
    HsnCode,
    InvoiceNumber,
    Name,
    Notes,
    Period,
    PortCode,
    StateCode,
    Text,
    Uqc,
)
from shared.schemas.view import View

LineText = Annotated[str, Field(min_length=1, max_length=10_000), STORABLE]

_LINE: dict[str, JsonValue] = {
    "description": "Paper, A4",
    "hsn_code": "4802",
    "uqc": "PAC",
    "quantity": 10,
    "tax_rate": 18,
    "taxable_value": 2000.00,
    "cgst": 180.00,
    "sgst": 180.00,
    "igst": 0.00,
}
_NEW: dict[str, JsonValue] = {
    "supplier_name": "Paper Mill",
    "supplier_gstin": "29AAACZ0001A1Z4",
    "bill_number": "PM/1042",
    "bill_date": "2026-10-05",
    "items": [_LINE],
}


class BillItem(BaseModel):
    """A line of a bill, with the amounts as printed."""

    id: UUID
    description: str
    hsn_code: str | None
    uqc: str | None
    quantity: Quantity | None
    tax_rate: TaxRate
    taxable_value: Money
    cgst: Money
    sgst: Money
    igst: Money
    cess: Money
    treatment: Treatment | None
    credit_status: CreditStatus
    credit_type: CreditType


class Bill(View):
    """A bill of a supplier with its lines. Each amount is the sum of the lines."""

    view = "bills"
    missing = BillNotFound
    sort_columns = {
        "created_at": "created_instant",
        "updated_at": "updated_instant",
        "claim_period": "claim_month",
    }

    model_config = ConfigDict(json_schema_extra={"example": {**_NEW, "claim_period": "102026"}})

    id: UUID
    kind: BillKind
    supplier_id: UUID | None
    supplier_name: str
    supplier_gstin: str | None
    supplier_type: SupplierType
    supplier_state_code: str | None
    bill_number: str
    bill_date: date
    received_on: date
    place_of_supply: str | None
    port_code: str | None
    reverse_charge: bool = Field(description="Whether you pay the tax.")
    self_invoice_number: str | None = Field(description="Of reverse charge from an unregistered supplier.")
    self_invoice_date: date | None
    note_of: UUID | None = Field(description="The bill that a note is about.")
    claim_period: str | None = Field(description="Where the credit is claimed, MMYYYY; null: deferred.")
    in_2b_period: str | None = Field(description="The GSTR-2B that has the bill, MMYYYY.")
    transaction_id: UUID | None = Field(description="The expense that paid the bill.")
    taxable_value: Money
    cgst: Money
    sgst: Money
    igst: Money
    round_off: Money
    total_amount: Money = Field(description="What the supplier gets; without tax under reverse charge.")
    unpaid_180_days: bool = Field(description="Whether it is unpaid 180 days after its day (Rule 37).")
    notes: str | None
    user_id: UUID
    created_at: Instant
    updated_at: Instant
    items: list[BillItem]


class NewBillItem(Body):
    """A line as printed. The tax fits taxable_value x tax_rate within one rupee."""

    description: LineText
    tax_rate: TaxRate
    taxable_value: Money
    cgst: Money | None = Field(None, description="Default: 0.")
    sgst: Money | None = Field(None, description="Default: 0.")
    igst: Money | None = Field(None, description="Default: 0.")
    cess: Money | None = Field(None, description="0: cess is not supported.")
    hsn_code: HsnCode | None = None
    uqc: Uqc | None = None
    quantity: Quantity | None = None
    treatment: Treatment | None = Field(None, description="Default: taxable where there is a rate.")
    credit_status: CreditStatus | None = Field(
        None, description="Default: eligible; not_claimed where the supplier may not charge tax."
    )
    credit_type: CreditType | None = Field(
        None, description="Default: import_goods, import_services, input_services or inputs, by the bill."
    )


BillItems = Annotated[list[NewBillItem], Field(min_length=1, max_length=1000)]


class NewBill(Body):
    """A new bill of a supplier, or a supplier's credit or debit note."""

    model_config = ConfigDict(json_schema_extra={"example": _NEW})

    supplier_id: UUID | None = Field(None, description="A supplier, whose fields are copied.")
    supplier_name: Annotated[Name | None, required_unless("supplier_id")] = Field(None, validate_default=True)
    supplier_gstin: Gstin | None = None
    supplier_type: SupplierType | None = Field(
        None, description="Default: regular with a GSTIN, else overseas or unregistered."
    )
    supplier_state_code: StateCode | None = None
    kind: BillKind | None = Field(None, description="Default: bill. Notes have positive amounts.")
    bill_number: InvoiceNumber
    bill_date: Day
    items: BillItems
    received_on: Day | None = Field(None, description="Default: bill_date.")
    place_of_supply: StateCode | None = Field(None, description="Default: your state.")
    port_code: PortCode | None = None
    reverse_charge: StrictBool | None = Field(None, description="Whether you pay the tax. Default: false.")
    note_of: UUID | None = Field(None, description="The bill that a note is about.")
    claim_period: Period | None = Field(
        None, description="Default: the month of received_on. null defers the credit."
    )
    in_2b_period: Period | None = None
    transaction_id: UUID | None = Field(None, description="The expense that paid the bill.")
    round_off: Money | None = Field(None, description="Default: 0.")
    notes: Notes | None = None


class BillChanges(Body):
    """Changes of a bill. Fields that are left out do not change. `items` replace all lines."""

    model_config = ConfigDict(json_schema_extra={"example": {"claim_period": "112026"}})

    supplier_id: UUID | None = None
    supplier_name: Name = left_out()
    supplier_gstin: Gstin | None = None
    supplier_type: SupplierType | None = None
    supplier_state_code: StateCode | None = None
    kind: BillKind = left_out()
    bill_number: InvoiceNumber = left_out()
    bill_date: Day = left_out()
    items: BillItems = left_out()
    received_on: Day = left_out()
    place_of_supply: StateCode | None = None
    port_code: PortCode | None = None
    reverse_charge: StrictBool = left_out()
    note_of: UUID | None = None
    claim_period: Period | None = None
    in_2b_period: Period | None = None
    transaction_id: UUID | None = None
    round_off: Money = left_out()
    notes: Notes | None = None


class BillQuery(ListQuery):
    """Filters and order of the list of bills."""

    of: ClassVar[type[View]] = Bill

    sort_by: Literal[
        "bill_date",
        "received_on",
        "bill_number",
        "supplier_name",
        "total_amount",
        "claim_period",
        "created_at",
        "updated_at",
    ] = "bill_date"
    kind: Annotated[BillKind | None, Is("kind")] = None
    supplier_id: Annotated[UUID | None, Is("supplier_id")] = None
    supplier_name: Annotated[Text | None, Contains("supplier_name")] = Field(
        None, description="Part of the name, in any case."
    )
    supplier_gstin: Annotated[Text | None, Is("supplier_gstin")] = None
    supplier_type: Annotated[SupplierType | None, Is("supplier_type")] = None
    bill_number: Annotated[Text | None, Contains("bill_number")] = Field(
        None, description="Part of the number, in any case."
    )
    claim_period: Annotated[Period | None, Is("claim_period")] = None
    in_2b_period: Annotated[Period | None, Is("in_2b_period")] = None
    unpaid_180_days: Annotated[bool | None, Is("unpaid_180_days")] = Field(
        None, description="Whether they are unpaid 180 days after their day (Rule 37)."
    )
    start_date: Annotated[Day | None, Since("bill_date", "bill_date")] = Field(
        None, description="Dated on or after this day."
    )
    end_date: Annotated[Day | None, Until("bill_date", "bill_date")] = Field(
        None, description="Dated up to this day."
    )
