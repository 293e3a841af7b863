"""Money in, money out: the list and the form that adds to it."""

from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request, Response

from functions.web.context import Check, RequestContext, UserContext, belongs_on_the_form, go
from functions.web.fields import Amount, FormModel, Percent, SearchText, TypedDay, id_of, typed
from functions.web.forms import Form, SessionForm, typed_filters
from shared.problems.base import Problem
from shared.problems.catalogue import TransactionNotFound
from shared.schemas.choices import TransactionType
from shared.schemas.text import Category, Description

router = APIRouter()


class TransactionFilters(FormModel):
    """Which transactions to list."""

    type: TransactionType | None = typed()
    account: UUID | None = typed()
    category: SearchText | None = typed()
    q: SearchText | None = typed()
    first_day: TypedDay | None = typed(alias="from")
    last_day: TypedDay | None = typed(alias="to")
    after: UUID | None = typed()


class TransactionForm(FormModel):
    """A transaction to record."""

    transaction_type: TransactionType = typed("what it is")
    amount: Amount = typed("the amount")
    description: Description | None = typed()
    category: Category | None = typed()
    date: TypedDay | None = typed()
    account_id: UUID | None = typed()


class TradeForm(TransactionForm):
    """A sale or an expense."""

    tax_rate: Percent | None = typed()


class TransferForm(TransactionForm):
    """Money that goes from one account to another."""

    transfer_account_id: UUID = typed("the account that receives it")


_MODELS: dict[str, type[TransactionForm]] = {
    "sale": TradeForm,
    "expense": TradeForm,
    "transfer": TransferForm,
}


@router.get("/transactions")
def list_transactions(request: Request, context: UserContext) -> Response:
    return _show(request, context, Form({}))


def _show(request: Request, context: RequestContext, form: Form, status: int = HTTPStatus.OK) -> Response:
    _, filters = typed_filters(request, TransactionFilters)
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
def create_transaction(request: Request, context: UserContext, form: SessionForm) -> Response:
    read = form.read(_MODELS.get(form["transaction_type"], TransactionForm))
    # What is left out takes its default: today, the default account, the usual rate.
    transaction = {name: value for name, value in read.items() if value is not None}
    checked = Check("transaction", transaction)
    if context.carried_out(form, checked, "api.create_transaction", transaction=transaction):
        return go("/transactions", done="recorded")
    return _show(request, context, form, HTTPStatus.UNPROCESSABLE_ENTITY)


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
    known = id_of(text)
    if not known:
        raise TransactionNotFound
    return known
