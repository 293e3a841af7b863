"""Accounts with their last movements."""

from http import HTTPStatus

from fastapi import APIRouter, Response

from functions.web.context import RequestContext, UserContext, belongs_on_the_form, go
from functions.web.forms import Form, SessionForm
from shared.problems.base import Problem
from shared.problems.catalogue import AccountNotFound, BalanceMoved

router = APIRouter()


@router.get("/accounts")
def list_accounts(context: UserContext) -> Response:
    return _show(context, Form({}))


def _show(context: RequestContext, form: Form, status: int = HTTPStatus.OK, about: str = "") -> Response:
    return context.page(
        "accounts.html", status, books=context.read("web.accounts_page"), form=form, about=about
    )


@router.post("/accounts")
def open_account(context: UserContext, form: SessionForm) -> Response:
    account = {"name": form.text("name", "a name"), "balance": form.amount("balance") or "0"}
    if not form.errors:
        try:
            context.write(form, "api.create_account", account=account)
            return go("/accounts", done="account_created")
        except Problem as problem:
            if not belongs_on_the_form(problem, form):
                raise
            form.take(problem)
    return _show(context, form, HTTPStatus.UNPROCESSABLE_ENTITY)


@router.post("/accounts/{account_id}")
def update_account(context: UserContext, account_id: str, form: SessionForm) -> Response:
    """Rename it, adjust its balance, make it the default one; or close it and move what it holds."""
    known_id = _known_id(account_id)
    if form["action"] == "delete":
        return _close(context, known_id, form)
    account = _changes(form)
    if form.errors:
        return _show(context, form, HTTPStatus.UNPROCESSABLE_ENTITY, about=known_id)
    shown = form.amount("shown_balance")
    try:
        context.write(form, "web.update_account", account_id=known_id, account=account, shown_balance=shown)
    except Problem as problem:
        if not belongs_on_the_form(problem, form):
            raise
        form.take(problem)
        if isinstance(problem, BalanceMoved):
            # From now on the page shows the balance of now, and the user may insist.
            del form.fields["shown_balance"]
        return _show(context, form, int(problem.status), about=known_id)
    return go("/accounts", done="account_updated")


def _changes(form: Form) -> dict[str, object]:
    """A balance that the user left as it was shown is none of them: it may have moved since."""
    changes: dict[str, object] = {"name": form.text("name", "a name")}
    balance = form.amount("balance", "the balance")
    if form["balance"] != form["shown_balance"]:
        changes["balance"] = balance
    if form["is_default"] == "yes":
        changes["is_default"] = True
    return changes


def _close(context: RequestContext, account_id: str, form: Form) -> Response:
    receiver = form.uuid("transfer_to_account_id")
    try:
        context.write(form, "api.delete_account", account_id=account_id, transfer_to_account_id=receiver)
    except Problem as problem:
        if not belongs_on_the_form(problem, form):
            raise
        form.take(problem)
        return _show(context, form, int(problem.status), about=account_id)
    return go("/accounts", done="account_deleted")


def _known_id(text: str) -> str:
    known = Form({"id": [text]}).uuid("id")
    if not known:
        raise AccountNotFound
    return known
