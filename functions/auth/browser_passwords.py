"""The forms about passwords and the links of mails; `web` shows their pages.

They are answered here, because counting attempts needs the secret key.
"""

from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from functions.auth.browser_forms import Fields, OurForm, go, refuse
from functions.auth.password_schemas import Confirmation, Forgotten, PasswordChange, PasswordReset
from functions.auth.passwords import PasswordLinks
from shared.problems.base import Problem
from shared.problems.catalogue import Forbidden, Unauthorized
from shared.schemas.base import Body
from shared.web.csrf import FORM_TOKEN, is_form_token
from shared.web.session import OptionalSession, Tokens, sign_in, sign_out

router = APIRouter(include_in_schema=False)

_PASSWORD_PAGE = "/settings/password"  # noqa: S105 (an address)


@router.post("/forgot")
def forgot_password(request: Request, passwords: PasswordLinks, sent: OurForm) -> Response:
    try:
        passwords.send_reset_link(Forgotten.model_validate(_fields(Forgotten, sent)).email)
    except (Problem, ValidationError) as failure:
        return refuse(request, sent, failure, "/forgot")
    return go("/login?done=mail_sent")


@router.post("/reset")
def reset_password(request: Request, passwords: PasswordLinks, sent: OurForm) -> Response:
    try:
        form = PasswordReset.model_validate(_fields(PasswordReset, sent))
        passwords.reset(form.token_hash, form.password)
    except (Problem, ValidationError) as failure:
        return refuse(request, sent, failure, _page_of_link("/reset", sent))
    sign_out(request)
    return go("/login?done=password_set")


@router.post("/confirm")
def confirm_address(request: Request, passwords: PasswordLinks, sent: OurForm) -> Response:
    try:
        form = Confirmation.model_validate(_fields(Confirmation, sent))
        passwords.confirm_address(form.token_hash)
    except (Problem, ValidationError) as failure:
        return refuse(request, sent, failure, _page_of_link("/confirm", sent))
    return go("/login?done=confirmed")


def _page_of_link(path: str, sent: Fields) -> str:
    return f"{path}?{urlencode({'token_hash': sent.get('token_hash', '')})}"


@router.post(_PASSWORD_PAGE)
def change_password(
    request: Request, passwords: PasswordLinks, session: OptionalSession, sent: OurForm
) -> Response:
    if session is None:
        return _to_login()
    try:
        if not is_form_token(session.form_token, sent.get(FORM_TOKEN, "")):
            raise Forbidden
        form = PasswordChange.model_validate(_fields(PasswordChange, sent))
        changed = passwords.change(session.caller, form.current_password, form.password)
    except Unauthorized:
        sign_out(request)
        return _to_login()
    except (Problem, ValidationError) as failure:
        return refuse(request, sent, failure, _PASSWORD_PAGE)
    sign_in(request, Tokens.of(changed))
    return go(f"{_PASSWORD_PAGE}?done=password_changed")


def _fields(form: type[Body], sent: Fields) -> Fields:
    """Those of a form; one that was left empty is wrong by its length."""
    return {name: sent.get(name, "") for name in form.model_fields}


def _to_login() -> Response:
    return go(f"/login?{urlencode({'next': _PASSWORD_PAGE, 'ended': 'yes'})}")
