"""The forms by which people register and log in; `web` shows their pages.

They are answered here, because counting guesses and finding usernames needs the secret key.
"""

from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from functions.auth.browser_forms import OurForm, go, refuse
from functions.auth.schemas import Login, Registration
from functions.auth.usernames import Names, Usernames
from shared.problems.base import Problem
from shared.problems.catalogue import (
    EmailAlreadyRegistered,
    EmailNotConfirmed,
    InvalidCredentials,
)
from shared.supabase.auth import Answer, Auth, AuthApi
from shared.web.session import Tokens, own_address, sign_in

router = APIRouter(include_in_schema=False)


@router.post("/login")
def log_in(request: Request, auth: AuthApi, names: Usernames, sent: OurForm) -> Response:
    wanted = own_address(sent.get("next", ""))
    try:
        sign_in(request, Tokens.of(names.sign_in(auth, Login.model_validate(sent))))
    except (Problem, ValidationError) as failure:
        page = "/login" if wanted == "/" else f"/login?{urlencode({'next': wanted})}"
        return refuse(request, sent, failure, page)
    return go(wanted)


@router.post("/register")
def register(request: Request, auth: AuthApi, names: Usernames, sent: OurForm) -> Response:
    fields = {name: sent[name] for name in Registration.model_fields if name in sent}
    try:
        sign_in(request, Tokens.of(_sign_up(auth, names, Registration.model_validate(fields))))
    except EmailNotConfirmed:
        return go("/login?done=registered")
    except (Problem, ValidationError) as failure:
        return refuse(request, sent, failure, "/register", names.taken(sent))
    return go("/settings?done=welcome")


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
