"""The field that a problem names: one of the contract, under the name that the request has it."""

import json

import httpx
import pytest

from functions.system.openapi import made
from shared.problems.base import Problem
from shared.problems.constraints import CONSTRAINTS
from shared.problems.database import problem_of
from shared.problems.fields import field_of


def documented_fields() -> set[str]:
    """Every field and parameter of a request that the OpenAPI document describes."""
    document = json.loads(made())
    schemas = document["components"]["schemas"]
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    parameters = {known["name"] for operation in operations for known in operation.get("parameters", [])}
    bodies = {name for schema in schemas.values() for name in schema.get("properties", {})}
    lines = {
        f"items.{name}" for line in ("NewInvoiceItem", "NewBillItem") for name in schemas[line]["properties"]
    }
    return parameters | bodies | lines


DOCUMENTED = documented_fields()


class TestNames:
    @pytest.mark.parametrize("name", sorted(CONSTRAINTS))
    def test_of_a_constraint_are_documented(self, name: str) -> None:
        rule = CONSTRAINTS[name]
        names = [rule.field] if isinstance(rule.field, str) else rule.field
        assert names
        for field in names:
            assert field.replace(".*.", ".") in DOCUMENTED
        body = {
            "code": "23514",
            "message": f'violates check constraint "{name}"',
            "hint": None,
            "details": None,
        }
        [error] = problem_of(httpx.Response(400, json=body)).errors
        assert error["field"] == names[0].partition(".*.")[0]

    @pytest.mark.parametrize("problem", Problem.catalogue.values(), ids=lambda problem: problem.code)
    def test_of_a_problem_are_documented_and_shown(self, problem: type[Problem]) -> None:
        assert set(problem.fields) <= DOCUMENTED
        assert [error["field"] for error in problem().errors] == list(problem.fields[:1])


class TestFieldOf:
    def test_the_name_that_was_sent(self) -> None:
        names = ("gstin", "customer_gstin")
        assert field_of(names, {"profile": {"gstin": "x"}}) == "gstin"
        assert field_of(names, {"invoice": {"customer_gstin": "x"}}) == "customer_gstin"
        assert field_of(names, {}) == "gstin"

    def test_a_name_among_several_is_not_guessed(self) -> None:
        sent = {"invoice": {"tax_rate": 101, "items": [{"tax_rate": 18}]}}
        assert field_of(("tax_rate", "items.*.tax_rate"), sent) == ""

    @pytest.mark.parametrize(("count", "field"), [(1, "items.0.quantity"), (2, "items"), (0, "items")])
    def test_a_line_is_named_where_there_is_one(self, count: int, field: str) -> None:
        sent = {"invoice": {"items": [{"quantity": 0}] * count}}
        assert field_of("items.*.quantity", sent) == field
