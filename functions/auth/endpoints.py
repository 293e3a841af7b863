"""Users and their sessions (spec: Authentication)."""

from typing import Annotated
from uuid import UUID

from fastapi import Form, Response, status

from functions.auth.schemas import (
    Everywhere,
    LoggedOut,
    Login,
    OpenSession,
    Profile,
    ProfileChanges,
    Refresh,
    Registered,
    Registration,
    Session,
)
from functions.auth.usernames import Usernames
from shared.auth.tokens import CurrentCaller
from shared.http.application import group
from shared.problems.catalogue import (
    CaptchaRequired,
    EmailAlreadyRegistered,
    EmailNotConfirmed,
    EmailNotDeliverable,
    InvalidCredentials,
    InvalidEmail,
    InvalidGstin,
    InvalidRefreshToken,
    InvalidTimeZone,
    InvalidValue,
    LoginClosed,
    RegistrationClosed,
    SessionNotFound,
    StateDiffers,
    TooManyRequests,
    UnknownState,
    UsernameTaken,
    WeakPassword,
    open_problems,
    problems,
)
from shared.supabase.auth import AuthApi
from shared.supabase.rest import DataApi

router = group("/api/auth", "Authentication")


@router.post(
    "/register",
    summary="Register a new user",
    responses=open_problems(
        EmailAlreadyRegistered,
        UsernameTaken,
        WeakPassword,
        InvalidEmail,
        EmailNotDeliverable,
        RegistrationClosed,
        CaptchaRequired,
        TooManyRequests,
    ),
)
def register(auth: AuthApi, names: Usernames, user: Registration) -> Registered:
    """Sign a user up with an e-mail address and a password; `message` says what to do next."""
    return Registered.of(names.sign_up(auth, user))


@router.post(
    "/login",
    summary="Log in",
    responses=open_problems(
        InvalidCredentials, EmailNotConfirmed, LoginClosed, CaptchaRequired, TooManyRequests
    ),
)
def login(auth: AuthApi, names: Usernames, form: Annotated[Login, Form()]) -> Session:
    """Exchange e-mail address or username, and the password, sent as a form, for an access token."""
    return Session.model_validate(names.sign_in(auth, form))


@router.post(
    "/refresh",
    summary="Continue a session",
    responses=open_problems(InvalidRefreshToken, TooManyRequests),
)
def refresh(auth: AuthApi, session: Refresh) -> Session:
    """Exchange a refresh token for a new access token and a new refresh token."""
    return Session.model_validate(auth.refresh(session.refresh_token))


@router.post("/logout", summary="Log out", responses=problems())
def logout(data: DataApi, auth: AuthApi, caller: CurrentCaller, everywhere: Everywhere = False) -> LoggedOut:
    """End this session, or all sessions. Their tokens are dead from now on, the refresh tokens too."""
    data.call("logout", everywhere=everywhere)
    auth.sign_out(caller.token, "global" if everywhere else "local")
    return LoggedOut()


@router.get(
    "/sessions", summary="List the open sessions", response_model=list[OpenSession], responses=problems()
)
def list_sessions(data: DataApi) -> Response:
    """List where this user is logged in: this session first, then the last used ones, at most a hundred."""
    return data.call("sessions")


@router.delete(
    "/sessions/{session_id}",
    summary="End a session",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problems(SessionNotFound),
)
def end_session(data: DataApi, session_id: UUID) -> Response:
    """Log out one session of this user. Its tokens are dead from now on."""
    return data.call("end_session", session_id=session_id)


@router.get("/me", summary="Get the current user", response_model=Profile, responses=problems())
def get_current_user(data: DataApi) -> Response:
    return data.row(Profile)


@router.patch(
    "/me",
    summary="Change the profile of the current user",
    response_model=Profile,
    responses=problems(
        UsernameTaken, InvalidTimeZone, InvalidGstin, UnknownState, StateDiffers, InvalidValue
    ),
)
def update_profile(data: DataApi, profile: ProfileChanges) -> Response:
    """Change the fields that are sent. The time zone decides when days, months and tax periods begin."""
    return data.call("update_profile", profile=profile)
