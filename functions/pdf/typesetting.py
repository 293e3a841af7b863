"""The PDF of an invoice document."""

import json
import threading
from functools import cache
from pathlib import Path

import typst

from shared.documents.invoice_document import InvoiceDocument
from shared.documents.upi import qr_svg

_FOLDER = Path(__file__).parent
_SUSPECTS = b"/Suspects false"
_setting = threading.Lock()


@cache
def _compiler() -> typst.Compiler:
    """Only our own fonts: every machine makes the same bytes, and every PDF has the rupee sign."""
    return typst.Compiler(root=_FOLDER, font_paths=[_FOLDER / "fonts"], ignore_system_fonts=True)


def typeset(invoice: InvoiceDocument) -> bytes:
    """The PDF of an invoice. The template receives texts as data, so no text is read as markup."""
    qr = qr_svg(invoice["upi_link"]) if invoice["upi_link"] else ""
    template = _FOLDER / "templates" / f"{invoice['template']}.typ"
    with _setting:
        pdf = _compiler().compile(
            template, format="pdf", sys_inputs={"invoice": json.dumps(invoice), "qr": qr}
        )
    # Poppler reports this entry as an error, although it is the default. Blanks keep every offset unchanged.
    return pdf.replace(_SUSPECTS, b" " * len(_SUSPECTS)) if isinstance(pdf, bytes) else b""
