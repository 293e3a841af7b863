"""What a function imports, read from its source: our own files, and the packages of others."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

OWN = ("functions", "shared")


@dataclass
class Imports:
    """Everything that is reachable from one module, imports inside of functions included."""

    root: Path
    files: set[Path] = field(default_factory=set)
    packages: set[str] = field(default_factory=set)
    """The first part of the name of each module that is not ours: `jwt`, `httpx`, `json`."""

    def follow(self, module: str) -> None:
        """Add a module and what it imports."""
        if module.partition(".")[0] not in OWN:
            self.packages.add(module.partition(".")[0])
            return
        for file in _files(self.root, module):
            if file not in self.files:
                self.files.add(file)
                for imported in _imported(file):
                    self.follow(imported)


def _files(root: Path, module: str) -> Iterator[Path]:
    """The file of a module and those of the packages it is in; a name in a module has no file of its own."""
    path = root
    for part in module.split("."):
        path /= part
        for file in (path / "__init__.py", path.with_suffix(".py")):
            if file.is_file():
                yield file


def _imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.module, f"{file}: relative imports are not used here"
            # `from shared import tokens`: what is imported may be a module itself.
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
