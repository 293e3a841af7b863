"""The pages to register and to log in, whose forms `auth` answers; and the way out."""

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response

from functions.web.context import go, page
from functions.web.forms import Form, SessionForm
from shared.problems.catalogue import MethodNotAllowed
from shared.supabase.auth import AuthApi
from shared.supabase.rest import Data
from shared.web.flash import RefusedForm, forget_refused_form
from shared.web.session import CurrentSession, OptionalSession, own_address, sign_out

router = APIRouter()

_FAILED = "That did not work. Send the form again."
_ENDED = "Your session has ended, and the form was not sent. Log in, then send it again."
_FIELDS = frozenset(RefusedForm.model_fields) - {"errors"} | {"password"}
Sentences = Mapping[str, str]
"""What to say about a mistake, by its code or else by its field."""

_ON_BOTH: Sentences = {
    "email_not_confirmed": "Follow the link in the mail that was sent to you, then log in.",
    "too_many_requests": "Too many attempts. Try again in a quarter of an hour.",
    "service_unavailable": "Our service does not answer. Send the form again in a moment.",
    "database_read_only": "Nothing can be changed at the moment. Send the form again later.",
    "captcha_required": "Our service is not set up correctly and lets nobody in. Please tell us.",
}
_ON_LOGIN: Sentences = {
    **_ON_BOTH,
    "invalid_credentials": "Name and password do not match.",
    "username": "Enter your username or your e-mail address.",
    "password": "Enter your password.",
    "login_closed": "Nobody can log in with a password at the moment.",
}
_ON_REGISTRATION: Sentences = {
    **_ON_BOTH,
    "email_already_registered": "This e-mail address has an account already. Log in instead.",
    "email_not_deliverable": "We cannot send mails to this address. Use another one.",
    "registration_closed": "New users cannot register at the moment.",
    "email": "Enter an e-mail address, like asha@example.com.",
    "username_taken": "Somebody else has this username.",
    "username": "3 to 50 letters, digits, dots, hyphens and underscores.",
    "full_name": "At most 200 characters.",
    "weak_password": "Choose a longer password, with letters and digits.",
    "password": "8 to 72 characters; those with accents or of other scripts count as two or more.",
}


@router.get("/login")
def show_login(request: Request, session: OptionalSession) -> Response:
    wanted = own_address(request.query_params.get("next", ""))
    if session:
        return go(wanted)
    form = _refused_form(request, _ON_LOGIN)
    form.fields["next"] = [wanted]
    if "ended" in request.query_params and not form.errors:
        form.message = form.message or _ENDED
    return _show(request, "login", form)


@router.get("/register")
def show_registration(request: Request, session: OptionalSession) -> Response:
    return go("/") if session else _show(request, "register", _refused_form(request, _ON_REGISTRATION))


@router.api_route("/login", methods=["PUT", "PATCH", "DELETE"])
@router.api_route("/register", methods=["PUT", "PATCH", "DELETE"])
def refuse_other_methods() -> Response:
    # FastAPI would name only what this function answers, and the forms are sent to `auth`.
    raise MethodNotAllowed(headers={"Allow": "GET, POST"})


def _refused_form(request: Request, sentences: Sentences) -> Form:
    """The form as it was sent and refused a moment ago; else an empty one."""
    refused = RefusedForm.sent_with(request)
    form = Form({field: [text] for field, text in refused.model_dump(exclude={"errors"}).items()})
    for field, code in refused.errors:
        sentence = sentences.get(code) or sentences.get(field) or _FAILED
        if field in _FIELDS:
            form.errors[field] = sentence
        else:
            form.message = sentence
    return form


def _show(request: Request, name: str, form: Form) -> Response:
    """A page with its form; what was refused is told once."""
    answer = page(request, f"{name}.html", form=form)
    if forgotten := forget_refused_form(request, f"/{name}"):
        answer.headers.append("set-cookie", forgotten)
    return answer


@router.post("/logout")
def log_out(request: Request, auth: AuthApi, session: CurrentSession, _form: SessionForm) -> Response:
    """Kill the access token, end the session, take the cookie away."""
    Data(request, "api", session.caller).call("logout")
    auth.sign_out(session.caller)
    sign_out(request)
    return go("/login")
