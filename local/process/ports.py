"""The ports a stack listens on, all on the loopback address."""

import os
import random
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Self

from local.project import Problem

HOST = "127.0.0.1"

_PORTS = range(1, 65536)

# Those of `supabase start`, in the order of the fields of Ports.
_USUAL = {
    "PORT": 8000,
    "SUPABASE_PORT": 54321,
    "DB_PORT": 54322,
    "STUDIO_PORT": 54323,
    "MAILBOX_PORT": 54324,
}

# Below the ephemeral ports of operating systems, so that no outgoing connection of another process can take a
# port between our choice and our use of it. Whoever starts several stacks at the same moment sets FREE_PORTS
# to another range for each, so that no two choose the same port.
_FREE_PORTS = "20000-31999"


@dataclass(frozen=True)
class Ports:
    """The port of each process. `rest`, `rest_admin` and `auth` are behind the gateway; Auth uses `smtp`."""

    api: int
    gateway: int
    database: int
    studio: int
    mailbox: int
    rest: int
    rest_admin: int
    auth: int
    smtp: int

    @classmethod
    def usual(cls) -> Self:
        """The ports of `make dev`: those of the Supabase CLI, or those of the environment variables."""
        known = [_wanted(variable, default) for variable, default in _USUAL.items()]
        if len({*known}) < len(known):
            raise Problem(f"{', '.join(_USUAL)} must be different ports.")
        return cls(*known, *_free(4, besides=known))

    @staticmethod
    def for_api() -> int:
        """The port of the API alone, of these ports."""
        return _wanted("PORT", _USUAL["PORT"])

    @classmethod
    def isolated(cls) -> Self:
        """Free ports, for a second stack on the same machine."""
        return cls(*_free(9))


def _wanted(variable: str, default: int) -> int:
    text = os.environ.get(variable, "") or str(default)
    if not text.isdecimal() or int(text) not in _PORTS:
        raise Problem(f"{variable}={text} is not a port: set a number between 1 and 65535.")
    if not _is_free(int(text)):
        raise Problem(
            f"Port {text} is taken. Stop the program that uses it, or set {variable} to another port."
        )
    return int(text)


def free_port() -> int:
    """One that nothing listens at."""
    return _free(1)[0]


def _free(count: int, besides: Iterable[int] = ()) -> list[int]:
    first, _, last = os.environ.get("FREE_PORTS", _FREE_PORTS).partition("-")
    candidates = sorted({*range(int(first), int(last) + 1)} - {*besides})
    return list(islice(filter(_is_free, random.sample(candidates, len(candidates))), count))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As the servers do: connections that are closing do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
