"""A sign-up at Supabase Auth itself, past our functions: whatever its metadata say, it gets a profile."""

import secrets

import httpx
import psycopg
import pytest

from tests.person import PASSWORD, Json, Person, problem
from tests.target import Target


@pytest.fixture
def sign_up(target: Target) -> "SignUp":
    return SignUp(target)


class SignUp:
    def __init__(self, target: Target) -> None:
        self._target = target

    def __call__(self, data: Json) -> httpx.Response:
        email = f"direct-{secrets.token_hex(6)}@example.com"
        return httpx.post(
            f"{self._target.supabase_url}/auth/v1/signup",
            json={"email": email, "password": PASSWORD, "data": data},
            headers={"apikey": self._target.anon_key},
        )


def names(dashboard: psycopg.Connection, answer: httpx.Response) -> tuple[str | None, str | None]:
    assert answer.status_code == 200, answer.text
    body = answer.json()
    user_id = body.get("user", body)["id"]
    [row] = dashboard.execute("select username, full_name from profiles where id = %s", (user_id,)).fetchall()
    return row[0], row[1]


@pytest.mark.parametrize(
    "username",
    ["Ann Lee", "a", "x" * 51, {"first": "Ann"}, 17, None, "  ", "ann@example.com"],
)
def test_a_username_that_cannot_be_is_left_out(
    sign_up: SignUp, dashboard: psycopg.Connection, username: object
) -> None:
    assert names(dashboard, sign_up({"username": username, "full_name": " Ann Lee "})) == (None, "Ann Lee")


def test_one_that_is_taken_is_left_out(sign_up: SignUp, dashboard: psycopg.Connection) -> None:
    username = f"ann_{secrets.token_hex(4)}"
    assert names(dashboard, sign_up({"username": username})) == (username, None)
    assert names(dashboard, sign_up({"username": username.upper(), "full_name": "Ann"})) == (None, "Ann")


@pytest.mark.parametrize(("full_name", "kept"), [("n" * 300, "n" * 200), ("   ", None), (["Ann"], '["Ann"]')])
def test_a_full_name_is_cut(
    sign_up: SignUp, dashboard: psycopg.Connection, full_name: object, kept: str | None
) -> None:
    assert names(dashboard, sign_up({"full_name": full_name})) == (None, kept)


def test_our_registration_is_told(anonymous: httpx.Client, alice: Person) -> None:
    username = f"alice_{secrets.token_hex(4)}"
    alice.profile(username=username)
    body = {
        "email": f"{secrets.token_hex(6)}@example.com",
        "username": username.upper(),
        "password": PASSWORD,
    }
    for path in ("/api/auth/register", "/api/v1/auth/register"):
        problem(anonymous.post(path, json=body), 409, "username_taken")
