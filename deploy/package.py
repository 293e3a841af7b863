"""Build the zip of each function in serverless.yml: `python -m deploy.package`.

Each zip contains the function, the modules of `shared` that it imports, the dependencies that they need, and
the bytecode of everything. The same sources give the same bytes, on any machine.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.distributions import Distributions
from deploy.imports import OWN, Imports
from deploy.service import Function, functions
from deploy.target import Target, lambda_target
from local.project import ROOT, Problem

BUILD = ROOT / "build"
_REQUIREMENTS = ROOT / "requirements" / "functions.txt"
_DATE = (2020, 1, 1, 0, 0, 0)
_KILOBYTE = 1024
# The folder where functions/web/context.py loads templates as modules, by name. Nothing imports them.
_COMPILED = "compiled"


@dataclass(frozen=True)
class Package:
    """A built zip."""

    function: Function
    path: Path
    distributions: list[str]

    @property
    def unpacked_size(self) -> int:
        with zipfile.ZipFile(self.path) as archive:
            return sum(entry.file_size for entry in archive.infolist())


def build(target: Target, wanted: Iterable[Function]) -> list[Package]:
    """Build packages for a target into a folder of their own."""
    with packing(target, ROOT) as packer:
        return [packer.package(function) for function in wanted]


@contextmanager
def packing(target: Target, root: Path) -> Iterator["Packer"]:
    """A packer for a target and the source tree at `root`. Only one packer works at a time."""
    folder = BUILD / target.name
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        dependencies = _dependencies(target, folder)
        distributions = Distributions(dependencies, target.markers)
        yield Packer(target, folder, _sources(target, folder, root), dependencies, distributions)


def _dependencies(target: Target, folder: Path) -> Path:
    """The installed and compiled dependencies. They are kept until the lock file changes."""
    tools = [
        _REQUIREMENTS,
        ROOT / "package-lock.json",
        ROOT / "deploy" / "target.py",
        ROOT / "deploy" / "compile.mjs",
    ]
    key = hashlib.sha256(b"\0".join(tool.read_bytes() for tool in tools)).hexdigest()
    stamp, dependencies = folder / "dependencies.stamp", folder / "dependencies"
    if not stamp.exists() or stamp.read_text() != key:
        stamp.unlink(missing_ok=True)
        shutil.rmtree(dependencies, ignore_errors=True)
        target.install(_REQUIREMENTS, dependencies)
        target.compile(dependencies)
        stamp.write_text(key)
    return dependencies


def _sources(target: Target, folder: Path, root: Path) -> Path:
    """Our own code, compiled."""
    sources = folder / "sources"
    shutil.rmtree(sources, ignore_errors=True)
    for name in OWN:
        if (root / name).exists():
            shutil.copytree(root / name, sources / name, ignore=shutil.ignore_patterns("__pycache__"))
    if (sources / "functions" / "system").exists():
        _describe_api(sources / "functions" / "system")
    if (sources / "functions" / "web").exists():
        _compile_templates(sources / "functions" / "web")
    target.compile(sources)
    return sources


def _describe_api(system: Path) -> None:
    """The function that describes the API gets the finished description instead of all other functions."""
    _make(system / "openapi.json", "from functions.system.openapi import made; target.write_bytes(made())")


def _compile_templates(web: Path) -> None:
    """Make modules of the templates of the pages. They get bytecode like any other module."""
    _make(web / _COMPILED, "from functions.web.context import compile_templates; compile_templates(target)")
    shutil.rmtree(web / "templates")


def _make(target: Path, statements: str) -> None:
    """Run our own code in another process, so that its imports and settings do not affect the packer."""
    program = f"import pathlib, sys; target = pathlib.Path(sys.argv[1]); {statements}"
    if subprocess.run([sys.executable, "-c", program, str(target)], cwd=ROOT, check=False).returncode != 0:
        raise Problem(f"{target.name} cannot be built, see above.")


@dataclass(frozen=True)
class Packer:
    """Makes zips from the compiled sources and dependencies of one target."""

    target: Target
    folder: Path
    sources: Path
    dependencies: Path
    distributions: Distributions

    def package(self, function: Function) -> Package:
        imports = Imports(self.sources)
        imports.follow(function.module)
        needed = self.distributions.needed(imports.packages)
        unfinished = self.folder / f"{function.name}.unfinished"
        shutil.copyfile(self._base(needed), unfinished)
        _add(unfinished, self._own_files(imports.files))
        return Package(function, unfinished.replace(unfinished.with_suffix(".zip")), needed)

    def _base(self, needed: list[str]) -> Path:
        """A zip of dependencies only. Most functions need the same, and packing them takes long."""
        base = self.dependencies / f"{hashlib.sha256(' '.join(needed).encode()).hexdigest()}.base"
        if not base.exists():
            files = (self.dependencies / file for name in needed for file in self.distributions.files(name))
            unfinished = base.with_suffix(".unfinished")
            unfinished.unlink(missing_ok=True)
            _add(unfinished, self._with_bytecode(self.dependencies, files))
            unfinished.replace(base)
        return base

    def _own_files(self, modules: set[Path]) -> dict[str, Path]:
        """The imported modules, and the other files in their folders: fonts, templates."""
        folders = {module.parent for module in modules} - {self.sources / name for name in OWN}
        there = {file for folder in folders for file in folder.rglob("*") if file.is_file()}
        compiled = {file for file in there if file.suffix == ".py" and file.parent.name == _COMPILED}
        data = {file for file in there if file.suffix not in {".py", ".pyc"}}
        return self._with_bytecode(self.sources, modules | compiled | data)

    def _with_bytecode(self, root: Path, files: Iterable[Path]) -> dict[str, Path]:
        found: dict[str, Path] = {}
        for file in files:
            both = (file, self._bytecode(file)) if file.suffix == ".py" else (file,)
            found |= {str(each.relative_to(root)): each for each in both}
        return found

    def _bytecode(self, source: Path) -> Path:
        tag = f"cpython-{self.target.python.replace('.', '')}"
        return source.parent / "__pycache__" / f"{source.stem}.{tag}.pyc"


def _add(path: Path, files: Mapping[str, Path]) -> None:
    """Add files in a fixed order, with fixed dates and modes, so the same files give the same bytes."""
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _DATE)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name].read_bytes())


def _print_table(packages: Iterable[Package]) -> None:
    print(f"{'function':16} {'zip':>10} {'unpacked':>10}  dependencies")
    for package in packages:
        sizes = (package.path.stat().st_size, package.unpacked_size)
        zipped, unpacked = (f"{size / _KILOBYTE:,.0f} kB" for size in sizes)
        print(f"{package.function.name:16} {zipped:>10} {unpacked:>10}  {len(package.distributions)}")


def build_for_lambda() -> list[Package]:
    """Build for Lambda, and put the zips where serverless.yml expects them."""
    packages = build(lambda_target(), functions())
    for package in packages:
        artifact = package.function.artifact
        artifact.parent.mkdir(parents=True, exist_ok=True)
        # In one step, because another build may do the same at this time.
        link = artifact.with_suffix(f".{os.getpid()}")
        os.link(package.path, link)
        link.replace(artifact)
    return packages


def main() -> None:
    """Build, and print the sizes of the packages."""
    _print_table(build_for_lambda())


if __name__ == "__main__":
    try:
        main()
    except Problem as problem:
        sys.exit(str(problem))
