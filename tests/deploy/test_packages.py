"""The zips for Lambda: always the same bytes, with what a function needs and nothing else."""

import hashlib
import importlib.util
import struct
import zipfile
from pathlib import Path

import pytest
from jinja2 import ModuleLoader

from deploy.package import Package, build
from deploy.service import functions
from deploy.target import lambda_target, this_machine
from local.project import ROOT

NAMES = [function.name for function in functions()]

# Python 3.13's bytecode starts so (Include/internal/pycore_magic_number.h).
MAGIC = struct.pack("<H", 3571) + b"\r\n"
UNCHECKED_HASH = 0b01
MEGABYTE = 1024 * 1024


def names(package: Package) -> list[str]:
    with zipfile.ZipFile(package.path) as archive:
        return archive.namelist()


def test_the_same_sources_give_the_same_bytes(packages: dict[str, Package]) -> None:
    def digests(found: list[Package]) -> list[str]:
        return [hashlib.sha256(package.path.read_bytes()).hexdigest() for package in found]

    before = digests(list(packages.values()))
    assert digests(build(lambda_target(), functions())) == before


@pytest.mark.parametrize("name", NAMES)
class TestEachPackage:
    def test_every_source_has_bytecode_for_the_python_of_lambda(
        self, packages: dict[str, Package], name: str
    ) -> None:
        with zipfile.ZipFile(packages[name].path) as archive:
            sources = {entry for entry in archive.namelist() if entry.endswith(".py")}
            for source in sources:
                folder, _, module = source.rpartition("/")
                bytecode = f"{folder}/__pycache__/{module.removesuffix('.py')}.cpython-313.pyc".lstrip("/")
                head = archive.read(bytecode)[:8]
                assert (head[:4], head[4]) == (MAGIC, UNCHECKED_HASH), source

    def test_native_code_is_for_the_processors_of_lambda(
        self, packages: dict[str, Package], name: str
    ) -> None:
        with zipfile.ZipFile(packages[name].path) as archive:
            for library in (entry for entry in archive.namelist() if entry.endswith(".so")):
                machine = struct.unpack("<H", archive.read(library)[18:20])[0]
                assert machine == 0xB7, f"{library} is not for aarch64"

    def test_it_holds_one_function(self, packages: dict[str, Package], name: str) -> None:
        entries = [entry.split("/") for entry in names(packages[name]) if entry.startswith("functions/")]
        assert {entry[1] for entry in entries if len(entry) > 2} - {"__pycache__"} == {name}

    def test_it_fits_into_lambda(self, packages: dict[str, Package], name: str) -> None:
        assert packages[name].unpacked_size < 250 * MEGABYTE
        assert len(names(packages[name])) == len(set(names(packages[name])))


def test_what_nobody_imports_stays_out(packages: dict[str, Package]) -> None:
    for package in packages.values():
        assert not {"supabase", "realtime", "storage3", "boto3", "awslambdaric", "local"} & {
            entry.partition("/")[0] for entry in names(package)
        }
    assert not any(entry.startswith("fastapi/") for entry in names(packages["scheduled"]))
    assert not any(entry.startswith("jinja2/") for entry in names(packages["accounts"]))


def test_templates_are_compiled(packages: dict[str, Package]) -> None:
    folder = Path("functions/web")
    templates = {
        ModuleLoader.get_module_filename(file.name) for file in (ROOT / folder / "templates").iterdir()
    }
    assert {f"{folder}/compiled/{module}" for module in templates} <= set(names(packages["web"]))
    assert not any(entry.endswith(".html") for entry in names(packages["web"]))


def test_the_twin_is_for_the_interpreter_of_this_machine() -> None:
    target = this_machine()
    [twin] = build(target, [function for function in functions() if function.name == "accounts"])
    with zipfile.ZipFile(twin.path) as archive:
        [bytecode] = [
            entry for entry in archive.namelist() if entry.startswith("shared/http/__pycache__/middleware.")
        ]
        assert archive.read(bytecode)[:4] == importlib.util.MAGIC_NUMBER
    assert Path(twin.path).parent.name == target.name
