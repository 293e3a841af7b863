"""What the documents name exists: files, links, tests, commands, endpoints, folders, migrations."""

import re
import subprocess
from fnmatch import fnmatchcase
from pathlib import Path

import httpx
import pytest

from local.project import ROOT

DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
README = (ROOT / "README.md").read_text()
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text()

_CODE = re.compile(r"`([^`\n]+)`")
_BLOCK = re.compile(r"^```\w*\n(.*?)^```", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\]\((?!https?:)([^)\s]*)\)")
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+(?:::\w+)?)`")
_SUFFIXES = "cjs|css|html|js|json|md|mjs|py|sql|svg|toml|txt|typ|woff2|yaml|yml"
_PATH = re.compile(rf"\.?[\w*-][\w.*-]*(/[\w.*-]+)*(/|\.(?:{_SUFFIXES}))|[\w*-]+(/[\w.*-]+)+|Makefile")
# What the commands make, and the files of a stage: git ignores them.
_MADE = ("build/*", ".local/*", ".venv/*", "node_modules/*", ".env.*", "login.json", "invoice.json")
# Text with a slash or a dot that is no path.
_NO_PATH = {"application/problem+json", "application/json", "Asia/Kolkata", "check-jsonschema"}


def tracked() -> list[str]:
    """Every file of the repository."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return listed.stdout.splitlines()


def paths(document: Path) -> list[str]:
    """What stands in backticks and looks like a path; `<group>` stands for any name."""
    words = (re.sub(r"<\w+>", "*", code) for code in _CODE.findall(document.read_text()))
    found = [word.partition("::")[0] for word in words]
    return [
        word
        for word in found
        if _PATH.fullmatch(word)
        and word not in _NO_PATH
        and not any(fnmatchcase(word, made) for made in _MADE)
    ]


def exists(path: str, document: Path) -> bool:
    """From the top of the repository, or beside the document; a bare name may be any file's."""
    if any([*ROOT.glob(path), *document.parent.glob(path)]):
        return True
    return "/" not in path and any(fnmatchcase(Path(file).name, path) for file in tracked())


def anchors(document: Path) -> set[str]:
    """The anchors that GitHub gives to the headings."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
class TestEachDocument:
    def test_files_it_names_exist(self, document: Path) -> None:
        assert [path for path in paths(document) if not exists(path, document)] == []

    def test_its_links_lead_somewhere(self, document: Path) -> None:
        for link in _LINK.findall(document.read_text()):
            path, _, anchor = link.partition("#")
            goal = document.parent / path if path else document
            assert goal.exists(), link
            assert not anchor or anchor in anchors(goal), link

    def test_tests_it_names_exist(self, document: Path) -> None:
        for file, name in _TEST.findall(document.read_text()):
            for part in name.split("::"):
                assert re.search(rf"(class|def) {part}\b", (ROOT / file).read_text()), f"{file}::{name}"

    def test_commands_it_names_exist(self, document: Path) -> None:
        targets = re.findall(r"^([a-z][a-z -]*):", (ROOT / "Makefile").read_text(), re.MULTILINE)
        known = {name for target in targets for name in target.split()}
        text = document.read_text()
        code = [*_CODE.findall(text), *"\n".join(_BLOCK.findall(text)).splitlines()]
        named = {name for line in code for name in re.findall(r"^(?:.*\$\()?make (?:-s )?([a-z-]+)", line)}
        assert named <= known


def rows(text: str, heading: str) -> list[list[str]]:
    """The cells of the first table below a heading, without its head."""
    section = re.split(rf"^#+ {re.escape(heading)}$", text, flags=re.MULTILINE)[1]
    table = re.search(r"(?:^\|.*\n?)+", section, re.MULTILINE)
    assert table
    lines = table[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_readme_has_every_endpoint(anonymous: httpx.Client) -> None:
    described = {
        (method.upper(), path)
        for path, operations in anonymous.get("/openapi.json").json()["paths"].items()
        for method in operations
    }
    listed = [tuple(row[0].strip("`").split()) for row in rows(README, "Endpoints")]
    assert len(listed) == len({*listed})
    assert {*listed} == described


@pytest.mark.parametrize(
    ("document", "heading"), [("README.md", "Guarantees"), ("docs/guarantees.md", "Guarantees")]
)
def test_every_guarantee_names_its_test(document: str, heading: str) -> None:
    guarantees = rows((ROOT / document).read_text(), heading)
    assert len(guarantees) >= 10
    assert [row[0] for row in guarantees if not re.search(r"`tests/[\w/]+(\.py)?`", row[1])] == []


def test_every_defence_names_its_test() -> None:
    defences = rows((ROOT / "SECURITY.md").read_text(), "Defences, from outside to inside")
    assert len(defences) >= 8
    assert [row[0] for row in defences if not re.search(r"`tests/[\w/]+(\.py)?`", row[2])] == []


@pytest.mark.parametrize(
    ("heading", "folder"),
    [
        ("Folders", "."),
        ("The packages of shared", "shared"),
        ("The packages of local", "local"),
        ("The folders of tests", "tests"),
    ],
)
def test_the_architecture_has_every_folder(heading: str, folder: str) -> None:
    tracked_folders = {
        Path(file).relative_to(folder).parts[0]
        for file in tracked()
        if Path(file).is_relative_to(folder) and len(Path(file).relative_to(folder).parts) > 1
    }
    listed = [row[0].strip("`").removesuffix("/") for row in rows(ARCHITECTURE, heading)]
    assert sorted(Path(name).name for name in listed) == sorted(tracked_folders)


def test_the_architecture_has_every_migration_in_order() -> None:
    migrations = sorted((ROOT / "supabase" / "migrations").glob("*.sql"))
    names = [migration.stem.partition("_")[2] for migration in migrations]
    assert [row[0].strip("`") for row in rows(ARCHITECTURE, "The migrations")] == names
