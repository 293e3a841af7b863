"""Numbers that stay exact: JSON numbers on the wire, Decimal here, digits in a string to PostgreSQL."""

from collections.abc import Callable
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

_MOST_DIGITS = 40


def _number(value: object) -> Decimal:
    """A JSON number: Decimal or int after `ExactRequest`; a string of digits never is one, nor is a bool."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise PydanticCustomError("number_type", "Input should be a number")
    return _bounded(Decimal(value))


def _parameter(value: object) -> Decimal:
    """A number in a query string."""
    if not isinstance(value, str) or not value.isascii():
        raise PydanticCustomError("number_type", "Input should be a number")
    try:
        return _bounded(Decimal(value.replace("_", "?")))
    except ArithmeticError:
        raise PydanticCustomError("number_type", "Input should be a number") from None


def _bounded(number: Decimal) -> Decimal:
    if not number.is_finite():
        raise PydanticCustomError("finite_number", "Input should be a finite number")
    # Before anything writes it out: 1e999999999 has a billion digits.
    if abs(number.adjusted()) > _MOST_DIGITS:
        raise PydanticCustomError("number_too_large", "Input should have at most 40 digits")
    return number


def _decimals(most: int) -> Callable[[Decimal], Decimal]:
    def check(number: Decimal) -> Decimal:
        exponent = number.normalize().as_tuple().exponent
        if isinstance(exponent, int) and -exponent > most:
            raise PydanticCustomError("decimal_places", "There are more than {most} decimals", {"most": most})
        return number

    return check


def _written(number: Decimal) -> str:
    # Equal numbers alike: 1.50 and 1.5 are the same request to an Idempotency-Key.
    digits = format(number, "f")
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


Money = Annotated[
    Decimal,
    BeforeValidator(lambda value: _decimals(2)(_number(value))),
    PlainSerializer(_written, return_type=str),
    WithJsonSchema({"type": "number", "description": "Rupees, at most 2 decimals."}),
]
Quantity = Annotated[
    Decimal,
    BeforeValidator(lambda value: _decimals(3)(_number(value))),
    PlainSerializer(_written, return_type=str),
    WithJsonSchema({"type": "number", "description": "At most 3 decimals.", "exclusiveMinimum": 0}),
]
TaxRate = Annotated[
    Decimal,
    BeforeValidator(lambda value: _decimals(3)(_number(value))),
    PlainSerializer(_written, return_type=str),
    WithJsonSchema({"type": "number", "description": "Percent.", "minimum": 0, "maximum": 100}),
]
MoneyParameter = Annotated[Decimal, BeforeValidator(lambda value: _decimals(2)(_parameter(value)))]
TaxRateParameter = Annotated[
    Decimal, BeforeValidator(lambda value: _decimals(3)(_parameter(value))), Field(ge=0, le=100)
]
