"""Transactions as lists show them: of all accounts in `transactions`, of one in `accounts`."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from shared.problems.catalogue import TransactionNotFound
from shared.schemas.choices import PaymentMethod, TransactionType
from shared.schemas.datetimes import DayOrInstant, Instant
from shared.schemas.filters import Is, Since, Until
from shared.schemas.money import Money, TaxRate
from shared.schemas.pagination import ListQuery
from shared.schemas.text import Text
from shared.schemas.view import View


class Transaction(View):
    """Money that moved, or a note about money."""

    view = "transactions"
    missing = TransactionNotFound
    sort_columns = {"date": "date_instant", "created_at": "created_instant", "updated_at": "updated_instant"}
    totals = {
        "account_id.eq": "account_id",
        "transaction_type.eq": "transaction_type",
        "category.eq": "category",
        "day.gte": "first_day",
        "day.lte": "last_day",
    }

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "id": "8d5be7a6-3f0c-4c4e-9f0b-6c1c5a2f7d11",
                "amount": 100.50,
                "description": "Product sale",
                "transaction_type": "sale",
                "category": "Sales",
                "date": "2023-01-01T00:00:00Z",
                "user_id": "3c0e5a54-1d0f-4b5e-8a54-2f1d8c6b7e90",
                "account_id": "b2f4c7de-90ab-4d7c-8f1e-5a6b7c8d9e0f",
                "transfer_account_id": None,
                "invoice_id": "f1a2b3c4-d5e6-4789-8abc-def012345678",
                "tax_rate": 18,
                "tax_amount": 15.33,
                "method": None,
                "reference": None,
                "created_at": "2023-01-01T00:00:00Z",
                "updated_at": "2023-01-01T00:00:00Z",
            }
        }
    )

    id: UUID
    amount: Money
    description: str
    transaction_type: TransactionType
    category: str | None
    date: Instant
    user_id: UUID
    account_id: UUID
    transfer_account_id: UUID | None = Field(description="Where a transfer goes to.")
    invoice_id: UUID | None = Field(description="The invoice that this sale pays.")
    tax_rate: TaxRate | None
    tax_amount: Money | None = Field(description="The GST contained in the amount.")
    method: PaymentMethod | None
    reference: str | None
    created_at: Instant
    updated_at: Instant


class TransactionFilters(ListQuery):
    """The filters that every list of transactions has."""

    of: ClassVar[type[View]] = Transaction

    sort_by: Literal["date", "amount", "category", "transaction_type", "created_at", "updated_at"] = "date"
    start_date: Annotated[DayOrInstant | None, Since("day", "date_instant")] = Field(
        None, description="From this day or instant on."
    )
    end_date: Annotated[DayOrInstant | None, Until("day", "date_instant")] = Field(
        None, description="Up to this instant, or to the end of this day."
    )
    transaction_type: Annotated[TransactionType | None, Is("transaction_type")] = None
    category: Annotated[Text | None, Is("category")] = None
