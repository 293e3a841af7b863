"""What is no amount gets a clear 4xx with a stable code, and leaves nothing behind."""

import pytest

from tests.functions.bad_input import (
    ACCOUNT,
    NOT_AN_AMOUNT,
    NOT_JSON,
    SALE,
    nothing_was_written,
    post,
    replaced,
)
from tests.person import Person, checked, problem


class TestAmounts:
    @pytest.mark.parametrize("literal", NOT_AN_AMOUNT.values(), ids=NOT_AN_AMOUNT.keys())
    def test_what_is_no_amount_is_refused(self, alice: Person, literal: str) -> None:
        answer = post(alice, "/api/transactions", replaced(SALE, "amount", literal))
        assert answer.status_code == 422
        assert answer.json()["code"] in {"validation_failed", "amount_out_of_range"}
        nothing_was_written(alice)

    @pytest.mark.parametrize("literal", ["0", "0.00", "-1", "-0.01"])
    def test_zero_and_less_are_refused(self, alice: Person, literal: str) -> None:
        problem(post(alice, "/api/transactions", replaced(SALE, "amount", literal)), 422, "invalid_value")
        nothing_was_written(alice)

    @pytest.mark.parametrize("literal", NOT_JSON.values(), ids=NOT_JSON.keys())
    def test_what_is_no_json_is_refused(self, alice: Person, literal: str) -> None:
        content = replaced(SALE, "amount", literal) if literal not in {"", "{"} else literal.encode()
        answer = post(alice, "/api/transactions", content)
        assert answer.status_code in {400, 422}
        assert answer.json()["code"] in {"malformed_json", "validation_failed"}
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

    @pytest.mark.parametrize("balance", ["NaN", "1e20", '"1"', "1.001"])
    def test_an_account_opens_with_money_only(self, alice: Person, balance: str) -> None:
        answer = post(alice, "/api/accounts", replaced(ACCOUNT, "balance", balance))
        assert answer.status_code in {400, 422}
        nothing_was_written(alice)
