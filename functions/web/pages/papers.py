"""The invoice on paper: A4, for the browser's own print."""

from urllib.parse import quote

from fastapi import APIRouter, Request, Response

from functions.web.desk import UserDesk, go
from shared import paper
from shared.browser import CurrentSession
from shared.payment_qr import qr_svg

router = APIRouter()


@router.get("/invoice/{reference}/print")
def print_invoice(request: Request, desk: UserDesk, reference: str) -> Response:
    """In the invoice's own template, or the one named in `template`."""
    printed = paper.of(desk.read("invoice_page", invoice=reference), request.query_params.get("template"))
    qr = qr_svg(printed["upi_link"]) if printed["upi_link"] else None
    return desk.page("print.html", paper=printed, qr=qr, templates=paper.TEMPLATES, reference=reference)


@router.get("/invoice/{reference}/pdf")
def show_pdf(request: Request, _session: CurrentSession, reference: str) -> Response:
    """The way to the PDF for people: who is not signed in any more is sent to the log-in first."""
    return go(f"/api/invoices/{quote(reference, safe='')}/pdf", **request.query_params)
