"""A few requests to a deployed API that must succeed: `python -m deploy.smoke URL`. They change no books."""

import os
import sys
import time
from collections.abc import Callable, Mapping
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


def smoke(url: str, settings: Mapping[str, str]) -> None:
    """Run the checks. A new API may need a minute until its address is known everywhere.

    With SMOKE_EMAIL and SMOKE_PASSWORD, a user whom the operator has made for this logs in, too.
    """
    with httpx.Client(base_url=url, timeout=30) as api:
        _wait_for(api)
        for name, (check, status) in CHECKS.items():
            _report(name, check(api), status)
        if settings.get("SMOKE_EMAIL"):
            _log_in(api, settings["SMOKE_EMAIL"], settings.get("SMOKE_PASSWORD", ""))
        else:
            print("  (no user logged in: SMOKE_EMAIL and SMOKE_PASSWORD are not set)")


def _log_in(api: httpx.Client, email: str, password: str) -> None:
    """One call with a token of this project: its issuer, its key and its claims must be what we demand."""
    login = api.post("/api/auth/login", data={"username": email, "password": password})
    _report("a user logs in", login, HTTPStatus.OK)
    token = {"Authorization": f"Bearer {login.json()['access_token']}"}
    _report("its token is accepted", api.get("/api/auth/me", headers=token), HTTPStatus.OK)
    _report("it logs out", api.post("/api/auth/logout", headers=token), HTTPStatus.OK)


def _report(name: str, answer: httpx.Response, status: int) -> None:
    if answer.status_code != status or "x-request-id" not in answer.headers:
        url = answer.request.url
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
        smoke(sys.argv[1], os.environ)
    except Problem as problem:
        sys.exit(str(problem))
