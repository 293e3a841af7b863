"""Money in, money out: the list and the form that adds to it."""

from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from functions.web.context import RequestContext, UserContext, belongs_on_the_form, go
from functions.web.forms import Form, SessionForm, day_text, filters_of
from shared.problems.base import Problem
from shared.problems.catalogue import TransactionNotFound

router = APIRouter()

TYPES = ("sale", "expense", "transfer", "other")


def _type(text: str) -> str:
    if text not in TYPES:
        raise ValueError
    return text


def _uuid(text: str) -> str:
    return Form({"id": [text]}).uuid("id") or ""


_FILTERS = {
    "type": _type,
    "account": _uuid,
    "category": lambda text: text[:100],
    "q": lambda text: text[:200],
    "from": day_text,
    "to": day_text,
    "after": _uuid,
}


@router.get("/transactions")
def list_transactions(request: Request, context: UserContext) -> Response:
    return _show(request, context, Form({}))


def _show(request: Request, context: RequestContext, form: Form, status: int = HTTPStatus.OK) -> Response:
    filters = {name: value for name, value in filters_of(request, _FILTERS).items() if value}
    listed = context.read("web.transactions_page", filters=filters)
    return context.page(
        "transactions.html",
        status,
        listed=listed,
        filters=filters,
        form=form,
        address=lambda **changes: _address(filters, changes),
        **_next(listed, filters),
    )


def _address(filters: dict[str, str], changes: dict[str, str]) -> str:
    query = urlencode({name: value for name, value in {**filters, "after": "", **changes}.items() if value})
    return f"/transactions?{query}" if query else "/transactions"


def _next(listed: dict[str, Any], filters: dict[str, str]) -> dict[str, Any]:
    shown = listed["transactions"][: listed["page_size"]]
    more = len(listed["transactions"]) > len(shown)
    return {
        "transactions": shown,
        "next_page": _address(filters, {"after": shown[-1]["id"]}) if more else None,
    }


@router.post("/transactions")
def add_transaction(request: Request, context: UserContext, form: SessionForm) -> Response:
    transaction = _transaction(form)
    if not form.errors:
        try:
            context.write(form, "api.create_transaction", transaction=transaction)
            return go("/transactions", done="recorded")
        except Problem as problem:
            if not belongs_on_the_form(problem, form):
                raise
            form.take(problem)
    return _show(request, context, form, HTTPStatus.UNPROCESSABLE_ENTITY)


def _transaction(form: Form) -> dict[str, Any]:
    kind = form["transaction_type"]
    if kind not in TYPES:
        form.errors["transaction_type"] = "Choose what it is."
    transaction = {
        "transaction_type": kind,
        "amount": form.amount("amount", "the amount"),
        "description": form.text("description"),
        "category": form.text("category"),
        "date": form.day("date"),
        "account_id": form.uuid("account_id"),
    }
    if kind in {"sale", "expense"}:
        transaction["tax_rate"] = form.rate("tax_rate")
    if kind == "transfer":
        transaction["transfer_account_id"] = form.uuid("transfer_account_id", "the account that receives it")
    return {name: value for name, value in transaction.items() if value is not None}


@router.post("/transactions/{transaction_id}/delete")
def delete_transaction(
    request: Request, context: UserContext, transaction_id: str, form: SessionForm
) -> Response:
    try:
        context.write(form, "api.delete_transaction", transaction_id=_known_id(transaction_id))
    except Problem as problem:
        if not belongs_on_the_form(problem, form):
            raise
        form.take(problem)
        return _show(request, context, form, int(problem.status))
    return go("/transactions", done="removed")


def _known_id(text: str) -> str:
    known = _uuid(text)
    if not known:
        raise TransactionNotFound
    return known
