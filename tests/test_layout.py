"""How long files may be, and which names are gone for good."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg

from local.project import ROOT

MOST_LINES = {"py": 300, "sql": 600}

# Names that said nothing to a stranger. What they named is now the middleware, the request context, the invoice
# document, datetimes, a process, a form that is shown with its errors.
RETIRED = {"door", "desk", "paper", "moments", "again"}
# As the whole name it says nothing; a payment has parts.
RETIRED_ALONE = {"part"}


def tracked(suffix: str = "") -> list[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    # What is being removed is still listed.
    return [file for file in listed.stdout.splitlines() if file.endswith(suffix) and (ROOT / file).exists()]


def is_retired(name: str) -> bool:
    """Whether one of the words of `snake_case`, `CamelCase` or `kebab-case.py` is."""
    words = [word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)]
    return not RETIRED.isdisjoint(words) or (len(words) == 1 and not RETIRED_ALONE.isdisjoint(words))


def definitions() -> Iterator[tuple[str, str]]:
    """Every class and function, with its file. The name of a test is a sentence, with any word in it."""
    for file in tracked(".py"):
        for node in ast.walk(ast.parse((ROOT / file).read_text())):
            match node:
                case ast.ClassDef(name) | ast.FunctionDef(name) | ast.AsyncFunctionDef(name):
                    if not name.startswith("test_"):
                        yield file, name


def test_no_file_is_too_long() -> None:
    lengths = {
        file: len((ROOT / file).read_text().splitlines())
        for suffix in MOST_LINES
        for file in tracked(f".{suffix}")
    }
    assert len(lengths) > 100
    too_long = {file: lines for file, lines in lengths.items() if lines > MOST_LINES[file.rpartition(".")[2]]}
    assert too_long == {}


def test_no_file_has_a_retired_name() -> None:
    names = {(file, part) for file in tracked() for part in Path(file).with_suffix("").parts}
    assert sorted(file for file, part in names if is_retired(part)) == []


def test_no_class_or_function_has_a_retired_name() -> None:
    assert sorted((file, name) for file, name in definitions() if is_retired(name)) == []


def test_nothing_in_the_database_has_a_retired_name(dashboard: psycopg.Connection) -> None:
    names = {
        name
        for (name,) in dashboard.execute(
            """
            with ours as (
                select oid from pg_namespace where nspname in ('public', 'private', 'api', 'v1', 'web')
            )
            select relname from pg_class where relnamespace in (select oid from ours)
            union select proname from pg_proc where pronamespace in (select oid from ours)
            union select typname from pg_type where typnamespace in (select oid from ours)
            union select conname from pg_constraint where connamespace in (select oid from ours)
            union select attname from pg_attribute join pg_class on pg_class.oid = attrelid
            where relnamespace in (select oid from ours)
            union select tgname from pg_trigger join pg_class on pg_class.oid = tgrelid
            where relnamespace in (select oid from ours)
            """
        )
    }
    assert len(names) > 100
    assert sorted(filter(is_retired, names)) == []


def test_a_retired_name_is_found() -> None:
    names = ("TestDoor", "_show_again", "the-desk", "part", "_part", "payment_part", "partner", "newspaper")
    assert [name for name in names if is_retired(name)] == [
        "TestDoor",
        "_show_again",
        "the-desk",
        "part",
        "_part",
    ]
