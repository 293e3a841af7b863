"""A real Chromium without a window, from npm: nothing to install on the machine."""

import fcntl
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from local.project import ROOT

_FOLDER = ROOT / "build" / "browser"


def executable() -> str:
    """Where it is; unpacked at the first use, by one process while others wait."""
    _FOLDER.mkdir(parents=True, exist_ok=True)
    with (_FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = subprocess.run(
            ["node", str(ROOT / "tests" / "browser" / "chromium.mjs")],
            env={**os.environ, "TMPDIR": str(_FOLDER)},
            stdout=subprocess.PIPE,
            check=True,
        )
    return found.stdout.decode().strip()


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """One browser; each test opens a context of its own in it, which shares nothing with the others."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()
