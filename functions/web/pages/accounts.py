"""Accounts with their last movements."""

from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter, Response

from functions.web.context import Check, RequestContext, UserContext, belongs_on_the_form, go
from functions.web.fields import Amount, FormModel, YesOrNo, id_of, typed
from functions.web.forms import Draft, Form, SessionForm
from shared.problems.base import Problem
from shared.problems.catalogue import AccountNotFound, BalanceMoved
from shared.schemas.text import Name

router = APIRouter()


class NewAccountForm(FormModel):
    """An account to open."""

    name: Name = typed("a name")
    balance: Amount | None = typed()


class AccountForm(FormModel):
    """Changes of an account."""

    name: Name = typed("a name")
    balance: Amount = typed("the balance")
    shown_balance: Amount | None = typed()
    is_default: YesOrNo = typed()


class ClosingForm(FormModel):
    """An account to close."""

    transfer_to_account_id: UUID | None = typed()


@router.get("/accounts")
def list_accounts(context: UserContext) -> Response:
    return _show(context, Form({}))


def _show(context: RequestContext, form: Form, status: int = HTTPStatus.OK, about: str = "") -> Response:
    return context.page(
        "accounts.html", status, books=context.read("web.accounts_page"), form=form, about=about
    )


@router.post("/accounts")
def create_account(context: UserContext, form: SessionForm) -> Response:
    account = form.read(NewAccountForm)
    if context.carried_out(form, Check("account", account), "api.create_account", account=account):
        return go("/accounts", done="account_created")
    return _show(context, form, HTTPStatus.UNPROCESSABLE_ENTITY)


@router.post("/accounts/{account_id}")
def update_account(context: UserContext, account_id: str, form: SessionForm) -> Response:
    """Rename it, adjust its balance, make it the default one; or close it and move what it holds."""
    known_id = _known_id(account_id)
    if form["action"] == "delete":
        return _close(context, known_id, form)
    account = _changes(form)
    shown = account.pop("shown_balance", None)
    if context.carried_out(
        form,
        Check("account", account, known_id),
        "web.update_account",
        account_id=known_id,
        account=account,
        shown_balance=shown,
    ):
        return go("/accounts", done="account_updated")
    if isinstance(form.refusal, BalanceMoved):
        # From now on the page shows the balance of now, and the user may insist.
        del form.fields["shown_balance"]
    return _show(context, form, form.status, about=known_id)


def _changes(form: Form) -> Draft:
    """A balance that the user left as it was shown is none of them: it may have moved since."""
    changes = form.read(AccountForm)
    if form["balance"] == form["shown_balance"]:
        changes.pop("balance", None)
    # There is always a default account: one stops being it when another one becomes it.
    if not changes["is_default"]:
        del changes["is_default"]
    return changes


def _close(context: RequestContext, account_id: str, form: Form) -> Response:
    receiver = form.read(ClosingForm).get("transfer_to_account_id")
    try:
        context.write(form, "api.delete_account", account_id=account_id, transfer_to_account_id=receiver)
    except Problem as problem:
        if not belongs_on_the_form(problem, form):
            raise
        form.take(problem)
        return _show(context, form, int(problem.status), about=account_id)
    return go("/accounts", done="account_deleted")


def _known_id(text: str) -> str:
    known = id_of(text)
    if not known:
        raise AccountNotFound
    return known
