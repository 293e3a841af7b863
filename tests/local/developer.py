"""Somebody at a terminal."""

import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from local.project import ROOT


@dataclass
class Developer:
    """Runs the commands of the Makefile, with a folder of their own for the data."""

    folder: Path
    environment: dict[str, str]
    prefix: tuple[str, ...] = ()
    started: list[subprocess.Popen[str]] = field(default_factory=list)
    heard: str = ""
    """What `make dev` has said until it was ready."""

    def takes_over(self, data: Path) -> None:
        """Have a copy of the data of an earlier run in the folder."""
        shutil.copytree(data, self.folder / data.name)

    def runs(self, command: str) -> subprocess.Popen[str]:
        """Start a command and go on."""
        process = subprocess.Popen(
            [*self.prefix, sys.executable, "-m", "local", command],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.started.append(process)
        return process

    def goes_home(self) -> None:
        """Leave nothing running."""
        self.prefix = ()
        self.asks("stop")
        for process in self.started:
            with process:
                process.kill()

    def asks(self, command: str) -> tuple[int, str]:
        """Run a command to its end: exit code and output."""
        process = self.runs(command)
        output, _ = process.communicate(timeout=60)
        return process.returncode, output

    def starts_dev(self) -> subprocess.Popen[str]:
        """`make dev`, up to the moment when it says how to log in."""
        process = self.runs("dev")
        assert process.stdout
        self.heard = ""
        for line in process.stdout:
            self.heard += line
            if "Ctrl-C stops everything" in line:
                return process
        raise AssertionError(self.heard)

    def interrupts(self, process: subprocess.Popen[str]) -> str:
        """Ctrl-C: the terminal sends the signal to the whole process group."""
        os.killpg(process.pid, signal.SIGINT)
        output, _ = process.communicate(timeout=120)
        return output

    def environment_of_dev(self) -> dict[str, str]:
        """What `make status` says."""
        code, output = self.asks("status")
        assert code == 0, output
        return dict(line.split("=", 1) for line in output.splitlines())

    def processes(self) -> list[str]:
        """Command lines of all processes that have to do with the folder."""
        return [command for command in map(self._command, Path("/proc").glob("[0-9]*")) if command]

    def _command(self, process: Path) -> str:
        with suppress(OSError):
            command = (process / "cmdline").read_bytes()
            traces = [command, (process / "environ").read_bytes(), os.fsencode((process / "cwd").readlink())]
            if any(os.fsencode(self.folder) in trace for trace in traces):
                return command.replace(b"\0", b" ").decode()
        return ""
