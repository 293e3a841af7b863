"""What is no amount gets a clear 4xx with a stable code, and leaves nothing behind."""

import pytest

from tests.functions.bad_input import (
    ACCOUNT,
    NOT_AN_AMOUNT,
    SALE,
    nothing_was_written,
    post,
    replaced,
)
from tests.person import Person, checked, problem


class TestAmounts:
    @pytest.mark.parametrize(("literal", "code"), NOT_AN_AMOUNT.values(), ids=NOT_AN_AMOUNT.keys())
    def test_what_is_no_amount_is_refused(self, alice: Person, literal: str, code: str) -> None:
        problem(post(alice, "/api/transactions", replaced(SALE, "amount", literal)), 422, code)
        nothing_was_written(alice)

    @pytest.mark.parametrize("literal", ["0", "0.00", "-1", "-0.01"])
    def test_zero_and_less_are_refused(self, alice: Person, literal: str) -> None:
        problem(post(alice, "/api/transactions", replaced(SALE, "amount", literal)), 422, "invalid_value")
        nothing_was_written(alice)

    @pytest.mark.parametrize("literal", ["NaN", "Infinity", "-Infinity"])
    def test_what_is_no_json_is_refused(self, alice: Person, literal: str) -> None:
        content = replaced(SALE, "amount", literal)
        problem(post(alice, "/api/transactions", content), 400, "malformed_json")
        nothing_was_written(alice)

    def test_half_an_object_and_nothing_are_refused(self, alice: Person) -> None:
        problem(post(alice, "/api/transactions", b"{"), 400, "malformed_json")
        [error] = problem(post(alice, "/api/transactions", b""), 422, "validation_failed")["errors"]
        assert (error["field"], error["code"]) == ("body", "missing")
        nothing_was_written(alice)

    def test_the_largest_amount_is_kept_exactly(self, alice: Person) -> None:
        answer = post(alice, "/api/transactions", replaced(SALE, "amount", "9999999999999.99"))
        assert '"amount":9999999999999.99' in answer.text.replace(" ", "")
        assert checked(answer, 201)["invoice_id"]

    def test_a_balance_beyond_the_largest_is_refused(self, alice: Person) -> None:
        alice.sale(9999999999999.99)
        problem(alice.api.post("/api/transactions", json=SALE), 422, "amount_out_of_range")
        assert len(alice.read("/api/transactions")) == 1
        assert alice.faults() == []

    @pytest.mark.parametrize(
        ("balance", "status", "code"),
        [
            ("NaN", 400, "malformed_json"),
            ("1e20", 422, "amount_out_of_range"),
            ('"1"', 422, "validation_failed"),
            ("1.001", 422, "validation_failed"),
        ],
    )
    def test_an_account_opens_with_money_only(
        self, alice: Person, balance: str, status: int, code: str
    ) -> None:
        problem(post(alice, "/api/accounts", replaced(ACCOUNT, "balance", balance)), status, code)
        nothing_was_written(alice)
