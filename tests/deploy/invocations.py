"""Invoking an unpacked function, and what it has logged."""

import json
from collections.abc import Callable
from typing import Any

from local.gateway.routes import Route
from tests.deploy.emulator import Lambda
from tests.deploy.events import http_event

Unpack = Callable[..., Lambda]


def get(path: str, token: str = "", **headers: str) -> dict[str, Any]:
    """The event of a GET."""
    sent = {"host": "api.example.com", **headers, **({"authorization": f"Bearer {token}"} if token else {})}
    return http_event(Route("ANY", path, ""), "GET", path, list(sent.items()), b"", "203.0.113.7")


def log_lines(function: Lambda) -> list[dict[str, Any]]:
    return [json.loads(line) for line in function.code.log.read_text().splitlines() if line]
