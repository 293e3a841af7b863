"""The form that writes and changes invoices, with totals from the function that computes the real ones."""

import json
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from functions.web.context import RequestContext, UserContext, belongs_on_the_form, go
from functions.web.forms import Form, SessionForm, number_text
from functions.web.pages import invoices
from shared.documents.formatting import number, rupees
from shared.http import security_headers
from shared.problems.base import Problem
from shared.problems.catalogue import InvoiceChanged

router = APIRouter()

_TEXTS = ("customer_name", "customer_email", "customer_address", "customer_gstin", "place_of_supply", "notes")
_LINE_FIELDS = ("description", "hsn_code", "quantity", "unit_price", "tax_rate")
_EMPTY_LINES = 3
_MOST_LINES = 1000
_HSN_CODE = re.compile(r"[0-9]{4,8}")
_SHAPES = {"quantity": (3, 10**9), "unit_price": (2, 10**13), "tax_rate": (3, 101)}
"""Of the numbers of a line: how many decimals each has, and what it stays below."""
_BEFORE_EDITING = {
    "unpay": "A paid invoice keeps its lines. Take the payment back, then edit the invoice.",
    "reopen": "A cancelled invoice stays as it is. Reopen it, then edit it.",
}
_PREVIEW_AMOUNTS = ("subtotal", "cgst", "sgst", "igst", "tax_amount", "total_amount")

Line = dict[str, str]


@router.get("/create")
def show_new(request: Request, context: UserContext) -> Response:
    """An empty form, or a copy of the invoice named by `copy`."""
    page = context.read("web.invoice_form", copied=request.query_params.get("copy"))
    form = _form_of(page["invoice"]) if page["invoice"] else Form({})
    form.fields.update({"issue_date": [page["today"]], "due_date": [page["due_day"]]})
    return _show(context, page, form, lines=_lines_of(page["invoice"]))


@router.post("/create")
def create(context: UserContext, form: SessionForm) -> Response:
    """Save a draft or issue the invoice; the other buttons add a line or compute the totals."""
    action = form["action"]
    if action in {"draft", "issue"}:
        status = "sent" if action == "issue" else "draft"
        created = _saved(context, form, "api.create_invoice", invoice={**_draft(form), "status": status})
        if created:
            return go(f"/invoice/{created['id']}", done="issued" if action == "issue" else "created")
    return _show_refused(context, form)


@router.get("/invoice/{reference}/edit")
def show_edit(context: UserContext, reference: str) -> Response:
    """The form of an invoice that can be changed; of another one its page, which says what to do first."""
    page = context.read("web.invoice_form", invoice=reference)
    actions = page["invoice"]["available_actions"]
    if "edit" not in actions:
        first = (sentence for action, sentence in _BEFORE_EDITING.items() if action in actions)
        message = next(first, "This invoice follows its sale, which is what can be changed.")
        return invoices.show(context, reference, Form({}, message=message), HTTPStatus.CONFLICT)
    return _show(context, page, _form_of(page["invoice"]), lines=_lines_of(page["invoice"]), editing=True)


@router.post("/invoice/{reference}/edit")
def edit(context: UserContext, reference: str, form: SessionForm) -> Response:
    if form["action"] == "save":
        changes = {"reference": reference, "invoice": _draft(form), "seen_at": form.text("seen_at")}
        if _saved(context, form, "web.update_invoice", **changes):
            return go(f"/invoice/{reference}", done="updated")
    return _show_refused(context, form, reference)


def _saved(context: RequestContext, form: Form, function: str, **arguments: object) -> Any:
    """What saving answered; None when something is wrong, which the form then says."""
    if form.errors or form.message:
        return None
    try:
        return context.write(form, function, **arguments)
    except Problem as problem:
        if not belongs_on_the_form(problem):
            raise
        form.take(problem)
        if isinstance(problem, InvoiceChanged):
            form.message += " Saving again replaces it with what stands here."
            # Whoever has read that may: the form goes on from the invoice as it is now.
            del form.fields["seen_at"]
        for name in _LINE_FIELDS:
            # SQL does not say which line it means.
            form.message = form.errors.pop(name, form.message)
        return None


@router.post("/create/preview")
def preview(context: UserContext, form: SessionForm) -> Response:
    """The totals of a form as it stands, for the script that shows them while somebody types."""
    return _totals(context, form)


@router.post("/invoice/{reference}/edit/preview")
def preview_edit(context: UserContext, reference: str, form: SessionForm) -> Response:
    return _totals(context, form, reference)


def _totals(context: RequestContext, form: Form, reference: str | None = None) -> Response:
    answer = context.read("web.preview_invoice", invoice=_sketch(form, _typed_lines(form)), edited=reference)
    return JSONResponse(
        {
            **{name: rupees(answer[name]) for name in _PREVIEW_AMOUNTS},
            "items": [rupees(item["amount"]) for item in answer["items"]],
            **{name: answer[name] for name in ("amount_in_words", "inter_state", "reason", "gstin_fault")},
        },
        headers=security_headers.OF_PAGES,
    )


def _show_refused(context: RequestContext, form: Form, reference: str | None = None) -> Response:
    lines = list(_typed_lines(form))
    if form["action"] == "add_line":
        lines.append({})
    elif form["action"].startswith("remove_line_"):
        lines = [line for index, line in enumerate(lines) if f"remove_line_{index}" != form["action"]]
    page = _page_with_totals(context, form, lines, reference)
    status = form.status if form.errors or form.message else HTTPStatus.OK
    return _show(context, page, form, status, lines=lines, editing=reference is not None)


def _page_with_totals(
    context: RequestContext, form: Form, lines: list[Line], reference: str | None
) -> dict[str, Any]:
    try:
        return context.read("web.invoice_form", invoice=reference, draft=_sketch(form, lines))
    except Problem as problem:
        # Too much to be added up, say: what was typed must not be lost for its totals.
        if not belongs_on_the_form(problem):
            raise
        form.take(problem)
        return {**context.read("web.invoice_form", invoice=reference), "preview": None}


def _show(
    context: RequestContext,
    page: dict[str, Any],
    form: Form,
    status: int = HTTPStatus.OK,
    *,
    lines: list[Line],
    editing: bool = False,
) -> Response:
    shown = lines or [{} for _ in range(_EMPTY_LINES)]
    default_rate = number(page["default_tax_rate"])
    return context.page(
        "invoice_form.html",
        status,
        page=page,
        form=form,
        lines=shown,
        editing=editing,
        default_rate=default_rate,
        rates=[rate for rate in map(number, page["rates"]) if rate != default_rate],
        customers_json=json.dumps(page["customers"]),
    )


# What the form says -------------------------------------------------------------------------------


def _typed_lines(form: Form) -> Iterator[Line]:
    columns = {name: form.listed(name) for name in _LINE_FIELDS}
    for index in range(max(map(len, columns.values()))):
        yield {name: values[index].strip() if index < len(values) else "" for name, values in columns.items()}


def _is_blank(line: Line) -> bool:
    return not any(line[name] for name in ("description", "unit_price", "hsn_code"))


def _draft(form: Form) -> dict[str, Any]:
    """The invoice as SQL takes it; what can't be read is noted as an error of its field."""
    draft: dict[str, Any] = {name: form.text(name) for name in _TEXTS}
    form.text("customer_name", "the customer's name")
    draft["issue_date"] = form.day("issue_date", "the date of issue")
    draft["due_date"] = form.day("due_date", "the day the payment is due")
    draft["price_includes_tax"] = form["price_includes_tax"] == "yes"
    draft["template"] = form["template"] or "default"
    # The place behind the customer's number in the form is only a proposal.
    draft["items"] = [
        _item(form, index, line) for index, line in enumerate(_typed_lines(form)) if not _is_blank(line)
    ]
    if not draft["items"]:
        form.errors["items.0.description"] = "Enter at least one line."
    if len(draft["items"]) > _MOST_LINES:
        form.message = f"An invoice has at most {_MOST_LINES:,} lines, this one has {len(draft['items']):,}."
    return draft


def _item(form: Form, index: int, line: Line) -> dict[str, Any]:
    if not line["description"]:
        form.errors[f"items.{index}.description"] = "Enter what it is."
    if line["hsn_code"] and not _HSN_CODE.fullmatch(line["hsn_code"]):
        form.errors[f"items.{index}.hsn_code"] = "4 to 8 digits."
    return {
        "description": line["description"],
        "hsn_code": line["hsn_code"] or None,
        "quantity": _number(form, index, "quantity", line["quantity"] or "1"),
        "unit_price": _number(form, index, "unit_price", line["unit_price"]),
        "tax_rate": _number(form, index, "tax_rate", line["tax_rate"]) if line["tax_rate"] else None,
    }


def _number(form: Form, index: int, name: str, text: str) -> str | None:
    try:
        return _number_of_line(name, text)
    except ValueError as failure:
        form.errors[f"items.{index}.{name}"] = str(failure)
        return None


def _number_of_line(name: str, text: str) -> str:
    decimals, beyond = _SHAPES[name]
    digits = number_text(text, decimals)
    if Decimal(digits) < 0 or (name == "quantity" and not Decimal(digits)):
        raise ValueError("Above zero." if name == "quantity" else "Not below zero.")
    if Decimal(digits) >= beyond:
        raise ValueError("This is too large.")
    return digits


def _sketch(form: Form, lines: Iterable[Line]) -> dict[str, Any]:
    """The form as far as it goes: for totals while somebody types."""
    unread = Form(form.fields)
    return {
        "customer_gstin": form.text("customer_gstin"),
        "place_of_supply": form.text("place_of_supply"),
        "price_includes_tax": form["price_includes_tax"] == "yes",
        "items": [
            {
                "quantity": _number(unread, 0, "quantity", line.get("quantity") or "1"),
                "unit_price": _number(unread, 0, "unit_price", line.get("unit_price") or "0"),
                "tax_rate": _number(unread, 0, "tax_rate", line["tax_rate"])
                if line.get("tax_rate")
                else None,
            }
            for line in lines
        ],
    }


def _form_of(invoice: dict[str, Any]) -> Form:
    values = {name: invoice[name] or "" for name in (*_TEXTS, "template")}
    return Form(
        {
            **{name: [value] for name, value in values.items()},
            "issue_date": [invoice["issue_day"]],
            "due_date": [invoice["due_day"]],
            "price_includes_tax": ["yes" if invoice["price_includes_tax"] else "no"],
        }
    )


def _lines_of(invoice: dict[str, Any] | None) -> list[Line]:
    if invoice is None:
        return []
    return [
        {
            "description": item["description"],
            "hsn_code": item["hsn_code"] or "",
            "quantity": number(item["quantity"]),
            "unit_price": f"{item['unit_price']:.2f}",
            "tax_rate": number(item["tax_rate"]),
        }
        for item in invoice["items"]
    ]
