"""What a deployment is told, and what it makes of supabase/config.toml."""

import tomllib
from pathlib import Path

import pytest

from deploy import database, settings
from deploy.imports import Imports
from deploy.settings import REQUIRED, project_ref, settings_of
from local.project import ROOT, Problem


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

    def test_the_project_is_part_of_its_address(self) -> None:
        assert (
            project_ref({"SUPABASE_URL": "https://abcdefghijklmnopqrst.supabase.co"})
            == "abcdefghijklmnopqrst"
        )


def test_a_hosted_project_is_not_told_that_it_lives_on_this_machine() -> None:
    text = (ROOT / "supabase" / "config.toml").read_text()
    config = tomllib.loads(database.for_a_hosted_project(text, "https://app.example.com"))
    assert config["auth"]["site_url"] == "https://app.example.com"
    assert not config["auth"]["additional_redirect_urls"]
    assert {**config, "auth": None} == {**tomllib.loads(text), "auth": None}


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
