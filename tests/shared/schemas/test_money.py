"""Money on the wire: JSON numbers, exact to the paisa, and nothing else."""

import asyncio
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from shared.http.json_body import ExactRequest
from shared.schemas.money import Money, MoneyParameter


class Body(BaseModel):
    amount: Money


class Query(BaseModel):
    amount: MoneyParameter


def received(text: str) -> Any:
    """What an endpoint gets of this body."""

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": text.encode(), "more_body": False}

    return asyncio.run(ExactRequest({"type": "http", "headers": []}, receive).json())


def sent_on(number: str) -> str:
    """The digits that go to the database for a number in a body."""
    body = Body.model_validate(received(f'{{"amount": {number}}}'))
    return str(body.model_dump(mode="json")["amount"])


def codes(error: ValidationError) -> list[str]:
    return [detail["type"] for detail in error.errors()]


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        ("100.50", "100.5"),
        ("100", "100"),
        ("0.1", "0.1"),
        ("-5.25", "-5.25"),
        ("1e2", "100"),
        ("9999999999999.99", "9999999999999.99"),  # a float has it as 9999999999999.990234375
        ("100.500", "100.5"),  # half a rupee, however many zeros follow
        ("100.00", "100"),
    ],
)
def test_every_digit_arrives(written: str, digits: str) -> None:
    assert sent_on(written) == digits


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("1.001", "decimal_places"),
        ("0.30000000000000004", "decimal_places"),
        ("100.00000000000000000001", "decimal_places"),  # a float would be exactly 100
        ("1e-3", "decimal_places"),
        ("1e999999999", "number_too_large"),
        ("1e-999999999", "number_too_large"),
        ('"100.50"', "number_type"),
        ("true", "number_type"),
        ("null", "number_type"),
        ("[1]", "number_type"),
    ],
)
def test_anything_else_is_refused(written: str, code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        sent_on(written)
    assert codes(refused.value) == [code]


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_constants_of_javascript_are_not_json(constant: str) -> None:
    with pytest.raises(ValueError, match="not JSON"):
        received(f'{{"amount": {constant}}}')


@pytest.mark.parametrize("text", ["", "x", "NaN", "Infinity", "1_000", "１００", "1,5", "1.001", "1e99"])  # noqa: RUF001
def test_a_parameter_is_a_number_too(text: str) -> None:
    with pytest.raises(ValidationError):
        Query.model_validate({"amount": text})


@given(st.decimals(-(10**13), 10**13, places=2))
def test_amounts_survive_the_way(amount: Decimal) -> None:
    assert Decimal(sent_on(str(amount))) == amount


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers())
def test_no_number_breaks_it(number: float) -> None:
    try:
        assert Decimal(sent_on(json.dumps(number))) == Decimal(json.dumps(number))
    except ValidationError:
        assert not -(10**13) < Decimal(json.dumps(number)) < 10**13 or round(number, 2) != number
