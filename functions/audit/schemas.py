"""The shapes of answers about the audit."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from shared.problems.catalogue import NotFound
from shared.schemas.datetimes import DayOrInstant, Instant
from shared.schemas.filters import Is, Since, Until
from shared.schemas.pagination import ListQuery
from shared.schemas.text import Text
from shared.schemas.view import View

Channel = Literal["api", "schedule", "auth", "dashboard"]
Operation = Literal["insert", "update", "delete"]
RecordType = Literal[
    "profiles",
    "accounts",
    "contacts",
    "items",
    "transactions",
    "invoices",
    "bills",
    "credit_adjustments",
    "settlements",
    "tax_filings",
    "repairs",
]
Hash = Annotated[str, Field(description="SHA-256, hexadecimal.", examples=["9f86d081884c7d65..."])]


class AuditEntry(View):
    """One decision: about a document with its lines, a transaction and what it settles, or another record."""

    view = "audit"
    missing = NotFound
    sort_columns = {"occurred_at": "occurred_instant"}

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "id": "9f86d081-884c-7d65-9a2f-eaa0c55ad015",
                "number": 7,
                "occurred_at": "2023-01-01T00:00:00Z",
                "channel": "api",
                "actor_id": "3c0e5a54-1d0f-4b5e-8a54-2f1d8c6b7e90",
                "actor_role": "authenticated",
                "request_id": "0f8c1f3e5d6b4c0b9a7e2d1c3b4a5968",
                "operation": "update",
                "record_type": "accounts",
                "record_id": "b2f4c7de-90ab-4d7c-8f1e-5a6b7c8d9e0f",
                "before": {"balance": 1500.25},
                "after": {"balance": 1600.75},
                "hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            }
        }
    )

    id: UUID
    number: int = Field(description="Consecutive number: 1, 2, 3 ... without gaps.")
    occurred_at: Instant
    channel: Channel = Field(
        description="api: a request of the user; schedule: a job; auth: Supabase Auth; dashboard: SQL."
    )
    actor_id: UUID | None = Field(description="The user who made the change, if a token named one.")
    actor_role: str
    request_id: str | None = Field(description="The X-Request-Id of the request.")
    operation: Operation
    record_type: RecordType
    record_id: UUID
    before: dict[str, JsonValue] | None = Field(
        description="Old values: all of them for a delete, the changed ones for an update. "
        "`items` and `settlements` have the changed lines and settlements by their ids."
    )
    after: dict[str, JsonValue] | None = Field(
        description="New values: all of them for an insert, the changed ones for an update. "
        "`items` are the lines of a document, `settlements` what a transaction settles, "
        "`invoice` what a sale generated."
    )
    hash: Hash


class AuditQuery(ListQuery):
    """Filters and order of the audit."""

    of: ClassVar[type[View]] = AuditEntry

    record_type: Annotated[RecordType | None, Is("record_type")] = None
    record_id: Annotated[UUID | None, Is("record_id")] = None
    operation: Annotated[Operation | None, Is("operation")] = None
    channel: Annotated[Channel | None, Is("channel")] = None
    request_id: Annotated[Text | None, Field(max_length=128), Is("request_id")] = None
    start_date: Annotated[DayOrInstant | None, Since("occurred_day", "occurred_instant")] = None
    end_date: Annotated[DayOrInstant | None, Until("occurred_day", "occurred_instant")] = None
    sort_by: Literal["number", "occurred_at"] = "number"


class AuditFault(BaseModel):
    """A contradiction that the verification found."""

    rule: Literal["chain_is_unbroken", "record_is_as_audited", "entry_continues"]
    number: int | None = Field(description="The number of the entry.")
    record_type: RecordType | None
    record_id: UUID | None
    details: str


class AuditVerification(BaseModel):
    """The result of the verification."""

    entries: int = Field(examples=[42])
    head: str = Field(
        description="Hash of the last entry. Store it elsewhere to prove later what the audit contained."
    )
    faults: list[AuditFault] = Field(description="Empty, unless somebody changed records without the rules.")
