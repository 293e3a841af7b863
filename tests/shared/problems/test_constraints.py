"""Every constraint of the database names the field it is about: provoked through the Data API, past Pydantic."""

from typing import Any

import httpx
import psycopg
import pytest

from shared.problems.base import Problem
from shared.problems.constraints import CONSTRAINTS
from tests.person import Person
from tests.shared.problems.refusals import refused
from tests.shared.problems.rules import (
    ACCOUNT,
    ADJUSTMENT,
    BILL,
    BILL_LINE,
    BILL_LINE_AS_PRINTED,
    CONTACT,
    FILING,
    INVOICE,
    INVOICE_LINE,
    ITEM,
    LINE,
    OTHER_TRANSACTION,
    PROFILE,
    TOLD_BEFORE,
    TRANSACTION,
)


def assert_about(refusal: tuple[httpx.Response, Problem], constraint: str, field: str) -> None:
    answer, problem = refusal
    assert f'"{constraint}"' in answer.json()["message"], answer.text
    assert [(error["field"], error["code"]) for error in problem.errors] == [(field, problem.code)]
    assert problem.errors[0]["message"] == CONSTRAINTS[constraint].sentence


class TestConstraints:
    @pytest.mark.parametrize(("constraint", "field", "value"), PROFILE)
    def test_of_the_profile(self, alice: Person, constraint: str, field: str, value: Any) -> None:
        assert_about(refused(alice, "update_profile", profile={field: value}), constraint, field)

    @pytest.mark.parametrize(
        ("constraint", "first", "last"),
        [
            ("profiles_gst_cancelled_after_registered", "gst_registered_from", "gst_cancelled_from"),
            ("profiles_lut_period_in_order", "lut_valid_from", "lut_valid_to"),
        ],
    )
    def test_of_days_in_the_profile(self, alice: Person, constraint: str, first: str, last: str) -> None:
        days = {first: "2026-04-01", last: "2026-03-31"}
        assert_about(refused(alice, "update_profile", profile=days), constraint, last)

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

    @pytest.mark.parametrize(("constraint", "field", "value"), BILL)
    def test_of_bills(self, alice: Person, constraint: str, field: str, value: Any) -> None:
        bill: dict[str, Any] = {"supplier_name": "Mill", "bill_number": "1", "bill_date": "2026-10-05"}
        bill |= {"reverse_charge": "true", "items": [BILL_LINE_AS_PRINTED], field: value}
        bill |= {"kind": "bill_of_entry"} if constraint == "bills_port_code_shape" else {}
        assert_about(refused(alice, "create_bill", bill=bill), constraint, field)

    @pytest.mark.parametrize(("constraint", "field", "value"), BILL_LINE)
    def test_of_lines_of_bills(self, alice: Person, constraint: str, field: str, value: Any) -> None:
        # Each value breaks one rule alone.
        beside: dict[str, Any] = {
            "bill_items_tax_not_negative": {"tax_rate": 0, "taxable_value": 0, "cgst": None, "sgst": None},
            "bill_items_taxable_value_not_negative": {"tax_rate": 0, "cgst": 0, "sgst": 0},
            "bill_items_one_kind_of_tax": {"cgst": 4.5, "sgst": 4.5},
            "bill_items_halves_are_equal": {"cgst": 10.01},
            "bill_items_treatment_known": {"tax_rate": 0, "cgst": 0, "sgst": 0},
        }
        line = {**BILL_LINE_AS_PRINTED, **beside.get(constraint, {}), field: value}
        lines = [{name: printed for name, printed in line.items() if printed is not None}]
        bill: dict[str, Any] = {"supplier_name": "Mill", "bill_number": "1", "bill_date": "2026-10-05"}
        bill |= {"reverse_charge": "true", "items": lines}
        assert_about(refused(alice, "create_bill", bill=bill), constraint, f"items.0.{field}")

    @pytest.mark.parametrize(("constraint", "field", "value"), ADJUSTMENT)
    def test_of_adjustments(self, alice: Person, constraint: str, field: str, value: Any) -> None:
        adjustment = {"period": "102026", "kind": "other", "igst": 1, field: value}
        assert_about(refused(alice, "create_credit_adjustment", adjustment=adjustment), constraint, field)

    @pytest.mark.parametrize(("constraint", "field", "value"), FILING)
    def test_of_filings(self, alice: Person, constraint: str, field: str, value: Any) -> None:
        filing = {"tax_type": "gst", "period_start": "2023-01-01", "period_end": "2023-03-31"}
        filing |= {"total_tax_liability": "0", field: value}
        assert_about(refused(alice, "submit_tax_filing", filing=filing), constraint, field)

    def test_each_is_provoked_here_or_told_before(self) -> None:
        provoked = {case[0] for case in [*PROFILE, *ACCOUNT, *TRANSACTION, *INVOICE, *INVOICE_LINE, *FILING]}
        provoked |= {case[0] for case in OTHER_TRANSACTION} | {case[0] for case in [*CONTACT, *ITEM]}
        provoked |= {case[0] for case in [*BILL, *BILL_LINE, *ADJUSTMENT]}
        provoked |= {"profiles_username_key", "items_name_unique_per_user"}
        provoked |= {"profiles_gst_cancelled_after_registered", "profiles_lut_period_in_order"}
        provoked |= {"contacts_customer_gstin_key", "contacts_supplier_gstin_key"}
        assert not provoked & TOLD_BEFORE
        assert provoked | TOLD_BEFORE == set(CONSTRAINTS)

    def test_each_is_one_of_the_database(self, dashboard: psycopg.Connection) -> None:
        known = dashboard.execute(
            "select conname from pg_constraint union select relname from pg_class"
        ).fetchall()
        assert set(CONSTRAINTS) <= {name for (name,) in known}
