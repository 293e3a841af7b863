"""The form that writes and changes invoices, with totals from the function that computes the real ones."""

import json
from collections.abc import Iterator
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from functions.web.context import Check, RequestContext, UserContext, belongs_on_the_form, go
from functions.web.fields import Amount, ChosenTemplate, Count, FormModel, Percent, TypedDay, YesOrNo, typed
from functions.web.forms import Draft, Form, SessionForm
from functions.web.pages import invoices
from shared.documents.formatting import number, rupees
from shared.http import security_headers
from shared.problems.base import Problem
from shared.problems.catalogue import InvoiceChanged
from shared.schemas.text import Address, ContactEmail, Description, Gstin, HsnCode, Name, Notes, StateCode

router = APIRouter()

_EMPTY_LINES = 3
_NUMBERS = ("quantity", "unit_price", "tax_rate")
_BEFORE_EDITING = {
    "unpay": "A paid invoice keeps its lines. Take the payment back, then edit the invoice.",
    "reopen": "A cancelled invoice stays as it is. Reopen it, then edit it.",
}
_PREVIEW_AMOUNTS = ("subtotal", "cgst", "sgst", "igst", "tax_amount", "total_amount")

Line = dict[str, str]


class LineForm(FormModel):
    """A line of an invoice."""

    description: Description = typed("what it is")
    hsn_code: HsnCode | None = typed(shape="4 to 8 digits.")
    quantity: Count = typed()
    unit_price: Amount = typed("a price")
    tax_rate: Percent | None = typed()


class InvoiceForm(FormModel):
    """An invoice to write, or one that was changed."""

    customer_name: Name = typed("the customer's name")
    customer_email: ContactEmail | None = typed(shape="Enter an e-mail address, like asha@example.com.")
    customer_address: Address | None = typed()
    customer_gstin: Gstin | None = typed()
    place_of_supply: StateCode | None = typed()
    issue_date: TypedDay = typed("the date of issue")
    due_date: TypedDay = typed("the day the payment is due")
    price_includes_tax: YesOrNo = typed()
    notes: Notes | None = typed()
    template: ChosenTemplate = typed()
    items: Annotated[list[LineForm], Field(max_length=1000)] = typed()


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
        invoice = {**_draft(form), "status": status}
        checked = Check("invoice", invoice)
        if created := context.carried_out(form, checked, "api.create_invoice", invoice=invoice):
            return go(f"/invoice/{created['id']}", done="issued" if action == "issue" else "created")
    return _show_form(context, form)


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
        invoice = _draft(form)
        saved = context.carried_out(
            form,
            Check("invoice", invoice, reference),
            "web.update_invoice",
            reference=reference,
            invoice=invoice,
            seen_at=form["seen_at"] or None,
        )
        if saved:
            return go(f"/invoice/{reference}", done="updated")
        if isinstance(form.refusal, InvoiceChanged):
            form.message += " Saving again replaces it with what stands here."
            # Whoever has read that may: the form goes on from the invoice as it is now.
            form.fields.pop("seen_at", None)
    return _show_form(context, form, reference)


@router.post("/create/preview")
def preview(context: UserContext, form: SessionForm) -> Response:
    """The totals of a form as it stands, for the script that shows them while somebody types."""
    return _totals(context, form)


@router.post("/invoice/{reference}/edit/preview")
def preview_edit(context: UserContext, reference: str, form: SessionForm) -> Response:
    return _totals(context, form, reference)


def _totals(context: RequestContext, form: Form, reference: str | None = None) -> Response:
    lines = list(_typed_lines(form))
    draft = form.read(InvoiceForm, items=dict(enumerate(lines)))
    try:
        answer = context.read("web.preview_invoice", invoice=_sketch(form, lines), edited=reference)
    except Problem as problem:
        if not belongs_on_the_form(problem):
            raise
        # Without the values that no line can have there may be totals all the same.
        context.check(form, Check("invoice", draft, reference))
        answer = context.read("web.preview_invoice", invoice=_sketch(form, lines), edited=reference)
    return JSONResponse(
        {
            **{name: rupees(answer[name]) for name in _PREVIEW_AMOUNTS},
            "items": [rupees(item["amount"]) for item in answer["items"]],
            **{name: answer[name] for name in ("amount_in_words", "inter_state", "reason", "gstin_fault")},
        },
        headers=security_headers.OF_PAGES,
    )


def _show_form(context: RequestContext, form: Form, reference: str | None = None) -> Response:
    lines = list(_typed_lines(form))
    if form["action"] == "add_line":
        lines.append({})
    elif form["action"].startswith("remove_line_"):
        lines = [line for index, line in enumerate(lines) if f"remove_line_{index}" != form["action"]]
    page = _page_with_totals(context, form, lines, reference)
    status = form.status if form.is_refused else HTTPStatus.OK
    return _show(context, page, form, status, lines=lines, editing=reference is not None)


def _page_with_totals(
    context: RequestContext, form: Form, lines: list[Line], reference: str | None
) -> dict[str, Any]:
    page: dict[str, Any]
    try:
        page = context.read("web.invoice_form", invoice=reference, draft=_sketch(form, lines))
    except Problem as problem:
        # Too much to be added up, say: what was typed must not be lost for its totals.
        if not belongs_on_the_form(problem):
            raise
        form.take(problem)
        page = {**context.read("web.invoice_form", invoice=reference), "preview": None}
    return page


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
    columns = {name: form.listed(name) for name in LineForm.model_fields}
    for index in range(max(map(len, columns.values()))):
        yield {name: values[index].strip() if index < len(values) else "" for name, values in columns.items()}


def _is_blank(line: Line) -> bool:
    return not any(line[name] for name in ("description", "unit_price", "hsn_code"))


def _draft(form: Form) -> Draft:
    """The invoice as SQL takes it; what can't be read is noted as an error of its field."""
    lines = {index: line for index, line in enumerate(_typed_lines(form)) if not _is_blank(line)}
    draft = form.read(InvoiceForm, items=lines)
    if not lines:
        form.errors["items.0.description"] = "Enter at least one line."
    return draft


def _sketch(form: Form, lines: list[Line]) -> Draft:
    """The form as far as it goes: for totals while somebody types."""
    read = Form(form.fields).read(InvoiceForm, items=dict(enumerate(lines)))
    header = ("customer_gstin", "place_of_supply", "price_includes_tax")
    return {
        **{name: read[name] for name in header if name in read},
        "items": [
            {
                name: value
                for name, value in line.items()
                if name in _NUMBERS and f"items.{index}.{name}" not in form.errors
            }
            for index, line in enumerate(read.get("items", []))
        ],
    }


def _form_of(invoice: dict[str, Any]) -> Form:
    texts = set(InvoiceForm.model_fields) - {"issue_date", "due_date", "price_includes_tax", "items"}
    values = {name: invoice[name] or "" for name in texts}
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
