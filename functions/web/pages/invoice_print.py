"""The invoice as an A4 page, for the browser's own print."""

from urllib.parse import quote

from fastapi import APIRouter, Request, Response

from functions.web.context import UserContext, go
from shared.documents import invoice_document
from shared.documents.upi import qr_svg
from shared.web.session import CurrentSession

router = APIRouter()


@router.get("/invoice/{reference}/print")
def print_invoice(request: Request, context: UserContext, reference: str) -> Response:
    """In the invoice's own template, or the one named in `template`."""
    printed = invoice_document.of(
        context.read("web.invoice_page", invoice=reference), request.query_params.get("template")
    )
    qr = qr_svg(printed["upi_link"]) if printed["upi_link"] else None
    return context.page(
        "print.html", document=printed, qr=qr, templates=invoice_document.TEMPLATES, reference=reference
    )


@router.get("/invoice/{reference}/pdf")
def show_pdf(_session: CurrentSession, reference: str, template: str | None = None) -> Response:
    """The way to the PDF for people: who is not signed in any more is sent to the log-in first."""
    address = f"/api/invoices/{quote(reference, safe='')}/pdf"
    return go(address, template=template) if template else go(address)
