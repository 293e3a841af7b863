"""What the customer is for GST, and what kind of supply it is: party types, exports, special economic zones."""

import pytest

from tests.person import Json, Person, problem

SELLER: Json = {"gstin": "29AAGCB7383J1Z4", "gst_scheme": "regular"}
GSTIN_OF_KARNATAKA = "29AAACZ0001A1Z4"
LINE: Json = {"description": "Work", "quantity": 1, "unit_price": 100.0}
TAX = ("cgst", "sgst", "igst", "total_amount")


@pytest.fixture
def seller(alice: Person) -> Person:
    alice.profile(**SELLER)
    return alice


def body(**fields: object) -> Json:
    return {"customer_name": "Somebody", "items": [LINE], "tax_rate": 18, **fields}


def created(seller: Person, **fields: object) -> Json:
    answer = seller.api.post("/api/invoices", json=body(**fields))
    assert answer.status_code == 201, answer.text
    invoice: Json = answer.json()
    return invoice


def amounts(invoice: Json) -> tuple[float, ...]:
    return tuple(invoice[name] for name in TAX)


class TestTax:
    @pytest.mark.parametrize(
        ("fields", "place", "expected"),
        [
            ({}, "29", (9.0, 9.0, 0.0, 118.0)),
            ({"customer_state_code": "27"}, "27", (0.0, 0.0, 18.0, 118.0)),
            (
                {
                    "party_type": "sez",
                    "supply_type": "sez_with_payment",
                    "customer_gstin": GSTIN_OF_KARNATAKA,
                },
                "29",
                (0.0, 0.0, 18.0, 118.0),
            ),
            (
                {
                    "party_type": "sez",
                    "supply_type": "sez_without_payment",
                    "customer_gstin": GSTIN_OF_KARNATAKA,
                },
                "29",
                (0.0, 0.0, 0.0, 100.0),
            ),
            ({"party_type": "overseas", "supply_type": "export_with_payment"}, "96", (0.0, 0.0, 18.0, 118.0)),
            (
                {"party_type": "overseas", "supply_type": "export_without_payment"},
                "96",
                (0.0, 0.0, 0.0, 100.0),
            ),
            (
                {
                    "party_type": "deemed_export",
                    "supply_type": "deemed_export",
                    "customer_gstin": GSTIN_OF_KARNATAKA,
                },
                "29",
                (9.0, 9.0, 0.0, 118.0),
            ),
        ],
        ids=["domestic", "other state", "SEZ paid", "SEZ unpaid", "export paid", "export unpaid", "deemed"],
    )
    def test_follows_party_and_supply(
        self, seller: Person, fields: Json, place: str, expected: tuple[float, ...]
    ) -> None:
        invoice = created(seller, **fields)
        assert (invoice["place_of_supply"], amounts(invoice)) == (place, expected)
        assert seller.faults() == []

    def test_follows_a_change_and_back(self, seller: Person) -> None:
        invoice = created(seller, customer_gstin=GSTIN_OF_KARNATAKA)
        path = f"/api/invoices/{invoice['id']}"
        zone = {"party_type": "sez", "supply_type": "sez_without_payment"}
        assert amounts(seller.api.put(path, json=zone).json()) == (0.0, 0.0, 0.0, 100.0)
        usual = {"party_type": None, "supply_type": "domestic"}
        assert amounts(seller.api.put(path, json=usual).json()) == (9.0, 9.0, 0.0, 118.0)
        assert seller.faults() == []

    def test_of_a_note_is_that_of_its_invoice(self, seller: Person) -> None:
        fields = {"party_type": "overseas", "supply_type": "export_without_payment", "status": "sent"}
        note = seller.credit_note(created(seller, **fields))
        assert (note["supply_type"], amounts(note)) == ("export_without_payment", (0.0, 0.0, 0.0, 100.0))
        assert seller.faults() == []


class TestIdentities:
    @pytest.mark.parametrize(
        ("party_type", "gstin"),
        [
            ("regular", GSTIN_OF_KARNATAKA),
            ("composition", GSTIN_OF_KARNATAKA),
            ("uin", "0717UNO00157UNO"),
            ("non_resident", "2917USA00003NR0"),
            ("tds_deductor", "29AAAA00026G1DV"),
            ("unregistered", None),
        ],
    )
    def test_of_a_party_that_fits_its_type(self, seller: Person, party_type: str, gstin: str | None) -> None:
        invoice = created(seller, party_type=party_type, customer_gstin=gstin)
        assert (invoice["party_type"], invoice["customer_gstin"]) == (party_type, gstin)

    @pytest.mark.parametrize(
        ("party_type", "gstin", "reason"),
        [
            ("regular", None, "a customer that is regular has one"),
            ("sez", None, "a customer that is sez has one"),
            ("unregistered", GSTIN_OF_KARNATAKA, "a customer that is unregistered has none"),
            ("overseas", GSTIN_OF_KARNATAKA, "a customer that is overseas has none"),
            ("uin", GSTIN_OF_KARNATAKA, "a UIN is four digits"),
            ("uin", "0717UNO00157UNP", "the check character should be O"),
            ("tds_deductor", GSTIN_OF_KARNATAKA, "D as its 14th character"),
            ("non_resident", "0717UNO00157UNO", "NR and a check character"),
        ],
    )
    def test_of_a_party_that_does_not_fit_are_refused(
        self, seller: Person, party_type: str, gstin: str | None, reason: str
    ) -> None:
        answer = seller.api.post("/api/invoices", json=body(party_type=party_type, customer_gstin=gstin))
        told = problem(answer, 422, "invalid_gstin")
        assert reason in told["detail"]
        assert [error["field"] for error in told["errors"]] == ["customer_gstin"]

    @pytest.mark.parametrize(
        "fields",
        [
            {"supply_type": "export_with_payment"},
            {
                "supply_type": "sez_with_payment",
                "party_type": "regular",
                "customer_gstin": GSTIN_OF_KARNATAKA,
            },
            {"supply_type": "domestic", "party_type": "overseas"},
            {"supply_type": "deemed_export", "party_type": "unregistered"},
        ],
        ids=["export to nobody overseas", "zone that is none", "overseas at home", "deemed"],
    )
    def test_the_supply_agrees_with_the_party(self, seller: Person, fields: Json) -> None:
        told = problem(seller.api.post("/api/invoices", json=body(**fields)), 422, "invalid_value")
        assert [error["field"] for error in told["errors"]] == ["supply_type"]
