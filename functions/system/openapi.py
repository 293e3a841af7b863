"""The description of all groups. It is made at the first request, so that /health does not import them."""

import json
import pkgutil
import tomllib
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from fastapi import FastAPI

import functions
from shared.http.application import create_app
from shared.problems.base import ProblemBody

TITLE = "Renpay"
_SUMMARY = "Accounts, transactions, invoices and GST."
_DESCRIPTION = """
Register, log in with **Authorize** above, and send requests from this page.

- Amounts are JSON numbers in rupees, exact to the paisa.
- Instants are ISO 8601 with a time zone. A date without a time is a whole day in the zone of your profile.
- Lists take `limit`, `skip`, `sort_by`, `sort_order` and `fields`. `X-Total-Count` counts all rows, and
  `Link: <...>; rel="next"` is the address of the next page.
- Requests that create something take an `Idempotency-Key`. With the same key, they take effect once.
- Errors are [problems](/docs/problems) with a stable `code`.
"""


@cache
def description() -> bytes:
    """The OpenAPI document of all groups, as JSON. A package contains it instead of the other groups."""
    carried = Path(__file__).with_name("openapi.json")
    return carried.read_bytes() if carried.exists() else made()


def made() -> bytes:
    """The document, made from the endpoints of this source tree."""
    app = _everything()
    app.title, app.version, app.summary, app.description = TITLE, _version(), _SUMMARY, _DESCRIPTION
    document: dict[str, Any] = app.openapi()
    document["components"]["schemas"].update(_problem_schemas())
    return json.dumps(document, ensure_ascii=False).encode()


def _version() -> str:
    """The version in pyproject.toml, the one place that names it."""
    pyproject = Path(__file__).parents[2] / "pyproject.toml"
    return str(tomllib.loads(pyproject.read_text())["project"]["version"])


def _everything() -> FastAPI:
    groups = (import_module(group.name) for group in pkgutil.iter_modules(functions.__path__, "functions."))
    modules = (
        module.name
        for group in groups
        for module in pkgutil.iter_modules(group.__path__, f"{group.__name__}.")
    )
    return create_app(*(import_module(name).router for name in modules if name.endswith("endpoints")))


def _problem_schemas() -> dict[str, Any]:
    schema = ProblemBody.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**schema.pop("$defs"), "Problem": schema}
