"""A whole Supabase that the environment names, in `make dev` and in the tests. A second local one plays it."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import httpx
import psycopg
import pytest

from local.external import External
from local.project import ROOT, Problem
from local.stack import Stack, running_stack
from tests import hosted
from tests.local.developer import Developer
from tests.person import Person
from tests.target import Target


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Stack]:
    """A Supabase without our API."""
    with running_stack(api=False) as stack:
        yield stack


def named(stack: Stack) -> dict[str, str]:
    return {name: value for name, value in stack.environment.items() if name != "API_URL"}


class TestDev:
    def test_it_runs_the_api_alone_on_that_supabase_and_changes_nothing_there(
        self, developer: Developer, elsewhere: Stack
    ) -> None:
        developer.environment |= named(elsewhere)
        process = developer.starts_dev()
        environment = developer.environment_of_dev()
        assert environment == {**named(elsewhere), "API_URL": environment["API_URL"]}
        assert environment["API_URL"].endswith(developer.environment["PORT"])
        health = httpx.get(environment["API_URL"] + "/health?deep=true")
        assert (health.status_code, health.json()["database"]) == (200, "ok")
        assert not (developer.folder / "postgres").exists()
        with psycopg.connect(elsewhere.db_url) as database:
            assert database.execute("select count(*) from auth.users").fetchone() == (0,)
        assert "Stopped." in developer.interrupts(process)
        assert developer.processes() == []

    def test_missing_keys_are_named(self, developer: Developer) -> None:
        developer.environment |= {"SUPABASE_URL": "http://127.0.0.1:9", "SUPABASE_KEY": "x"}
        code, output = developer.asks("dev")
        assert code == 1
        assert "Also set SUPABASE_SECRET_KEY, or unset SUPABASE_URL." in output
        assert len(output.splitlines()) == 1

    def test_a_silent_supabase_is_named(self, developer: Developer) -> None:
        developer.environment |= {
            "SUPABASE_URL": "http://127.0.0.1:9",
            "SUPABASE_KEY": "x",
            "SUPABASE_SECRET_KEY": "y",
        }
        code, output = developer.asks("dev")
        assert code == 1
        assert output.startswith("http://127.0.0.1:9 does not answer: ")

    def test_one_without_our_schemas_is_told_what_it_lacks(self, elsewhere: Stack) -> None:
        external = External({**named(elsewhere), "SUPABASE_URL": f"{elsewhere.supabase_url}/nowhere"})
        with pytest.raises(Problem, match=r"is not ready. It lacks our migrations"):
            external.check()

    def test_a_wrong_key_is_named(self, elsewhere: Stack) -> None:
        external = External({**named(elsewhere), "SUPABASE_KEY": "sb_publishable_wrong"})
        with pytest.raises(Problem, match=r"It answers 401: Invalid API key"):
            external.check()


class TestTarget:
    def test_tests_run_on_it_and_those_that_cannot_are_left_out_with_a_reason(self, elsewhere: Stack) -> None:
        files = ["tests/functions/accounts", "tests/functions/scheduled", "tests/migrations/test_repair.py"]
        output = self.run_on(elsewhere, *files, "tests/local/supabase/test_supabase.py")
        assert re.search(r"^=+ \d+ passed, \d+ deselected", output, re.MULTILINE), output
        assert "not on this target: tests/local/ tests the local stack" in output
        assert "not on this target: tests/functions/scheduled/ runs jobs for all users" in output
        with psycopg.connect(elsewhere.db_url) as database:
            left = database.execute("select count(*) from auth.users").fetchone()
        assert left == (0,)

    def test_without_the_secret_of_tokens_a_person_registers(self, target: Target) -> None:
        with Person.enrolled(replace(target, jwt_secret="")) as person:
            assert person.read("/api/auth/me")["email"] == person.email
            with psycopg.connect(target.db_url) as database:
                question = "select encrypted_password is not null from auth.users where id = %s"
                assert database.execute(question, (person.id,)).fetchone() == (True,)

    def test_without_it_tests_that_sign_tokens_are_left_out(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("SUPABASE_JWT_SECRET", raising=False)
        left_out = [line for line in hosted.explanations() if "needs SUPABASE_JWT_SECRET" in line]
        assert any("tests/security/tenants/" in line for line in left_out)

    def test_what_is_left_out_exists(self) -> None:
        assert [path for path in hosted.REASONS if not (ROOT / path).exists()] == []

    @staticmethod
    def run_on(stack: Stack, *files: str) -> str:
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--target=hosted", *files]
        ran = subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, **named(stack)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout
