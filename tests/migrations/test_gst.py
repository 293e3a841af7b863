"""GST identity, place of supply and amounts: the rules of the domain, through the API and the dashboard."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.person import Json, Person, checked, problem

VECTORS: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "tax-vectors.json").read_text())

INVOICE: Json = {
    "customer_name": "Acme",
    "items": [{"description": "Design", "quantity": 1, "unit_price": 1}],
}
KARNATAKA = "29AAACZ0001A1Z4"
MAHARASHTRA = "27AAAPZ0002B1ZE"
TAMIL_NADU = "33AAACZ0004D1Z6"

VALID = [
    KARNATAKA,
    MAHARASHTRA,
    "07AAAFZ0003C2ZX",
    TAMIL_NADU,
    "24AAAHZ0005E1ZS",
    "09AAAAZ0006F1ZV",
    "19AAATZ0007G1ZO",
    "04AAACZ0008H1ZV",
    "38AAACZ0009J1ZE",
    "36AAALZ0010KAZV",
    "97AAACZ0011L1ZC",
    "01AAACZ0012M1ZU",
    "29AAAFZ0020Q1ZY",
    # Of real businesses.
    "27AAPFU0939F1ZV",
    "24AANFA2641L1ZF",
    "29AAGCB7383J1Z4",
]
INVALID = {
    "29AAACZ0001A1Z5": "the check character should be 4",
    "29AAACZ0010A1Z4": "the check character should be 3",
    "29ABCDE1234F1Z5": "the check character should be W",
    "27ABCDE1234F1Z5": "the check character should be 0",
    "22AAAAA0000A1Z5": "the check character should be C",
    "29AAFCA7488L1Z0": "the check character should be W",
    "29AAACZ0001A1Z": "a GSTIN has 15 characters, this one has 14",
    "29AAACZ0001A1Z44": "a GSTIN has 15 characters, this one has 16",
    "00AAACZ0001A1ZO": "00 is not a state code",
    "45AAACZ0001A1ZA": "45 is not a state code",
    "25AAACZ0001A1ZC": "25 is not a state code",
    "28AAACZ0001A1Z6": "28 is not a state code",
    "KA AAACZ0001A1Z4": "starts with the two digits of its state",
    "29AAACZ000IA1ZN": "characters 3 to 12 are a PAN",
    "29AAACZ0001A0Z5": "character 13 counts the registrations",
    "29AAACZ0001A1Y6": "character 14 of a regular GSTIN is Z",
    "29AAACZ0001A1Z٤": "the check character should be 4",
}


def label(invoice: Json) -> tuple[str | None, str]:
    """Where an invoice supplies to, and which heads its tax has."""
    heads = "IGST" if invoice["igst"] else "CGST + SGST" if invoice["cgst"] else "none"
    return invoice["place_of_supply"], heads


class TestGstin:
    @pytest.mark.parametrize("gstin", VALID)
    def test_a_valid_one_is_kept(self, alice: Person, gstin: str) -> None:
        assert alice.invoice(customer_gstin=gstin)["customer_gstin"] == gstin
        assert alice.profile(gstin=gstin)["gstin"] == gstin

    @pytest.mark.parametrize("written", [KARNATAKA, f" {KARNATAKA.lower()}"])
    def test_that_of_the_customer_is_not_ones_own(self, alice: Person, written: str) -> None:
        alice.profile(gstin=KARNATAKA)
        body = {**INVOICE, "customer_gstin": written}
        [error] = problem(alice.api.post("/api/invoices", json=body), 422, "customer_is_seller")["errors"]
        assert error["field"] == "customer_gstin"
        path = f"/api/invoices/{alice.invoice()['id']}"
        problem(alice.api.put(path, json={"customer_gstin": written}), 422, "customer_is_seller")

    @pytest.mark.parametrize("gstin", INVALID)
    def test_an_invalid_one_is_refused_with_its_reason(self, alice: Person, gstin: str) -> None:
        reason = INVALID[gstin]
        answer = alice.api.patch("/api/auth/me", json={"gstin": gstin})
        assert reason in problem(answer, 422, "invalid_gstin")["detail"]
        answer = alice.api.post("/api/invoices", json={**INVOICE, "customer_gstin": gstin})
        assert reason in problem(answer, 422, "invalid_gstin")["detail"]

    def test_no_other_character_will_do_anywhere(self, dashboard: psycopg.Connection) -> None:
        """All 15 x 35 changes of one character, of each valid GSTIN."""
        refused = dashboard.execute(
            """
            select count(*), count(private.gstin_fault(overlay(gstin placing other from place for 1)))
            from
                unnest(%s::text[]) as gstin,
                generate_series(1, 15) as place,
                string_to_table('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ', null) as other
            where substr(gstin, place, 1) <> other
            """,
            (VALID,),
        ).fetchone()
        assert refused == (len(VALID) * 525, len(VALID) * 525)

    @pytest.mark.parametrize("written", [" 29aaacz0001a1z4 ", "29 AAACZ 0001A 1Z4", "29aaacz0001a1z4\n"])
    def test_case_and_spaces_do_not_matter(self, alice: Person, written: str) -> None:
        assert alice.invoice(customer_gstin=written)["customer_gstin"] == KARNATAKA
        assert alice.profile(gstin=written)["gstin"] == KARNATAKA

    @pytest.mark.parametrize("written", ["", "   "])
    def test_an_empty_one_is_none(self, alice: Person, written: str) -> None:
        assert alice.profile(gstin=written)["gstin"] is None
        assert alice.invoice(customer_gstin=written)["customer_gstin"] is None

    def test_sets_the_state_of_the_profile(self, alice: Person) -> None:
        assert alice.profile(gstin=KARNATAKA)["state_code"] == "29"
        assert alice.profile(gstin=MAHARASHTRA)["state_code"] == "27"

    def test_is_not_contradicted_by_the_state(self, alice: Person) -> None:
        alice.profile(gstin=KARNATAKA)
        answer = alice.api.patch("/api/auth/me", json={"state_code": "27"})
        assert "27" in problem(answer, 422, "state_differs")["detail"]
        assert alice.profile(gstin=None, state_code="27")["state_code"] == "27"
        answer = alice.api.patch("/api/auth/me", json={"gstin": KARNATAKA, "state_code": "30"})
        problem(answer, 422, "state_differs")

    def test_nobody_supplies_from_another_country(self, alice: Person) -> None:
        problem(alice.api.patch("/api/auth/me", json={"state_code": "96"}), 422, "unknown_state")
        assert alice.profile(state_code="97")["state_code"] == "97"

    def test_the_dashboard_is_held_to_it_too(self, alice: Person, dashboard: psycopg.Connection) -> None:
        with pytest.raises(psycopg.DatabaseError, match="the check character should be 4"):
            dashboard.execute(
                "update public.profiles set gstin = '29AAACZ0001A1Z5' where id = %s", (alice.id,)
            )


class TestPlaceOfSupply:
    """Within the seller's state CGST and SGST are due, out of it IGST (IGST Act s.7 and 8)."""

    def test_is_the_customers_state(self, alice: Person) -> None:
        alice.profile(gstin=KARNATAKA)
        assert label(alice.invoice(customer_gstin=MAHARASHTRA)) == ("27", "IGST")
        assert label(alice.invoice(customer_gstin="29AAAFZ0020Q1ZY")) == ("29", "CGST + SGST")

    def test_else_the_sellers(self, alice: Person) -> None:
        alice.profile(state_code="29")
        assert label(alice.invoice()) == ("29", "CGST + SGST")

    def test_unknown_is_intra_state(self, alice: Person) -> None:
        assert label(alice.invoice()) == (None, "CGST + SGST")
        assert label(alice.invoice(customer_gstin=MAHARASHTRA)) == ("27", "CGST + SGST")

    def test_given_it_stands(self, alice: Person) -> None:
        alice.profile(gstin=KARNATAKA)
        assert label(alice.invoice(customer_gstin=MAHARASHTRA, place_of_supply="29")) == ("29", "CGST + SGST")
        assert label(alice.invoice(place_of_supply="33")) == ("33", "IGST")

    def test_abroad_is_inter_state_whoever_sells(self, alice: Person) -> None:
        assert label(alice.invoice(place_of_supply="96")) == ("96", "IGST")

    def test_follows_a_new_gstin_of_the_customer(self, alice: Person) -> None:
        alice.profile(gstin=KARNATAKA)
        path = f"/api/invoices/{alice.invoice([('Design', 1, 100)])['id']}"
        for change, expected in (
            ({"customer_gstin": MAHARASHTRA}, ("27", "IGST")),
            ({"customer_gstin": TAMIL_NADU}, ("33", "IGST")),
            ({"customer_gstin": None}, ("29", "CGST + SGST")),
            ({"customer_gstin": MAHARASHTRA, "place_of_supply": "29"}, ("29", "CGST + SGST")),
            # It was given: a GSTIN moves it no more.
            ({"customer_gstin": TAMIL_NADU}, ("29", "CGST + SGST")),
            ({"place_of_supply": None}, ("33", "IGST")),
        ):
            changed = checked(alice.api.put(path, json=change), 200)
            assert (label(changed), changed["total_amount"]) == (expected, 118.00), change
        assert alice.faults() == []

    def test_of_old_invoices_stays_when_the_seller_moves(self, alice: Person) -> None:
        alice.profile(gstin=KARNATAKA)
        near, far = alice.invoice(status="sent"), alice.invoice(status="sent", place_of_supply="27")
        alice.profile(gstin=MAHARASHTRA)
        for invoice in (near, far):
            path = f"/api/invoices/{invoice['id']}"
            assert alice.read(path) == invoice
            edited = checked(alice.api.put(path, json={"notes": "Thank you"}), 200)
            assert label(edited) == label(invoice)
        assert label(alice.invoice(place_of_supply="27")) == ("27", "CGST + SGST")
        assert alice.faults() == []

    def test_of_a_draft_is_found_anew_with_each_edit(self, alice: Person) -> None:
        path = f"/api/invoices/{alice.invoice(customer_gstin=MAHARASHTRA)['id']}"
        alice.profile(gstin=KARNATAKA)
        assert label(checked(alice.api.put(path, json={"notes": "Thank you"}), 200)) == ("27", "IGST")
        alice.profile(gstin=MAHARASHTRA)
        assert label(checked(alice.api.put(path, json={"status": "sent"}), 200)) == ("27", "CGST + SGST")
        assert alice.faults() == []

    def test_is_found_anew_when_taxes_are_recalculated(self, alice: Person) -> None:
        unknown, near = alice.invoice(status="sent", customer_gstin=MAHARASHTRA), alice.invoice(status="sent")
        alice.profile(gstin=KARNATAKA)
        for invoice, expected in ((unknown, ("27", "IGST")), (near, ("29", "CGST + SGST"))):
            answer = alice.api.post(f"/api/invoices/{invoice['id']}/recalculate-taxes")
            assert label(checked(answer, 200)) == expected
        assert alice.faults() == []

    def test_is_a_state(self, alice: Person) -> None:
        for place in ("00", "25", "xx"):
            answer = alice.api.post("/api/invoices", json={**INVOICE, "place_of_supply": place})
            problem(answer, 422, "unknown_state")


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
class TestVectors:
    """Amounts worked out by hand and by other systems, to the paisa."""

    HEADS = ("cgst", "sgst", "igst")

    def test_calculated_on_request(self, alice: Person, vector: dict[str, Any]) -> None:
        answer = alice.read(
            "/api/tax/gst",
            amount=vector["amount"],
            tax_rate=vector["rate"],
            tax_included=vector["inclusive"],
            inter_state=not vector["intra"],
        )
        assert amounts(
            answer | answer["breakdown"], "taxable_value", "total_amount", *self.HEADS
        ) == expected(vector, "taxable", "total", *self.HEADS)

    def test_on_an_invoice_of_one_line(self, alice: Person, vector: dict[str, Any]) -> None:
        alice.profile(gstin=KARNATAKA)
        customer = "29AAAFZ0020Q1ZY" if vector["intra"] else MAHARASHTRA
        invoice = alice.invoice(
            [("Design", 1, float(vector["amount"]))],
            customer_gstin=customer,
            tax_rate=float(vector["rate"]),
            price_includes_tax=vector["inclusive"],
        )
        assert amounts(invoice, "subtotal", "total_amount", *self.HEADS) == expected(
            vector, "taxable", "total", *self.HEADS
        )
        [line] = invoice["items"]
        assert amounts(line, "taxable_value", *self.HEADS) == expected(vector, "taxable", *self.HEADS)
        asked = alice.read(f"/api/tax/calculate-for-invoice/{invoice['id']}")
        assert amounts(
            asked | asked["breakdown"], "original_amount", "taxable_value", "total_amount", *self.HEADS
        ) == expected(vector, "amount", "taxable", "total", *self.HEADS)


def amounts(shown: Json, *names: str) -> list[Decimal]:
    return [Decimal(str(shown[name])) for name in names]


def expected(vector: dict[str, Any], *names: str) -> list[Decimal]:
    return [Decimal(vector[name]) for name in names]
