"""Passwords and the links of mails: each attempt is counted before Supabase Auth judges it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Annotated

from fastapi import Depends

from functions.auth.usernames import Names, Usernames
from shared.auth.tokens import Caller
from shared.problems.catalogue import InvalidCredentials, ServiceUnavailable, WrongPassword
from shared.supabase.auth import Answer
from shared.supabase.passwords import Passwords, PasswordsApi

_MAIL_SECONDS = 1.5
"""Longer than Supabase Auth takes to hand a mail over, which it does only for a user that exists."""


class CountedPasswords:
    """What `Passwords` does, for a client that may try it so often."""

    def __init__(self, passwords: PasswordsApi, names: Usernames) -> None:
        self._passwords: Passwords = passwords
        self._names: Names = names

    def send_reset_link(self, email: str) -> None:
        """Send a mail, if there is such a user; takes as long if there is none."""
        with _taking_at_least(_MAIL_SECONDS):
            self._count(email)
            self._passwords.send_reset_link(email)

    def reset(self, token_hash: str, password: str) -> None:
        """Set a new password by the link of a mail."""
        self._count(token_hash)
        self._passwords.reset(token_hash, password)

    def confirm_address(self, token_hash: str) -> None:
        """Confirm an address by the link of a mail."""
        self._count(token_hash)
        self._passwords.confirm_address(token_hash)

    def change(self, caller: Caller, current: str, password: str) -> Answer:
        """Set a new password for who knows the current one; answers a new session, all others end."""
        try:
            email = self._names.begin_password_change(caller)
        except LookupError as failure:
            # Without the secret key nobody can tell whether the caller's session is still open.
            raise ServiceUnavailable from failure
        try:
            session = self._passwords.sign_in(email or "", current)
        except InvalidCredentials:
            raise WrongPassword from None
        self._passwords.change(session, current, password)
        return session

    def _count(self, name: str) -> None:
        # Without the secret key nobody counts, as at the log-in.
        with suppress(LookupError):
            self._names.begin(name)


@contextmanager
def _taking_at_least(seconds: float) -> Iterator[None]:
    began = time.monotonic()
    yield
    time.sleep(max(0.0, began + seconds - time.monotonic()))


PasswordLinks = Annotated[CountedPasswords, Depends(CountedPasswords)]
