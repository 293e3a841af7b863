"""Users for clients of the Invoice Generation Service (spec: Authentication API).

They are here and not in `v1`, because a log-in by username needs the secret key.
"""

from typing import Annotated

from fastapi import Form, Response, status

from functions.auth.schemas import Login
from functions.auth.usernames import Usernames
from functions.auth.v1_schemas import RegistrationV1, TokenV1, UserV1
from shared.http.application import group
from shared.problems.catalogue import (
    CaptchaRequired,
    EmailAlreadyRegistered,
    EmailNotConfirmed,
    EmailNotDeliverable,
    InvalidCredentials,
    InvalidEmail,
    LoginClosed,
    RegistrationClosed,
    TooManyRequests,
    UsernameTaken,
    WeakPassword,
    open_problems,
    problems,
)
from shared.supabase.auth import AuthApi
from shared.supabase.rest import DataV1

router = group("/api/v1/auth", "Authentication, version 1")


@router.post(
    "/register",
    summary="Register a new user",
    status_code=status.HTTP_201_CREATED,
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
def register_v1(auth: AuthApi, names: Usernames, user: RegistrationV1) -> UserV1:
    """Sign a user up with an e-mail address, a username and a password."""
    return UserV1.signed_up(names.sign_up(auth, user), user)


@router.post(
    "/login",
    summary="Log in",
    responses=open_problems(
        InvalidCredentials, EmailNotConfirmed, LoginClosed, CaptchaRequired, TooManyRequests
    ),
)
def login_v1(auth: AuthApi, names: Usernames, form: Annotated[Login, Form()]) -> TokenV1:
    """Exchange username or e-mail address, and the password, sent as a form, for an access token."""
    return TokenV1.model_validate(names.sign_in(auth, form))


@router.get("/me", summary="Get the current user", response_model=UserV1, responses=problems())
def get_current_user_v1(data: DataV1) -> Response:
    return data.row(UserV1)
