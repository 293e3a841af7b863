"""Every rule of the database names the field it is about: provoked through the Data API, past Pydantic."""

from typing import Any

import httpx
import psycopg
import pytest

from shared.problems.base import Problem
from shared.problems.constraints import CONSTRAINTS
from shared.problems.database import problem_of
from tests.person import Person

Json = dict[str, Any]

LINE = {"description": "Design", "quantity": 1, "unit_price": 5}
NOBODY = "3c0e5a54-1d0f-4b5e-8a54-2f1d8c6b7e90"
WRONG_GSTIN = "27AAPFU0939F1ZX"
INVOICE_BODY = {"customer_name": "Asha", "items": [LINE]}
FILING_BODY = {
    "tax_type": "gst",
    "period_start": "2023-01-01",
    "period_end": "2023-03-31",
    "total_tax_liability": 0,
}
LONG = "x" * 10_001

PROFILE = [
    ("profiles_username_shape", "username", "a b"),
    ("profiles_full_name_length", "full_name", ""),
    ("profiles_business_name_length", "business_name", ""),
    ("profiles_address_length", "address", LONG),
    ("profiles_upi_id_shape", "upi_id", "nobody"),
    ("profiles_filing_frequency_known", "filing_frequency", "daily"),
    ("profiles_state_code_fkey", "state_code", "00"),
    ("profiles_state_code_in_india", "state_code", "96"),
    ("tax_rate_between_0_and_100", "default_tax_rate", 101),
]
ACCOUNT = [("accounts_name_length", "name", " "), ("rupees_is_a_number", "balance", "NaN")]
CONTACT = [
    ("contacts_name_length", "name", " "),
    ("contacts_email_shape", "email", "nobody"),
    ("contacts_phone_shape", "phone", "call me"),
    ("contacts_address_length", "address", LONG),
    ("contacts_pincode_shape", "pincode", "5600"),
    ("contacts_country_code_known", "country_code", "ZZ"),
    ("contacts_state_in_its_country", "state_code", "96"),
    ("contacts_state_code_fkey", "state_code", "00"),
    ("contacts_notes_length", "notes", LONG),
]
ITEM = [
    ("items_name_length", "name", " "),
    ("items_description_length", "description", LONG),
    ("items_hsn_code_shape", "hsn_code", "62051"),
    ("items_uqc_known", "uqc", "XYZ"),
    ("items_only_services_have_no_unit", "uqc", "NA"),
    ("items_unit_price_not_negative", "unit_price", -1),
    ("items_treatment_known", "treatment", "zero_rated"),
    ("items_only_taxable_ones_are_taxed", "tax_rate", 5),
    ("tax_rate_between_0_and_100", "tax_rate", 101),
    ("rupees_is_a_number", "unit_price", "NaN"),
]
TRANSACTION = [
    ("transactions_account_belongs_to_user", "account_id", NOBODY),
    ("transactions_amount_positive", "amount", 0),
    ("transactions_type_known", "transaction_type", "gift"),
    ("transactions_only_transfers_transfer", "transfer_account_id", NOBODY),
    ("transactions_tax_within_amount", "tax_amount", 11),
    ("transactions_description_length", "description", LONG),
    ("transactions_category_length", "category", LONG),
    ("transactions_method_known", "method", "barter"),
    ("transactions_reference_length", "reference", LONG),
    ("transactions_date_in_range", "date", "1899-01-01"),
    ("tax_rate_between_0_and_100", "tax_rate", 101),
    ("rupees_is_a_number", "amount", "NaN"),
]
OTHER_TRANSACTION = [
    ("transactions_transfer_account_belongs_to_user", "transfer", "transfer_account_id", NOBODY),
    ("transactions_transfer_between_two", "transfer", "transfer_account_id", "{account}"),
    ("transactions_only_trade_is_taxed", "transfer", "tax_rate", 18),
    ("transactions_only_trade_is_taxed", "other", "tax_amount", 1),
]
INVOICE = [
    ("invoices_number_shape", "invoice_number", "no number"),
    ("invoices_due_not_before_issue", "due_date", "2020-01-01"),
    ("invoices_issue_date_in_range", "issue_date", "1899-01-01"),
    ("invoices_due_date_in_range", "due_date", "9999-12-31T12:00:00Z"),
    ("invoices_place_of_supply_fkey", "place_of_supply", "00"),
    ("invoices_customer_state_code_fkey", "customer_state_code", "00"),
    ("invoices_customer_name_length", "customer_name", " "),
    ("invoices_customer_email_shape", "customer_email", "nobody"),
    ("invoices_customer_address_length", "customer_address", LONG),
    ("invoices_notes_length", "notes", LONG),
    ("invoices_status_known", "status", "lost"),
    ("invoices_template_known", "template", "fancy"),
    ("tax_rate_between_0_and_100", "tax_rate", 101),
]
INVOICE_LINE = [
    ("invoice_items_description_length", "description", " "),
    ("invoice_items_hsn_code_shape", "hsn_code", "12"),
    ("invoice_items_quantity_positive", "quantity", 0),
    ("invoice_items_unit_price_not_negative", "unit_price", -1),
    ("invoice_items_uqc_shape", "uqc", "Kilo"),
    ("invoice_items_treatment_known", "treatment", "free"),
    ("invoice_items_discount_within_amount", "discount_amount", 10_000_000),
    ("tax_rate_between_0_and_100", "tax_rate", 101),
]
FILING = [
    ("tax_filings_payment_reference_length", "payment_reference", LONG),
    ("tax_filings_notes_length", "notes", LONG),
]

# Rules that a trigger or a function tells first, in words of its own; the constraint guards against what it misses.
TOLD_BEFORE = {
    "accounts_one_default_per_user",
    # Every function of the API gives a contact a role; in the dashboard it may have none.
    "contacts_role_named",
    "invoice_items_position_unique",
    "invoices_against_belongs_to_user",
    "invoices_credited_within_total",
    "invoices_document_type_known",
    "invoices_note_names_its_invoice",
    "invoices_note_reason_known",
    "invoices_number_unique_per_year",
    "invoices_settled_within_total",
    "settlements_amount_positive",
    "settlements_credit_note_belongs_to_user",
    "settlements_day_known",
    "settlements_invoice_belongs_to_user",
    "settlements_kind_known",
    "settlements_source_named",
    "settlements_transaction_exists",
    "tax_filings_basis_known",
    "tax_filings_one_per_period",
    "tax_filings_only_gst_leaves_credit",
    "tax_filings_period_in_order",
    "tax_filings_submitted_once",
    "tax_filings_type_known",
}


def refused(person: Person, function: str, **arguments: Any) -> tuple[httpx.Response, Problem]:
    """What PostgREST answers to a call that our API might not let through, and the problem we make of it."""
    answer = person.data.post(f"/rpc/{function}", json=arguments)
    assert answer.is_error, answer.text
    return answer, problem_of(answer, arguments)


def assert_about(refusal: tuple[httpx.Response, Problem], constraint: str, field: str) -> None:
    answer, problem = refusal
    assert f'"{constraint}"' in answer.json()["message"], answer.text
    assert [(error["field"], error["code"]) for error in problem.errors] == [(field, problem.code)]
    assert problem.errors[0]["message"] == CONSTRAINTS[constraint].sentence


class TestConstraints:
    @pytest.mark.parametrize(("constraint", "field", "value"), PROFILE)
    def test_of_the_profile(self, alice: Person, constraint: str, field: str, value: Any) -> None:
        assert_about(refused(alice, "update_profile", profile={field: value}), constraint, field)

    def test_of_usernames(self, alice: Person, bob: Person) -> None:
        bob.profile(username=f"bob-{bob.id[:8]}")
        refusal = refused(alice, "update_profile", profile={"username": f"bob-{bob.id[:8]}"})
        assert_about(refusal, "profiles_username_key", "username")

    @pytest.mark.parametrize(("constraint", "field", "value"), ACCOUNT)
    def test_of_accounts(self, alice: Person, constraint: str, field: str, value: Any) -> None:
        account = {"name": "Till", "balance": 0, field: value}
        assert_about(refused(alice, "create_account", account=account), constraint, field)

    @pytest.mark.parametrize(("constraint", "field", "value"), CONTACT)
    @pytest.mark.parametrize("noun", ["customer", "supplier"])
    def test_of_contacts(self, alice: Person, noun: str, constraint: str, field: str, value: Any) -> None:
        contact = {"name": "Sharma", field: value}
        assert_about(refused(alice, f"create_{noun}", **{noun: contact}), constraint, field)

    @pytest.mark.parametrize("noun", ["customer", "supplier"])
    def test_of_gstins(self, alice: Person, noun: str) -> None:
        contact = {"name": "Sharma", "gstin": "27AAPFU0939F1ZV"}
        assert alice.api.post(f"/api/{noun}s", json=contact).is_success
        refusal = refused(alice, f"create_{noun}", **{noun: contact})
        assert_about(refusal, f"contacts_{noun}_gstin_key", "gstin")

    @pytest.mark.parametrize(("constraint", "field", "value"), ITEM)
    def test_of_items(self, alice: Person, constraint: str, field: str, value: Any) -> None:
        item = {"name": "Shirt", "unit_price": 5, "hsn_code": "6205", field: value}
        if field == "tax_rate" and value < 100:
            item["treatment"] = "exempt"
        assert_about(refused(alice, "create_item", item=item), constraint, field)

    def test_of_names_of_items(self, alice: Person) -> None:
        alice.item("Shirt")
        refusal = refused(alice, "create_item", item={"name": "SHIRT", "unit_price": 5})
        assert_about(refusal, "items_name_unique_per_user", "name")

    @pytest.mark.parametrize(("constraint", "field", "value"), TRANSACTION)
    def test_of_transactions(self, alice: Person, constraint: str, field: str, value: Any) -> None:
        transaction = {"transaction_type": "expense", "amount": 10, field: value}
        assert_about(refused(alice, "create_transaction", transaction=transaction), constraint, field)

    @pytest.mark.parametrize(("constraint", "kind", "field", "value"), OTHER_TRANSACTION)
    def test_of_other_transactions(
        self, alice: Person, constraint: str, kind: str, field: str, value: Any
    ) -> None:
        account = alice.account()["id"]
        transaction = {"transaction_type": kind, "amount": 10, "account_id": account}
        transaction[field] = account if value == "{account}" else value
        assert_about(refused(alice, "create_transaction", transaction=transaction), constraint, field)

    @pytest.mark.parametrize(("constraint", "field", "value"), INVOICE)
    def test_of_invoices(self, alice: Person, constraint: str, field: str, value: Any) -> None:
        invoice = {"customer_name": "Asha", "items": [LINE], field: value}
        assert_about(refused(alice, "create_invoice", invoice=invoice), constraint, field)

    @pytest.mark.parametrize(("constraint", "field", "value"), INVOICE_LINE)
    def test_of_lines(self, alice: Person, constraint: str, field: str, value: Any) -> None:
        wrong = {**LINE, field: value}
        invoice = {"customer_name": "Asha", "items": [wrong]}
        assert_about(refused(alice, "create_invoice", invoice=invoice), constraint, f"items.0.{field}")
        # Of several lines the database does not tell which.
        assert_about(
            refused(alice, "create_invoice", invoice={**invoice, "items": [LINE, wrong]}), constraint, "items"
        )

    @pytest.mark.parametrize(("constraint", "field", "value"), FILING)
    def test_of_filings(self, alice: Person, constraint: str, field: str, value: Any) -> None:
        filing = {"tax_type": "gst", "period_start": "2023-01-01", "period_end": "2023-03-31"}
        filing |= {"total_tax_liability": "0", field: value}
        assert_about(refused(alice, "submit_tax_filing", filing=filing), constraint, field)

    def test_each_is_provoked_here_or_told_before(self) -> None:
        provoked = {case[0] for case in [*PROFILE, *ACCOUNT, *TRANSACTION, *INVOICE, *INVOICE_LINE, *FILING]}
        provoked |= {case[0] for case in OTHER_TRANSACTION} | {case[0] for case in [*CONTACT, *ITEM]}
        provoked |= {"profiles_username_key", "items_name_unique_per_user"}
        provoked |= {"contacts_customer_gstin_key", "contacts_supplier_gstin_key"}
        assert not provoked & TOLD_BEFORE
        assert provoked | TOLD_BEFORE == set(CONSTRAINTS)

    def test_each_is_one_of_the_database(self, dashboard: psycopg.Connection) -> None:
        known = dashboard.execute(
            "select conname from pg_constraint union select relname from pg_class"
        ).fetchall()
        assert set(CONSTRAINTS) <= {name for (name,) in known}


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
