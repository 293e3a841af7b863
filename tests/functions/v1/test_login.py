"""POST /api/v1/auth/login and GET /api/v1/auth/me."""

from time import monotonic

import httpx
import pytest

from tests.functions.v1.users import log_in, registered
from tests.person import Json, Person, checked, problem
from tests.target import Target


class TestLogin:
    @pytest.mark.parametrize("surface", ["/api/v1", "/api"])
    def test_by_username_in_any_case_or_by_address(
        self, anonymous: httpx.Client, names: Json, surface: str
    ) -> None:
        registered(anonymous, names)
        for name in (names["username"], names["username"].upper(), names["email"]):
            answer = checked(log_in(anonymous, name, "securepassword", surface), 200)
            assert answer["token_type"] == "bearer"

    def test_answers_the_two_documented_fields_and_the_token_works(
        self, anonymous: httpx.Client, names: Json
    ) -> None:
        user = registered(anonymous, names)
        answer = checked(log_in(anonymous, names["username"], "securepassword"), 200)
        assert sorted(answer) == ["access_token", "token_type"]
        anonymous.headers["Authorization"] = f"Bearer {answer['access_token']}"
        me = checked(anonymous.get("/api/v1/auth/me"), 200)
        assert me == user

    def test_a_stranger_learns_nothing_about_who_exists(self, anonymous: httpx.Client, names: Json) -> None:
        """Neither from the answer nor from how long it takes."""
        registered(anonymous, names)
        bodies, times = [], []
        for name in (
            names["username"],
            names["email"],
            "nobody-at-all",
            "nobody@example.org",
            "%",
            "x" * 300,
        ):
            began = monotonic()
            refused = problem(log_in(anonymous, name, "wrong password"), 401, "invalid_credentials")
            times.append(monotonic() - began)
            bodies.append({**refused, "request_id": ""})
        assert bodies == [bodies[0]] * len(bodies)
        assert min(times) >= 0.5

    def test_the_address_behind_a_username_is_for_nobody(
        self, anonymous: httpx.Client, alice: Person, target: Target, names: Json
    ) -> None:
        registered(anonymous, names)
        for key, status in ((alice.token, 403), (target.anon_key, 401)):
            with target.data_client(key, "v1") as data:
                answer = data.post("/rpc/email_of_username", json={"username": names["username"]})
                assert answer.status_code == status
                assert names["email"] not in answer.text

    def test_json_is_refused(self, anonymous: httpx.Client, names: Json) -> None:
        form = {"username": names["username"], "password": names["password"]}
        assert anonymous.post("/api/v1/auth/login", json=form).status_code == 422


class TestMe:
    def test_anonymous_is_refused(self, anonymous: httpx.Client) -> None:
        problem(anonymous.get("/api/v1/auth/me"), 401, "not_authenticated")

    def test_a_user_of_the_first_contract_is_one_here(self, alice: Person) -> None:
        me = alice.read("/api/v1/auth/me")
        assert (me["id"], me["email"], me["username"]) == (alice.id, alice.email, None)
