"""Bad input gets a clear 4xx with a stable code, and leaves nothing behind."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import jwt
import pytest

from tests.person import PASSWORD, Json, Person, checked, problem
from tests.target import Target

NOBODY = "00000000-0000-4000-8000-000000000000"

SALE: Json = {"transaction_type": "sale", "amount": 100}
ITEM: Json = {"description": "Product A", "quantity": 1, "unit_price": 100}
INVOICE: Json = {"customer_name": "John Doe", "items": [ITEM]}
ACCOUNT: Json = {"name": "Savings"}
SUBMISSION: Json = {
    "period_start": "2023-01-01",
    "period_end": "2023-03-31",
    "tax_type": "gst",
    "total_tax_liability": 0,
}

NOT_AN_AMOUNT = {
    "a string": '"100"',
    "three decimals": "1.234",
    "1e20": "1e20",
    "a bool": "true",
    "null": "null",
    "a list": "[1]",
    "an object": "{}",
    "a million digits": "1e1000000",
}
NOT_JSON = {
    "NaN": "NaN",
    "Infinity": "Infinity",
    "-Infinity": "-Infinity",
    "nothing": "",
    "half an object": "{",
}
BAD_DATES = {
    "no date": "yesterday",
    "an impossible day": "2023-02-30",
    "naive": "2023-01-01T00:00:00",
    "far past": "0001-01-01T00:00:00Z",
    "far future": "9999-12-31T23:59:59Z",
    "a number": 20230101,
    "an unknown zone": "2023-01-01T00:00:00 Mars/Base",
}


def replaced(body: Json, field: str, literal: str) -> bytes:
    """The body as JSON with one field's value written literally, which json.dumps might not write."""
    marked = {**body, field: "MARK"}
    return json.dumps(marked).replace('"MARK"', literal).encode()


def post(person: Person, path: str, content: bytes) -> httpx.Response:
    return person.api.post(path, content=content, headers={"Content-Type": "application/json"})


def nothing_was_written(person: Person) -> None:
    """Neither a row nor a paisa, nor an account opened on the way."""
    for path in ("/api/transactions", "/api/invoices", "/api/accounts"):
        assert person.read(path) == []
    assert person.faults() == []


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


class TestTransactions:
    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("transaction_type", "gift"),
            ("transaction_type", None),
            ("description", "x" * 10_001),
            ("description", "a\0b"),
            ("category", "x" * 101),
            ("account_id", "not-a-uuid"),
            ("tax_rate", 101),
            ("tax_rate", -1),
            ("paid_by", "cash"),
            ("transfer_account_id", NOBODY),
            *(("date", date) for date in BAD_DATES.values()),
        ],
        ids=lambda value: str(value)[:30],
    )
    def test_a_bad_field_is_refused(self, alice: Person, field: str, value: Any) -> None:
        answer = alice.api.post("/api/transactions", json={**SALE, field: value})
        assert answer.status_code == 422, answer.text
        assert answer.json()["code"] in {"validation_failed", "invalid_value"}
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
        assert alice.api.get(f"/api/transactions/{path}").status_code in {404, 422}

    @pytest.mark.parametrize("value", BAD_DATES.values(), ids=BAD_DATES.keys())
    def test_a_bad_date_in_a_filter_is_refused(self, alice: Person, value: Any) -> None:
        answer = alice.api.get("/api/transactions", params={"start_date": value})
        if value == BAD_DATES["far future"]:
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


class TestInvoices:
    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("items", []),
            ("items", [{**ITEM, "quantity": 0}]),
            ("items", [{**ITEM, "quantity": -1}]),
            ("items", [{**ITEM, "quantity": 1.2345}]),
            ("items", [{**ITEM, "unit_price": -1}]),
            ("items", [{**ITEM, "unit_price": "50"}]),
            ("items", [{**ITEM, "description": ""}]),
            ("items", [{**ITEM, "hsn_code": "12"}]),
            ("items", [{**ITEM, "colour": "red"}]),
            ("items", [{}]),
            ("items", "none"),
            ("customer_name", ""),
            ("customer_name", "x" * 201),
            ("status", "open"),
            ("template", "fancy"),
            ("tax_rate", 101),
            ("tax_rate", -0.001),
            ("tax_rate", 18.0001),
            ("invoice_number", "INV 1"),
            ("due_date", "2020-01-01T00:00:00Z"),
            ("customer_gstin", "29AAACZ0001A1Z5"),
            ("place_of_supply", "45"),
            ("total_amount", 1),
            *(("issue_date", date) for date in BAD_DATES.values()),
        ],
        ids=lambda value: str(value)[:40],
    )
    def test_a_bad_field_is_refused(self, alice: Person, field: str, value: Any) -> None:
        answer = alice.api.post("/api/invoices", json={**INVOICE, field: value})
        assert answer.status_code == 422, answer.text
        codes = {"validation_failed", "invalid_value", "due_before_issue", "invalid_gstin", "unknown_state"}
        assert answer.json()["code"] in codes
        nothing_was_written(alice)

    def test_a_gstin_is_told_what_is_wrong_with_it(self, alice: Person) -> None:
        answer = alice.api.post("/api/invoices", json={**INVOICE, "customer_gstin": "29AAACZ0001A1Z5"})
        assert "the check character should be 4" in problem(answer, 422, "invalid_gstin")["detail"]

    def test_a_number_is_used_once(self, alice: Person, bob: Person) -> None:
        alice.invoice(invoice_number="A/1")
        answer = alice.api.post("/api/invoices", json={**INVOICE, "invoice_number": "A/1"})
        problem(answer, 409, "invoice_number_taken")
        assert bob.invoice(invoice_number="A/1")["invoice_number"] == "A/1"

    def test_another_users_invoice_is_not_found(self, alice: Person, bob: Person) -> None:
        path = f"/api/invoices/{bob.invoice()['id']}"
        for answer in (
            alice.api.get(path),
            alice.api.put(path, json={"notes": "mine"}),
            alice.api.delete(path),
            alice.api.post(path + "/mark-as-paid"),
            alice.api.post(path + "/recalculate-taxes"),
            alice.api.get(path.replace("/invoices/", "/tax/calculate-for-invoice/")),
        ):
            problem(answer, 404, "invoice_not_found")
        assert [invoice["status"] for invoice in bob.read("/api/invoices")] == ["draft"]

    def test_a_paid_one_keeps_its_total(self, alice: Person) -> None:
        path = f"/api/invoices/{alice.pay(alice.invoice())['id']}"
        problem(alice.api.put(path, json={"tax_rate": 5}), 409, "invoice_total_fixed")
        problem(alice.api.put(path, json={"items": [ITEM, ITEM]}), 409, "invoice_total_fixed")
        problem(
            alice.api.post(path + "/recalculate-taxes", params={"tax_rate": 5}), 409, "invoice_total_fixed"
        )
        assert (alice.read(path)["total_amount"], alice.faults()) == (118.00, [])

    def test_a_cancelled_one_is_not_paid(self, alice: Person) -> None:
        path = f"/api/invoices/{alice.invoice(status='cancelled')['id']}"
        problem(alice.api.post(path + "/mark-as-paid"), 409, "invoice_cancelled")
        problem(alice.api.put(path, json={"status": "paid"}), 409, "invoice_cancelled")

    def test_one_without_an_amount_is_not_paid(self, alice: Person) -> None:
        invoice = alice.invoice([("Free sample", 1, 0)])
        problem(alice.api.post(f"/api/invoices/{invoice['id']}/mark-as-paid"), 409, "nothing_to_pay")

    def test_one_is_paid_once(self, alice: Person) -> None:
        path = f"/api/invoices/{alice.pay(alice.invoice())['id']}/mark-as-paid"
        problem(alice.api.post(path), 409, "invoice_already_paid")
        assert alice.balance() == 118.00

    @pytest.mark.parametrize("rate", ["101", "-1", "abc", "NaN", "1e9"])
    def test_taxes_are_recalculated_at_a_rate(self, alice: Person, rate: str) -> None:
        path = f"/api/invoices/{alice.invoice()['id']}/recalculate-taxes"
        problem(alice.api.post(path, params={"tax_rate": rate}), 422, "validation_failed")


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


class TestTax:
    @pytest.mark.parametrize(
        "parameters",
        [
            {},
            {"amount": "abc"},
            {"amount": "-1"},
            {"amount": "1.001"},
            {"amount": "NaN"},
            {"amount": 1, "tax_rate": 101},
        ],
        ids=str,
    )
    def test_gst_needs_an_amount_and_a_rate(self, alice: Person, parameters: Json) -> None:
        answer = alice.api.get("/api/tax/gst", params=parameters)
        [error] = problem(answer, 422, "validation_failed")["errors"]
        assert "Decimal" not in error["message"]

    @pytest.mark.parametrize(
        ("start", "end", "code"),
        [
            ("2023-03-31", "2023-01-01", "period_out_of_order"),
            ("2199-01-01", "2199-03-31", "period_in_future"),
            ("9999-01-01", "9999-12-31", "period_in_future"),
            ("0000-01-01", "2023-01-01", "validation_failed"),
            ("2023-01-01T00:00:00Z", "2023-03-31", "validation_failed"),
        ],
    )
    def test_a_filing_needs_a_period(self, alice: Person, start: str, end: str, code: str) -> None:
        problem(alice.api.get("/api/tax/filing", params={"start_date": start, "end_date": end}), 422, code)
        body = {**SUBMISSION, "period_start": start, "period_end": end}
        problem(alice.api.post("/api/tax/submit", json=body), 422, code)

    @pytest.mark.parametrize("parameters", [{"tax_type": "vat"}, {"period": "weekly"}], ids=str)
    def test_unknown_words_are_refused(self, alice: Person, parameters: Json) -> None:
        problem(alice.api.get("/api/tax/filing/auto-generate", params=parameters), 422, "validation_failed")

    @pytest.mark.parametrize("year", ["0", "9999", "abc", "", "2023.5"])
    def test_a_report_needs_a_year(self, alice: Person, year: str) -> None:
        problem(alice.api.get("/api/tax/report", params={"year": year}), 422, "validation_failed")

    def test_a_period_that_has_not_ended_is_not_submitted(self, alice: Person) -> None:
        body = {**SUBMISSION, "period_end": "2199-03-31"}
        problem(alice.api.post("/api/tax/submit", json=body), 422, "period_not_ended")

    def test_the_liability_is_what_the_books_say(self, alice: Person) -> None:
        alice.sale(1180, date="2023-01-15T00:00:00Z")
        answer = alice.api.post("/api/tax/submit", json={**SUBMISSION, "total_tax_liability": 600})
        detail = problem(answer, 409, "liability_differs")["detail"]
        assert "180.00" in detail
        assert "600" in detail
        assert alice.balance() == 1180

    def test_a_period_is_submitted_once(self, alice: Person) -> None:
        checked(alice.api.post("/api/tax/submit", json=SUBMISSION), 200)
        problem(alice.api.post("/api/tax/submit", json=SUBMISSION), 409, "filing_already_submitted")
        month = {**SUBMISSION, "period_start": "2023-03-01"}
        problem(alice.api.post("/api/tax/submit", json=month), 409, "filing_overlaps")

    def test_another_users_filing_is_not_found(self, alice: Person, bob: Person) -> None:
        draft = bob.read("/api/tax/filing/auto-generate")["summary"]
        body = {**SUBMISSION, "filing_id": draft["filing_id"]}
        problem(alice.api.post("/api/tax/submit", json=body), 404, "filing_not_found")

    def test_a_filing_is_submitted_for_its_own_period(self, alice: Person) -> None:
        draft = alice.read("/api/tax/filing/auto-generate")["summary"]
        body = {**SUBMISSION, "filing_id": draft["filing_id"]}
        problem(alice.api.post("/api/tax/submit", json=body), 422, "filing_period_differs")


class TestTokens:
    """Of every group one endpoint: the token is checked before anything else."""

    PATHS = ("/api/auth/me", "/api/accounts", "/api/transactions", "/api/invoices", "/api/tax/gst?amount=1")

    def forged(self, target: Target, alice: Person, key: str, algorithm: str, **claims: Any) -> str:
        original = jwt.decode(alice.token, options={"verify_signature": False})
        return jwt.encode({**original, **claims}, key, algorithm)

    @pytest.mark.parametrize("path", PATHS)
    def test_none(self, anonymous: httpx.Client, path: str) -> None:
        answer = anonymous.get(path)
        problem(answer, 401, "not_authenticated")
        assert answer.headers["www-authenticate"] == "Bearer"

    @pytest.mark.parametrize("path", PATHS)
    @pytest.mark.parametrize(
        ("make", "code"),
        [
            (lambda self, target, alice: "garbage", "invalid_token"),
            (lambda self, target, alice: alice.token[:-4] + "AAAA", "invalid_token"),
            (lambda self, target, alice: self.forged(target, alice, "x" * 40, "HS256"), "invalid_token"),
            (lambda self, target, alice: self.forged(target, alice, "", "none"), "invalid_token"),
            (lambda self, target, alice: target.anon_key, "invalid_token"),
            (lambda self, target, alice: target.secret_key, "invalid_token"),
        ],
        ids=[
            "garbled",
            "another signature",
            "foreign-signed",
            "alg: none",
            "the publishable key",
            "the secret key",
        ],
    )
    def test_one_that_is_none(
        self,
        target: Target,
        anonymous: httpx.Client,
        alice: Person,
        path: str,
        make: Callable[..., str],
        code: str,
    ) -> None:
        answer = anonymous.get(path, headers={"Authorization": f"Bearer {make(self, target, alice)}"})
        problem(answer, 401, code)

    @pytest.mark.parametrize(
        ("claims", "code"),
        [
            ({"exp": 1_600_000_000}, "token_expired"),
            ({"aud": "someone else"}, "invalid_token"),
            ({"iss": "https://evil.example"}, "invalid_token"),
            ({"role": "service_role"}, "invalid_token"),
            ({"sub": "not-a-uuid"}, "invalid_token"),
            ({"session_id": None}, "invalid_token"),
            ({"is_anonymous": True}, "invalid_token"),
        ],
        ids=str,
    )
    def test_one_with_wrong_claims(
        self, target: Target, anonymous: httpx.Client, alice: Person, claims: Json, code: str
    ) -> None:
        token = self.forged(target, alice, target.jwt_secret, "HS256", **claims)
        problem(anonymous.get("/api/accounts", headers={"Authorization": f"Bearer {token}"}), 401, code)

    @pytest.mark.parametrize("path", PATHS)
    def test_one_that_was_logged_out_is_dead_at_once(self, target: Target, alice: Person, path: str) -> None:
        checked(alice.api.get(path), 200)
        checked(alice.api.post("/api/auth/logout"), 200)
        problem(alice.api.get(path), 401, "token_revoked")

    def test_a_logged_out_one_is_dead_in_the_data_api_too(self, target: Target, alice: Person) -> None:
        alice.sale(100)
        checked(alice.api.post("/api/auth/logout"), 200)
        for client, path in ((alice.data, "/accounts"), (alice.data, "/rpc/total_balance")):
            assert client.get(path).json()["hint"] == "token_revoked"
        with target.data_client(alice.token, schema="public") as tables:
            assert tables.get("/transactions").json()["hint"] == "token_revoked"
            assert tables.post("/accounts", json={"name": "Late"}).json()["hint"] == "token_revoked"

    def test_logging_out_ends_one_session_only(self, target: Target) -> None:
        with Person.registered(target) as first, Person.logged_in(target, first.id, first.email) as second:
            checked(first.api.post("/api/auth/logout"), 200)
            assert second.read("/api/accounts") == []


class TestBodies:
    def test_one_of_a_megabyte_is_refused(self, alice: Person) -> None:
        answer = alice.api.post("/api/transactions", json={**SALE, "description": "x" * 1_100_000})
        problem(answer, 413, "body_too_large")
        nothing_was_written(alice)

    @pytest.mark.parametrize(
        "content", [b"[]", b'"text"', b"null", b"1", b"\xff\xfe", b'{"amount": 1}{'], ids=repr
    )
    def test_one_that_is_no_object_is_refused(self, alice: Person, content: bytes) -> None:
        assert post(alice, "/api/transactions", content).status_code in {400, 422}

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
        assert answer.status_code in {400, 422}
        nothing_was_written(alice)

    def test_a_form_is_no_json(self, alice: Person) -> None:
        problem(alice.api.post("/api/transactions", data={"amount": "1"}), 415, "unsupported_media_type")


class TestRegistration:
    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"email": "a@example.com"},
            {"email": "no-address", "password": PASSWORD},
            {"email": "a@example.com", "password": "short"},
            {"email": "a@example.com", "password": PASSWORD, "is_admin": True},
        ],
        ids=str,
    )
    def test_a_bad_one_is_refused(self, anonymous: httpx.Client, body: Json) -> None:
        answer = anonymous.post("/api/auth/register", json=body)
        assert answer.status_code == 422
        assert answer.json()["code"] in {"validation_failed", "weak_password", "invalid_email"}

    def test_a_wrong_password_logs_nobody_in(self, target: Target, anonymous: httpx.Client) -> None:
        with Person.registered(target) as person:
            for username in (person.email, "nobody@example.com"):
                answer = anonymous.post("/api/auth/login", data={"username": username, "password": "wrong"})
                problem(answer, 401, "invalid_credentials")
