"""Stops the processes of a stack when the process that started them ends, however it ends.

It reads the processes from its standard input, a JSON list of [process id, signal] per line; the last counts.
When the input closes, because its owner closed it or was killed, it stops the processes in reverse order and
removes the folder named on its command line, if there is one.
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
    # An orphan that its new parent has not collected yet is dead, too.
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return True


def stop(pid: int, polite: int) -> None:
    """Ask a process to end; if it does not, end it with its whole group."""
    with suppress(ProcessLookupError):
        os.kill(pid, polite)
        # A process that a test has paused could not hear the signal.
        os.kill(pid, signal.SIGCONT)
    deadline = time.monotonic() + _GRACE_SECONDS
    while _is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def main() -> None:
    """Wait for the owner's end, then stop what it has left."""
    processes: list[tuple[int, int]] = []
    for line in sys.stdin:
        processes = json.loads(line)
    for pid, polite in reversed(processes):
        stop(pid, polite)
    for folder in sys.argv[1:]:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
