"""The GST scheme of the profile: who has declared that no tax is collected can't collect any (CGST Act s.10, 32)."""

import psycopg
import pytest

from tests.person import Json, Person, checked, problem

GSTIN = "29AAGCB7383J1Z4"
LINE: Json = {"description": "Work", "quantity": 1, "unit_price": 100.0}
WITHOUT_TAX = [
    {"gst_scheme": "unregistered"},
    {"gst_scheme": "composition", "gstin": GSTIN},
    {"gst_scheme": "composition_services", "gstin": GSTIN},
]


@pytest.fixture(params=WITHOUT_TAX, ids=lambda profile: profile["gst_scheme"])
def seller(request: pytest.FixtureRequest, alice: Person) -> Person:
    """Somebody who has declared that no tax is collected."""
    alice.profile(**request.param)
    return alice


class TestWithoutTax:
    def test_what_names_no_rate_has_none(self, seller: Person) -> None:
        invoice = seller.invoice(status="sent")
        seller.sale(118)
        [generated] = [one for one in seller.read("/api/invoices") if one["id"] != invoice["id"]]
        for shown in (invoice, generated):
            assert (shown["tax_rate"], shown["tax_amount"], shown["warnings"]) == (0, 0, [])
        assert (invoice["total_amount"], generated["total_amount"]) == (100.00, 118.00)
        assert seller.faults() == []

    def test_a_rate_is_refused_at_its_field(self, seller: Person) -> None:
        body: Json = {"customer_name": "John", "items": [LINE]}
        sale = {"transaction_type": "sale", "amount": 118, "tax_rate": 18}
        invoice = seller.invoice()
        for answer in (
            seller.api.post("/api/invoices", json={**body, "tax_rate": 18}),
            seller.api.post("/api/invoices", json={**body, "items": [{**LINE, "tax_rate": 5}]}),
            seller.api.put(f"/api/invoices/{invoice['id']}", json={"tax_rate": 0.25}),
            seller.api.post(f"/api/invoices/{invoice['id']}/recalculate-taxes?tax_rate=18"),
            seller.api.post("/api/v1/invoices", json={**body, "tax_rate": 18}),
            seller.api.post("/api/transactions", json=sale),
        ):
            [error] = problem(answer, 422, "tax_not_allowed")["errors"]
            assert error["field"].endswith("tax_rate")
        assert [one["id"] for one in seller.read("/api/invoices")] == [invoice["id"]]
        assert (seller.balance(), seller.faults()) == (0, [])

    def test_an_expense_says_what_was_paid(self, seller: Person) -> None:
        assert seller.expense(118, tax_rate=18)["tax_rate"] == 18

    def test_in_the_dashboard_too(self, seller: Person, dashboard: psycopg.Connection) -> None:
        with pytest.raises(psycopg.Error) as refused:
            dashboard.execute(
                "insert into public.transactions (user_id, transaction_type, amount, tax_rate) values (%s, 'sale', 1, 5)",
                (seller.id,),
            )
        assert refused.value.diag.message_hint == "tax_not_allowed"

    def test_a_note_takes_back_the_tax_of_before(self, alice: Person) -> None:
        invoice = alice.invoice(status="sent")
        alice.profile(gst_scheme="unregistered")
        assert alice.credit_note(invoice)["tax_amount"] == 18.00
        assert alice.faults() == []


class TestDeclaration:
    def test_undeclared_users_are_warned_and_not_stopped(self, alice: Person) -> None:
        assert alice.read("/api/auth/me")["gst_scheme"] is None
        invoice = alice.invoice()
        assert (invoice["tax_amount"], [warning["code"] for warning in invoice["warnings"]]) == (
            18.00,
            ["supplier_not_registered"],
        )

    def test_registered_users_collect_tax(self, alice: Person) -> None:
        alice.profile(gst_scheme="regular", gstin=GSTIN)
        assert alice.invoice()["tax_amount"] == 18.00

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"gst_scheme": "regular"}, "gst_scheme"),
            ({"gst_scheme": "unregistered", "gstin": GSTIN}, "gst_scheme"),
            ({"gst_registered_from": "2026-04-01", "gst_cancelled_from": "2026-03-31"}, "gst_cancelled_from"),
            ({"lut_valid_from": "2026-04-01", "lut_valid_to": "2026-03-31"}, "lut_valid_to"),
            ({"opening_credit_igst": -1}, "opening_credit_igst"),
            ({"opening_credit_period": "2026-04-02"}, "opening_credit_period"),
            ({"pincode": "012345"}, "pincode"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_what_contradicts_itself_is_refused(self, alice: Person, fields: Json, field: str) -> None:
        told = problem(alice.api.patch("/api/auth/me", json=fields), 422, "invalid_value")
        assert field in [error["field"] for error in told["errors"]]

    def test_tax_falls_due_by_invoice_once_a_scheme_is_declared(self, alice: Person) -> None:
        alice.invoice(status="sent", issue_date="2026-11-02")
        period = {"start_date": "2026-11-01", "end_date": "2026-11-30"}
        assert checked(alice.api.get("/api/tax/filing", params=period), 200)["summary"]["total_sales"] == 0
        alice.profile(gst_scheme="unregistered")
        filing = checked(alice.api.get("/api/tax/filing", params=period), 200)
        assert filing["summary"]["total_sales"] == 100.00
