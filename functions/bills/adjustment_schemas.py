"""The shapes of requests and answers about adjustments of credit."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, JsonValue

from shared.problems.catalogue import CreditAdjustmentNotFound
from shared.schemas.base import Body, left_out
from shared.schemas.choices import AdjustmentKind
from shared.schemas.datetimes import Instant
from shared.schemas.filters import Is
from shared.schemas.money import Money
from shared.schemas.pagination import ListQuery
from shared.schemas.text import STORABLE, Period
from shared.schemas.view import View

Reason = Annotated[str, Field(max_length=1000), STORABLE]

_NEW: dict[str, JsonValue] = {
    "period": "102026",
    "kind": "rule_42_43",
    "cgst": 90.00,
    "sgst": 90.00,
    "reason": "Exempt turnover in October",
}


class CreditAdjustment(View):
    """A reversal of input tax credit, or a reclaim of one."""

    view = "credit_adjustments"
    missing = CreditAdjustmentNotFound
    sort_columns = {
        "period": "month",
        "created_at": "created_instant",
        "updated_at": "updated_instant",
    }

    model_config = ConfigDict(json_schema_extra={"example": {**_NEW, "igst": 0.00}})

    id: UUID
    period: str
    kind: AdjustmentKind
    igst: Money
    cgst: Money
    sgst: Money
    reason: str | None
    bill_id: UUID | None
    reclaims_id: UUID | None
    user_id: UUID
    created_at: Instant
    updated_at: Instant


class NewCreditAdjustment(Body):
    """A new reversal or reclaim."""

    model_config = ConfigDict(json_schema_extra={"example": _NEW})

    period: Period
    kind: AdjustmentKind
    igst: Money | None = Field(None, description="Default: 0.")
    cgst: Money | None = Field(None, description="Default: 0.")
    sgst: Money | None = Field(None, description="Default: 0.")
    reason: Reason | None = None
    bill_id: UUID | None = Field(None, description="The bill that it is about.")
    reclaims_id: UUID | None = Field(
        None, description="Of a reclaim: the reversal that is claimed again; or bill_id."
    )


class CreditAdjustmentChanges(Body):
    """Changes of an adjustment. Fields that are left out do not change."""

    model_config = ConfigDict(json_schema_extra={"example": {"reason": "Rule 42, October"}})

    period: Period = left_out()
    kind: AdjustmentKind = left_out()
    igst: Money = left_out()
    cgst: Money = left_out()
    sgst: Money = left_out()
    reason: Reason | None = None
    bill_id: UUID | None = None
    reclaims_id: UUID | None = None


class CreditAdjustmentQuery(ListQuery):
    """Filters and order of the list of adjustments."""

    of: ClassVar[type[View]] = CreditAdjustment

    sort_by: Literal["period", "kind", "created_at", "updated_at"] = "period"
    period: Annotated[Period | None, Is("period")] = None
    kind: Annotated[AdjustmentKind | None, Is("kind")] = None
    bill_id: Annotated[UUID | None, Is("bill_id")] = None
