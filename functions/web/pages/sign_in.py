"""The pages to register and to log in, whose forms `auth` answers; and the way out."""

from fastapi import APIRouter, Request, Response

from functions.web.context import go, page
from functions.web.forms import SessionForm
from functions.web.pages.refused_forms import EMAIL, NEW_PASSWORD, ON_ALL, Sentences, forget, refused_form
from shared.problems.catalogue import MethodNotAllowed
from shared.supabase.auth import AuthApi
from shared.supabase.rest import Data
from shared.web.session import CurrentSession, OptionalSession, own_address, sign_out

router = APIRouter()

_ENDED = "Your session has ended, and the form was not sent. Log in, then send it again."

_ON_LOGIN: Sentences = {
    **ON_ALL,
    "invalid_credentials": "Name and password do not match.",
    "email_not_confirmed": "Follow the link in the mail that was sent to you, then log in.",
    "username": "Enter your username or your e-mail address.",
    "password": "Enter your password.",
    "login_closed": "Nobody can log in with a password at the moment.",
}
_ON_REGISTRATION: Sentences = {
    **ON_ALL,
    "email_already_registered": "This e-mail address has an account already. Log in instead.",
    "email_not_deliverable": "We cannot send mails to this address. Use another one.",
    "registration_closed": "New users cannot register at the moment.",
    "email": EMAIL,
    "username_taken": "Somebody else has this username.",
    "username": "3 to 50 letters, digits, dots, hyphens and underscores.",
    "full_name": "At most 200 characters.",
    "password": NEW_PASSWORD,
}


@router.get("/login")
def show_login(request: Request, session: OptionalSession) -> Response:
    wanted = own_address(request.query_params.get("next", ""))
    if session:
        return go(wanted)
    form = refused_form(request, _ON_LOGIN)
    form.fields["next"] = [wanted]
    if "ended" in request.query_params and not form.errors:
        form.message = form.message or _ENDED
    return forget(request, page(request, "login.html", form=form))


@router.get("/register")
def show_registration(request: Request, session: OptionalSession) -> Response:
    if session:
        return go("/")
    return forget(request, page(request, "register.html", form=refused_form(request, _ON_REGISTRATION)))


@router.api_route("/login", methods=["PUT", "PATCH", "DELETE"])
@router.api_route("/register", methods=["PUT", "PATCH", "DELETE"])
@router.api_route("/forgot", methods=["PUT", "PATCH", "DELETE"])
@router.api_route("/reset", methods=["PUT", "PATCH", "DELETE"])
@router.api_route("/confirm", methods=["PUT", "PATCH", "DELETE"])
@router.api_route("/settings/password", methods=["PUT", "PATCH", "DELETE"])
def refuse_other_methods() -> Response:
    # FastAPI would name only what this function answers, and the forms are sent to `auth`.
    raise MethodNotAllowed(headers={"Allow": "GET, POST"})


@router.post("/logout")
def log_out(request: Request, auth: AuthApi, session: CurrentSession, form: SessionForm) -> Response:
    """Kill the access token, or those of all sessions, end what was killed, take the cookie away."""
    everywhere = form["everywhere"] == "yes"
    Data(request, "api", session.caller).call("logout", everywhere=everywhere)
    auth.sign_out(session.caller.token, "global" if everywhere else "local")
    sign_out(request)
    return go("/login", **({"done": "logged_out_everywhere"} if everywhere else {}))
