"""Users and their sessions (spec: Authentication)."""

from typing import Annotated

from fastapi import Form, Response

from functions.auth.schemas import (
    LoggedOut,
    Login,
    Profile,
    ProfileChanges,
    Refresh,
    Registered,
    Registration,
    Session,
    User,
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
    """Sign a user up with an e-mail address and a password."""
    return Registered(data=User.signed_up(names.sign_up(auth, user)))


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
def logout(data: DataApi, auth: AuthApi, caller: CurrentCaller) -> LoggedOut:
    """End this session. Its access token is dead from now on, its refresh token too."""
    data.call("logout")
    auth.sign_out(caller)
    return LoggedOut()


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
