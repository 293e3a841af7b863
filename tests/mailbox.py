"""A mail server that keeps what it gets, for the mails that Supabase Auth sends to people."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import unescape

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from local.process.ports import HOST, free_port


class Mailbox:
    """The mails of everybody."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._mails: list[EmailMessage] = []

    @classmethod
    @contextmanager
    def opened(cls) -> Iterator["Mailbox"]:
        """A mailbox with an SMTP server in front, until the end of the block."""
        mailbox = cls(free_port())
        server = Controller(
            mailbox,
            hostname=HOST,
            port=mailbox.port,
            # Clients may log in, and need not.
            authenticator=lambda *_: AuthResult(success=True),
            auth_require_tls=False,
        )
        server.start()
        try:
            yield mailbox
        finally:
            server.stop()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Called by aiosmtpd for each mail."""
        mail = message_from_bytes(envelope.original_content or b"", policy=policy.default)
        self._mails.append(mail)
        return "250 Stored"

    def count(self, address: str) -> int:
        """How many mails a person has got."""
        return len(self._to(address))

    def link(self, address: str) -> str:
        """The link of the newest mail to a person, who may wait for it."""
        deadline = time.monotonic() + 10
        while not self._to(address):
            assert time.monotonic() < deadline, f"no mail for {address}"
            time.sleep(0.05)
        body = self._to(address)[-1].get_body(("html",))
        assert body
        [link] = re.findall(r'href="([^"]+)"', body.get_content())
        return unescape(link)

    def _to(self, address: str) -> list[EmailMessage]:
        return [mail for mail in self._mails if mail["to"] == address]
