"""What a deployment is told, and what it makes of supabase/config.toml."""

import json
import os
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from deploy import __main__ as deploy_main
from deploy import database, settings
from deploy.functions import deploy_functions
from deploy.imports import Imports
from deploy.settings import CHOICES, REQUIRED, project_ref, settings_of
from local.project import NODE_MODULES, ROOT, Problem


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings, "ROOT", tmp_path)
    for name in REQUIRED:
        monkeypatch.delenv(name, raising=False)
    return tmp_path


class TestSettings:
    def test_they_come_from_the_file_of_the_stage_and_the_environment_wins(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lines = ["# a comment", *(f"{name}=from-the-file" for name in REQUIRED), 'ORIGIN="https://a.example"']
        (folder / ".env.prod").write_text("\n".join(lines))
        monkeypatch.setenv("DB_URL", "from-the-environment")
        found = settings_of("prod")
        assert (found["SUPABASE_KEY"], found["DB_URL"]) == ("from-the-file", "from-the-environment")
        assert found["ORIGIN"] == "https://a.example"

    def test_what_is_missing_is_named(self, folder: Path) -> None:
        (folder / ".env.prod").write_text("SUPABASE_URL=https://abc.supabase.co\nSUPABASE_KEY=...\n")
        with pytest.raises(Problem, match="SUPABASE_KEY, SUPABASE_SECRET_KEY, DB_URL"):
            settings_of("prod")

    @pytest.mark.parametrize(("name", "value"), [("CONFIRM_EMAIL", "true"), ("SIGNUPS", "no")])
    def test_a_word_that_is_no_choice_is_refused(self, folder: Path, name: str, value: str) -> None:
        lines = [*(f"{required}=x" for required in REQUIRED), f"{name}={value}"]
        (folder / ".env.prod").write_text("\n".join(lines))
        with pytest.raises(Problem, match=f"{name} is {' or '.join(CHOICES[name])}, .*not {value}"):
            settings_of("prod")

    def test_a_project_without_a_reference_is_refused_before_anything_is_deployed(self, folder: Path) -> None:
        pushing = {"SUPABASE_ACCESS_TOKEN": "sbp_x", "SITE_URL": "https://app.example.com"}
        values = {**dict.fromkeys(REQUIRED, "https://api.example.com"), **pushing}
        (folder / ".env.prod").write_text("\n".join(f"{name}={value}" for name, value in values.items()))
        with pytest.raises(Problem, match="SUPABASE_PROJECT_REF"):
            settings_of("prod")


class TestProjectReference:
    REF = "abcdefghijklmnopqrst"
    POOLER = "aws-0-ap-south-1.pooler.supabase.com:5432/postgres"

    @pytest.mark.parametrize(
        "found",
        [
            {"SUPABASE_URL": f"https://{REF}.supabase.co", "DB_URL": "postgresql://postgres@127.0.0.1/x"},
            {"SUPABASE_URL": "https://api.example.com", "DB_URL": f"postgresql://postgres.{REF}:x@{POOLER}"},
            {
                "SUPABASE_URL": "https://api.example.com",
                "DB_URL": f"postgresql://postgres:x@db.{REF}.supabase.co:5432/postgres",
            },
            {
                "SUPABASE_URL": "https://zzzzzzzzzzzzzzzzzzzz.supabase.co",
                "DB_URL": f"postgresql://postgres.yyyyyyyyyyyyyyyyyyyy:x@{POOLER}",
                "SUPABASE_PROJECT_REF": REF,
            },
        ],
        ids=["of the address", "of the pooler's user", "of the database's host", "named"],
    )
    def test_is_found(self, found: dict[str, str]) -> None:
        assert project_ref(found) == self.REF

    @pytest.mark.parametrize(
        "found",
        [
            {"SUPABASE_URL": "https://api.example.com", "DB_URL": "postgresql://postgres:x@127.0.0.1:5432/x"},
            {"SUPABASE_URL": f"https://{REF}.supabase.co", "SUPABASE_PROJECT_REF": "api"},
        ],
        ids=["nothing has it", "a wrong one is named"],
    )
    def test_what_is_none_is_told(self, found: dict[str, str]) -> None:
        with pytest.raises(Problem, match="SUPABASE_PROJECT_REF"):
            project_ref(found)


class TestParts:
    @pytest.fixture
    def done(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """What a deployment does, in its order; nothing of it is done."""
        steps: list[str] = []
        names = (
            "check_tokens",
            "build_for_lambda",
            "push_migrations",
            "store_secret_key",
            "deploy_functions",
        )
        for step in (*names, "smoke"):
            monkeypatch.setattr(deploy_main, step, lambda *_, step=step: steps.append(step))
        monkeypatch.setattr(deploy_main, "api_url", lambda *_: "https://api.example.com")
        return steps

    @pytest.mark.parametrize(
        ("only", "expected"),
        [
            ([], "check_tokens build_for_lambda push_migrations store_secret_key deploy_functions smoke"),
            (["functions"], "check_tokens build_for_lambda store_secret_key deploy_functions smoke"),
            (["database"], "push_migrations"),
        ],
        ids=["both", "functions", "database"],
    )
    def test_only_what_is_named_is_deployed(
        self, done: list[str], tmp_path: Path, only: list[str], expected: str
    ) -> None:
        deploy_main.deploy("prod", {}, tmp_path, only)
        assert done == expected.split()

    @pytest.mark.parametrize("only", [["function"], ["functions", "databse"], ["Database"]], ids=" ".join)
    def test_a_misspelt_part_deploys_nothing(self, done: list[str], tmp_path: Path, only: list[str]) -> None:
        with pytest.raises(Problem, match=f"ONLY is database or functions, not {only[-1]}"):
            deploy_main.deploy("prod", {}, tmp_path, only)
        assert done == []


class TestPrograms:
    SECRETS = {
        "SUPABASE_SECRET_KEY": "secret",
        "SUPABASE_JWT_SECRET": "secret",
        "SUPABASE_ACCESS_TOKEN": "secret",
        "DB_URL": "postgresql://",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_PROFILE": "work",
        "SMOKE_PASSWORD": "secret",
    }
    SETTINGS = {
        **SECRETS,
        "SUPABASE_URL": "https://abc.supabase.co",
        "SUPABASE_PROJECT_REF": "abcdefghijklmnopqrst",
        "SITE_URL": "https://app.example.com",
    }

    @pytest.fixture
    def given(self, monkeypatch: pytest.MonkeyPatch) -> list[set[str]]:
        """Which secrets each program was given."""
        found: list[set[str]] = []

        def run(*_: object, env: dict[str, str], **__: object) -> subprocess.CompletedProcess[bytes]:
            assert env["SUPABASE_URL"] == "https://abc.supabase.co"
            found.append(self.SECRETS.keys() & env.keys())
            return subprocess.CompletedProcess([], 0)

        monkeypatch.setattr(subprocess, "run", run)
        monkeypatch.setattr(database, "forward_client_addresses", lambda *_: None)
        return found

    def test_the_supabase_cli_gets_no_key_and_nothing_of_aws(self, given: list[set[str]]) -> None:
        database.push_migrations(self.SETTINGS)
        database.push_config(self.SETTINGS)
        assert given == [{"SUPABASE_ACCESS_TOKEN"}] * 2

    def test_osls_gets_no_way_into_the_database(self, given: list[set[str]], tmp_path: Path) -> None:
        deploy_functions("prod", self.SETTINGS, tmp_path)
        assert given == [{"AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "SUPABASE_JWT_SECRET"}] * 2


class TestStages:
    OWN = {
        "ALARM_EMAIL": "alarms@example.com",
        "DOMAIN": "api.example.com",
        "CERTIFICATE_ARN": "arn:aws:acm:ap-south-1:1:certificate/1",
    }

    @pytest.mark.parametrize("stage", ["prod", "staging"])
    def test_each_is_what_its_file_says(self, stage: str) -> None:
        found = service(stage, ORIGIN="https://app.example.com", **self.OWN)
        assert found["provider"]["httpApi"]["cors"]["allowedOrigins"] == ["https://app.example.com"]
        resources = found["resources"]["Resources"]
        [subscription] = resources["Alarms"]["Properties"]["Subscription"]
        assert subscription["Endpoint"] == "alarms@example.com"
        assert resources["Domain"]["Properties"]["DomainName"] == "api.example.com"
        [configuration] = resources["Domain"]["Properties"]["DomainNameConfigurations"]
        assert configuration["CertificateArn"] == self.OWN["CERTIFICATE_ARN"]

    def test_what_it_does_not_say_is_left_out(self) -> None:
        found = service("staging")
        origins = found["provider"]["httpApi"]["cors"]["allowedOrigins"]
        assert origins == ["http://localhost:3000", "http://localhost:5173"]
        assert "Domain" not in found["resources"]["Resources"]
        assert "Subscription" not in found["resources"]["Resources"]["Alarms"]["Properties"]


def service(stage: str, **variables: str) -> dict[str, Any]:
    """serverless.yml as osls understands it."""
    osls = [str(NODE_MODULES / ".bin" / "osls"), "print", "--stage", stage, "--format", "json"]
    environment = {
        "PATH": os.environ["PATH"],
        "SUPABASE_URL": "https://abc.supabase.co",
        "SUPABASE_KEY": "key",
    }
    ran = subprocess.run(osls, cwd=ROOT, env=environment | variables, capture_output=True, check=True)
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def test_a_hosted_project_is_not_told_that_it_lives_on_this_machine() -> None:
    text = (ROOT / "supabase" / "config.toml").read_text()
    config = tomllib.loads(database.for_a_hosted_project(text, {"SITE_URL": "https://app.example.com"}))
    assert config["auth"]["site_url"] == "https://app.example.com"
    assert not config["auth"]["additional_redirect_urls"]
    assert {**config, "auth": None} == {**tomllib.loads(text), "auth": None}


@pytest.mark.parametrize(
    ("stage", "signup", "confirmations"),
    [
        ({}, None, None),
        ({"CONFIRM_EMAIL": "", "SIGNUPS": ""}, None, None),
        ({"CONFIRM_EMAIL": "yes", "SIGNUPS": "closed"}, False, True),
        ({"CONFIRM_EMAIL": "no", "SIGNUPS": "open"}, True, False),
    ],
    ids=["nothing", "empty", "careful", "open"],
)
def test_the_stage_decides_who_registers_and_how(
    stage: dict[str, str], signup: bool | None, confirmations: bool | None
) -> None:
    text = (ROOT / "supabase" / "config.toml").read_text()
    settings = {"SITE_URL": "https://app.example.com", **stage}
    auth = tomllib.loads(database.for_a_hosted_project(text, settings))["auth"]
    assert (auth.get("enable_signup"), auth["email"].get("enable_confirmations")) == (signup, confirmations)


def test_imports_are_followed_into_functions_and_from_modules_of_packages(tmp_path: Path) -> None:
    sources = {
        "functions/__init__.py": "",
        "functions/a/__init__.py": "",
        "functions/a/handler.py": "from shared import one\n\ndef later():\n    import two_lib.part\n",
        "functions/b/__init__.py": "import not_ours",
        "shared/__init__.py": "",
        "shared/one.py": "from shared.two import value",
        "shared/two.py": "import three_lib\nvalue = 1",
        "shared/unused.py": "import unused_lib",
    }
    for name, text in sources.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    imports = Imports(tmp_path)
    imports.follow("functions.a.handler")
    assert imports.packages == {"two_lib", "three_lib"}
    reached = {str(file.relative_to(tmp_path)) for file in imports.files}
    assert reached == set(sources) - {"functions/b/__init__.py", "shared/unused.py"}


def test_the_documented_restore_empties_what_migrations_fill() -> None:
    migrations = "\n".join(file.read_text() for file in (ROOT / "supabase" / "migrations").iterdir())
    filled = set(re.findall(r"(?m)^insert into (\S+) .*values$", migrations))
    documented = (ROOT / "docs" / "deployment.md").read_text()
    assert filled
    assert set(re.findall(r"--exclude-table=(\S+)", documented)) == {"auth.schema_migrations"}
    # The rows of the backup take their place: the rates may have been edited.
    assert set(re.findall(r"delete from (\w+\.\w+)", documented)) == filled
