"""A few requests to a deployed API that must succeed: `python -m deploy.smoke URL`. They change nothing."""

import sys
import time
from collections.abc import Callable
from http import HTTPStatus

import httpx

from local.project import Problem

_PATIENCE_SECONDS = 60

Check = Callable[[httpx.Client], httpx.Response]

CHECKS: dict[str, tuple[Check, int]] = {
    "it answers": (lambda api: api.get("/health"), HTTPStatus.OK),
    "its database answers": (lambda api: api.get("/health", params={"deep": "true"}), HTTPStatus.OK),
    "it describes itself": (lambda api: api.get("/openapi.json"), HTTPStatus.OK),
    "requests without a token are refused": (lambda api: api.get("/api/accounts"), HTTPStatus.UNAUTHORIZED),
    "an invalid token is refused": (
        lambda api: api.get("/api/transactions", headers={"Authorization": "Bearer made.up.token"}),
        HTTPStatus.UNAUTHORIZED,
    ),
    "Supabase Auth answers": (
        lambda api: api.post("/api/auth/login", data={"username": "nobody@example.com", "password": "none"}),
        HTTPStatus.UNAUTHORIZED,
    ),
    "errors are problems": (lambda api: api.get("/nothing/here"), HTTPStatus.NOT_FOUND),
}


def smoke(url: str) -> None:
    """Run the checks. A new API may need a minute until its address is known everywhere."""
    with httpx.Client(base_url=url, timeout=30) as api:
        _wait_for(api)
        for name, (check, status) in CHECKS.items():
            answer = check(api)
            if answer.status_code != status or "x-request-id" not in answer.headers:
                raise Problem(f"{url}: this check failed: {name}. {answer.status_code}: {answer.text[:500]}")
            print(f"  {name}")


def answers(url: str) -> bool:
    """Whether a server answers at the address."""
    try:
        httpx.get(f"{url.rstrip('/')}/health", timeout=10)
    except httpx.TransportError:
        return False
    return True


def _wait_for(api: httpx.Client) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            api.get("/health")
        except httpx.TransportError as failure:
            if time.monotonic() > deadline:
                raise Problem(f"{api.base_url} does not answer: {failure}") from failure
            time.sleep(2)
        else:
            return


if __name__ == "__main__":
    try:
        smoke(sys.argv[1])
    except Problem as problem:
        sys.exit(str(problem))
