"""The pages about passwords and sessions; `auth` answers the forms about passwords and of links in mails."""

from contextlib import suppress
from uuid import UUID

from fastapi import APIRouter, Request, Response

from functions.web.context import RequestContext, UserContext, go, page
from functions.web.devices import device_of
from functions.web.forms import SessionForm
from functions.web.pages.refused_forms import EMAIL, NEW_PASSWORD, ON_ALL, Sentences, forget, refused_form
from shared.problems.catalogue import SessionNotFound

router = APIRouter()

_ON_FORGOTTEN: Sentences = {**ON_ALL, "email": EMAIL}
_ON_LINK: Sentences = {
    **ON_ALL,
    "weak_password": "This password is too easy to guess. Ask for a new mail, and choose another one.",
    "link_expired": "This link was used before, or is older than an hour. Ask for a new mail.",
    "token_hash": "This is not the whole link of the mail. Open it from the mail once more.",
    "password": NEW_PASSWORD,
}
_ON_CHANGE: Sentences = {
    **ON_ALL,
    "wrong_password": "This is not your password.",
    "password_unchanged": "This is your password already. Choose another one.",
    "forbidden": "You have logged in again since this page was opened. Send the form again.",
    "current_password": "Enter your password.",
    "password": NEW_PASSWORD,
}


@router.get("/forgot")
def show_forgotten(request: Request) -> Response:
    return forget(request, page(request, "forgot.html", form=refused_form(request, _ON_FORGOTTEN)))


@router.get("/reset")
def show_reset(request: Request) -> Response:
    return _link_page(request, "reset.html")


@router.get("/confirm")
def show_confirmation(request: Request) -> Response:
    # The button is pressed by a person: programs that look through mails open their links, too.
    return _link_page(request, "confirm.html")


def _link_page(request: Request, template: str) -> Response:
    form = refused_form(request, _ON_LINK)
    form.fields["token_hash"] = [request.query_params.get("token_hash", "")[:500]]
    return forget(request, page(request, template, form=form))


@router.get("/settings/password")
def show_password_and_sessions(request: Request, context: UserContext) -> Response:
    return forget(request, _page(request, context))


def _page(request: Request, context: RequestContext) -> Response:
    sessions = [
        {**session, "device": device_of(session["user_agent"] or "")}
        for session in context.read("api.sessions")
    ]
    form = refused_form(request, _ON_CHANGE)
    return context.page("settings_password.html", form=form, sessions=sessions)


@router.post("/settings/sessions/{session_id}/end")
def end_session(context: UserContext, session_id: UUID, form: SessionForm) -> Response:
    with suppress(SessionNotFound):  # it has ended already
        context.write(form, "api.end_session", session_id=session_id)
    return go("/settings/password", done="session_ended")
