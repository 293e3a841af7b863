"""The shapes of requests about transactions."""

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, JsonValue

from shared.schemas.base import Body, left_out
from shared.schemas.choices import PaymentMethod, TransactionType
from shared.schemas.datetimes import DayOrInstant
from shared.schemas.filters import Is
from shared.schemas.money import Money, TaxRate
from shared.schemas.text import Category, Description, PaymentReference
from shared.schemas.transactions import TransactionFilters

_EXAMPLE: dict[str, JsonValue] = {
    "amount": 100.50,
    "description": "Product sale",
    "transaction_type": "sale",
    "category": "Sales",
    "date": "2023-01-01T00:00:00Z",
}


class NewTransaction(Body):
    """A new transaction. A sale also creates its invoice."""

    model_config = ConfigDict(json_schema_extra={"example": _EXAMPLE})

    amount: Money
    transaction_type: TransactionType
    description: Description | None = None
    category: Category | None = None
    date: DayOrInstant | None = Field(None, description="Default: now.")
    account_id: UUID | None = Field(None, description="Default: the default account.")
    transfer_account_id: UUID | None = Field(
        None, description="For a transfer: the account that receives the money."
    )
    tax_rate: TaxRate | None = Field(None, description="For a sale. Default: the rate of the profile.")
    tax_amount: Money | None = Field(None, description="For an expense: the input tax that it includes.")
    method: PaymentMethod | None = None
    reference: PaymentReference | None = None


class TransactionChanges(Body):
    """Changes of a transaction. Fields that are left out do not change."""

    model_config = ConfigDict(
        json_schema_extra={"example": {**_EXAMPLE, "amount": 150.75, "description": "Updated product sale"}}
    )

    amount: Money = left_out()
    transaction_type: TransactionType = left_out()
    description: Description = left_out()
    category: Category | None = None
    date: DayOrInstant = left_out()
    account_id: UUID = left_out()
    transfer_account_id: UUID | None = None
    tax_rate: TaxRate | None = None
    tax_amount: Money | None = None
    method: PaymentMethod | None = None
    reference: PaymentReference | None = None


class TransactionQuery(TransactionFilters):
    """Filters and order of the list of transactions."""

    account_id: Annotated[UUID | None, Is("account_id")] = None
