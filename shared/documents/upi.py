"""UPI: the link a payer's app opens, with payee, amount and reference, and its QR code."""

import io
import re
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlencode

_LONGEST_NOTE = 50
_LONGEST_REFERENCE = 35


def upi_link(shown: dict[str, Any]) -> str | None:
    """The link for what is due on an invoice; none when nothing is, or when nobody can be paid."""
    seller, due = shown["seller"], Decimal(shown["amount_due"])
    if not seller["upi_id"] or due <= 0:
        return None
    number = shown["invoice"]["invoice_number"]
    values = {
        "pa": seller["upi_id"],
        "pn": seller["name"] or seller["upi_id"],
        "tr": re.sub(r"[^A-Za-z0-9]", "", number)[:_LONGEST_REFERENCE],
        "tn": number[:_LONGEST_NOTE],
        "am": f"{due:.2f}",
        "cu": "INR",
    }
    return "upi://pay?" + urlencode(values, safe="@", quote_via=quote)


def qr_svg(link: str) -> str:
    """The link as a QR code: an SVG element without style attributes, for a page or a PDF."""
    import segno  # noqa: PLC0415 (only an invoice with money due needs it)

    out = io.BytesIO()
    segno.make(link, error="m", micro=False).save(
        out,
        kind="svg",
        xmldecl=False,
        svgns=True,
        omitsize=True,
        border=2,
        svgclass="qr",
        lineclass=None,
        light="#fff",
    )
    return out.getvalue().decode()
