"""Lock the packages of pyproject.toml, for every platform and with hashes: `python -m local.lock_python`.

It uses uv, because pip cannot lock for other platforms. uv is installed only for this and removed afterwards.
"""

import subprocess
import tempfile
import venv
from pathlib import Path

from local.project import ROOT

_UV = "uv==0.13.9"

# The file of the tests comes first: it has all packages, and the other two take their versions from it.
_GROUPS = {"test": ["local", "test"], "local": ["local"], "functions": []}


def main() -> None:
    """Resolve all groups together, so that tests and functions use the same versions."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder) / "bin" / "python"
        subprocess.run([python, "-m", "pip", "install", "--quiet", _UV], check=True)
        for name, groups in _GROUPS.items():
            _lock(python, name, groups)


def _lock(python: Path, name: str, groups: list[str]) -> None:
    chosen = [argument for group in groups for argument in ("--group", group)]
    constraint = [] if name == "test" else ["-c", "requirements/test.txt"]
    command = [
        *(str(python), "-m", "uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"),
        # The file must not contain the address of a registry: the user who installs it chooses the registry.
        *("--generate-hashes", "--no-emit-index-url", "--no-annotate", "--no-header"),
        *(*chosen, *constraint, "pyproject.toml", "-o", f"requirements/{name}.txt"),
    ]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
