"""The input tax of an expense."""

import pytest

from tests.person import Json, Person, checked, problem


class TestInputTax:
    """Of an expense of 1000 at 18 %, which contains 152.54 of tax, or with 50 written in its place."""

    @pytest.mark.parametrize(
        ("recorded", "change", "expected"),
        [
            ({}, {"amount": 900}, 137.28),
            ({}, {"tax_rate": 5}, 47.62),
            ({}, {"amount": 900, "tax_amount": 152.54}, 152.54),
            ({}, {"tax_amount": 0}, 0),
            ({"tax_amount": 50}, {"amount": 900}, 50),
            ({"tax_amount": 50}, {"tax_rate": 5}, 50),
            ({"tax_amount": 50}, {"amount": 900, "tax_amount": 50}, 50),
            ({"tax_amount": 50}, {"amount": 900, "tax_amount": None}, 137.28),
        ],
    )
    def test_follows_an_edit_unless_it_was_written(
        self, alice: Person, recorded: Json, change: Json, expected: float
    ) -> None:
        expense = alice.expense(1000, tax_rate=18, **recorded)
        changed = checked(alice.api.put(f"/api/transactions/{expense['id']}", json=change), 200)
        assert (changed["tax_amount"], alice.faults()) == (expected, [])

    def test_that_was_written_is_part_of_the_amount(self, alice: Person) -> None:
        expense = alice.expense(1000, tax_rate=18, tax_amount=50)
        refused = alice.api.put(f"/api/transactions/{expense['id']}", json={"amount": 40})
        assert "tax_amount" in problem(refused, 422, "invalid_value")["detail"]

    @pytest.mark.parametrize(
        ("change", "expected"),
        [({}, None), ({"tax_rate": 18}, 152.54), ({"tax_rate": 18, "tax_amount": 152.54}, 152.54)],
    )
    def test_of_a_sale_that_becomes_an_expense_is_what_the_request_says(
        self, alice: Person, change: Json, expected: float | None
    ) -> None:
        path = f"/api/transactions/{alice.sale(1000, tax_rate=18)['id']}"
        changed = checked(alice.api.put(path, json={"transaction_type": "expense", **change}), 200)
        assert (changed["tax_rate"], changed["tax_amount"]) == (change.get("tax_rate"), expected)
        assert alice.faults() == []
