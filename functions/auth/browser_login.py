"""The forms by which people register and log in; `web` shows their pages.

They are answered here, because counting guesses and finding usernames needs the secret key.
"""

from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from functions.auth.schemas import Login, Registration
from functions.auth.usernames import Names, Usernames
from shared.problems.base import Problem
from shared.problems.catalogue import (
    EmailAlreadyRegistered,
    EmailNotConfirmed,
    InvalidCredentials,
)
from shared.supabase.auth import Answer, Auth, AuthApi
from shared.web.csrf import posted_form
from shared.web.flash import Mistake, RefusedForm
from shared.web.session import Tokens, own_address, sign_in

router = APIRouter(include_in_schema=False)

_MOST_FIELDS = 1000


async def _our_form(request: Request) -> dict[str, str]:
    """What was typed, without fields that were left empty."""
    form = await posted_form(request, _MOST_FIELDS)
    texts = {name: text for name, text in form.items() if isinstance(text, str)}
    return {
        name: text if name == "password" else text.strip() for name, text in texts.items() if text.strip()
    }


OurForm = Annotated[dict[str, str], Depends(_our_form)]


@router.post("/login")
def log_in(request: Request, auth: AuthApi, names: Usernames, sent: OurForm) -> Response:
    wanted = own_address(sent.get("next", ""))
    try:
        sign_in(request, Tokens.of(names.sign_in(auth, Login.model_validate(sent))))
    except (Problem, ValidationError) as failure:
        page = "/login" if wanted == "/" else f"/login?{urlencode({'next': wanted})}"
        return _refuse(request, sent, failure, page)
    return _go(wanted)


@router.post("/register")
def register(request: Request, auth: AuthApi, names: Usernames, sent: OurForm) -> Response:
    fields = {name: sent[name] for name in Registration.model_fields if name in sent}
    try:
        sign_in(request, Tokens.of(_sign_up(auth, names, Registration.model_validate(fields))))
    except (Problem, ValidationError) as failure:
        return _refuse(request, sent, failure, "/register", names.taken(sent))
    return _go("/settings?done=welcome")


def _sign_up(auth: Auth, names: Names, user: Registration) -> Answer:
    """Make a user and open a session; a form that is sent twice finds its own user."""
    taken = None
    try:
        names.sign_up(auth, user)
    except EmailAlreadyRegistered as problem:
        taken = problem
    try:
        return names.sign_in(auth, Login(username=user.email, password=user.password))
    except InvalidCredentials:
        # Where addresses are confirmed by mail, a taken one looks like a new one.
        raise taken or EmailNotConfirmed from None


def _refuse(
    request: Request,
    sent: dict[str, str],
    failure: Problem | ValidationError,
    page: str,
    also: Problem | None = None,
) -> Response:
    """Back to the page, which tells all mistakes: those of `failure` and the one of `also`."""
    mistakes = dict.fromkeys([*_mistakes(failure), *(_mistakes(also) if also else ())])
    answer = _go(page)
    answer.headers.append(
        "set-cookie", RefusedForm.of(sent, mistakes).cookie(request, page.partition("?")[0])
    )
    return answer


def _mistakes(failure: Problem | ValidationError) -> list[Mistake]:
    if isinstance(failure, ValidationError):
        return [Mistake(str(error["loc"][0]), error["type"]) for error in failure.errors()]
    return [Mistake(error["field"], error["code"]) for error in failure.errors] or [Mistake("", failure.code)]


def _go(address: str) -> Response:
    return RedirectResponse(address, HTTPStatus.SEE_OTHER)
