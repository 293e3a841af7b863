"""What the bodies of requests have in common."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Body(BaseModel):
    """A JSON object without fields that nobody knows."""

    model_config = ConfigDict(extra="forbid")


def left_out() -> Any:
    """The default of a field that a change may leave out, but not set to null."""
    return Field(default_factory=lambda: None)
