"""POST /api/v1/auth/register (docs/contract/invoice-generation-service.txt)."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import httpx
import pytest

from tests.concurrency import at_once
from tests.functions.v1.users import log_in, registered
from tests.person import Json, checked, problem


class TestRegister:
    def test_answers_the_user_without_the_password(self, anonymous: httpx.Client, names: Json) -> None:
        user = registered(anonymous, names)
        assert list(user) == ["id", "email", "username", "full_name", "is_active", "created_at"]
        assert {**user, **names} == {**user, "password": "securepassword"}
        assert user["is_active"] is True

    def test_both_contracts_say_one_instant_for_ever(self, anonymous: httpx.Client, names: Json) -> None:
        """What the registration answers is what the profile says later."""
        answer = anonymous.post("/api/auth/register", json=names)
        user = checked(answer, 200)["data"]
        token = checked(log_in(anonymous, names["username"], names["password"]), 200)["access_token"]
        me = checked(anonymous.get("/api/auth/me", headers={"Authorization": f"Bearer {token}"}), 200)
        assert user == {name: me[name] for name in user}

    def test_a_known_address_is_refused(self, anonymous: httpx.Client, names: Json) -> None:
        registered(anonymous, names)
        again = anonymous.post("/api/v1/auth/register", json={**names, "username": f"{names['username']}x"})
        problem(again, 409, "email_already_registered")

    @pytest.mark.parametrize("surface", ["/api/v1", "/api"])
    def test_a_username_is_given_once_in_any_case(
        self, anonymous: httpx.Client, names: Json, surface: str
    ) -> None:
        registered(anonymous, names)
        other = {**names, "email": f"x{names['email']}", "username": names["username"].upper()}
        problem(anonymous.post(f"{surface}/auth/register", json=other), 409, "username_taken")
        problem(log_in(anonymous, other["email"], names["password"]), 401, "invalid_credentials")

    def test_of_ten_at_once_one_gets_the_username(self, anonymous: httpx.Client, names: Json) -> None:
        bodies = [{**names, "email": f"{place}{names['email']}"} for place in range(10)]
        with ThreadPoolExecutor(10) as pool:
            answers = pool.map(lambda body: anonymous.post("/api/v1/auth/register", json=body), bodies)
            assert sorted(answer.status_code for answer in answers) == [201] + [409] * 9

    @pytest.mark.parametrize("left_out", [{"username"}, set()])
    def test_of_ten_at_once_one_gets_the_address(
        self, anonymous: httpx.Client, names: Json, left_out: set[str]
    ) -> None:
        body = {name: value for name, value in names.items() if name not in left_out}
        answers = at_once([partial(anonymous.post, "/api/auth/register", json=body)] * 10)
        assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 9}
        refused = next(answer for answer in answers if answer.status_code != 200)
        problem(refused, 409, "email_already_registered")

    @pytest.mark.parametrize(
        "fault",
        [
            {"username": "ab"},
            {"username": "a b c"},
            {"username": "me@example.com"},
            {"username": None},
            {"email": "nobody"},
            {"password": "short"},
            {"role": "admin"},
        ],
    )
    def test_another_shape_is_refused(self, anonymous: httpx.Client, names: Json, fault: Json) -> None:
        answer = anonymous.post("/api/v1/auth/register", json={**names, **fault})
        problem(answer, 422, "validation_failed")
