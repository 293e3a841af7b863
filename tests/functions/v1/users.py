"""Users of the second contract, registered and logged in."""

from typing import cast

import httpx

from tests.person import Json, checked


def registered(api: httpx.Client, names: Json) -> Json:
    return cast(Json, checked(api.post("/api/v1/auth/register", json=names), 201))


def log_in(api: httpx.Client, username: str, password: str, surface: str = "/api/v1") -> httpx.Response:
    return api.post(f"{surface}/auth/login", data={"username": username, "password": password})
