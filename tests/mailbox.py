"""A mail server that keeps what it gets, for the mails that Supabase Auth sends to people."""

import re
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import unescape
from itertools import takewhile


class Mailbox:
    """The mails of everybody."""

    def __init__(self) -> None:
        self.port = 0
        self._mails: list[EmailMessage] = []

    @classmethod
    @contextmanager
    def opened(cls) -> Iterator["Mailbox"]:
        """A mailbox with an SMTP server in front, until the end of the block."""
        mailbox = cls()

        class Conversation(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                mailbox.talk(self)

        with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Conversation) as server:
            server.daemon_threads = True
            mailbox.port = server.server_address[1]
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield mailbox
            server.shutdown()

    def talk(self, connection: socketserver.StreamRequestHandler) -> None:
        """As much of RFC 5321 as a client needs that only sends."""
        connection.wfile.write(b"220 mailbox\r\n")
        for line in connection.rfile:
            word = line[:4].upper()
            if word == b"DATA":
                connection.wfile.write(b"354 go on\r\n")
                lines = takewhile(lambda line: line != b".\r\n", connection.rfile)
                mail = message_from_bytes(b"".join(lines), policy=policy.default)
                self._mails.append(mail)
            connection.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
            if word == b"QUIT":
                return

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
