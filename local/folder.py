"""The folder a stack keeps its state in, used by one stack at a time."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.project import Problem

# After a kill the watchdog needs a moment to stop what is left; see local/watchdog.py.
_PATIENCE_SECONDS = 15.0


@contextmanager
def locked(folder: Path) -> Iterator[int]:
    """Hold the folder. Every part of the stack inherits the lock, so whoever gets it knows that none is left."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _wait_for(lock, folder)
        os.truncate(lock, 0)
        os.pwrite(lock, str(os.getpid()).encode(), 0)
        yield lock
    finally:
        os.close(lock)


def owner(folder: Path) -> int | None:
    """The process that runs a stack on the folder now, if there is one."""
    try:
        lock = os.open(folder / "lock", os.O_RDWR)
    except FileNotFoundError:
        return None
    try:
        return None if _take(lock) else _owner(lock)
    finally:
        os.close(lock)


def wait_until_free(folder: Path) -> bool:
    """Whether the folder has been let go in time."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while owner(folder) is not None and time.monotonic() < deadline:
        time.sleep(0.05)
    return owner(folder) is None


def _wait_for(lock: int, folder: Path) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not _take(lock):
        pid = _owner(lock)
        if _is_alive(pid):
            raise Problem(f"A stack already runs on {folder} (process {pid}). Use it, or `make stop` first.")
        if time.monotonic() > deadline:
            raise Problem(f"Processes of an earlier run still use {folder}. End them, then try again.")
        time.sleep(0.05)


def _take(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _owner(lock: int) -> int:
    return int(os.pread(lock, 20, 0) or b"0")


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return pid > 0
