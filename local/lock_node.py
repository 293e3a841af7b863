"""Lock the npm packages of package.json, for every platform: `python -m local.lock_node`.

If the registry in use does not have a package for another platform, npm leaves it out of the lock file, and
`npm ci` refuses the file everywhere. This module adds such packages: their names say for which platform they
are, and the packages that need them say which version.
"""

import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from local.project import ROOT

_PLATFORM = re.compile(r"-(?P<os>darwin|linux|windows|win32)-(?P<cpu>x64|arm64)(?P<musl>-musl)?$")


def main() -> None:
    """Resolve in an empty folder. Beside node_modules, npm would only use the installed packages."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("package.json", ".npmrc"):
            shutil.copy(ROOT / name, folder)
        subprocess.run(["npm", "install", "--package-lock-only"], cwd=folder, check=True)
        lock = json.loads((Path(folder) / "package-lock.json").read_text())
    lock["packages"] = dict(sorted((_missing(lock["packages"]) | lock["packages"]).items()))
    (ROOT / "package-lock.json").write_text(json.dumps(lock, indent=2, ensure_ascii=False) + "\n")


def _missing(packages: dict[str, Any]) -> dict[str, Any]:
    return {
        f"node_modules/{name}": _entry(version, platform)
        for package in packages.values()
        for name, version in package.get("optionalDependencies", {}).items()
        if f"node_modules/{name}" not in packages and (platform := _PLATFORM.search(name))
    }


def _entry(version: str, platform: re.Match[str]) -> dict[str, Any]:
    system = platform["os"].replace("windows", "win32")
    entry = {"version": version.removeprefix("v"), "cpu": [platform["cpu"]], "os": [system], "optional": True}
    return entry | ({"libc": ["musl"]} if platform["musl"] else {})


if __name__ == "__main__":
    main()
