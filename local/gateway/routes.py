"""The routes of serverless.yml, selected as by an API Gateway HTTP API."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import yaml

from local.project import Problem

_GREEDY = re.compile(r"\{[^/}]+\+\}")
_PARAMETER = re.compile(r"\$\{(?:env:\w+, )?param:(\w+)\}")
_VARIABLE = re.compile(r"\{[^/}]+\}")


@dataclass(frozen=True)
class Route:
    """A route, for example `ANY /api/accounts/{proxy+}`, and its function.

    A path with a slash at the end matches only a route with a greedy variable, which may be empty. AWS does
    not document this case, and public accounts of it differ. So serverless.yml gives every path both routes:
    whichever API Gateway selects, the function is the same, and its middleware removes the slash.
    """

    method: str
    path: str
    function: str

    @classmethod
    def read(cls, function: str, event: str | dict[str, str]) -> Self:
        """Read any form of an `httpApi` event: `*`, a string, or `method` and `path`."""
        if isinstance(event, dict):
            event = f"{event['method']} {event['path']}"
        if event in {"*", "$default"}:
            event = "ANY /{proxy+}"
        method, path = event.split()
        return cls("ANY" if method == "*" else method.upper(), path, function)

    def matches(self, method: str, path: str) -> bool:
        """Whether a request matches this route."""
        return self.method in {"ANY", method} and self._pattern.fullmatch(path) is not None

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        segments = [_segment_pattern(segment) for segment in self.path.split("/")]
        return re.compile("/".join(segments), re.DOTALL)

    @property
    def generality(self) -> tuple[list[int], bool]:
        """Sorts routes so that the first match is the most specific one: by segment, then by method."""
        return [_segment_generality(segment) for segment in self.path.split("/")], self.method == "ANY"


def _segment_pattern(segment: str) -> str:
    if _GREEDY.fullmatch(segment):
        return ".*"
    return "[^/]+" if _VARIABLE.fullmatch(segment) else re.escape(segment)


def _segment_generality(segment: str) -> int:
    if _GREEDY.fullmatch(segment):
        return 2
    return 1 if _VARIABLE.fullmatch(segment) else 0


@dataclass(frozen=True)
class Service:
    """The parts of a serverless.yml that the gateway needs."""

    routes: tuple[Route, ...]
    handlers: dict[str, str]
    cors: dict[str, Any] | bool | None

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the file. Routes and handlers may not contain variables such as `${env:X}`."""
        try:
            document = yaml.safe_load(path.read_text())
        except FileNotFoundError:
            raise Problem(f"There is no {path}: the local API takes its routes from it.") from None
        functions = document["functions"]
        routes = [Route.read(name, event) for name, event in _http_events(functions)]
        return cls(
            routes=tuple(sorted(routes, key=lambda route: route.generality)),
            handlers={name: functions[name]["handler"] for name in dict.fromkeys(r.function for r in routes)},
            cors=_with_parameters(
                document["provider"].get("httpApi", {}).get("cors"), document.get("params", {})
            ),
        )

    def route(self, method: str, path: str) -> Route | None:
        """The most specific route for a request."""
        return next((route for route in self.routes if route.matches(method, path)), None)


def _with_parameters(setting: Any, stages: dict[str, Any]) -> Any:
    """The setting, with each `${param:name}` replaced by its value in the default stage."""
    if isinstance(setting, dict):
        return {key: _with_parameters(value, stages) for key, value in setting.items()}
    name = _PARAMETER.fullmatch(setting) if isinstance(setting, str) else None
    return stages["default"][name[1]] if name else setting


def _http_events(functions: dict[str, Any]) -> Iterable[tuple[str, str | dict[str, str]]]:
    for name, function in functions.items():
        for event in function.get("events", []):
            if "httpApi" in event:
                yield name, event["httpApi"]
