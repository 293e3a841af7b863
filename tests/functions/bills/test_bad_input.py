"""A bad bill gets a clear 4xx that names the field, and leaves nothing behind."""

from typing import Any

import pytest

from tests.functions.bad_input import NOBODY
from tests.functions.bills.portal import GSTIN, MILL, gstr2b, invoice, supplier
from tests.person import Json, Person, checked, problem

LINE: Json = {"description": "Paper", "tax_rate": 18, "taxable_value": 2000, "cgst": 180, "sgst": 180}
BILL: Json = {
    "supplier_name": "Paper Mill",
    "supplier_gstin": MILL,
    "bill_number": "PM/1042",
    "bill_date": "2026-10-05",
    "items": [LINE],
}
BAD_FIELDS = [
    ("supplier_name", "", "validation_failed"),
    ("supplier_name", " ", "invalid_value"),
    ("supplier_gstin", "29AAACZ0001A1Z5", "invalid_gstin"),
    ("supplier_state_code", "27", "state_differs"),
    ("supplier_type", "friend", "validation_failed"),
    ("supplier_type", "overseas", "invalid_value"),
    ("kind", "isd_invoice", "validation_failed"),
    ("bill_number", "x" * 51, "validation_failed"),
    ("bill_number", " ", "invalid_value"),
    ("bill_date", "2017-06-30", "invalid_value"),
    ("bill_date", "05-10-2026", "validation_failed"),
    ("received_on", "2026-10-04", "invalid_value"),
    ("place_of_supply", "00", "unknown_state"),
    ("port_code", "INBOM4", "invalid_value"),
    ("claim_period", "2026-10", "validation_failed"),
    ("claim_period", "100001", "invalid_value"),
    ("in_2b_period", "000000", "validation_failed"),
    ("round_off", 1, "invalid_value"),
    ("round_off", 1000, "amount_out_of_range"),
    ("reverse_charge", "yes", "validation_failed"),
    ("notes", "x" * 10_001, "validation_failed"),
    ("items", [], "validation_failed"),
    ("currency", "USD", "validation_failed"),
    ("user_id", NOBODY, "validation_failed"),
]
BAD_LINES = [
    ("description", "", "validation_failed"),
    ("hsn_code", "12", "validation_failed"),
    ("hsn_code", "12345", "invalid_value"),
    ("quantity", 0, "invalid_value"),
    ("tax_rate", 101, "invalid_value"),
    ("tax_rate", 5, "invalid_value"),
    ("taxable_value", 1.234, "validation_failed"),
    ("igst", 360, "invalid_value"),
    ("treatment", "exempt", "invalid_value"),
    ("credit_status", "lost", "validation_failed"),
    ("credit_type", "gifts", "validation_failed"),
    ("cess", 1, "cess_not_supported"),
]


class TestBadBills:
    @pytest.mark.parametrize(("field", "value", "code"), BAD_FIELDS, ids=lambda value: str(value)[:20])
    def test_a_bad_field_is_named(self, alice: Person, field: str, value: Any, code: str) -> None:
        refused = problem(alice.api.post("/api/bills", json={**BILL, field: value}), 422, code)
        assert [error["field"] for error in refused["errors"]] == [field]
        assert alice.read("/api/bills") == []

    @pytest.mark.parametrize(("field", "value", "code"), BAD_LINES, ids=lambda value: str(value)[:20])
    def test_a_bad_line_is_named(self, alice: Person, field: str, value: Any, code: str) -> None:
        body = {**BILL, "items": [{**LINE, field: value}]}
        refused = problem(alice.api.post("/api/bills", json=body), 422, code)
        assert [error["field"] for error in refused["errors"]] == [f"items.0.{field}"]
        assert alice.read("/api/bills") == []

    @pytest.mark.parametrize(("field", "value", "code"), BAD_FIELDS, ids=lambda value: str(value)[:20])
    def test_a_bad_change_changes_nothing(self, alice: Person, field: str, value: Any, code: str) -> None:
        bill = alice.bill()
        path = f"/api/bills/{bill['id']}"
        problem(alice.api.put(path, json={"notes": "New", field: value}), 422, code)
        assert alice.read(path) == bill

    def test_a_bill_names_its_supplier(self, alice: Person) -> None:
        body = {name: value for name, value in BILL.items() if name != "supplier_name"}
        answer = alice.api.post("/api/bills", json=body)
        assert problem(answer, 422, "validation_failed")["errors"][0]["field"] == "supplier_name"

    def test_a_supplier_that_is_not_there_is_not_found(self, alice: Person) -> None:
        problem(alice.api.post("/api/bills", json={**BILL, "supplier_id": NOBODY}), 404, "supplier_not_found")


class TestSizes:
    def test_a_file_has_four_megabytes_at_most(self, alice: Person) -> None:
        alice.profile(gstin=GSTIN)
        fits = {**gstr2b(b2b=[supplier(invoice("1"))]), "chksum": "x" * 3_900_000}
        checked(alice.api.post("/api/gst/gstr2b", json=fits), 201)
        problem(
            alice.api.post("/api/gst/gstr2b", json={**fits, "chksum": "x" * 4_000_001}), 413, "body_too_large"
        )

    def test_a_bill_has_one(self, alice: Person) -> None:
        answer = alice.api.post("/api/bills", json={**BILL, "notes": "x" * 1_000_001})
        problem(answer, 413, "body_too_large")
