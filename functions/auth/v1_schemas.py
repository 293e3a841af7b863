"""What comes in and goes out about users of the second contract."""

from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from functions.auth.schemas import Registration, beginning_of
from shared.problems.catalogue import InvalidToken
from shared.schemas.datetimes import Instant
from shared.schemas.text import Username
from shared.schemas.view import View
from shared.supabase.auth import Answer


class RegistrationV1(Registration):
    """A user who signs up."""

    username: Username


class UserV1(View):
    """A user, without the password."""

    view = "users"
    missing = InvalidToken

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "id": "3c0e5a54-1d0f-4b5e-8a54-2f1d8c6b7e90",
                "email": "user@example.com",
                "username": "user123",
                "full_name": "John Doe",
                "is_active": True,
                "created_at": "2023-07-15T10:30:00Z",
            }
        }
    )

    id: UUID
    email: str | None
    username: str | None
    full_name: str | None
    is_active: Literal[True]
    created_at: Instant

    @classmethod
    def signed_up(cls, user: Answer, registration: Registration) -> Self:
        """A user as Supabase Auth has just made it."""
        names = registration.model_dump(include={"username", "full_name"})
        return cls.model_validate({**user, **names, "is_active": True, "created_at": beginning_of(user)})


class TokenV1(BaseModel):
    """The answer to a log-in."""

    access_token: str = Field(examples=["eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9..."])
    token_type: Literal["bearer"] = "bearer"  # noqa: S105
