"""Sharing the tests among worker processes, each with a Supabase of its own: `pytest -n 2`."""

import os
from collections.abc import Sequence

import pytest
from xdist.scheduler.loadscope import LoadScopeScheduling

# What takes longest is begun first, so that no worker is left with it while the others have nothing to do.
_LONGEST_FIRST = (
    "tests/deploy/",
    "tests/reliability/",
    "tests/browser/",
    "tests/local/process/",
    "tests/security/",
    "tests/migrations/",
    "tests/functions/scheduled/",
)
# These share packages, an emulated AWS and a deployment, which are made once a worker.
_TOGETHER = "tests/deploy/"

# Each of them may choose free ports among so many, at the same moment as the others.
_PORTS = range(20000, 32000)
_PORTS_OF_A_WORKER = 1500
MOST_WORKERS = len(_PORTS) // _PORTS_OF_A_WORKER


class ByFile(LoadScopeScheduling):  # type: ignore[misc]
    """The tests of a file run in one worker, in their order: they share what the file has set up."""

    def _split_scope(self, nodeid: str) -> str:
        return _TOGETHER if nodeid.startswith(_TOGETHER) else nodeid.partition("::")[0]


def longest_first(items: list[pytest.Item]) -> None:
    """Put the tests into the order in which workers take them."""
    items.sort(key=lambda item: _rank(item.nodeid))


def take_ports(worker: str) -> None:
    """Keep the stacks of this worker to its own share of the ports: `gw0`, `gw1`, ..."""
    first = _PORTS.start + int(worker.removeprefix("gw")) * _PORTS_OF_A_WORKER
    os.environ["FREE_PORTS"] = f"{first}-{first + _PORTS_OF_A_WORKER - 1}"


def _rank(nodeid: str) -> int:
    folders: Sequence[str] = _LONGEST_FIRST
    return next((rank for rank, folder in enumerate(folders) if nodeid.startswith(folder)), len(folders))
