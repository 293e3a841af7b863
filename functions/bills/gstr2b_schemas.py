"""The shapes of requests and answers about GSTR-2B."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.schemas.base import Body
from shared.schemas.choices import BillKind
from shared.schemas.money import Money
from shared.schemas.text import Period

Match = Literal["exact", "probable", "missing_here", "missing_there"]
Decision = Literal["accepted", "deferred"]


class Gstr2bSummary(BaseModel):
    """What was read of a file."""

    period: str
    gstin: str
    documents: int = Field(description="How many documents the file has.")
    replaced: int = Field(description="How many documents of this month were there before.")


class Gstr2bAmounts(BaseModel):
    """The amounts of a document or a bill."""

    taxable_value: Money
    igst: Money
    cgst: Money
    sgst: Money


class Gstr2bDocument(Gstr2bAmounts):
    """A document of GSTR-2B."""

    id: UUID
    section: Literal["b2b", "b2ba", "cdnr", "cdnra", "impg", "impgsez"]
    kind: BillKind
    supplier_gstin: str | None
    supplier_name: str | None
    document_number: str
    document_date: date
    reverse_charge: bool
    total_amount: Money
    cess: Money
    credit_available: bool
    reason: str | None = Field(description="P: place of supply; C: time limit, section 16(4).")
    decision: Decision | None


class MatchedBill(Gstr2bAmounts):
    """A bill of the books."""

    id: UUID
    kind: BillKind
    supplier_gstin: str | None
    supplier_name: str
    bill_number: str
    bill_date: date
    claim_period: str | None
    in_2b_period: str | None


class Gstr2bMatch(BaseModel):
    """A document and its bill, or one of them."""

    match: Match
    reasons: list[str] = Field(
        description="What differs: number_written_differently, number_differs, date_differs, "
        "amount_differs_little, amount_differs, other_gstin_of_pan, amends_another."
    )
    document: Gstr2bDocument | None
    bill: MatchedBill | None


class Gstr2bCounts(BaseModel):
    """How many matches there are of each kind."""

    exact: int
    probable: int
    missing_here: int
    missing_there: int


class Gstr2b(BaseModel):
    """GSTR-2B of a month beside the bills."""

    period: str
    counts: Gstr2bCounts
    matches: list[Gstr2bMatch]


class Gstr2bDecision(Body):
    """What to do with a document."""

    document_id: UUID
    decision: Decision
    bill_id: UUID | None = Field(
        None, description="Default: the bill that matches. Accepted without one, the document becomes a bill."
    )


class Gstr2bDecisions(Body):
    """Decisions about documents of a month, all or none."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "period": "102026",
                "decisions": [
                    {"document_id": "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d", "decision": "accepted"}
                ],
            }
        }
    )

    period: Period
    decisions: Annotated[list[Gstr2bDecision], Field(min_length=1, max_length=1000)]
