"""A bad contact gets a clear 4xx that names the field, and leaves nothing behind."""

from typing import Any

import pytest

from tests.functions.bad_input import NOBODY
from tests.functions.contacts.conftest import Kind
from tests.person import Person, checked, problem

BAD_FIELDS = [
    ("name", "", "validation_failed"),
    ("name", " ", "invalid_value"),
    ("name", "x" * 201, "validation_failed"),
    ("name", 1, "validation_failed"),
    ("name", None, "validation_failed"),
    ("name", "\0", "validation_failed"),
    ("email", "sharma", "invalid_value"),
    ("email", "a b@sharma.example", "invalid_value"),
    ("email", "", "validation_failed"),
    ("email", "a" * 310 + "@example.com", "validation_failed"),
    ("phone", "call me", "invalid_value"),
    ("phone", "++", "invalid_value"),
    ("phone", "1" * 41, "validation_failed"),
    ("address", "x" * 1001, "validation_failed"),
    ("gstin", "29AAACZ0001A1Z5", "invalid_gstin"),
    ("gstin", "29AAACZ0001A1Z", "invalid_gstin"),
    ("state_code", "45", "unknown_state"),
    ("state_code", "MH", "unknown_state"),
    ("state_code", "Maharashtra", "validation_failed"),
    ("state_code", "96", "unknown_state"),
    ("pincode", "5600", "invalid_value"),
    ("pincode", "060001", "invalid_value"),
    ("pincode", "five60", "invalid_value"),
    ("country_code", "ZZ", "invalid_value"),
    ("country_code", "I", "invalid_value"),
    ("country_code", "IND", "validation_failed"),
    ("notes", "x" * 10_001, "validation_failed"),
    ("id", NOBODY, "validation_failed"),
    ("user_id", NOBODY, "validation_failed"),
    ("balance", 1, "validation_failed"),
]


class TestBadContacts:
    @pytest.mark.parametrize(("field", "value", "code"), BAD_FIELDS, ids=lambda value: str(value)[:20])
    def test_a_bad_field_is_named(self, alice: Person, kind: Kind, field: str, value: Any, code: str) -> None:
        refused = problem(alice.api.post(kind.path, json={"name": "A", field: value}), 422, code)
        assert [error["field"] for error in refused["errors"]] == [field]
        assert alice.read(kind.path) == []

    @pytest.mark.parametrize(("field", "value", "code"), BAD_FIELDS, ids=lambda value: str(value)[:20])
    def test_a_bad_change_is_named_and_changes_nothing(
        self, alice: Person, kind: Kind, field: str, value: Any, code: str
    ) -> None:
        contact = kind.new(alice)
        path = f"{kind.path}/{contact['id']}"
        refused = problem(alice.api.put(path, json={"notes": "New", field: value}), 422, code)
        assert [error["field"] for error in refused["errors"]] == [field]
        assert alice.read(path) == contact

    def test_a_role_is_a_bool(self, alice: Person, kind: Kind) -> None:
        answer = alice.api.post(kind.path, json={"name": "A", f"is_{kind.other}": "yes"})
        problem(answer, 422, "validation_failed")
        answer = alice.api.post(kind.path, json={"name": "A", f"is_{kind.noun}": True})
        problem(answer, 422, "validation_failed")

    def test_a_name_is_needed(self, alice: Person, kind: Kind) -> None:
        [error] = problem(alice.api.post(kind.path, json={}), 422, "validation_failed")["errors"]
        assert error["field"] == "name"

    def test_a_country_is_never_unset(self, alice: Person, kind: Kind) -> None:
        path = f"{kind.path}/{kind.new(alice)['id']}"
        problem(alice.api.put(path, json={"country_code": None}), 422, "validation_failed")

    def test_a_state_of_india_is_not_abroad(self, alice: Person, kind: Kind) -> None:
        body = {"name": "A", "state_code": "29", "country_code": "US"}
        problem(alice.api.post(kind.path, json=body), 422, "unknown_state")
        answer = alice.api.post(
            kind.path, json={"name": "A", "gstin": "29AAACZ0001A1Z4", "country_code": "US"}
        )
        problem(answer, 422, "unknown_state")

    def test_a_pincode_of_elsewhere_is_none_in_india(self, alice: Person, kind: Kind) -> None:
        path = f"{kind.path}/{kind.new(alice, country_code='GB', pincode='EC1A 1BB')['id']}"
        answer = alice.api.put(path, json={"country_code": "IN"})
        assert problem(answer, 422, "invalid_value")["errors"][0]["field"] == "pincode"
        checked(alice.api.put(path, json={"country_code": "IN", "pincode": "560001"}), 200)

    def test_an_id_is_a_uuid(self, alice: Person, kind: Kind) -> None:
        problem(alice.api.get(f"{kind.path}/1"), 422, "validation_failed")
        problem(alice.api.get(f"{kind.path}/{NOBODY}"), 404, kind.missing)
        problem(alice.api.put(f"{kind.path}/{NOBODY}", json={}), 404, kind.missing)
        problem(alice.api.delete(f"{kind.path}/{NOBODY}"), 404, kind.missing)
