"""The form that writes and changes invoices, with totals from the function that computes the real ones."""

import json
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from functions.web.desk import SAFETY_HEADERS, Desk, UserDesk, belongs_on_the_form, go
from functions.web.forms import Form, SessionForm, number_text
from shared.problems import Problem
from shared.rupees import rupees

router = APIRouter()

_TEXTS = ("customer_name", "customer_email", "customer_address", "customer_gstin", "place_of_supply", "notes")
_LINE_FIELDS = ("description", "hsn_code", "quantity", "unit_price", "tax_rate")
_EMPTY_LINES = 3
_MOST_LINES = 500
_PREVIEW_AMOUNTS = ("subtotal", "cgst", "sgst", "igst", "tax_amount", "total_amount")

Line = dict[str, str]


@router.get("/create")
def show_new(request: Request, desk: UserDesk) -> Response:
    """An empty form, or a copy of the invoice named by `copy`."""
    copied = request.query_params.get("copy")
    page = desk.read("invoice_form", invoice=copied)
    form = _form_of(page["invoice"]) if page["invoice"] else Form({})
    form.fields.update({"issue_date": [page["today"]], "due_date": [page["due_day"]]})
    return _show(desk, page, form, lines=_lines_of(page["invoice"]))


@router.post("/create")
def create(desk: UserDesk, form: SessionForm) -> Response:
    """Save a draft or issue the invoice; the other buttons add a line or compute the totals."""
    action = form["action"]
    if action in {"draft", "issue"}:
        draft = _draft(form)
        status = "sent" if action == "issue" else "draft"
        if not form.errors:
            try:
                created = desk.write(form, "create_invoice", invoice={**draft, "status": status})
                return go(f"/invoice/{created['id']}", done="issued" if action == "issue" else "created")
            except Problem as problem:
                if not belongs_on_the_form(problem):
                    raise
                form.take(problem)
    return _show_again(desk, form)


@router.get("/invoice/{reference}/edit")
def show_edit(desk: UserDesk, reference: str) -> Response:
    page = desk.read("invoice_form", invoice=reference)
    return _show(desk, page, _form_of(page["invoice"]), lines=_lines_of(page["invoice"]), editing=True)


@router.post("/invoice/{reference}/edit")
def edit(desk: UserDesk, reference: str, form: SessionForm) -> Response:
    if form["action"] == "save":
        draft = _draft(form)
        if not form.errors:
            try:
                desk.write(form, "change_invoice", reference=reference, invoice=draft)
                return go(f"/invoice/{reference}", done="updated")
            except Problem as problem:
                if not belongs_on_the_form(problem):
                    raise
                form.take(problem)
    return _show_again(desk, form, reference)


@router.post("/create/preview")
def preview(desk: UserDesk, form: SessionForm) -> Response:
    """The totals of a form as it stands, for the script that shows them while somebody types."""
    answer = desk.read("preview_invoice", invoice=_sketch(form))
    return JSONResponse(
        {
            **{name: rupees(answer[name]) for name in _PREVIEW_AMOUNTS},
            "items": [rupees(item["amount"]) for item in answer["items"]],
            **{name: answer[name] for name in ("amount_in_words", "inter_state", "reason", "gstin_fault")},
        },
        headers=SAFETY_HEADERS,
    )


def _show_again(desk: Desk, form: Form, reference: str | None = None) -> Response:
    lines = list(_typed_lines(form))
    if form["action"] == "add_line":
        lines.append({})
    elif form["action"].startswith("remove_line_"):
        lines = [line for index, line in enumerate(lines) if f"remove_line_{index}" != form["action"]]
    page = desk.read("invoice_form", invoice=reference, draft=_sketch(form))
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors or form.message else HTTPStatus.OK
    return _show(desk, page, form, status, lines=lines, editing=reference is not None)


def _show(
    desk: Desk,
    page: dict[str, Any],
    form: Form,
    status: int = HTTPStatus.OK,
    *,
    lines: list[Line],
    editing: bool = False,
) -> Response:
    shown = lines or [{} for _ in range(_EMPTY_LINES)]
    return desk.page(
        "invoice_form.html",
        status,
        page=page,
        form=form,
        lines=shown,
        editing=editing,
        rates=[f"{rate:f}" for rate in page["rates"]],
        customers_json=json.dumps(page["customers"]),
    )


# What the form says -------------------------------------------------------------------------------


def _typed_lines(form: Form) -> Iterator[Line]:
    columns = {name: form.listed(name) for name in _LINE_FIELDS}
    for index in range(min(max(map(len, columns.values())), _MOST_LINES)):
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
    return draft


def _item(form: Form, index: int, line: Line) -> dict[str, Any]:
    if not line["description"]:
        form.errors[f"items.{index}.description"] = "Enter what it is."
    return {
        "description": line["description"],
        "hsn_code": line["hsn_code"] or None,
        "quantity": _number(form, index, "quantity", line["quantity"] or "1", 3),
        "unit_price": _number(form, index, "unit_price", line["unit_price"], 2),
        "tax_rate": _number(form, index, "tax_rate", line["tax_rate"], 3) if line["tax_rate"] else None,
    }


def _number(form: Form, index: int, name: str, text: str, decimals: int) -> str | None:
    try:
        return number_text(text, decimals)
    except ValueError as failure:
        form.errors[f"items.{index}.{name}"] = str(failure)
        return None


def _sketch(form: Form) -> dict[str, Any]:
    """The form as far as it goes: for totals while somebody types."""
    unread = Form(form.fields)
    return {
        "customer_gstin": form.text("customer_gstin"),
        "place_of_supply": form.text("place_of_supply"),
        "price_includes_tax": form["price_includes_tax"] == "yes",
        "items": [
            {
                "quantity": _number(unread, 0, "quantity", line["quantity"] or "1", 3),
                "unit_price": _number(unread, 0, "unit_price", line["unit_price"] or "0", 2),
                "tax_rate": _number(unread, 0, "tax_rate", line["tax_rate"], 3) if line["tax_rate"] else None,
            }
            for line in _typed_lines(form)
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
            "quantity": f"{item['quantity']:f}"
            if not isinstance(item["quantity"], int)
            else str(item["quantity"]),
            "unit_price": f"{item['unit_price']:.2f}",
            "tax_rate": f"{item['tax_rate']}",
        }
        for item in invoice["items"]
    ]
