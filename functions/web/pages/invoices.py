"""The list of invoices, the search, the page of one, and what can be done with it."""

from http import HTTPStatus
from typing import Any, Literal
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request, Response

from functions.web.context import RequestContext, UserContext, belongs_on_the_form, go
from functions.web.fields import Amount, FormModel, SearchText, TypedDay, typed
from functions.web.forms import Form, SessionForm, typed_filters
from functions.web.payment_form import METHODS, SETTLED_BY, PaymentForm
from shared.problems.base import Problem
from shared.schemas.choices import InvoiceStatus

router = APIRouter()

STATUSES = ("draft", "sent", "overdue", "paid", "cancelled")
_STATUS_OF_WORD = {"pending": "pending", **{status: status for status in STATUSES}}
_DONE = {"sent": "sent", "paid": "paid", "cancelled": "cancelled", "pending": "reopened"}


class InvoiceFilters(FormModel):
    """Which invoices to list, and in which order."""

    status: Literal[InvoiceStatus, "open"] | None = typed()
    q: SearchText | None = typed()
    first_day: TypedDay | None = typed(alias="from")
    last_day: TypedDay | None = typed(alias="to")
    due_from: TypedDay | None = typed()
    due_to: TypedDay | None = typed()
    min: Amount | None = typed()
    max: Amount | None = typed()
    sort: Literal["date", "due", "amount", "customer", "number"] | None = typed()
    order: Literal["asc", "desc"] | None = typed()
    after: UUID | None = typed()


class SearchForm(FormModel):
    """What to look for."""

    invoice_number: SearchText = typed("an invoice number or a customer")


@router.get("/invoices")
def list_invoices(request: Request, context: UserContext) -> Response:
    form, filters = typed_filters(request, InvoiceFilters)
    listed = context.read("web.invoices_page", filters=filters)
    return context.page(
        "invoices.html",
        listed=listed,
        typed=form,
        filters=filters,
        **_chips(listed, filters),
        **_next(listed, filters),
    )


def _chips(listed: dict[str, Any], filters: dict[str, str]) -> dict[str, Any]:
    """The links by status, each with how many invoices it leads to; the other filters stay."""
    kept = {name: value for name, value in filters.items() if name not in {"status", "after"}}
    counts = {status: listed["counts"].get(status, {"count": 0, "amount": 0}) for status in STATUSES}
    return {
        "counts": counts,
        "total_count": sum(known["count"] for known in counts.values()),
        "open_count": counts["sent"]["count"] + counts["overdue"]["count"],
        "address": lambda **changes: _address(kept, changes),
        "is_filtered": bool(set(filters) - {"sort", "order", "after"}),
    }


def _address(filters: dict[str, str], changes: dict[str, str]) -> str:
    query = urlencode({name: value for name, value in {**filters, **changes}.items() if value})
    return f"/invoices?{query}" if query else "/invoices"


def _next(listed: dict[str, Any], filters: dict[str, str]) -> dict[str, Any]:
    shown = listed["invoices"][: listed["page_size"]]
    more = len(listed["invoices"]) > len(shown)
    next_page = _address(filters, {"after": shown[-1]["id"]}) if more else None
    return {"invoices": shown, "next_page": next_page, "first_page": _address(filters, {"after": ""})}


# Search -------------------------------------------------------------------------------------------


@router.get("/search")
def show_search(context: UserContext) -> Response:
    return context.page("search.html", form=Form({}), found=None)


@router.post("/search")
def search(context: UserContext, form: SessionForm) -> Response:
    """By number first; a text that is no number is looked for in customers' names and addresses too."""
    text = form.read(SearchForm).get("invoice_number")
    if text is None:
        return context.page("search.html", HTTPStatus.UNPROCESSABLE_ENTITY, form=form, found=None)
    listed = context.read("web.invoices_page", filters={"q": text})
    found, count = listed["invoices"], sum(known["count"] for known in listed["counts"].values())
    exact = listed["exact"] or (found[0]["id"] if count == 1 else None)
    if exact:
        return go(f"/invoice/{exact}")
    shown = found[: listed["page_size"]]
    return context.page(
        "search.html", form=form, found=shown, count=count, all_found=_address({}, {"q": text})
    )


# One invoice --------------------------------------------------------------------------------------


@router.get("/invoice/{reference}")
def show_invoice(context: UserContext, reference: str) -> Response:
    return show(context, reference, Form({}))


def show(context: RequestContext, reference: str, form: Form, status: int = HTTPStatus.OK) -> Response:
    """The page of an invoice, with what is wrong with a form about it."""
    shown = context.read("web.invoice_page", invoice=reference)
    return context.page(
        "invoice.html", status, shown=shown, form=form, methods=METHODS, settled_by=SETTLED_BY
    )


@router.post("/invoice/{reference}/status")
def update_status(context: UserContext, reference: str, form: SessionForm) -> Response:
    """PENDING, PAID and CANCELLED of the document, or a status of ours."""
    status = _STATUS_OF_WORD.get(form["status"].strip().lower())
    if status is None:
        form.message = "A status is PENDING, PAID or CANCELLED."
        return show(context, reference, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    payment = form.read(PaymentForm)
    if form.is_refused:
        return show(context, reference, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        updated = context.write(
            form, "web.update_invoice_status", invoice=reference, status=status, payment=payment
        )
    except Problem as problem:
        if not belongs_on_the_form(problem, form):
            raise
        form.take(problem)
        return show(context, reference, form, int(problem.status))
    done = form["done"] or _DONE.get(status, "updated")
    if status == "paid" != updated["status"]:
        done = "paid_in_part"
    return go(f"/invoice/{reference}", done=done)


@router.post("/invoice/{reference}/payments/{payment_id}/delete")
def delete_payment(context: UserContext, reference: str, payment_id: UUID, form: SessionForm) -> Response:
    """Take one payment back, with its money and the tax kept back from it."""
    try:
        context.write(form, "web.delete_payment", invoice=reference, payment_id=payment_id)
    except Problem as problem:
        if not belongs_on_the_form(problem):
            raise
        form.take(problem)
        return show(context, reference, form, int(problem.status))
    return go(f"/invoice/{reference}", done="unpaid")


@router.post("/invoice/{reference}/delete")
def delete_invoice(context: UserContext, reference: str, form: SessionForm) -> Response:
    context.write(form, "web.delete_invoice", reference=reference)
    return go("/invoices", done="deleted")
