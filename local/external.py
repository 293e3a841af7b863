"""The API on a Supabase that runs already and that the environment names, such as that of `supabase start`.

It changes nothing there: it applies no migrations and adds no demo data.
"""

import json
import os
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from local.process.ports import HOST, Ports
from local.process.state_folder import announce, locked
from local.process.supervisor import Supervisor
from local.project import DIRECTLY, Problem
from local.stack import api_process

_REQUIRED = ("SUPABASE_URL", "SUPABASE_KEY", "SUPABASE_SECRET_KEY")
_OPTIONAL = ("SUPABASE_JWT_SECRET", "SUPABASE_JWT_ISSUER", "DB_URL")


@dataclass(frozen=True)
class External:
    """The project, as the variables of the functions name it."""

    environment: Mapping[str, str]

    @classmethod
    def named(cls, variables: Mapping[str, str] = os.environ) -> Self | None:
        """The project that SUPABASE_URL names, or None. Raises Problem if its keys are missing."""
        if not variables.get("SUPABASE_URL"):
            return None
        if missing := [name for name in _REQUIRED if not variables.get(name)]:
            raise Problem(
                "SUPABASE_URL names a Supabase, which is used instead of a local one. "
                f"Also set {', '.join(missing)}, or unset SUPABASE_URL."
            )
        return cls({name: variables[name] for name in (*_REQUIRED, *_OPTIONAL) if variables.get(name)})

    @property
    def url(self) -> str:
        """The origin of its Data API and Auth."""
        return self.environment["SUPABASE_URL"].rstrip("/")

    def check(self) -> None:
        """Raise Problem if it does not answer, or does not have our schemas."""
        key = self.environment["SUPABASE_KEY"]
        question = urllib.request.Request(
            f"{self.url}/rest/v1/rpc/health", headers={"apikey": key, "accept-profile": "api"}
        )
        try:
            DIRECTLY.open(question, timeout=30).close()
        except urllib.error.HTTPError as refusal:
            with refusal:
                raise Problem(f"{self.url} is not ready. {_reason(refusal)}") from None
        except OSError as error:
            raise Problem(f"{self.url} does not answer: {error}") from None


def _reason(refusal: urllib.error.HTTPError) -> str:
    if refusal.code in {404, 406}:
        return (
            "It lacks our migrations, or its Data API does not expose our schemas (supabase/config.toml). "
            "docs/local.md says how to add them."
        )
    try:
        return f"It answers {refusal.code}: {json.load(refusal)['message']}"
    except (ValueError, KeyError, TypeError):
        return f"It answers {refusal.code}."


@contextmanager
def running_api(
    external: External, folder: Path, port: int | None = None, *, to_terminal: bool = False
) -> Iterator[str]:
    """Serve the functions on it until the end of the block; gives their address."""
    with locked(folder) as lock, Supervisor(lock, None) as supervisor:
        port = port or Ports.for_api()
        external.check()
        url = f"http://{HOST}:{port}"
        supervisor.start(api_process(external.environment, port, None if to_terminal else folder / "api.log"))
        announce(lock, {**external.environment, "API_URL": url})
        yield url
