"""What the bodies of requests have in common."""

from typing import Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo
from pydantic_core import PydanticCustomError


class Body(BaseModel):
    """A JSON object without fields that nobody knows."""

    model_config = ConfigDict(extra="forbid")


def left_out() -> Any:
    """The default of a field that a change may leave out, but not set to null."""
    return Field(default_factory=lambda: None)


def required_unless(other: str) -> AfterValidator:
    """Require a field unless the request has the other one, which is declared before it.

    The field needs `validate_default=True`.
    """

    def check(value: object, info: ValidationInfo) -> object:
        if value is None and not info.data.get(other):
            raise PydanticCustomError("missing", "Field required")
        return value

    return AfterValidator(check)
