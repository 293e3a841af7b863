"""Fields of forms: the API's types, each behind what people may type for it."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from shared.schemas.choices import Template
from shared.schemas.datetimes import Day
from shared.schemas.money import Money, Quantity, TaxRate

_MOST_SEARCHED = 200
_OF_NUMBERS = frozenset("-.0123456789")


class FormModel(BaseModel):
    """A form as a model over the API's types; every field has a default, so that a part of it can be read.

    The name of a field, or its alias, is its name in the page and in the draft for the database.
    """

    model_config = ConfigDict(extra="forbid")


def typed(what: str = "", shape: str = "", alias: str | None = None) -> Any:
    """A field of a form.

    `what` completes "Enter ..." for a field that must not be empty; `shape` is the sentence for a text that
    does not have the shape of its type; `alias` is the name in the page where it is another one.
    """
    return Field(None, title=what or None, description=shape or None, alias=alias)


def typed_number(text: object) -> Decimal:
    """The number that somebody typed as `1500.50`, `1,25,000` or `₹1,25,000.00`."""
    digits = "".join(str(text or "").replace("₹", "").replace(",", "").split())
    if not digits or not _OF_NUMBERS.issuperset(digits):
        raise PydanticCustomError("number_type", "Input should be a number")
    try:
        return Decimal(digits)
    except ArithmeticError:
        raise PydanticCustomError("number_type", "Input should be a number") from None


def _typed_rate(text: object) -> Decimal:
    return typed_number(str(text or "").removesuffix("%"))


def _typed_day(text: object) -> object:
    try:
        return date.fromisoformat(str(text)).isoformat()
    except ValueError:
        return text


Amount = Annotated[Money, BeforeValidator(typed_number)]
Percent = Annotated[TaxRate, BeforeValidator(_typed_rate)]
Count = Annotated[Quantity, BeforeValidator(lambda text: typed_number(text or "1"))]
"""A quantity; one that is left empty is 1."""
TypedDay = Annotated[Day, BeforeValidator(_typed_day)]
YesOrNo = Annotated[bool, BeforeValidator(lambda text: text == "yes")]
SearchText = Annotated[str, BeforeValidator(lambda text: text[:_MOST_SEARCHED])]
"""A text to search for; what is longer than any name is cut off."""
ChosenTemplate = Annotated[Template, BeforeValidator(lambda text: text or "default")]


def id_of(text: str) -> str | None:
    """The id in an address; None if it is not one."""
    try:
        return str(UUID(text))
    except ValueError:
        return None
