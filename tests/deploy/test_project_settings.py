"""The settings of a hosted project: what the Supabase CLI and we send to its Management API."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.database import push_config
from deploy.tokens import check_tokens
from local.project import Problem
from tests.deploy.conftest import Deployed
from tests.deploy.hosted_project import ACCESS_TOKEN, REF, SIGNING_KEY, HostedProject, running_project


@pytest.fixture
def project() -> Iterator[HostedProject]:
    with running_project() as running:
        yield running


@pytest.fixture
def settings(project: HostedProject, tmp_path: Path) -> dict[str, str]:
    return {**os.environ, **project.settings(tmp_path)}


@pytest.fixture(scope="module")
def pushed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostedProject]:
    """A new project, with the configuration that its first deployment has pushed."""
    with running_project() as project:
        push_config({**os.environ, **project.settings(tmp_path_factory.mktemp("stage"))})
        yield project


class TestPush:
    def test_schemas_and_limits_are_pushed(self, pushed: HostedProject) -> None:
        [data_api] = pushed.changes("/postgrest")
        assert data_api["db_schema"] == "public,api,v1,web"
        assert data_api["max_rows"] == 1000

    def test_auth_gets_what_security_relies_on(self, pushed: HostedProject) -> None:
        auth, forwarding = pushed.changes("/config/auth")
        assert auth["site_url"] == "https://app.example.com"
        assert auth["password_min_length"] == 8
        assert auth["security_update_password_require_reauthentication"] is True
        assert auth["security_update_password_require_current_password"] is True
        assert auth["rate_limit_token_refresh"] == 1500
        assert forwarding == {"security_sb_forwarded_for_enabled": True}

    def test_every_call_is_for_this_project_and_with_the_token(self, pushed: HostedProject) -> None:
        assert {call.token for call in pushed.calls} == {ACCESS_TOKEN}
        assert {call.path.split("/")[3] for call in pushed.calls} == {REF}

    @pytest.mark.parametrize(
        ("stage", "expected"),
        [
            ({}, {}),
            (
                {"CONFIRM_EMAIL": "yes", "SIGNUPS": "closed"},
                {"mailer_autoconfirm": False, "disable_signup": True},
            ),
            (
                {"CONFIRM_EMAIL": "no", "SIGNUPS": "open"},
                {"mailer_autoconfirm": True, "disable_signup": False},
            ),
        ],
        ids=["the dashboard decides", "careful", "open"],
    )
    @pytest.mark.parametrize("is_careful", [True, False], ids=["careful before", "open before"])
    def test_who_may_register_is_changed_by_the_stage_only(
        self,
        project: HostedProject,
        settings: dict[str, str],
        stage: dict[str, str],
        expected: dict[str, bool],
        is_careful: bool,
    ) -> None:
        before = {"mailer_autoconfirm": not is_careful, "disable_signup": is_careful}
        project.auth |= before
        push_config(settings | stage)
        pushed = {
            name: body[name] for body in project.changes("/config/auth") for name in before if name in body
        }
        assert before | pushed == before | expected

    def test_a_refused_change_names_what_to_do_by_hand(
        self, project: HostedProject, settings: dict[str, str]
    ) -> None:
        project.refuses = "security_sb_forwarded_for_enabled"
        with pytest.raises(Problem, match=r"403.*IP address forwarding in the dashboard"):
            push_config(settings)


def test_a_deployment_pushes_them_and_looks_at_the_tokens(deployed: Deployed) -> None:
    project = deployed.project
    assert project.changes("/config/auth")[-1] == {"security_sb_forwarded_for_enabled": True}
    asked = {call.path.rpartition("/")[2] for call in project.calls if "/.well-known/" in call.path}
    assert asked == {"openid-configuration", "jwks.json"}


class TestTokens:
    """Before anything is deployed: what the project says about its tokens, and what the functions demand."""

    @pytest.fixture
    def stage(self, project: HostedProject) -> dict[str, str]:
        return {"SUPABASE_URL": project.url, "SUPABASE_KEY": "sb_publishable_key"}

    def test_a_project_with_signing_keys_needs_no_setting(self, stage: dict[str, str]) -> None:
        check_tokens(stage)

    def test_the_issuer_of_a_custom_domain_is_named(
        self, project: HostedProject, stage: dict[str, str]
    ) -> None:
        issuer = f"https://{REF}.supabase.co/auth/v1"
        project.published["openid-configuration"]["issuer"] = issuer
        with pytest.raises(Problem, match=f"Set SUPABASE_JWT_ISSUER={issuer}"):
            check_tokens(stage)
        check_tokens({**stage, "SUPABASE_JWT_ISSUER": issuer})

    @pytest.mark.parametrize(
        "keys", [[], [{**SIGNING_KEY, "alg": "HS256", "kty": "oct"}]], ids=["none", "oct"]
    )
    def test_a_project_without_signing_keys_needs_the_secret(
        self, project: HostedProject, stage: dict[str, str], keys: list[object]
    ) -> None:
        project.published["jwks.json"]["keys"] = keys
        with pytest.raises(Problem, match="SUPABASE_JWT_SECRET"):
            check_tokens(stage)
        check_tokens({**stage, "SUPABASE_JWT_SECRET": "secret"})

    def test_a_wrong_address_is_told(self, stage: dict[str, str]) -> None:
        with pytest.raises(Problem, match="Is SUPABASE_URL right"):
            check_tokens({**stage, "SUPABASE_URL": "http://127.0.0.1:1"})
