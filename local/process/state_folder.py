"""The folder with the state of a stack. One stack uses it at a time.

Its file `lock` is locked while any process of a stack runs, because all of them inherit the lock. The file
has the id of the process that started the stack and, when the stack is ready, its environment variables.
"""

import fcntl
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.project import Problem

# After a kill, the watchdog needs some time to stop the remaining processes.
_PATIENCE_SECONDS = 15.0


@dataclass(frozen=True)
class Owner:
    """The process that uses a folder, and the environment variables of its stack when it is ready."""

    pid: int
    environment: str

    def is_alive(self) -> bool:
        """Whether the process that started the stack still runs."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True


@contextmanager
def locked(folder: Path) -> Iterator[int]:
    """Lock the folder. When this succeeds, no process of an earlier stack runs any more."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _take(lock, folder)
        announce(lock, {})
        yield lock
    finally:
        os.close(lock)


def announce(lock: int, environment: Mapping[str, str]) -> None:
    """Write the id of this process and the environment variables of the stack into the lock file."""
    lines = [str(os.getpid()), *(f"{name}={value}" for name, value in environment.items())]
    os.truncate(lock, 0)
    os.pwrite(lock, "\n".join(lines).encode(), 0)


def owner(folder: Path) -> Owner | None:
    """The process that uses the folder now, or None."""
    try:
        lock = os.open(folder / "lock", os.O_RDWR)
    except FileNotFoundError:
        return None
    try:
        return None if _is_free(lock) else _read(lock)
    finally:
        os.close(lock)


def becomes_free(folder: Path) -> bool:
    """Whether the folder becomes free within fifteen seconds."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while owner(folder) and time.monotonic() < deadline:
        time.sleep(0.05)
    return owner(folder) is None


def _take(lock: int, folder: Path) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not _is_free(lock):
        current = _read(lock)
        if current and current.is_alive():
            raise Problem(
                f"It already runs (process {current.pid}, folder {folder}). Stop it with `make stop`."
            )
        if time.monotonic() > deadline:
            raise Problem(f"Processes of an earlier run still use {folder}. End them and try again.")
        time.sleep(0.05)


def _is_free(lock: int) -> bool:
    """Whether no other process has the lock. If so, this process has it now."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read(lock: int) -> Owner | None:
    pid, _, environment = os.pread(lock, os.fstat(lock).st_size, 0).decode().partition("\n")
    return Owner(int(pid), environment) if pid else None
