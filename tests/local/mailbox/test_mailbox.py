"""The mailbox receives mails over SMTP and shows them, on this machine only."""

import os
import re
import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest

from local.process.ports import Ports
from local.project import ROOT


@dataclass(frozen=True)
class Mailbox:
    """A running mailbox, and a client of its pages."""

    ports: Ports
    pages: httpx.Client

    def receives(
        self, subject: str, text: str = "Hello", html: str = "", to: str = "asha@example.com"
    ) -> None:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "Renpay <no-reply@renpay.test>", to, subject
        mail.set_content(text)
        if html:
            mail.add_alternative(html, subtype="html")
        with smtplib.SMTP("127.0.0.1", self.ports.smtp) as server:
            server.send_message(mail)

    def subjects(self) -> list[str]:
        return [message["subject"] for message in self.pages.get("/messages").json()]


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[Mailbox]:
    ports = Ports.isolated()
    environment = {
        **os.environ,
        "PORT": str(ports.mailbox),
        "SMTP_PORT": str(ports.smtp),
        "MAILBOX_FOLDER": str(tmp_path / "mailbox"),
    }
    url = f"http://127.0.0.1:{ports.mailbox}"
    with (
        subprocess.Popen([sys.executable, "-m", "local.mailbox"], cwd=ROOT, env=environment) as process,
        httpx.Client(base_url=url, headers={"sec-fetch-site": "same-origin"}) as pages,
    ):
        _wait_for(url)
        yield Mailbox(ports, pages)
        process.terminate()


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with suppress(httpx.TransportError):
            httpx.get(url)
            return
        time.sleep(0.05)
    raise TimeoutError(url)


def test_mails_are_listed_the_newest_first(mailbox: Mailbox) -> None:
    mailbox.receives("First")
    mailbox.receives("Zweite für Ünal", to="uenal@example.com")
    page = mailbox.pages.get("/").text
    assert re.findall(r">(First|Zweite für Ünal)</a>", page) == ["Zweite für Ünal", "First"]
    assert "uenal@example.com" in page
    assert mailbox.subjects() == ["Zweite für Ünal", "First"]


def test_a_mail_is_shown_with_its_links_but_without_its_scripts(mailbox: Mailbox) -> None:
    link = "http://127.0.0.1:54321/auth/v1/verify?token=abc&type=signup"
    mailbox.receives(
        "Confirm <b>now</b>",
        f"Open {link} please.",
        "<p>Confirm</p><script>document.title = 'stolen'</script>",
    )
    [message] = mailbox.pages.get("/messages").json()
    page = mailbox.pages.get(f"/messages/{message['id']}").text
    assert "Confirm &lt;b&gt;now&lt;/b&gt;" in page
    assert f'href="{link.replace("&", "&amp;")}"' in page
    html = mailbox.pages.get(f"/messages/{message['id']}/html")
    assert "<p>Confirm</p>" in html.text
    assert "script-src" not in html.headers["content-security-policy"]
    assert html.headers["content-security-policy"].startswith("sandbox allow-popups")
    assert "default-src 'none'" in html.headers["content-security-policy"]
    assert "<script>" not in page


def test_clients_may_log_in_with_any_password(mailbox: Mailbox) -> None:
    with smtplib.SMTP("127.0.0.1", mailbox.ports.smtp) as server:
        server.login("renpay", "anything")
        server.sendmail("a@example.com", ["b@example.com"], "Subject: Logged in\r\n\r\nHello")
    [message] = mailbox.pages.get("/messages").json()
    assert (message["subject"], message["recipients"]) == ("Logged in", "b@example.com")


def test_only_its_own_page_deletes_the_mails(mailbox: Mailbox) -> None:
    mailbox.receives("Stays")
    assert mailbox.pages.post("/delete", headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert mailbox.subjects() == ["Stays"]
    assert mailbox.pages.post("/delete").status_code == 303
    assert mailbox.subjects() == []
    assert "There are no mails." in mailbox.pages.get("/").text


def test_a_mail_that_does_not_exist_is_not_found(mailbox: Mailbox) -> None:
    assert mailbox.pages.get("/messages/7").status_code == 404
    assert mailbox.pages.get("/messages/..%2f..%2fetc").status_code == 404


def test_it_answers_on_this_machine_only(mailbox: Mailbox) -> None:
    # All of 127.0.0.0/8 is this machine, so a server that listens everywhere would answer here, too.
    for port in (mailbox.ports.mailbox, mailbox.ports.smtp):
        with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.2", port)):
            pass
    assert mailbox.pages.get("/", headers={"host": "mail.example.com"}).status_code == 400
