"""Usernames: to sign up with, and to log in by, without telling a stranger whether there is one.

Guessing is counted with it, in the same request to the database.
"""

import random
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import uuid4

import httpx
from fastapi import Depends, Request
from pydantic import TypeAdapter, ValidationError

from functions.auth.schemas import Login, Registration
from shared.auth.tokens import Caller
from shared.aws.parameter_store import ParameterUnreadableError
from shared.problems.base import Problem
from shared.problems.catalogue import (
    DatabaseReadOnly,
    EmailAlreadyRegistered,
    EmailNotConfirmed,
    InvalidCredentials,
    ServiceUnavailable,
    TooManyRequests,
    UsernameTaken,
)
from shared.problems.database import problem_of
from shared.schemas.text import Username
from shared.supabase.auth import Answer, Auth, MailJustSent, UnexplainedFailure
from shared.supabase.request import call_with_secret_key

_REFUSAL_SECONDS = 0.5
"""Longer than Supabase Auth takes to compare a password, which it does only for a user that exists."""
_PATIENCE_SECONDS = 7
"""Longer than an attempt can be undecided."""
_BETWEEN_QUESTIONS_SECONDS = (0.1, 0.3)


_USERNAME: TypeAdapter[str] = TypeAdapter(Username)


class Names:
    """What Supabase Auth knows nothing of: the usernames in the profiles."""

    def __init__(self, request: Request) -> None:
        self._request_id = request.state.request_id
        self._client = request.client.host if request.client else "unknown"

    def sign_up(self, auth: Auth, user: Registration) -> Answer:
        """Make a user; answers it. Raises TooManyRequests when the client has made too many."""
        with suppress(LookupError):  # without the secret key nobody counts
            self._call("api", "begin_sign_up", client=self._client)
        try:
            return auth.sign_up(user.email, user.password, user.details())
        except MailJustSent:
            # Said of known addresses only, which nobody must learn: answered like a new one.
            return {"id": uuid4(), "email": user.email, "created_at": datetime.now(UTC).isoformat()}
        except UnexplainedFailure:
            # "Database error saving new user", and Supabase Auth says no more: the username is taken, or
            # another request registered the same person at this very moment.
            owner = self._email_of(user.username) if user.username else None
            if owner is None:
                return auth.sign_up(user.email, user.password, user.details())
            raise (EmailAlreadyRegistered if owner == user.email.lower() else UsernameTaken) from None

    def sign_in(self, auth: Auth, form: Login) -> Answer:
        """Open a session by e-mail address or username; answers its tokens."""
        address = self._address(form.username)
        began = time.monotonic()
        try:
            return auth.sign_in(address, form.password)
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
            owner = self.begin(_USERNAME.validate_python(username))
        except (ValidationError, LookupError, Problem):
            return None
        return UsernameTaken() if owner and owner != email.lower() else None

    def _address(self, name: str) -> str:
        """The e-mail address to log in with; for an unknown username one that nobody has.

        Raises TooManyRequests when account or client have failed too often of late.
        """
        try:
            email = self.begin(name)
        except LookupError:
            # Without the secret key nobody counts, and only addresses are known.
            email = name if "@" in name else None
        except DatabaseReadOnly:
            # Nothing can be counted while the disk is full, and reading the books must stay possible.
            email = name if "@" in name else self._email_of(name)
        return email or f"{uuid4().hex}@username.invalid"

    def begin(self, name: str) -> str | None:
        """Count an attempt before it is judged: to log in, or to use what a mail has brought.

        Returns the address to log in with, None for an unknown username. Raises TooManyRequests; LookupError
        without the secret key.
        """
        return self._admitted("begin_login", name=name)

    def begin_password_change(self, caller: Caller) -> str | None:
        """Count an attempt to prove that one knows the own password; returns the caller's e-mail address."""
        ids = {"user_id": str(caller.user_id), "session_id": str(caller.session_id)}
        return self._admitted("begin_password_change", **ids)

    def _admitted(self, function: str, **arguments: str) -> str | None:
        """Ask until the attempts before this one are decided, if they are too many."""
        give_up = time.monotonic() + _PATIENCE_SECONDS
        while True:
            attempt = self._call("api", function, **arguments, client=self._client)
            if attempt["admitted"]:
                email: str | None = attempt["email"]
                return email
            if time.monotonic() > give_up:
                raise TooManyRequests(headers={"Retry-After": "5"})
            time.sleep(random.uniform(*_BETWEEN_QUESTIONS_SECONDS))  # noqa: S311 (no secret)

    def _email_of(self, username: str) -> str | None:
        email = self._call("v1", "email_of_username", username=username)
        return email if isinstance(email, str) else None

    def _call(self, schema: str, function: str, **arguments: str) -> Any:
        try:
            answer = call_with_secret_key(schema, function, arguments, request_id=self._request_id)
        except (httpx.TransportError, ParameterUnreadableError) as failure:
            raise ServiceUnavailable from failure
        if answer.is_error:
            raise problem_of(answer)
        return answer.json() if answer.content else None


Usernames = Annotated[Names, Depends(Names)]
