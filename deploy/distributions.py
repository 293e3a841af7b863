"""The installed distributions that a set of imports needs, by the metadata of the distributions."""

import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, PathDistribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from local.project import ROOT

# No module here imports it by name, and the distribution that imports it does not declare it.
_UNDECLARED = {"fastapi": ("python-multipart",)}

_NOT_SHIPPED = ("bin/", "../")


class Distributions:
    """The distributions that pip installed into a folder."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self._environment = environment
        self._of_name = {_name(found): found for found in _installed(folder)}
        self._of_package = {
            file.partition("/")[0].partition(".")[0]: name
            for name, distribution in self._of_name.items()
            for file in _files(distribution)
        }

    def needed(self, packages: Iterable[str]) -> list[str]:
        """The names of the distributions that these top-level packages need."""
        wanted = {self._of_package[package] for package in packages if package in self._of_package}
        needed: set[str] = set()
        while wanted:
            name = wanted.pop()
            needed.add(name)
            wanted |= set(self._requirements(name)) - needed
        return sorted(needed)

    def files(self, name: str) -> list[str]:
        """The files of a distribution that a program can import or read."""
        return [file for file in _files(self._of_name[name]) if not file.startswith(_NOT_SHIPPED)]

    def _requirements(self, name: str) -> Iterator[str]:
        yield from _UNDECLARED.get(name, ())
        extras = {"", *_EXTRAS.get(name, ())}
        for text in self._of_name[name].requires or ():
            requirement = Requirement(text)
            needed = any(
                requirement.marker is None
                or requirement.marker.evaluate({**self._environment, "extra": extra})
                for extra in extras
            )
            if needed and canonicalize_name(requirement.name) in self._of_name:
                yield canonicalize_name(requirement.name)


def _extras() -> dict[str, set[str]]:
    """The extras that pyproject.toml asks for: `pyjwt[crypto]`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    requirements = [Requirement(text) for text in project["dependencies"]]
    return {canonicalize_name(requirement.name): requirement.extras for requirement in requirements}


_EXTRAS = _extras()


def _installed(folder: Path) -> Iterator[Distribution]:
    return (PathDistribution(path) for path in folder.glob("*.dist-info"))


def _name(distribution: Distribution) -> str:
    return canonicalize_name(distribution.metadata["Name"])


def _files(distribution: Distribution) -> list[str]:
    return [str(file) for file in distribution.files or ()]
