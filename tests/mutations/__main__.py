"""Apply each sabotage to a copy of this repository and see its tests turn red: `python -m tests.mutations [WORD]`."""

import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.mutations.sabotage import Sabotage, StaleError
from tests.mutations.sabotages import SABOTAGES

ROOT = Path(__file__).resolve().parents[2]
SHARED = ["node_modules", ".venv"]
LEFT_OUT = shutil.ignore_patterns(
    *SHARED, ".git", ".local", "build", ".*_cache", ".hypothesis", "__pycache__"
)


def main() -> int:
    """Print one line per sabotage; the exit code says whether all were noticed."""
    wanted = [
        sabotage for sabotage in SABOTAGES if " ".join(sys.argv[1:]).lower() in sabotage.promise.lower()
    ]
    with ThreadPoolExecutor(2) as pool:
        noticed = list(pool.map(_try, wanted))
    print(f"{sum(noticed)} of {len(wanted)} sabotages turned the tests red.")  # noqa: T201
    return 0 if all(noticed) else 1


def _try(sabotage: Sabotage) -> bool:
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="sabotage-") as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
        for name in SHARED:
            (copy / name).symlink_to(ROOT / name)
        fault = _apply(sabotage, copy) or _fault(sabotage, copy)
    verdict = fault or f"noticed after {time.monotonic() - began:.0f} s"
    print(f"{sabotage.promise:<60} {sabotage.tests:<55} {verdict}", flush=True)  # noqa: T201
    return not fault


def _apply(sabotage: Sabotage, copy: Path) -> str:
    """Break the promise; what is wrong with the sabotage, if it does not apply."""
    try:
        file, broken = sabotage.sabotaged(copy)
    except StaleError as stale:
        return f"STALE: {stale}"
    file.write_text(broken)
    return ""


def _fault(sabotage: Sabotage, copy: Path) -> str:
    pytest = [str(ROOT / ".venv" / "bin" / "python"), "-m", "pytest", "-qx", "-p", "no:cacheprovider"]
    run = subprocess.run(
        [*pytest, *sabotage.tests.split()], cwd=copy, capture_output=True, text=True, check=False
    )
    # A test that failed: an error before any test ran, as of a migration that does not apply, tells nothing.
    return (
        "" if re.search(r"\d+ failed", run.stdout) else f"NOT NOTICED: {run.stdout.strip().splitlines()[-1]}"
    )


if __name__ == "__main__":
    sys.exit(main())
