"""The smoke test after a deployment: a user of the stage logs in with it."""

from collections.abc import Iterator

import httpx
import pytest

from deploy.package import Package
from deploy.smoke import smoke
from local.project import Problem
from local.stack import Stack
from tests.deploy.emulator import running_emulator
from tests.person import PASSWORD, checked

EMAIL = "smoke.test@example.com"
USER = {"SMOKE_EMAIL": EMAIL, "SMOKE_PASSWORD": PASSWORD}
NAMES = ("system", "accounts", "transactions", "auth")


@pytest.fixture(scope="module")
def url(twins: dict[str, Package], stack: Stack) -> Iterator[str]:
    """A deployed API, with a user for the smoke test."""
    with running_emulator([twins[name] for name in NAMES], stack.environment) as (url, _):
        person = {"email": EMAIL, "password": PASSWORD}
        checked(httpx.post(f"{url}/api/auth/register", json=person, timeout=30), 200)
        yield url


def test_a_user_logs_in_is_accepted_and_logs_out(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    smoke(url, USER)
    assert capsys.readouterr().out.splitlines()[-3:] == [
        "  a user logs in",
        "  its token is accepted",
        "  it logs out",
    ]


def test_without_one_it_says_what_was_not_tried(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    smoke(url, {})
    assert "no user logged in: SMOKE_EMAIL" in capsys.readouterr().out


def test_a_wrong_password_fails_it(url: str) -> None:
    with pytest.raises(Problem, match=r"a user logs in\. 401") as failure:
        smoke(url, {**USER, "SMOKE_PASSWORD": "another password"})
    assert "another password" not in str(failure.value)


def test_tokens_of_another_issuer_fail_it(twins: dict[str, Package], stack: Stack, url: str) -> None:
    variables = {**stack.environment, "SUPABASE_JWT_ISSUER": "https://api.example.com/auth/v1"}
    tried = [twins[name] for name in NAMES]
    with (
        running_emulator(tried, variables) as (other, _),
        pytest.raises(Problem, match=r"its token is accepted\. 401"),
    ):
        smoke(other, USER)
