"""Usernames: to sign up with, and to log in by, without telling a stranger whether there is one.

Guessing is counted with it, in the same request to the database.
"""

import time
from collections.abc import Mapping
from typing import Annotated, Any
from uuid import uuid4

import httpx
from fastapi import Depends, Request
from pydantic import TypeAdapter, ValidationError

from functions.auth.schemas import Login, Registration
from shared.aws.parameter_store import ParameterUnreadableError
from shared.problems.base import Problem
from shared.problems.catalogue import (
    DatabaseReadOnly,
    EmailAlreadyRegistered,
    EmailNotConfirmed,
    InvalidCredentials,
    ServiceUnavailable,
    UsernameTaken,
)
from shared.problems.database import problem_of
from shared.schemas.text import Username
from shared.supabase.auth import Answer, Auth, UnexplainedFailure
from shared.supabase.request import call_with_secret_key

_REFUSAL_SECONDS = 0.5
"""Longer than Supabase Auth takes to compare a password, which it does only for a user that exists."""


_USERNAME: TypeAdapter[str] = TypeAdapter(Username)


class Names:
    """What Supabase Auth knows nothing of: the usernames in the profiles."""

    def __init__(self, request: Request) -> None:
        self._request_id = request.state.request_id
        self._client = request.client.host if request.client else "unknown"

    def sign_up(self, auth: Auth, user: Registration) -> Answer:
        """Make a user; answers it."""
        try:
            return auth.sign_up(user.email, user.password, user.details())
        except UnexplainedFailure:
            # "Database error saving new user", and Supabase Auth says no more: the username is taken, or
            # another request registered the same person at this very moment.
            owner = self._email_of(user.username) if user.username else None
            if owner is None:
                return auth.sign_up(user.email, user.password, user.details())
            raise (EmailAlreadyRegistered if owner == user.email.lower() else UsernameTaken) from None

    def sign_in(self, auth: Auth, form: Login) -> Answer:
        """Open a session by e-mail address or username; answers its tokens."""
        began = time.monotonic()
        try:
            return auth.sign_in(self._address(form.username), form.password)
        except (InvalidCredentials, EmailNotConfirmed):
            # All refusals take the same time, whether there is such a user or not.
            time.sleep(max(0.0, began + _REFUSAL_SECONDS - time.monotonic()))
            raise

    def taken(self, registration: Mapping[str, str]) -> UsernameTaken | None:
        """The problem of a registration, refused for something else, whose username another person has.

        Counted like an attempt to log in, so that nobody can ask for all usernames there are. None where that
        is exhausted, too.
        """
        username, email = registration.get("username", ""), registration.get("email", "")
        try:
            owner = self._begin_login(_USERNAME.validate_python(username))
        except (ValidationError, LookupError, Problem):
            return None
        return UsernameTaken() if owner and owner != email.lower() else None

    def _address(self, name: str) -> str:
        """The e-mail address to log in with; for an unknown username one that nobody has.

        Raises TooManyRequests when account or client have failed too often of late.
        """
        try:
            email = self._begin_login(name)
        except LookupError:
            # Without the secret key nobody counts, and only addresses are known.
            email = name if "@" in name else None
        except DatabaseReadOnly:
            # Nothing can be counted while the disk is full, and reading the books must stay possible.
            email = name if "@" in name else self._email_of(name)
        return email or f"{uuid4().hex}@username.invalid"

    def _begin_login(self, name: str) -> str | None:
        return self._call("api", "begin_login", name=name, client=self._client)

    def _email_of(self, username: str) -> str | None:
        return self._call("v1", "email_of_username", username=username)

    def _call(self, schema: str, function: str, **arguments: str) -> str | None:
        try:
            answer = call_with_secret_key(schema, function, arguments, request_id=self._request_id)
        except (httpx.TransportError, ParameterUnreadableError) as failure:
            raise ServiceUnavailable from failure
        if answer.is_error:
            raise problem_of(answer)
        email: Any = answer.json()
        return email if isinstance(email, str) else None


Usernames = Annotated[Names, Depends(Names)]
