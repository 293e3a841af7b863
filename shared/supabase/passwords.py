"""What Supabase Auth does about passwords and e-mail addresses: it sends mails, and honours their links."""

import logging
from typing import Annotated

from fastapi import Depends

from shared.problems.base import Problem
from shared.problems.catalogue import (
    InvalidEmail,
    LinkExpired,
    PasswordUnchanged,
    ServiceUnavailable,
    WeakPassword,
)
from shared.supabase.auth import Answer, Auth

_log = logging.getLogger(__name__)


class Passwords(Auth):
    """Confirms addresses, resets and changes passwords, on behalf of one client."""

    def send_reset_link(self, email: str) -> None:
        """Send a mail with a link, if there is such a user. What it does tells nobody whether there is."""
        try:
            self._send("/recover", {"email": email}, refused=InvalidEmail)
        except ServiceUnavailable:
            raise
        except Problem as problem:
            # Supabase Auth refuses, or fails, for known addresses only: more than a mail a minute, no server.
            _log.warning("Supabase Auth sent no mail to reset a password: %s", problem.code)

    def confirm_address(self, token_hash: str) -> None:
        """Honour the link of the mail that a registration has sent. Raises LinkExpired."""
        self.sign_out(self._follow("signup", token_hash)["access_token"])

    def reset(self, token_hash: str, password: str) -> None:
        """Honour the link of a mail to reset a password; all sessions end. Raises LinkExpired."""
        token: str = self._follow("recovery", token_hash)["access_token"]
        try:
            self._set(token, password)
        except PasswordUnchanged:
            # It was found again.
            pass
        except Problem:
            self.sign_out(token)
            raise
        self.sign_out(token, "global")

    def change(self, session: Answer, current: str, password: str) -> None:
        """Set a new password in a session that was just opened with the current one; all other sessions end.

        Raises WeakPassword and PasswordUnchanged, and the session ends.
        """
        token: str = session["access_token"]
        try:
            self._set(token, password, current)
        except Problem:
            self.sign_out(token)
            raise
        # Supabase Auth does it itself; its stand-in on a developer's machine does not.
        self.sign_out(token, "others")

    def _set(self, token: str, password: str, current: str | None = None) -> None:
        # A project may ask for the current one, too.
        proof = {"current_password": current} if current else {}
        self._send("/user", {"password": password, **proof}, WeakPassword, token, method="PUT")

    def _follow(self, kind: str, token_hash: str) -> Answer:
        """Exchange the token of a link for a session."""
        return self._send("/verify", {"type": kind, "token_hash": token_hash}, refused=LinkExpired)


PasswordsApi = Annotated[Passwords, Depends(Passwords)]
