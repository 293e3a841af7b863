"""Starts the parts of a stack, keeps them running, and stops them in one way, however it ends itself."""

import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from local.part import Part


class Supervisor:
    """The parts that run now. Leaving the context stops them, and so does the death of this process.

    Both go through the same door: the watchdog's input closes.
    """

    def __init__(self, lock: int, throwaway: Path | None) -> None:
        self.parts: list[Part] = []
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
        for part in self.parts:
            part.expect_end()
        self._watchdog.communicate()
        for part in self.parts:
            part.collect()

    def start(self, part: Part) -> None:
        """Return when the part is ready."""
        part.spawn(self._lock)
        self.parts.append(part)
        self._tell_watchdog()
        part.wait_until_ready()
        part.keep_alive(self._lock, self._tell_watchdog)

    def _tell_watchdog(self) -> None:
        running = [(part.pid, part.polite) for part in self.parts]
        with suppress(BrokenPipeError):
            print(json.dumps(running), file=self._watchdog.stdin, flush=True)
