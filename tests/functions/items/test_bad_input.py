"""A bad item gets a clear 4xx that names the field, and leaves nothing behind."""

from typing import Any

import pytest

from tests.functions.bad_input import NOBODY, NOT_AN_AMOUNT, post, replaced
from tests.person import Json, Person, problem

ITEM: Json = {"name": "Cotton shirt", "unit_price": 450}
BAD_FIELDS = [
    ("name", "", "validation_failed"),
    ("name", " ", "invalid_value"),
    ("name", "x" * 201, "validation_failed"),
    ("name", None, "validation_failed"),
    ("description", "x" * 10_001, "validation_failed"),
    ("hsn_code", "12", "validation_failed"),
    ("hsn_code", "62051", "invalid_value"),
    ("hsn_code", "6205200", "invalid_value"),
    ("hsn_code", "9983149", "invalid_value"),
    ("hsn_code", "0000", "invalid_value"),
    ("hsn_code", "shirt", "validation_failed"),
    ("uqc", "XYZ", "invalid_value"),
    ("uqc", "N", "invalid_value"),
    ("uqc", "", "invalid_value"),
    ("uqc", "PIECES", "validation_failed"),
    ("unit_price", -0.01, "invalid_value"),
    ("unit_price", 1e13, "amount_out_of_range"),
    ("unit_price", 1.234, "validation_failed"),
    ("tax_rate", 101, "invalid_value"),
    ("tax_rate", -1, "invalid_value"),
    ("tax_rate", 1.2345, "validation_failed"),
    ("treatment", "zero_rated", "validation_failed"),
    ("id", NOBODY, "validation_failed"),
    ("user_id", NOBODY, "validation_failed"),
]


class TestBadItems:
    @pytest.mark.parametrize(("field", "value", "code"), BAD_FIELDS, ids=lambda value: str(value)[:20])
    def test_a_bad_field_is_named(self, alice: Person, field: str, value: Any, code: str) -> None:
        refused = problem(alice.api.post("/api/items", json={**ITEM, field: value}), 422, code)
        assert [error["field"] for error in refused["errors"]] == [field]
        assert alice.read("/api/items") == []

    @pytest.mark.parametrize(("field", "value", "code"), BAD_FIELDS, ids=lambda value: str(value)[:20])
    def test_a_bad_change_is_named_and_changes_nothing(
        self, alice: Person, field: str, value: Any, code: str
    ) -> None:
        item = alice.item()
        path = f"/api/items/{item['id']}"
        refused = problem(alice.api.put(path, json={"description": "New", field: value}), 422, code)
        assert [error["field"] for error in refused["errors"]] == [field]
        assert alice.read(path) == item

    @pytest.mark.parametrize("case", NOT_AN_AMOUNT.values(), ids=NOT_AN_AMOUNT.keys())
    def test_a_price_is_an_amount(self, alice: Person, case: tuple[str, int]) -> None:
        answer = post(alice, "/api/items", replaced(ITEM, "unit_price", case[0]))
        assert answer.status_code == 422
        assert [error["field"] for error in answer.json()["errors"]] == ["unit_price"]

    @pytest.mark.parametrize("field", ["name", "unit_price"])
    def test_a_name_and_a_price_are_needed(self, alice: Person, field: str) -> None:
        body = {name: value for name, value in ITEM.items() if name != field}
        [error] = problem(alice.api.post("/api/items", json=body), 422, "validation_failed")["errors"]
        assert error["field"] == field

    def test_goods_have_a_unit(self, alice: Person) -> None:
        answer = alice.api.post("/api/items", json={**ITEM, "hsn_code": "6205", "uqc": "NA"})
        assert problem(answer, 422, "invalid_value")["errors"][0]["field"] == "uqc"

    @pytest.mark.parametrize("treatment", ["nil_rated", "exempt", "non_gst"])
    def test_what_is_not_taxable_has_no_rate(self, alice: Person, treatment: str) -> None:
        answer = alice.api.post("/api/items", json={**ITEM, "treatment": treatment, "tax_rate": 5})
        assert problem(answer, 422, "invalid_value")["errors"][0]["field"] == "tax_rate"

    def test_an_id_is_a_uuid(self, alice: Person) -> None:
        problem(alice.api.get("/api/items/1"), 422, "validation_failed")
        problem(alice.api.get(f"/api/items/{NOBODY}"), 404, "item_not_found")
        problem(alice.api.put(f"/api/items/{NOBODY}", json={}), 404, "item_not_found")
        problem(alice.api.delete(f"/api/items/{NOBODY}"), 404, "item_not_found")
