"""A bad transaction gets a clear 4xx with a stable code, and leaves nothing behind."""

from typing import Any

import pytest

from shared.schemas.pagination import Cursor
from tests.functions.bad_input import (
    BAD_DATES,
    CODES_OF_BAD_DATES,
    FAR_FUTURE,
    NOBODY,
    SALE,
    nothing_was_written,
)
from tests.person import Json, Person, checked, problem


class TestTransactions:
    @pytest.mark.parametrize(
        ("field", "value", "code"),
        [
            ("transaction_type", "gift", "validation_failed"),
            ("transaction_type", None, "validation_failed"),
            ("description", "x" * 10_001, "validation_failed"),
            ("description", "a\0b", "validation_failed"),
            ("category", "x" * 101, "validation_failed"),
            ("account_id", "not-a-uuid", "validation_failed"),
            ("tax_rate", 101, "invalid_value"),
            ("tax_rate", -1, "invalid_value"),
            ("paid_by", "cash", "validation_failed"),
            ("transfer_account_id", NOBODY, "invalid_value"),
            *(("date", date, code) for date, code in CODES_OF_BAD_DATES),
        ],
        ids=lambda value: str(value)[:30],
    )
    def test_a_bad_field_is_refused(self, alice: Person, field: str, value: Any, code: str) -> None:
        problem(alice.api.post("/api/transactions", json={**SALE, field: value}), 422, code)
        nothing_was_written(alice)

    @pytest.mark.parametrize("field", ["transaction_type", "amount"])
    def test_a_missing_field_is_named(self, alice: Person, field: str) -> None:
        body = {name: value for name, value in SALE.items() if name != field}
        errors = problem(alice.api.post("/api/transactions", json=body), 422, "validation_failed")["errors"]
        assert [error["field"] for error in errors] == [field]

    def test_an_unknown_account_is_not_found(self, alice: Person) -> None:
        problem(
            alice.api.post("/api/transactions", json={**SALE, "account_id": NOBODY}), 404, "account_not_found"
        )
        nothing_was_written(alice)

    def test_another_users_account_is_not_found(self, alice: Person, bob: Person) -> None:
        foreign = bob.account()["id"]
        body = {**SALE, "account_id": foreign}
        problem(alice.api.post("/api/transactions", json=body), 404, "account_not_found")
        body = {"transaction_type": "transfer", "amount": 1, "transfer_account_id": foreign}
        problem(alice.api.post("/api/transactions", json=body), 404, "transfer_account_not_found")
        nothing_was_written(alice)
        assert bob.balance() == 0

    def test_another_users_transaction_is_not_found(self, alice: Person, bob: Person) -> None:
        path = f"/api/transactions/{bob.sale(10)['id']}"
        problem(alice.api.get(path), 404, "transaction_not_found")
        problem(alice.api.put(path, json={"amount": 1}), 404, "transaction_not_found")
        problem(alice.api.delete(path), 404, "transaction_not_found")
        assert bob.balance() == 10

    def test_a_transfer_to_the_same_account_is_refused(self, alice: Person) -> None:
        account = alice.account()["id"]
        body = {
            "transaction_type": "transfer",
            "amount": 1,
            "account_id": account,
            "transfer_account_id": account,
        }
        problem(alice.api.post("/api/transactions", json=body), 422, "transfer_to_same_account")

    @pytest.mark.parametrize("path", ["abc", "1", "00000000-0000-0000-0000", "%00"])
    def test_what_is_no_uuid_is_refused(self, alice: Person, path: str) -> None:
        problem(alice.api.get(f"/api/transactions/{path}"), 422, "validation_failed")

    @pytest.mark.parametrize("value", BAD_DATES.values(), ids=BAD_DATES.keys())
    def test_a_bad_date_in_a_filter_is_refused(self, alice: Person, value: Any) -> None:
        answer = alice.api.get("/api/transactions", params={"start_date": value})
        if value == FAR_FUTURE:
            assert checked(answer, 200) == []
        else:
            problem(answer, 422, "validation_failed")

    @pytest.mark.parametrize(
        "parameters",
        [
            {"limit": 0},
            {"limit": 1001},
            {"skip": -1},
            {"sort_by": "balance"},
            {"sort_order": "up"},
            {"fields": "amount,secret"},
            {"cursor": "garbage"},
            {"cursor": Cursor("date", "desc", 1, "9" * 7000, NOBODY).written()},
            {"transaction_type": "gift"},
            {"account_id": "x"},
            {"colour": "red"},
        ],
        ids=str,
    )
    def test_a_bad_parameter_is_refused_and_the_allowed_ones_are_named(
        self, alice: Person, parameters: Json
    ) -> None:
        answer = alice.api.get("/api/transactions", params=parameters)
        [error] = problem(answer, 422, "validation_failed")["errors"]
        assert error["field"] == next(iter(parameters))
        assert error["message"]

    def test_a_parameter_is_sent_once(self, alice: Person) -> None:
        answer = alice.api.get("/api/invoices?status=draft&limit=5&status=paid")
        [error] = problem(answer, 422, "validation_failed")["errors"]
        assert (error["field"], error["code"]) == ("status", "repeated_parameter")

    def test_fields_without_a_name_are_told(self, alice: Person) -> None:
        for path in ("/api/transactions", "/api/v1/invoices"):
            answer = alice.api.get(path, params={"fields": ""})
            [error] = problem(answer, 422, "validation_failed")["errors"]
            assert error["message"].startswith("A field has no name; there are id,")

    def test_a_payment_keeps_its_amount(self, alice: Person) -> None:
        alice.pay(alice.invoice())
        [payment] = alice.read("/api/transactions")
        path = f"/api/transactions/{payment['id']}"
        for change in ({"amount": 1}, {"transaction_type": "expense"}, {"tax_rate": 5}):
            problem(alice.api.put(path, json=change), 409, "payment_fixed")
        assert (alice.balance(), alice.faults()) == (118.00, [])
