"""Sets an invoice document as PDF."""

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
    """With fonts of ours and no others: the same bytes on every machine, and the rupee sign always there."""
    return typst.Compiler(root=_FOLDER, font_paths=[_FOLDER / "fonts"], ignore_system_fonts=True)


def typeset(invoice: InvoiceDocument) -> bytes:
    """The PDF of an invoice; texts reach the template as data, so nothing in them is taken for markup."""
    qr = qr_svg(invoice["upi_link"]) if invoice["upi_link"] else ""
    template = _FOLDER / "templates" / f"{invoice['template']}.typ"
    with _setting:
        pdf = _compiler().compile(
            template, format="pdf", sys_inputs={"invoice": json.dumps(invoice), "qr": qr}
        )
    # Poppler takes the default of this entry, written out, for an error; blanks keep every offset as it is.
    return pdf.replace(_SUSPECTS, b" " * len(_SUSPECTS)) if isinstance(pdf, bytes) else b""
