"""One process of a stack: started, waited for, and started again when it dies, as a hosted service would be."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from local.project import ROOT, Problem

_START_SECONDS = 60.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0


@dataclass
class Part:
    """What to run, and how to see that it is ready. Without a `log`, output goes to the terminal."""

    name: str
    command: Sequence[str]
    is_ready: Callable[[], bool]
    environment: Mapping[str, str] = field(default_factory=dict)
    log: Path | None = None
    polite: signal.Signals = signal.SIGTERM

    def start(self, lock: int, changed: Callable[[], None]) -> None:
        """Return when the part is ready; tell `changed` whenever its process is another one.

        The process inherits `lock`: as long as any part lives, the stack's folder stays locked.
        """
        self._lock, self._changed = lock, changed
        self._stopping = threading.Event()
        self._spawn()
        self._wait()
        self._keeper = threading.Thread(target=self._keep, name=f"keep {self.name}", daemon=True)
        self._keeper.start()

    @property
    def pid(self) -> int:
        """The process that runs now."""
        return self._process.pid

    def expect_end(self) -> None:
        """From now on, a process that ends stays ended."""
        self._stopping.set()

    def collect(self) -> None:
        """Wait for the ended process, so that it leaves no zombie."""
        self._process.wait()

    def _spawn(self) -> None:
        output = open(self.log, "ab") if self.log else None  # noqa: SIM115 (closed below)
        self._process = subprocess.Popen(
            self.command,
            cwd=ROOT,
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=(self._lock,),
            # Ctrl-C in the terminal is for the owner, who stops the parts in order.
            start_new_session=True,
        )
        if output:
            output.close()
        self._changed()

    def _wait(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not self.is_ready():
            if self._process.poll() is not None:
                raise Problem(f"{self.name} ended with code {self._process.returncode}.{self._last_words()}")
            if time.monotonic() > deadline:
                raise Problem(f"{self.name} is not ready after {_START_SECONDS:.0f} s.{self._last_words()}")
            time.sleep(0.02)

    def _last_words(self) -> str:
        if not self.log:
            return ""
        lines = self.log.read_text(errors="replace").splitlines()[-5:]
        return "\n  ".join([f" The end of {self.log}:", *lines])

    def _keep(self) -> None:
        pause = _FIRST_PAUSE
        while not self._stopping.is_set():
            born = time.monotonic()
            self._process.wait()
            pause = _FIRST_PAUSE if time.monotonic() - born > _LONGEST_PAUSE else min(pause * 2, _LONGEST_PAUSE)
            if not self._stopping.wait(pause):
                self._spawn()
