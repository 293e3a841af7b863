"""The files that maintainers and GitHub read: the version, the lock files, the workflows, the hooks."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from local.project import ROOT

PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


class TestVersion:
    """pyproject.toml is the one place that names the version."""

    version: str = PYPROJECT["project"]["version"]

    def test_it_is_the_newest_release_in_the_changelog(self) -> None:
        released = re.findall(
            r"^## \[(\d[^\]]*)\] - \d{4}-\d\d-\d\d$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE
        )
        assert released[0] == self.version

    def test_openapi_names_it(self, anonymous: httpx.Client) -> None:
        assert anonymous.get("/openapi.json").json()["info"]["version"] == self.version

    def test_node_packages_name_none(self) -> None:
        assert "version" not in json.loads((ROOT / "package.json").read_text())
        assert "version" not in json.loads((ROOT / "package-lock.json").read_text())["packages"][""]


class TestLockFiles:
    """The lock files and the files that they were made from name the same versions."""

    @pytest.mark.parametrize("lock", ["functions", "local", "test"])
    def test_python(self, lock: str) -> None:
        text = (ROOT / "requirements" / f"{lock}.txt").read_text()
        locked = dict(re.findall(r"^([\w.-]+)==([^\s;]+)", text, re.MULTILINE))
        groups = {"functions": [], "local": ["local"], "test": ["local", "test"]}[lock]
        named = [*PYPROJECT["project"]["dependencies"]]
        named += [text for group in groups for text in PYPROJECT["dependency-groups"][group]]
        for requirement in map(Requirement, named):
            assert str(requirement.specifier) == f"=={locked[canonicalize_name(requirement.name)]}"

    def test_node(self) -> None:
        named = json.loads((ROOT / "package.json").read_text())
        locked = json.loads((ROOT / "package-lock.json").read_text())["packages"][""]
        for group in ("dependencies", "devDependencies"):
            assert locked[group] == named[group]

    def test_they_name_no_registry(self) -> None:
        for path in (*(ROOT / "requirements").glob("*.txt"), ROOT / "package-lock.json"):
            assert not re.search(r'--(extra-)?index-url|"resolved": "http', path.read_text()), path.name


def schema_errors(schema: str, path: Path) -> str:
    """What a JSON schema of GitHub says against a file; empty if nothing."""
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(path)]
    ran = subprocess.run(check, capture_output=True, text=True, check=False)
    return "" if ran.returncode == 0 else ran.stdout + ran.stderr


class TestGitHub:
    @pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
    def test_workflow_follows_the_schema(self, path: Path) -> None:
        assert schema_errors("vendor.github-workflows", path) == ""

    def test_a_wrong_workflow_does_not_follow_it(self, tmp_path: Path) -> None:
        wrong = tmp_path / "wrong.yml"
        wrong.write_text(WORKFLOWS[0].read_text().replace("runs-on:", "runs_on:"))
        assert "runs_on" in schema_errors("vendor.github-workflows", wrong)

    def test_dependabot_follows_the_schema(self) -> None:
        assert schema_errors("vendor.dependabot", ROOT / ".github" / "dependabot.yml") == ""

    @pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
    def test_actions_are_pinned_by_version(self, path: Path) -> None:
        jobs = yaml.safe_load(path.read_text())["jobs"].values()
        used = [step["uses"] for job in jobs for step in job["steps"] if "uses" in step]
        assert used
        assert [action for action in used if not re.fullmatch(r"[\w/-]+@v\d+\.\d+\.\d+", action)] == []

    @pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
    def test_commands_of_make_exist(self, path: Path) -> None:
        targets = re.findall(r"^([a-z][a-z -]*):", (ROOT / "Makefile").read_text(), re.MULTILINE)
        known = {name for target in targets for name in target.split()}
        assert {*re.findall(r"\bmake ([a-z-]+)", path.read_text())} <= known


def test_hooks_run_the_tools_of_make() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    assert [repository["repo"] for repository in hooks] == ["local"]
    entries = [hook["entry"] for hook in hooks[0]["hooks"]]
    tools = {re.match(r"\.venv/bin/([\w-]+)", entry)[1] for entry in entries}  # type: ignore[index]
    assert tools == {"ruff", "mypy", "sqlfluff"}
    assert tools <= {*re.findall(r"\$\(VENV\)/([\w-]+)", (ROOT / "Makefile").read_text())}
