"""The shapes of requests and answers about accounts."""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from shared.problems.catalogue import AccountNotFound
from shared.schemas.base import Body, left_out
from shared.schemas.datetimes import Instant
from shared.schemas.money import Money
from shared.schemas.pagination import ListQuery
from shared.schemas.text import Name
from shared.schemas.view import View

Period = Literal["week", "month", "quarter", "year"]


class Account(View):
    """A bank or cash account."""

    view = "accounts"
    missing = AccountNotFound
    sort_columns = {"created_at": "created_instant", "updated_at": "updated_instant"}

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "id": "b2f4c7de-90ab-4d7c-8f1e-5a6b7c8d9e0f",
                "name": "Main Account",
                "balance": 1500.25,
                "user_id": "3c0e5a54-1d0f-4b5e-8a54-2f1d8c6b7e90",
                "created_at": "2023-01-01T00:00:00Z",
                "updated_at": "2023-01-01T00:00:00Z",
                "is_default": True,
            }
        }
    )

    id: UUID
    name: str
    balance: Money
    user_id: UUID
    created_at: Instant
    updated_at: Instant
    is_default: bool = Field(description="Whether transactions without an account use this one.")


class NewAccount(Body):
    """A new account."""

    model_config = ConfigDict(json_schema_extra={"example": {"name": "Business Account", "balance": 0.0}})

    name: Name
    balance: Money | None = Field(None, description="The opening balance. Default: 0.")
    is_default: StrictBool | None = None


class AccountChanges(Body):
    """Changes of an account. Fields that are left out do not change."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"name": "Updated Business Account", "balance": 1500.25}}
    )

    name: Name = left_out()
    balance: Money = left_out()
    is_default: StrictBool = left_out()


class AccountQuery(ListQuery):
    """Order of the list of accounts."""

    of: ClassVar[type[View]] = Account

    sort_by: Literal["created_at", "updated_at", "name", "balance"] = "created_at"
    sort_order: Literal["asc", "desc"] = "asc"


class Balance(BaseModel):
    """The sum of all balances."""

    balance: Money = Field(examples=[1500.25])


class AccountTotals(BaseModel):
    """Income and expenses of one account in the period."""

    id: UUID
    name: str = Field(examples=["Business Account"])
    balance: Money = Field(examples=[1500.25])
    income: Money = Field(examples=[2000.00])
    expenses: Money = Field(examples=[500.00])
    transaction_count: int = Field(examples=[10])


class Summary(BaseModel):
    """Income and expenses of all accounts in the period."""

    total_balance: Money = Field(examples=[1500.25])
    income: Money = Field(examples=[2000.00])
    expenses: Money = Field(examples=[500.00])
    net_change: Money = Field(examples=[1500.00])
    accounts: list[AccountTotals]
    invoices_count: int = Field(examples=[5])
    paid_invoices_count: int = Field(examples=[3])
    period: Period
