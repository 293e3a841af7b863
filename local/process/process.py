"""One process of a stack: it is started, waited for, and started again if it ends, as on a hosted project."""

import os
import signal
import subprocess
import threading
import time
import urllib.error
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

from local.project import DIRECTLY, ROOT, Problem

_START_SECONDS = 60.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0


# The programs of a stack would read these variables of the shell as their settings.
_FOREIGN = ("PG", "PGRST_", "SUPABASE_", "GOTRUE_", "DATABASE_URL")


def _neutral_environment() -> dict[str, str]:
    """The environment of the shell, without the variables of another database or project."""
    return {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}


@dataclass
class Process:
    """A command, and a check that it is ready. Without a `log`, its output goes to the terminal."""

    name: str
    command: Sequence[str]
    is_ready: Callable[[], bool]
    environment: Mapping[str, str] = field(default_factory=dict)
    log: Path | None = None
    polite: signal.Signals = signal.SIGTERM

    def __post_init__(self) -> None:
        self._ending = False
        self._ending_changed = threading.Condition()

    @property
    def pid(self) -> int:
        """The id of the current process."""
        return self._process.pid

    def spawn(self, lock: int) -> None:
        """Start the process. It inherits the lock of the stack, so the folder stays locked while it runs."""
        with ExitStack() as files:
            output = files.enter_context(self.log.open("ab")) if self.log else None
            self._process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env={**_neutral_environment(), **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                pass_fds=(lock,),
                # Ctrl-C in the terminal reaches only the owner, which stops the processes in order.
                start_new_session=True,
            )

    def wait_until_ready(self) -> None:
        """Return when the process is ready."""
        deadline = time.monotonic() + _START_SECONDS
        while not self.is_ready():
            if self._process.poll() is not None:
                raise Problem(f"{self.name} ended with code {self._process.returncode}.{self._last_words()}")
            if time.monotonic() > deadline:
                raise Problem(f"{self.name} is not ready after {_START_SECONDS:.0f} s.{self._last_words()}")
            time.sleep(0.02)

    def keep_alive(self, lock: int, changed: Callable[[], None]) -> None:
        """From now on, start it again if it ends, and then call `changed`."""
        threading.Thread(target=self._keep, args=(lock, changed), name=self.name, daemon=True).start()

    def expect_end(self) -> None:
        """From now on, do not start it again."""
        with self._ending_changed:
            self._ending = True
            self._ending_changed.notify_all()

    def collect(self) -> None:
        """Wait for the process to end."""
        self._process.wait()

    def _keep(self, lock: int, changed: Callable[[], None]) -> None:
        pause = _FIRST_PAUSE
        while True:
            born = time.monotonic()
            self._process.wait()
            lived_long = time.monotonic() - born > _LONGEST_PAUSE
            pause = _FIRST_PAUSE if lived_long else min(pause * 2, _LONGEST_PAUSE)
            with self._ending_changed:
                if self._ending_changed.wait_for(lambda: self._ending, timeout=pause):
                    return
                self.spawn(lock)
                changed()

    def _last_words(self) -> str:
        if not self.log:
            return ""
        lines = self.log.read_text(errors="replace").splitlines()[-5:]
        return "\n  ".join([f" The end of {self.log}:", *lines])


def answers(url: str) -> Callable[[], bool]:
    """Whether a server answers. Any status below 500 counts, also for a missing key or an unknown path."""

    def ask() -> bool:
        try:
            DIRECTLY.open(url, timeout=5).close()
        except urllib.error.HTTPError as answer:
            answer.close()
            return answer.code < HTTPStatus.INTERNAL_SERVER_ERROR
        except OSError:
            return False
        return True

    return ask
