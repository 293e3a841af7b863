"""What comes in and goes out about users and their sessions."""

from datetime import UTC, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from shared.problems.catalogue import InvalidToken, SessionNotFound
from shared.schemas.base import Body, left_out
from shared.schemas.choices import FilingFrequency, GstScheme, TurnoverBand
from shared.schemas.datetimes import Day, Instant
from shared.schemas.money import Money, TaxRate
from shared.schemas.text import (
    STORABLE,
    Address,
    City,
    Email,
    Gstin,
    LutNumber,
    Name,
    Password,
    Phone,
    Pincode,
    StateCode,
    TimeZone,
    UpiId,
    Username,
)
from shared.schemas.view import View
from shared.supabase.auth import Answer


class Registration(Body):
    """A user who signs up."""

    email: Email
    password: Password
    username: Username | None = None
    full_name: Name | None = None

    def details(self) -> dict[str, str]:
        """What the profile begins with."""
        names = self.model_dump(include={"username", "full_name"}, exclude_none=True)
        # A sign-up at Supabase Auth itself loses a username that is taken; ours is told.
        return names | {"username_is_required": "yes"} if self.username else names


class User(BaseModel):
    """A user as Supabase Auth has just made it."""

    id: UUID
    email: str = Field(examples=["user@example.com"])
    created_at: Instant
    updated_at: Instant

    @classmethod
    def signed_up(cls, user: Answer) -> Self:
        """The new user; nothing of it has changed yet."""
        created_at = beginning_of(user)
        return cls.model_validate({**user, "created_at": created_at, "updated_at": created_at})


def beginning_of(user: Answer) -> str:
    """When a user was made, as the profile will say it."""
    instant = datetime.fromisoformat(user["created_at"]).astimezone(UTC)
    # To the second: Supabase Auth may answer fewer digits than it has stored.
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


class Registered(BaseModel):
    """The answer to a registration."""

    message: Literal[
        "User registered successfully",
        "User registered successfully. Follow the link of the mail, then log in",
    ] = "User registered successfully"
    data: User

    @classmethod
    def of(cls, user: Answer) -> Self:
        """The new user, and what to do next where addresses are confirmed by mail."""
        data = User.signed_up(user)
        if user.get("email_confirmed_at"):
            return cls(data=data)
        return cls(
            message="User registered successfully. Follow the link of the mail, then log in", data=data
        )


class Login(BaseModel):
    """A log-in form, as OAuth 2 has it: `username` is the username or the e-mail address."""

    username: Annotated[str, Field(max_length=320, examples=["user@example.com"]), STORABLE]
    password: Annotated[str, Field(max_length=1000, examples=["securepassword"]), STORABLE]


class Refresh(Body):
    """A session to continue."""

    refresh_token: Annotated[str, Field(min_length=1, max_length=1000), STORABLE]


class Session(BaseModel):
    """The tokens of a session."""

    access_token: str = Field(examples=["eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9..."])
    token_type: Literal["bearer"] = "bearer"  # noqa: S105
    expires_in: int = Field(examples=[3600], description="Seconds until the access token expires.")
    refresh_token: str = Field(
        examples=["v1.MjAyMy0w"],
        description="Good for one refresh; a few seconds longer where Supabase Auth allows its reuse.",
    )


Everywhere = Annotated[bool, Query(description="End all sessions of this user, on all devices.")]


class LoggedOut(BaseModel):
    """The answer to a log-out."""

    message: Literal["Logged out successfully"] = "Logged out successfully"


class OpenSession(View):
    """Where the user is logged in."""

    view = "sessions"
    missing = SessionNotFound

    id: UUID
    is_current: bool = Field(description="Whether it is the session of this request.")
    created_at: Instant
    last_used_at: Instant = Field(description="When it was opened or refreshed last.")
    user_agent: str | None = Field(description="What the browser or program calls itself.")
    ip_address: str | None


class Profile(View):
    """The user, and who the user is as a business."""

    view = "profile"
    missing = InvalidToken

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "id": "3c0e5a54-1d0f-4b5e-8a54-2f1d8c6b7e90",
                "email": "user@example.com",
                "created_at": "2023-01-01T00:00:00Z",
                "updated_at": "2023-01-01T00:00:00Z",
                "username": "asha",
                "full_name": "Asha Rao",
                "business_name": "Rao Textiles",
                "gstin": "29AAGCB7383J1Z4",
                "state_code": "29",
                "address": "12 MG Road, Bengaluru",
                "upi_id": "asha@okbank",
                "time_zone": "Asia/Kolkata",
                "default_tax_rate": 18,
                "filing_frequency": "quarterly",
                "legal_name": "Rao Textiles Private Limited",
                "city": "Bengaluru",
                "pincode": "560001",
                "phone": "+91 80 4123 4567",
                "gst_scheme": "regular",
                "gst_registered_from": "2019-04-01",
                "gst_cancelled_from": None,
                "turnover_band": "upto_1_5cr",
                "lut_number": None,
                "lut_valid_from": None,
                "lut_valid_to": None,
                "opening_credit_igst": 0.00,
                "opening_credit_cgst": 0.00,
                "opening_credit_sgst": 0.00,
                "opening_credit_period": None,
            }
        }
    )

    id: UUID
    email: str | None
    created_at: Instant
    updated_at: Instant
    username: str | None
    full_name: str | None
    business_name: str | None
    gstin: str | None
    state_code: str | None
    address: str | None
    upi_id: str | None
    time_zone: str
    default_tax_rate: TaxRate
    filing_frequency: FilingFrequency
    legal_name: str | None
    city: str | None
    pincode: str | None
    phone: str | None
    gst_scheme: GstScheme | None = Field(
        description="Null: not declared; then the documented behaviour, with its warning."
    )
    gst_registered_from: str | None
    gst_cancelled_from: str | None
    turnover_band: TurnoverBand | None = Field(description="Aggregate turnover of the last financial year.")
    lut_number: str | None = Field(description="Letter of undertaking, for exports without payment of tax.")
    lut_valid_from: str | None
    lut_valid_to: str | None
    opening_credit_igst: Money
    opening_credit_cgst: Money
    opening_credit_sgst: Money
    opening_credit_period: str | None = Field(
        description="The first day of the month from which returns are prepared here."
    )


class ProfileChanges(Body):
    """What to change about the profile; fields left out stay as they are."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"business_name": "Rao Textiles", "gstin": "29AAGCB7383J1Z4"}}
    )

    username: Username | None = None
    full_name: Name | None = None
    business_name: Name | None = None
    gstin: Gstin | None = None
    state_code: StateCode | None = None
    address: Address | None = None
    upi_id: UpiId | None = None
    time_zone: TimeZone = left_out()
    default_tax_rate: TaxRate = left_out()
    filing_frequency: FilingFrequency = left_out()
    legal_name: Name | None = None
    city: City | None = None
    pincode: Pincode | None = None
    phone: Phone | None = None
    gst_scheme: GstScheme | None = None
    gst_registered_from: Day | None = None
    gst_cancelled_from: Day | None = None
    turnover_band: TurnoverBand | None = None
    lut_number: LutNumber | None = None
    lut_valid_from: Day | None = None
    lut_valid_to: Day | None = None
    opening_credit_igst: Money = left_out()
    opening_credit_cgst: Money = left_out()
    opening_credit_sgst: Money = left_out()
    opening_credit_period: Day | None = None
