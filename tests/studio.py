"""Supabase Studio on the database of a stack, as `make dev` runs it."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from local.process.ports import Ports
from local.stack import Stack
from local.supabase.processes import Processes
from local.supabase.programs import Programs


@contextmanager
def running_studio(stack: Stack) -> Iterator[str]:
    """Its address, until the end of the block."""
    ports = Ports.isolated()
    process = Processes(stack.folder, ports, stack.postgres, Programs.pinned()).studio()
    environment = {**os.environ, **process.environment}
    with subprocess.Popen(process.command, env=environment) as running:
        try:
            _wait_for(process.is_ready)
            yield f"http://127.0.0.1:{ports.studio}"
        finally:
            running.terminate()


def _wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("Studio does not answer")
        time.sleep(0.05)
