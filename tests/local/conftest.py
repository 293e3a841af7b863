"""Stacks started by command, as a developer does it, each in a folder and on ports of its own."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local.process.ports import Ports
from local.stack import running_stack
from tests.local.developer import Developer


@pytest.fixture(scope="module")
def earlier_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a stack that ran earlier has left in its folder, with all migrations: each test takes a copy."""
    folder = tmp_path_factory.mktemp("earlier")
    with running_stack(folder, api=False):
        pass
    return folder / "postgres"


@pytest.fixture
def developer(tmp_path: Path) -> Iterator[Developer]:
    """A developer; what is left running at the end is killed."""
    ports = Ports.isolated()
    settings = {
        "LOCAL_FOLDER": str(tmp_path / "state"),
        "PORT": str(ports.api),
        "SUPABASE_PORT": str(ports.gateway),
        "DB_PORT": str(ports.database),
        "STUDIO_PORT": str(ports.studio),
        "MAILBOX_PORT": str(ports.mailbox),
    }
    # Without a choice of programs or of a Supabase: a test makes its own.
    shell = {
        name: text for name, text in os.environ.items() if not name.startswith(("SUPABASE_", "POSTGREST"))
    }
    someone = Developer(tmp_path / "state", {**shell, **settings})
    yield someone
    someone.goes_home()


@pytest.fixture
def eventually() -> Callable[[Callable[[], bool]], bool]:
    """Whether something comes true within a time in which a person would still wait."""

    def wait(condition: Callable[[], bool]) -> bool:
        deadline = time.monotonic() + 30
        while not condition() and time.monotonic() < deadline:
            time.sleep(0.05)
        return condition()

    return wait
