"""What each kind of document is called and says on its PDF: CGST Rules, Rules 5, 46, 46A, 49, 53 and 96A."""

import pytest

from tests.functions.pdf.test_pdf import TEMPLATES, pdf_of, text_of
from tests.person import Json, Person

GSTIN = "29AAGCB7383J1Z4"
CUSTOMER = "29AAACZ0001A1Z4"
REGULAR: Json = {"gstin": GSTIN, "gst_scheme": "regular", "lut_number": "AD290326000001X"}
TAXED: Json = {"description": "Desk", "quantity": 1, "unit_price": 100.0, "hsn_code": "9403", "tax_rate": 18}
EXEMPT: Json = {**TAXED, "description": "Milk", "hsn_code": "0401", "tax_rate": 0, "treatment": "exempt"}
ZERO_RATED = "Supply meant for export/supply to SEZ unit or SEZ developer for authorised operations"

CASES: dict[str, tuple[Json, Json, list[str]]] = {
    "tax invoice": (REGULAR, {"items": [TAXED], "customer_gstin": CUSTOMER}, ["Tax Invoice", CUSTOMER]),
    "bill of supply": (REGULAR, {"items": [EXEMPT]}, ["Bill of Supply"]),
    "invoice-cum-bill": (REGULAR, {"items": [TAXED, EXEMPT]}, ["Invoice-cum-bill of Supply"]),
    "mixed to a registered customer": (
        REGULAR,
        {"items": [TAXED, EXEMPT], "customer_gstin": CUSTOMER},
        ["Tax Invoice"],
    ),
    "unregistered": ({"gst_scheme": "unregistered"}, {"items": [{**TAXED, "tax_rate": 0}]}, ["Invoice"]),
    "composition": (
        {"gstin": GSTIN, "gst_scheme": "composition"},
        {"items": [{**TAXED, "tax_rate": 0}]},
        ["Bill of Supply", "Composition taxable person, not eligible to collect tax on supplies"],
    ),
    "composition, services": (
        {"gstin": GSTIN, "gst_scheme": "composition_services"},
        {"items": [{**TAXED, "tax_rate": 0}]},
        ["Bill of Supply", "notification No. 2/2019-Central Tax (Rate) dated 07.03.2019"],
    ),
    "export with payment": (
        REGULAR,
        {"items": [TAXED], "party_type": "overseas", "supply_type": "export_with_payment"},
        ["Tax Invoice", f"{ZERO_RATED} on payment of integrated tax", "Other Countries (96)"],
    ),
    "export without payment": (
        REGULAR,
        {
            "items": [TAXED],
            "party_type": "overseas",
            "supply_type": "export_without_payment",
            "port_code": "INBLR4",
            "shipping_bill_number": "1234567",
        },
        [
            f"{ZERO_RATED} under bond or letter of undertaking without payment of integrated tax",
            "Letter of undertaking AD290326000001X",
            "Shipping bill 1234567, port INBLR4",
        ],
    ),
    "special economic zone": (
        REGULAR,
        {
            "items": [TAXED],
            "party_type": "sez",
            "supply_type": "sez_with_payment",
            "customer_gstin": CUSTOMER,
        },
        [f"{ZERO_RATED} on payment of integrated tax", "IGST"],
    ),
    "reverse charge": (
        REGULAR,
        {"items": [TAXED], "customer_gstin": CUSTOMER, "reverse_charge": True},
        ["Tax is payable by the recipient on reverse charge"],
    ),
    "delivered elsewhere": (
        REGULAR,
        {
            "items": [TAXED],
            "ship_to_name": "Godown 7",
            "ship_to_address": "Hosur Road",
            "ship_to_pincode": "560068",
        },
        ["Ship to: Godown 7, Hosur Road, 560068"],
    ),
}


def said(text: str) -> str:
    """The text of a PDF without spaces: lines break also after a hyphen."""
    return "".join(text.split())


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("case", CASES)
def test_of_an_invoice(alice: Person, case: str, template: str) -> None:
    profile, fields, expected = CASES[case]
    alice.profile(business_name="Rao Design Studio", address="12 MG Road, Bengaluru", **profile)
    body = {"customer_name": "Sharma Textiles", "status": "sent", **fields}
    answer = alice.api.post("/api/invoices", json=body)
    assert answer.status_code == 201, answer.text
    text = said(text_of(pdf_of(alice, answer.json(), template)))
    for particular in [*expected, "Rao Design Studio", "Sharma Textiles", answer.json()["invoice_number"]]:
        assert said(particular) in text


@pytest.mark.parametrize("template", TEMPLATES)
def test_of_a_credit_note(alice: Person, template: str) -> None:
    alice.profile(business_name="Rao Design Studio", **REGULAR)
    invoice = alice.invoice(status="sent", customer_gstin=CUSTOMER, issue_date="2026-11-05")
    text = said(text_of(pdf_of(alice, alice.credit_note(invoice), template)))
    for particular in (
        "Credit Note",
        f"Against invoice {invoice['invoice_number']} of 05 Nov 2026",
        CUSTOMER,
    ):
        assert said(particular) in text
    assert said("Tax Invoice") not in text
