"""Install the packages of the lock files, if they are not installed: `python -m local.install local | test`.

This runs before anything is installed, with any Python of the machine, and says what is missing. So it
imports only the standard library, and its syntax is that of Python 3.7.
"""

import fcntl
import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
NODE_MODULES = ROOT / "node_modules"

OLDEST_PYTHON = (3, 11)
OLDEST_NODE = 20


def main() -> None:
    """Check the machine, then install. A second run at the same time waits for the first."""
    group = sys.argv[1]
    _check_python()
    _check_node()
    (ROOT / ".local").mkdir(exist_ok=True)
    with (ROOT / ".local" / "install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _install_python_packages(group)
        _install_node_packages(group)


def _check_python() -> None:
    if sys.version_info < OLDEST_PYTHON:
        found, wanted = sys.version.split()[0], ".".join(map(str, OLDEST_PYTHON))
        sys.exit(
            f"Python {found} is too old. Install {wanted} or newer, or name it: make PYTHON=python{wanted}"
        )


def _check_node() -> None:
    if not shutil.which("node") or not shutil.which("npm"):
        sys.exit(f"Node.js is missing. Install version {OLDEST_NODE} or newer, with npm.")
    version = subprocess.run(["node", "--version"], stdout=subprocess.PIPE, check=False).stdout.decode()
    found = re.match(r"v(\d+)", version)
    if not found or int(found.group(1)) < OLDEST_NODE:
        sys.exit(f"Node.js {version.strip()} is too old. Install version {OLDEST_NODE} or newer.")


def _install_python_packages(group: str) -> None:
    requirements = ROOT / "requirements" / f"{group}.txt"
    stamp = VENV / f"{group}.stamp"
    python = VENV / "bin" / "python"
    key = _key(sys.version, requirements.read_text())
    if _is_current(stamp, key):
        return
    if not python.exists() or not _runs(python):
        print("Creating .venv ...", flush=True)
        _run(
            [sys.executable, "-m", "venv", "--clear", str(VENV)], "Python's venv module is missing or broken."
        )
    print(f"Installing {requirements.relative_to(ROOT)} ...", flush=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    _run([*pip, "-r", str(requirements)], "pip could not install the Python packages.")
    stamp.write_text(key)


def _install_node_packages(group: str) -> None:
    # Packages for deployment and browser are only for tests. The full installation includes the lean one.
    lean, full = NODE_MODULES / "local.stamp", NODE_MODULES / "test.stamp"
    key = _key((ROOT / "package-lock.json").read_text())
    if _is_current(full, key) or (group == "local" and _is_current(lean, key)):
        return
    if group == "local":
        command, stamp = ["npm", "ci", "--omit=dev"], lean
    elif _is_current(lean, key):
        # `npm ci` would first delete the packages, and `make dev` may be using them.
        command, stamp = ["npm", "install", "--no-save"], full
    else:
        command, stamp = ["npm", "ci"], full
    print("Installing package-lock.json ...", flush=True)
    _run([*command, "--loglevel=error"], "npm could not install its packages.")
    stamp.write_text(key)


def _runs(python: Path) -> bool:
    """Whether the virtual environment works. It breaks if it is moved or if its Python is deleted."""
    wanted = ".".join(map(str, sys.version_info[:2]))
    question = "import pip, sys; print('%d.%d' % sys.version_info[:2], sys.prefix)"
    answer = subprocess.run(
        [str(python), "-c", question], stdout=subprocess.PIPE, check=False
    ).stdout.decode()
    return answer.split() == [wanted, str(VENV)]


def _is_current(stamp: Path, key: str) -> bool:
    return stamp.exists() and stamp.read_text() == key


def _key(*contents: str) -> str:
    return hashlib.sha256("\0".join((str(ROOT), *contents)).encode()).hexdigest()


def _run(command: "list[str]", complaint: str) -> None:
    if subprocess.run(command, cwd=str(ROOT), check=False).returncode != 0:
        sys.exit(f"{complaint} See above.")


if __name__ == "__main__":
    main()
