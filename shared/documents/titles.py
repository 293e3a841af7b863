"""What a document is called, and the sentences that the rules want on it.

Sources: CGST Rules, Rule 5 (composition), 46 (tax invoice), 46A (invoice-cum-bill of supply), 49 (bill of
supply), 53 (notes) and 96A (letter of undertaking).
"""

from typing import Any

from shared.documents.formatting import day

_NOTES = {"credit_note": "Credit Note", "debit_note": "Debit Note"}
_NOT_TAXED = {"nil_rated", "exempt", "non_gst"}
_ZERO_RATED = "Supply meant for export/supply to SEZ unit or SEZ developer for authorised operations "
WITHOUT_PAYMENT = ("export_without_payment", "sez_without_payment")
_OF_SUPPLY = {
    **dict.fromkeys(
        ("export_with_payment", "sez_with_payment"), f"{_ZERO_RATED}on payment of integrated tax"
    ),
    **dict.fromkeys(
        WITHOUT_PAYMENT,
        f"{_ZERO_RATED}under bond or letter of undertaking without payment of integrated tax",
    ),
}
_OF_SCHEME = {
    "composition": "Composition taxable person, not eligible to collect tax on supplies",
    "composition_services": "Taxable person paying tax in terms of notification No. 2/2019-Central Tax "
    "(Rate) dated 07.03.2019, not eligible to collect tax on supplies",
}


def title(invoice: dict[str, Any], seller: dict[str, Any]) -> str:
    """The name of the document."""
    if note := _NOTES.get(invoice["document_type"]):
        return note
    if not seller["gstin"]:
        return "Invoice"
    not_taxed = {item["treatment"] in _NOT_TAXED for item in invoice["items"]}
    if seller["gst_scheme"] in _OF_SCHEME or not_taxed == {True}:
        return "Bill of Supply"
    if not_taxed == {True, False} and not invoice["customer_gstin"]:
        return "Invoice-cum-bill of Supply"
    return "Tax Invoice"


def statements(shown: dict[str, Any]) -> list[str]:
    """The sentences that belong on it, of what `web.invoice_page` answered."""
    invoice, seller, against = shown["invoice"], shown["seller"], shown["against"]
    told = [_OF_SCHEME.get(seller["gst_scheme"]), _OF_SUPPLY.get(invoice["supply_type"])]
    if invoice["supply_type"] in WITHOUT_PAYMENT and seller["lut_number"]:
        told.append(f"Letter of undertaking {seller['lut_number']}")
    if against:
        told.append(f"Against invoice {against['number']} of {day(against['day'])}")
    if invoice["reverse_charge"]:
        told.append("Tax is payable by the recipient on reverse charge")
    if invoice["shipping_bill_number"]:
        told.append(f"Shipping bill {invoice['shipping_bill_number']}, port {invoice['port_code'] or '-'}")
    return [sentence for sentence in told if sentence]
