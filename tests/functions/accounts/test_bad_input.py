"""A bad account gets a clear 4xx with a stable code, and leaves nothing behind."""

import pytest

from tests.functions.bad_input import nothing_was_written
from tests.person import Json, Person, problem


class TestAccounts:
    @pytest.mark.parametrize(
        "body", [{}, {"name": ""}, {"name": "x" * 201}, {"name": 1}, {"name": "A", "owner": "B"}], ids=str
    )
    def test_a_bad_account_is_refused(self, alice: Person, body: Json) -> None:
        problem(alice.api.post("/api/accounts", json=body), 422, "validation_failed")
        nothing_was_written(alice)

    def test_another_users_account_is_not_found(self, alice: Person, bob: Person) -> None:
        path = f"/api/accounts/{bob.account(balance=5)['id']}"
        own = alice.account()["id"]
        alice.account("Second")
        for answer in (
            alice.api.get(path),
            alice.api.get(path + "/transactions"),
            alice.api.put(path, json={"balance": 0}),
            alice.api.delete(path),
        ):
            problem(answer, 404, "account_not_found")
        answer = alice.api.delete(
            f"/api/accounts/{own}", params={"transfer_to_account_id": path.rpartition("/")[2]}
        )
        problem(answer, 404, "transfer_account_not_found")
        assert bob.balance() == 5

    def test_the_only_one_stays(self, alice: Person) -> None:
        problem(alice.api.delete(f"/api/accounts/{alice.account()['id']}"), 409, "last_account")

    def test_one_with_transactions_stays_until_another_takes_them(self, alice: Person) -> None:
        account = alice.sale(100)["account_id"]
        alice.account("Other")
        detail = problem(alice.api.delete(f"/api/accounts/{account}"), 409, "account_has_transactions")[
            "detail"
        ]
        assert "transfer_to_account_id" in detail
        answer = alice.api.delete(f"/api/accounts/{account}", params={"transfer_to_account_id": account})
        problem(answer, 422, "transfer_to_same_account")
        assert alice.balance() == 100

    @pytest.mark.parametrize("period", ["day", "", "MONTH"])
    def test_the_summary_has_four_periods(self, alice: Person, period: str) -> None:
        answer = alice.api.get("/api/accounts/summary", params={"period": period})
        assert "month" in problem(answer, 422, "validation_failed")["errors"][0]["message"]
