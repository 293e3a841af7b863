"""Supabase Auth itself in the place of Lite's, where SUPABASE_AUTH names its binary."""

import os
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest
from starlette.testclient import TestClient

from local.mailbox import pages
from local.mailbox.messages import Messages
from local.project import ROOT
from local.stack import Stack, running_stack
from local.supabase import auth
from local.supabase.auth import supabase_environment
from local.supabase.programs import Programs
from tests.person import PASSWORD, Person, checked
from tests.target import Target


@pytest.fixture(scope="module")
def real() -> Iterator[Stack]:
    with running_stack(programs=Programs.chosen(), mailbox=True) as stack:
        yield stack


class TestSettings:
    """They are those of supabase/config.toml."""

    @pytest.fixture
    def settings(self, stack: Stack) -> dict[str, str]:
        return supabase_environment("postgresql://auth", stack.ports, with_mailbox=True)

    def test_tokens_are_like_those_of_our_stand_in(self, settings: dict[str, str], stack: Stack) -> None:
        assert settings["GOTRUE_JWT_ISSUER"] == f"{stack.supabase_url}/auth/v1"
        assert (settings["GOTRUE_JWT_SECRET"], settings["GOTRUE_JWT_EXP"]) == (stack.jwt_secret, "3600")

    def test_mails_go_to_the_mailbox_and_lead_back_to_auth(
        self, settings: dict[str, str], stack: Stack
    ) -> None:
        assert settings["GOTRUE_SMTP_PORT"] == str(stack.ports.smtp)
        link = settings["API_EXTERNAL_URL"] + settings["GOTRUE_MAILER_URLPATHS_RECOVERY"]
        assert link == f"{stack.supabase_url}/auth/v1/verify"

    def test_without_a_mailbox_no_mail_is_sent(self, stack: Stack) -> None:
        settings = supabase_environment("postgresql://auth", stack.ports, with_mailbox=False)
        assert not [name for name in settings if name.startswith("GOTRUE_SMTP")]

    def test_it_reads_the_mails_of_the_configuration_from_the_mailbox(
        self, stack: Stack, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        template = {"subject": "Choose a new password", "content_path": "./supabase/config.toml"}
        monkeypatch.setattr(auth, "mail_templates", lambda: {"recovery": template})
        monkeypatch.setattr(pages, "mail_templates", lambda: {"recovery": template})
        settings = supabase_environment("postgresql://auth", stack.ports, with_mailbox=True)
        assert settings["GOTRUE_MAILER_SUBJECTS_RECOVERY"] == "Choose a new password"
        address = settings["GOTRUE_MAILER_TEMPLATES_RECOVERY"]
        assert address.startswith(f"http://127.0.0.1:{stack.ports.mailbox}/")
        mailbox = TestClient(pages.application(Messages(stack.folder / "mails")), base_url="http://localhost")
        path = urlsplit(address).path
        assert mailbox.get(path).text == (ROOT / "supabase" / "config.toml").read_text()
        assert mailbox.get("/templates/other").status_code == 404

    def test_it_listens_on_this_machine_only(self, settings: dict[str, str]) -> None:
        assert settings["GOTRUE_API_HOST"] == "127.0.0.1"


@pytest.mark.skipif(
    not os.environ.get("SUPABASE_AUTH"), reason="SUPABASE_AUTH names no binary of Supabase Auth"
)
class TestSupabaseAuth:
    def test_people_register_log_in_and_log_out(self, real: Stack) -> None:
        with Person.registered(Target.named_by(real.environment)) as person:
            assert person.read("/api/auth/me")["email"] == person.email
            checked(person.api.post("/api/auth/logout"), 200)
            assert person.api.get("/api/auth/me").status_code == 401

    def test_its_mails_arrive_in_the_mailbox(self, real: Stack) -> None:
        with Person.registered(Target.named_by(real.environment)) as person:
            asked = httpx.post(
                f"{real.supabase_url}/auth/v1/recover",
                json={"email": person.email},
                headers={"apikey": real.anon_key},
            )
            assert asked.status_code == 200
            [mail] = httpx.get(f"{real.mailbox_url}/messages").json()
            assert mail["recipients"] == person.email
            links = re.findall(r'href="([^"]+)"', mail["html"])
            assert links[0].startswith((f"{real.supabase_url}/auth/v1/verify?", "http://localhost:"))


def test_lites_mails_arrive_in_the_mailbox_with_a_link_to_our_page() -> None:
    with running_stack(api=False, mailbox=True) as stack:
        headers = {"apikey": stack.anon_key}
        person = {"email": "asha@example.com", "password": PASSWORD}
        checked(httpx.post(f"{stack.supabase_url}/auth/v1/signup", json=person, headers=headers), 200)
        checked(httpx.post(f"{stack.supabase_url}/auth/v1/recover", json=person, headers=headers), 200)
        [mail] = httpx.get(f"{stack.mailbox_url}/messages").json()
        assert (mail["sender"], mail["recipients"]) == ("Renpay <no-reply@renpay.test>", "asha@example.com")
        assert f'href="http://localhost:{stack.ports.api}/reset?token_hash=' in mail["html"]
