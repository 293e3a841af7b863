"""Other problems name the field they are about, and our API shows it."""

import pytest

from shared.problems.constraints import CONSTRAINTS
from tests.person import Person
from tests.shared.problems.refusals import refused
from tests.shared.problems.rules import LINE, NOBODY, WRONG_GSTIN, Json

INVOICE_BODY = {"customer_name": "Asha", "items": [LINE]}

FILING_BODY = {
    "tax_type": "gst",
    "period_start": "2023-01-01",
    "period_end": "2023-03-31",
    "total_tax_liability": 0,
}


class TestOverflow:
    @pytest.mark.parametrize(
        ("function", "sent", "field"),
        [
            ("create_account", {"account": {"name": "Till", "balance": 10**13}}, "balance"),
            ("create_transaction", {"transaction": {"transaction_type": "sale", "amount": 10**13}}, "amount"),
            ("create_item", {"item": {"name": "Shirt", "unit_price": 10**13}}, "unit_price"),
            (
                "create_invoice",
                {"invoice": {"customer_name": "A", "items": [{**LINE, "quantity": 10**9}]}},
                "items.0.quantity",
            ),
        ],
    )
    def test_names_the_field_where_it_is_known(
        self, alice: Person, function: str, sent: Json, field: str
    ) -> None:
        _, problem = refused(alice, function, **sent)
        assert problem.code == "amount_out_of_range"
        assert [error["field"] for error in problem.errors] == [field]

    def test_of_a_sum_names_none(self, alice: Person) -> None:
        item = {**LINE, "quantity": 999_999_999, "unit_price": 9_999_999_999}
        _, problem = refused(alice, "create_invoice", invoice={"customer_name": "A", "items": [item]})
        assert (problem.code, list(problem.errors)) == ("amount_out_of_range", [])


class TestOurApi:
    """The same over our API: `errors` of the answer."""

    def test_of_a_constraint(self, alice: Person) -> None:
        answer = alice.api.post("/api/transactions", json={"transaction_type": "expense", "amount": 0})
        sentence = CONSTRAINTS["transactions_amount_positive"].sentence
        assert answer.json()["errors"] == [{"field": "amount", "code": "invalid_value", "message": sentence}]

    def test_of_registration(self, alice: Person) -> None:
        user = {"email": alice.email, "password": "correct horse"}
        [error] = alice.api.post("/api/auth/register", json=user).json()["errors"]
        assert (error["field"], error["code"]) == ("email", "email_already_registered")

    def test_of_a_missing_value(self, alice: Person) -> None:
        transaction = {"transaction_type": "expense"}
        _, problem = refused(alice, "create_transaction", transaction=transaction)
        assert [error["field"] for error in problem.errors] == ["amount"]
        invoice = {"customer_name": "A", "items": [{"description": "Design", "quantity": 1}]}
        _, problem = refused(alice, "create_invoice", invoice=invoice)
        assert [error["field"] for error in problem.errors] == ["items.0.unit_price"]

    @pytest.mark.parametrize(
        ("method", "path", "body", "code", "field"),
        [
            ("PATCH", "/api/auth/me", {"gstin": WRONG_GSTIN}, "invalid_gstin", "gstin"),
            ("PATCH", "/api/auth/me", {"time_zone": "Mars/Base"}, "invalid_time_zone", "time_zone"),
            (
                "PATCH",
                "/api/auth/me",
                {"gstin": "27AAPFU0939F1ZV", "state_code": "29"},
                "state_differs",
                "state_code",
            ),
            (
                "POST",
                "/api/invoices",
                {**INVOICE_BODY, "customer_gstin": WRONG_GSTIN},
                "invalid_gstin",
                "customer_gstin",
            ),
            ("POST", "/api/invoices", {**INVOICE_BODY, "status": "overdue"}, "not_overdue", "status"),
            (
                "POST",
                "/api/tax/submit",
                {**FILING_BODY, "filing_id": NOBODY},
                "filing_not_found",
                "filing_id",
            ),
            (
                "POST",
                "/api/tax/submit",
                {**FILING_BODY, "total_tax_liability": 1},
                "liability_differs",
                "total_tax_liability",
            ),
        ],
    )
    def test_of_a_problem_that_sql_raises(
        self, alice: Person, method: str, path: str, body: Json, code: str, field: str
    ) -> None:
        answer = alice.api.request(method, path, json=body).json()
        assert answer["code"] == code
        assert answer["errors"] == [{"field": field, "code": code, "message": answer["detail"]}]

    def test_of_an_account_to_close(self, alice: Person) -> None:
        account = alice.account()["id"]
        alice.account("Second")
        for receiver, code in ((account, "transfer_to_same_account"), (NOBODY, "transfer_account_not_found")):
            answer = alice.api.delete(f"/api/accounts/{account}", params={"transfer_to_account_id": receiver})
            [error] = answer.json()["errors"]
            assert (error["field"], error["code"]) == ("transfer_to_account_id", code)
