"""An invoice ready for paper: every figure as text, once, so that print view and PDF agree (Rule 46)."""

from typing import Any, get_args

from shared.documents import titles
from shared.documents.formatting import day, grouped, number, rupees
from shared.documents.upi import upi_link
from shared.schemas.choices import Template

TEMPLATES: tuple[str, ...] = get_args(Template)

_STAMPS = {"draft": "Draft", "paid": "Paid", "cancelled": "Cancelled"}

_USUAL_AMOUNT = len("99,99,999.99")

InvoiceDocument = dict[str, Any]


def of(shown: dict[str, Any], template: str | None = None) -> InvoiceDocument:
    """What `web.invoice_page` answered, as the words on the paper."""
    invoice, seller = shown["invoice"], shown["seller"]
    return {
        "template": template if template in TEMPLATES else invoice["template"],
        "title": titles.title(invoice, seller),
        "statements": titles.statements(shown),
        "number": invoice["invoice_number"],
        "issue_day": day(invoice["issue_day"]),
        "due_day": day(invoice["due_day"]),
        "stamp": _STAMPS.get(invoice["status"]),
        "paid_on": day(shown["payment"]["day"]) if shown["payment"] else None,
        "seller": _seller(seller),
        "customer": _customer(invoice),
        "place_of_supply": _state(invoice["place_name"], invoice["place_of_supply"]),
        "reverse_charge": "Yes" if invoice["reverse_charge"] else "No",
        "inter_state": invoice["inter_state"],
        "state_tax": _state_tax(seller),
        "price_includes_tax": invoice["price_includes_tax"],
        "wide_amounts": any(len(grouped(total)) > _USUAL_AMOUNT for total in shown["line_totals"]),
        "lines": [
            _line(position, _at_printed_rate(invoice, item), total)
            for position, (item, total) in enumerate(
                zip(invoice["items"], shown["line_totals"], strict=True), 1
            )
        ],
        "totals": _totals(invoice, _state_tax(seller)),
        "total": rupees(invoice["total_amount"]),
        "amount_due": rupees(shown["amount_due"]),
        "amount_in_words": shown["amount_in_words"],
        "tax_table": [_tax_row(_at_printed_rate(invoice, row)) for row in shown["tax_table"]],
        "tax_totals": {
            name: grouped(invoice[name]) for name in ("subtotal", "cgst", "sgst", "igst", "tax_amount")
        },
        "notes": invoice["notes"],
        "upi_id": seller["upi_id"],
        "upi_link": upi_link(shown),
    }


def _seller(seller: dict[str, Any]) -> InvoiceDocument:
    return {
        "name": seller["name"] or "",
        "address": seller["address"],
        "email": seller["email"],
        "gstin": seller["gstin"],
        "state": _state(seller["state_name"], seller["state_code"]),
    }


def _customer(invoice: dict[str, Any]) -> InvoiceDocument:
    gstin = invoice["customer_gstin"]
    return {
        "name": invoice["customer_name"],
        "address": invoice["customer_address"],
        "ship_to": _ship_to(invoice),
        "email": invoice["customer_email"],
        "gstin": gstin,
        # Of somebody who is not registered, the place of supply is all that is known (Rule 46 (e)).
        "state": _state(invoice["customer_state"], gstin[:2])
        if gstin
        else _state(invoice["place_name"], invoice["place_of_supply"]),
    }


def _at_printed_rate(invoice: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    """A line or row with the rate that was charged: none without payment of tax (IGST Act s.16(3))."""
    return {**row, "tax_rate": 0, "half_rate": 0} if invoice["supply_type"] in titles.WITHOUT_PAYMENT else row


def _ship_to(invoice: dict[str, Any]) -> str | None:
    """Who gets the goods and where, if it is not the customer at its address (Rule 46 (e) and (o))."""
    names = ("ship_to_name", "ship_to_address", "ship_to_pincode", "ship_to_gstin")
    return ", ".join(invoice[name] for name in names if invoice[name]) or None


def _state(name: str | None, code: str | None) -> str | None:
    return f"{name} ({code})" if name else None


def _state_tax(seller: dict[str, Any]) -> str:
    return "UTGST" if seller["has_utgst"] else "SGST"


def _line(position: int, item: dict[str, Any], total: Any) -> InvoiceDocument:
    return {
        "position": str(position),
        "description": item["description"],
        "hsn_code": item["hsn_code"] or "",
        "quantity": number(item["quantity"]),
        "unit_price": grouped(item["unit_price"]),
        "amount": grouped(item["amount"]),
        "taxable_value": grouped(item["taxable_value"]),
        "tax_rate": f"{number(item['tax_rate'])}%",
        "tax_amount": grouped(item["tax_amount"]),
        "cgst": grouped(item["cgst"]),
        "sgst": grouped(item["sgst"]),
        "igst": grouped(item["igst"]),
        "total": grouped(total),
    }


def _totals(invoice: dict[str, Any], state_tax: str) -> list[InvoiceDocument]:
    taxes = [("IGST", "igst")] if invoice["inter_state"] else [("CGST", "cgst"), (state_tax, "sgst")]
    rows = [("Taxable value", "subtotal"), *taxes]
    return [{"label": label, "amount": rupees(invoice[name])} for label, name in rows]


def _tax_row(row: dict[str, Any]) -> InvoiceDocument:
    return {
        "hsn_code": row["hsn_code"] or "-",
        "rate": f"{number(row['tax_rate'])}%",
        "half_rate": f"{number(row['half_rate'])}%",
        **{name: grouped(row[name]) for name in ("taxable_value", "cgst", "sgst", "igst", "tax_amount")},
    }
