"""The invoice as PDF (spec: Web Interface, Print invoices)."""

import json
import re
from decimal import Decimal
from typing import Annotated

from fastapi import Depends, Query, Request, Response

from functions.pdf.typesetting import typeset
from shared.auth.tokens import BearerToken, Caller, verifier
from shared.documents import invoice_document
from shared.http.application import group
from shared.problems.catalogue import InvoiceNotFound, problems
from shared.schemas.choices import Template
from shared.supabase.auth import AuthApi
from shared.supabase.rest import Data
from shared.web.session import browser_session

router = group("/api/invoices", "Invoices")


async def _reader(request: Request, auth: AuthApi, token: BearerToken) -> Caller:
    """The caller: by an access token, or by the session cookie, because the web interface links here."""
    caller = await verifier().caller(token) if token else (await browser_session(request, auth)).caller
    request.state.user_id = caller.user_id
    return caller


@router.get(
    "/{invoice_id}/pdf",
    summary="Get an invoice as PDF",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}, "description": "A4"}, **problems(InvoiceNotFound)},
)
def get_invoice_pdf(
    request: Request,
    caller: Annotated[Caller, Depends(_reader)],
    invoice_id: str,
    template: Annotated[Template | None, Query(description="Default: the template of the invoice.")] = None,
) -> Response:
    """A page in A4 with the fields of a GST tax invoice. If money is due, it has a UPI QR code."""
    answer = Data(request, "web", caller).call("invoice_page", invoice=invoice_id)
    shown = json.loads(bytes(answer.body), parse_float=Decimal)
    printed = invoice_document.of(shown, template)
    name = re.sub(r"[^A-Za-z0-9._-]", "-", printed["number"])
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"'}
    return Response(typeset(printed), headers=headers, media_type="application/pdf")
