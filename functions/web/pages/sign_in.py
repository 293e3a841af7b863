"""Register, log in, log out."""

import re
from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from functions.web.desk import belongs_on_the_form, go, page
from functions.web.forms import Form, OpenForm, SessionForm
from shared.auth_api import AuthApi
from shared.browser import CurrentSession, OptionalSession, Tokens, sign_in, sign_out
from shared.catalogue import InvalidCredentials
from shared.data_api import Data
from shared.problems import Problem

router = APIRouter()

_EMAIL = re.compile(r"[^@\s]{1,254}@[^@\s]{1,64}")
_USERNAME = re.compile(r"[A-Za-z0-9_.-]{3,50}")
_SHORTEST_PASSWORD = 8
_LONGEST_PASSWORD_BYTES = 72
_OWN_ADDRESS = re.compile(r"/(?![/\\])[\x21-\x7e]*")


def _next(text: str) -> str:
    """An address of ours to go on to; anything else would send people astray."""
    return text if _OWN_ADDRESS.fullmatch(text) and "\\" not in text else "/"


@router.get("/login")
def show_login(request: Request, session: OptionalSession) -> Response:
    if session:
        return go(_next(request.query_params.get("next", "")))
    form = Form({"next": [request.query_params.get("next", "")]})
    if "ended" in request.query_params:
        form.message = "Your session has ended, and the form was not sent. Log in, then send it again."
    return page(request, "login.html", form=form)


@router.post("/login")
def log_in(request: Request, auth: AuthApi, form: OpenForm) -> Response:
    email, password = form.text("email", "your e-mail address"), form["password"]
    if not password:
        form.errors["password"] = "Enter your password."  # noqa: S105 (a sentence)
    if email and not form.errors:
        try:
            sign_in(request, Tokens.of(auth.sign_in(email, password)))
            return go(_next(form["next"]))
        except InvalidCredentials:
            form.message = "E-mail address and password do not match."
        except Problem as problem:
            form.message = problem.detail
    return page(request, "login.html", HTTPStatus.UNPROCESSABLE_ENTITY, form=form)


@router.get("/register")
def show_registration(request: Request, session: OptionalSession) -> Response:
    return go("/") if session else page(request, "register.html", form=Form({}))


@router.post("/register")
def register(request: Request, auth: AuthApi, form: OpenForm) -> Response:
    email, password = form.text("email", "your e-mail address") or "", form["password"]
    details = {name: value for name in ("username", "full_name") if (value := form.text(name))}
    _check_registration(form, email, password)
    if not form.errors:
        try:
            auth.sign_up(email, password, details)
            sign_in(request, Tokens.of(auth.sign_in(email, password)))
            return go("/settings", done="welcome")
        except Problem as problem:
            if not belongs_on_the_form(problem):
                form.message = problem.detail
            form.take(problem)
    return page(request, "register.html", HTTPStatus.UNPROCESSABLE_ENTITY, form=form)


def _check_registration(form: Form, email: str, password: str) -> None:
    if email and not _EMAIL.fullmatch(email):
        form.errors["email"] = "Enter an e-mail address, like asha@example.com."
    if len(password) < _SHORTEST_PASSWORD:
        form.errors["password"] = f"At least {_SHORTEST_PASSWORD} characters."
    elif len(password.encode()) > _LONGEST_PASSWORD_BYTES:
        form.errors["password"] = f"At most {_LONGEST_PASSWORD_BYTES} characters."
    if form["username"].strip() and not _USERNAME.fullmatch(form["username"].strip()):
        form.errors["username"] = "3 to 50 letters, digits, dots, hyphens and underscores."


@router.post("/logout")
def log_out(request: Request, auth: AuthApi, session: CurrentSession, _form: SessionForm) -> Response:
    """Kill the access token, end the session, take the cookie away."""
    Data(request, "api", session.caller).call("logout")
    auth.sign_out(session.caller)
    sign_out(request)
    return go("/login")
