"""The functions in serverless.yml, which is the only list of them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from local.project import ROOT

SERVERLESS_YML = ROOT / "serverless.yml"


@dataclass(frozen=True)
class Function:
    """One Lambda: `functions/auth/handler.handler` is `handler` in the module functions.auth.handler."""

    name: str
    handler: str
    artifact: Path
    """The path at which the deployment expects the zip."""
    timeout: int
    reads_secret_key: bool

    @property
    def module(self) -> str:
        return self.handler.rpartition(".")[0].replace("/", ".")


def functions() -> list[Function]:
    """Every function, in the order of serverless.yml."""
    document = _document()
    return [
        Function(
            name,
            entry["handler"],
            ROOT / entry["package"]["artifact"],
            entry.get("timeout", document["provider"]["timeout"]),
            "SUPABASE_SECRET_KEY_PARAMETER" in entry.get("environment", {}),
        )
        for name, entry in document["functions"].items()
    ]


def runtime() -> str:
    """The version of Lambda's Python: `3.13`."""
    return str(_document()["provider"]["runtime"]).removeprefix("python")


def _document() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(SERVERLESS_YML.read_text())
    return document
