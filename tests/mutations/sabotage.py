"""One sabotage: a promise, and how to break it."""

from dataclasses import dataclass
from pathlib import Path


class StaleError(Exception):
    """The sabotage does not apply any more."""


@dataclass(frozen=True)
class Sabotage:
    """A promise, the text in a file that keeps it, what to put in its place, and who should notice."""

    promise: str
    file: str
    old: str
    new: str
    tests: str

    def sabotaged(self, root: Path) -> tuple[Path, str]:
        """The file below `root`, and its text with the promise broken. Raises StaleError."""
        files = list(root.glob(self.file))
        if len(files) != 1:
            raise StaleError(f"{self.file} is not one file")
        text = files[0].read_text()
        broken = text.replace(self.old, self.new)
        if broken == text:
            raise StaleError(f"the text is not in {files[0].name}")
        return files[0], broken


_VERSION = "[0-9]" * 14


def sql(promise: str, migration: str, old: str, new: str, tests: str) -> Sabotage:
    return Sabotage(promise, f"supabase/migrations/{_VERSION}_{migration}.sql", old, new, tests)
