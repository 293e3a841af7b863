"""The imports of a function, read from its source: our own files, and packages of others."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

OWN = ("functions", "shared")


@dataclass
class Imports:
    """Everything that a module imports, directly or not, also inside of functions."""

    root: Path
    files: set[Path] = field(default_factory=set)
    packages: set[str] = field(default_factory=set)
    """The top-level name of each module that is not ours: `jwt`, `httpx`, `json`."""

    def follow(self, module: str) -> None:
        """Add a module and its imports."""
        if module.partition(".")[0] not in OWN:
            self.packages.add(module.partition(".")[0])
            return
        for file in _files(self.root, module):
            if file not in self.files:
                self.files.add(file)
                for imported in _imported(file):
                    self.follow(imported)


def _files(root: Path, module: str) -> Iterator[Path]:
    """The file of a module, and the files of its packages. A name in a module has no file of its own."""
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
            # `from shared.auth import tokens`: the imported name may be a module.
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
