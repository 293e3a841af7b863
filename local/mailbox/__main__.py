"""Receive mails and show them, until a signal ends it: `python -m local.mailbox`."""

import os
from pathlib import Path

import uvicorn
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from local.mailbox.messages import Messages
from local.mailbox.pages import application
from local.process.ports import HOST


class Delivery:
    """Stores what the SMTP server receives."""

    def __init__(self, messages: Messages) -> None:
        self._messages = messages

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Called by aiosmtpd for each mail."""
        receivers = ", ".join(envelope.rcpt_tos).encode()
        self._messages.add(b"Delivered-To: " + receivers + b"\r\n" + (envelope.original_content or b""))
        return "250 Stored"


def _accept_anybody(*_: object) -> AuthResult:
    return AuthResult(success=True)


def main() -> None:
    """Serve SMTP on SMTP_PORT and the pages on PORT."""
    messages = Messages(Path(os.environ["MAILBOX_FOLDER"]))
    receiver = Controller(
        Delivery(messages),
        hostname=HOST,
        port=int(os.environ["SMTP_PORT"]),
        # Clients may log in, and need not.
        authenticator=_accept_anybody,
        auth_require_tls=False,
    )
    receiver.start()
    try:
        uvicorn.run(
            application(messages), host=HOST, port=int(os.environ["PORT"]), log_level="warning", ws="none"
        )
    finally:
        receiver.stop()


if __name__ == "__main__":
    main()
