"""The list of invoices, the search, the page of one, and what can be done with it."""

from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from functions.web.context import RequestContext, UserContext, belongs_on_the_form, go
from functions.web.forms import Form, SessionForm, day_text, number_text, read_filters, typed_filters
from shared.problems.base import Problem

router = APIRouter()

STATUSES = ("draft", "sent", "overdue", "paid", "cancelled")
_SORTS = ("date", "due", "amount", "customer", "number")
_STATUS_OF_WORD = {"pending": "pending", **{status: status for status in STATUSES}}
_DONE = {"sent": "sent", "paid": "paid", "cancelled": "cancelled", "pending": "reopened"}


def _one_of(*allowed: str) -> Any:
    def read(text: str) -> str:
        if text not in allowed:
            raise ValueError("Choose one of the list.")
        return text

    return read


_FILTERS = {
    "status": _one_of("open", *STATUSES),
    "q": lambda text: text[:200],
    "from": day_text,
    "to": day_text,
    "due_from": day_text,
    "due_to": day_text,
    "min": lambda text: number_text(text, 2),
    "max": lambda text: number_text(text, 2),
    "sort": _one_of(*_SORTS),
    "order": _one_of("asc", "desc"),
    "after": lambda text: Form({"after": [text]}).uuid("after") or "",
}


@router.get("/invoices")
def list_invoices(request: Request, context: UserContext) -> Response:
    typed = typed_filters(request, _FILTERS)
    filters = read_filters(typed, _FILTERS)
    listed = context.read("web.invoices_page", filters=filters)
    return context.page(
        "invoices.html",
        listed=listed,
        typed=typed,
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
    text = form.text("invoice_number", "an invoice number or a customer")
    if text is None:
        return context.page("search.html", HTTPStatus.UNPROCESSABLE_ENTITY, form=form, found=None)
    listed = context.read("web.invoices_page", filters={"q": text[:200]})
    found, count = listed["invoices"], sum(known["count"] for known in listed["counts"].values())
    exact = listed["exact"] or (found[0]["id"] if count == 1 else None)
    if exact:
        return go(f"/invoice/{exact}")
    shown = found[: listed["page_size"]]
    return context.page(
        "search.html", form=form, found=shown, count=count, all_found=_address({}, {"q": text[:200]})
    )


# One invoice --------------------------------------------------------------------------------------


@router.get("/invoice/{reference}")
def show_invoice(context: UserContext, reference: str) -> Response:
    return show(context, reference, Form({}))


def show(context: RequestContext, reference: str, form: Form, status: int = HTTPStatus.OK) -> Response:
    """The page of an invoice, with what is wrong with a form about it."""
    return context.page(
        "invoice.html", status, shown=context.read("web.invoice_page", invoice=reference), form=form
    )


@router.post("/invoice/{reference}/status")
def set_status(context: UserContext, reference: str, form: SessionForm) -> Response:
    """PENDING, PAID and CANCELLED of the document, or a status of ours."""
    status = _STATUS_OF_WORD.get(form["status"].strip().lower())
    if status is None:
        form.message = "A status is PENDING, PAID or CANCELLED."
        return show(context, reference, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    payment = {"account_id": form.uuid("account_id"), "date": form.day("date")}
    if form.errors:
        return show(context, reference, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        context.write(form, "web.update_invoice_status", invoice=reference, status=status, payment=payment)
    except Problem as problem:
        if not belongs_on_the_form(problem, form):
            raise
        form.take(problem)
        return show(context, reference, form, int(problem.status))
    return go(f"/invoice/{reference}", done=form["done"] or _DONE.get(status, "updated"))


@router.post("/invoice/{reference}/delete")
def delete(context: UserContext, reference: str, form: SessionForm) -> Response:
    context.write(form, "web.delete_invoice", reference=reference)
    return go("/invoices", done="deleted")
