"""Starts the processes of a stack, keeps them running, and stops them in the same way in every case."""

import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from local.process.process import Process


class Supervisor:
    """The running processes. The end of the context stops them, and so does the end of this process.

    Both have the same effect: the input of the watchdog closes.
    """

    def __init__(self, lock: int, throwaway: Path | None) -> None:
        self.processes: list[Process] = []
        self._lock = lock
        watchdog = Path(__file__).with_name("watchdog.py")
        self._watchdog = subprocess.Popen(
            [sys.executable, "-I", str(watchdog), *([str(throwaway)] if throwaway else [])],
            stdin=subprocess.PIPE,
            text=True,
            pass_fds=(lock,),
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self.processes:
            process.expect_end()
        self._watchdog.communicate()
        for process in self.processes:
            process.collect()

    def start(self, process: Process) -> None:
        """Return when the process is ready."""
        process.spawn(self._lock)
        self.processes.append(process)
        self._tell_watchdog()
        process.wait_until_ready()
        process.keep_alive(self._lock, self._tell_watchdog)

    def _tell_watchdog(self) -> None:
        running = [(process.pid, process.polite) for process in self.processes]
        with suppress(BrokenPipeError):
            print(json.dumps(running), file=self._watchdog.stdin, flush=True)
