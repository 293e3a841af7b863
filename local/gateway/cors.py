"""CORS as API Gateway does it for the functions, by provider.httpApi.cors of serverless.yml."""

from dataclasses import dataclass
from typing import Any, Self

# The defaults of the Serverless Framework for `cors: true` and for keys that are left out.
_DEFAULT_HEADERS = (
    *("Content-Type", "X-Amz-Date", "Authorization", "X-Api-Key", "X-Amz-Security-Token", "X-Amz-User-Agent"),
    *("X-Amzn-Trace-Id",),
)
_DEFAULT_METHODS = ("OPTIONS", "GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Cors:
    """Which websites may call the API, and which headers and methods they may use."""

    origins: tuple[str, ...]
    headers: tuple[str, ...]
    methods: tuple[str, ...]
    exposed: tuple[str, ...] = ()
    credentials: bool = False
    max_age: int | None = None

    @classmethod
    def read(cls, setting: dict[str, Any] | bool | None) -> Self | None:
        """Read the setting in serverless.yml. None means that API Gateway does not handle CORS."""
        if not setting:
            return None
        given = setting if isinstance(setting, dict) else {}
        return cls(
            origins=_several(given.get("allowedOrigins", "*")),
            headers=_several(given.get("allowedHeaders", _DEFAULT_HEADERS)),
            methods=_several(given.get("allowedMethods", _DEFAULT_METHODS)),
            exposed=_several(given.get("exposedResponseHeaders", ())),
            credentials=given.get("allowCredentials", False),
            max_age=given.get("maxAge"),
        )

    def for_response(self, origin: str) -> dict[str, str]:
        """Headers for the answer to a request from this origin."""
        if not {"*", origin} & set(self.origins):
            return {}
        return _present(
            {
                "access-control-allow-origin": "*" if "*" in self.origins else origin,
                "access-control-allow-credentials": "true" if self.credentials else "",
                "access-control-expose-headers": ",".join(self.exposed),
                "vary": "" if "*" in self.origins else "Origin",
            }
        )

    def for_preflight(self, origin: str) -> dict[str, str]:
        """Headers for the answer to a preflight request."""
        allowed = self.for_response(origin)
        return allowed and allowed | _present(
            {
                "access-control-allow-headers": ",".join(self.headers),
                "access-control-allow-methods": ",".join(self.methods),
                "access-control-max-age": "" if self.max_age is None else str(self.max_age),
            }
        )


def _several(value: str | list[str] | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _present(headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if value}
