"""Stops the processes of a stack when the process that started them ends, for whatever reason.

It reads a JSON list of [process id, signal] per line from its standard input; the last line counts. The
input closes when the owner closes it or is killed. Then the watchdog stops the processes in reverse order,
and deletes the folder that its command line names, if any.
"""

import json
import os
import shutil
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

_GRACE_SECONDS = 8.0


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A process that has ended but was not waited for (a zombie) does not run, either.
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return True


def stop(pid: int, polite: int) -> None:
    """Send the signal to a process. If it does not end, kill its process group."""
    with suppress(ProcessLookupError):
        os.kill(pid, polite)
        # A process that a test has stopped does not receive the signal until it continues.
        os.kill(pid, signal.SIGCONT)
    deadline = time.monotonic() + _GRACE_SECONDS
    while _is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def main() -> None:
    """Wait for the end of the owner, then stop its processes."""
    processes: list[tuple[int, int]] = []
    for line in sys.stdin:
        processes = json.loads(line)
    for pid, polite in reversed(processes):
        stop(pid, polite)
    for folder in sys.argv[1:]:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
