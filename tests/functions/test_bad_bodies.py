"""Bodies that no endpoint takes."""

import pytest

from tests.functions.bad_input import SALE, nothing_was_written, post, replaced
from tests.person import Person, problem


class TestBodies:
    def test_one_of_a_megabyte_is_refused(self, alice: Person) -> None:
        answer = alice.api.post("/api/transactions", json={**SALE, "description": "x" * 1_100_000})
        problem(answer, 413, "body_too_large")
        nothing_was_written(alice)

    @pytest.mark.parametrize("content", [b"[]", b'"text"', b"null", b"1"], ids=repr)
    def test_one_that_is_no_object_is_refused(self, alice: Person, content: bytes) -> None:
        problem(post(alice, "/api/transactions", content), 422, "validation_failed")

    @pytest.mark.parametrize("content", [b"\xff\xfe", b'{"amount": 1}{'], ids=repr)
    def test_one_that_is_no_json_is_refused(self, alice: Person, content: bytes) -> None:
        problem(post(alice, "/api/transactions", content), 400, "malformed_json")

    @pytest.mark.parametrize("depth", [5_000, 100_000])
    def test_one_nested_without_end_is_told_so(self, alice: Person, depth: int) -> None:
        content = replaced(SALE, "description", "[" * depth + "]" * depth)
        [error] = problem(post(alice, "/api/transactions", content), 422, "validation_failed")["errors"]
        assert (error["field"], error["code"]) == ("body", "nested_too_deep")

    @pytest.mark.parametrize(
        ("field", "code"), [("amount", "number_too_large"), ("description", "string_type")]
    )
    def test_an_endless_number_is_told_so(self, alice: Person, field: str, code: str) -> None:
        answer = post(alice, "/api/transactions", replaced(SALE, field, "1" * 4_301))
        [error] = problem(answer, 422, "validation_failed")["errors"]
        assert (error["field"], error["code"]) == (field, code)

    def test_a_field_is_sent_once(self, alice: Person) -> None:
        body = b'{"transaction_type": "sale", "amount": 1, "amount": 2}'
        [error] = problem(post(alice, "/api/transactions", body), 422, "validation_failed")["errors"]
        assert (error["field"], error["code"]) == ("amount", "repeated_field")
        nothing_was_written(alice)

    def test_a_lone_surrogate_is_refused(self, alice: Person) -> None:
        answer = post(alice, "/api/transactions", replaced(SALE, "description", r'"\ud800"'))
        [error] = problem(answer, 422, "validation_failed")["errors"]
        assert (error["field"], error["code"]) == ("description", "string_unicode")
        nothing_was_written(alice)

    def test_a_form_is_no_json(self, alice: Person) -> None:
        problem(alice.api.post("/api/transactions", data={"amount": "1"}), 415, "unsupported_media_type")
