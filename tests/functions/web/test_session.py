"""The session of a browser: its cookie, its refresh, its end."""

import secrets
from concurrent.futures import ThreadPoolExecutor

import httpx
import jwt

from tests.functions.web.browser import Browser
from tests.person import PASSWORD, Person
from tests.target import Target


class TestSession:
    def test_registering_logs_in_and_logging_out_ends_it(self, stranger: Browser, target: Target) -> None:
        email = f"web-{secrets.token_hex(6)}@example.com"
        answer = stranger.send("/register", {"email": email, "password": PASSWORD, "full_name": "Asha"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/settings?done=welcome")
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Path=/" in cookie
        assert "Secure" not in cookie  # this is http on 127.0.0.1
        stolen = stranger.http.cookies["session"]
        assert "Hello, Asha" in stranger.page("/")

        answer = stranger.send("/logout", {}, shown_at="/")
        assert answer.headers["location"] == "/login"
        assert "session" not in stranger.http.cookies
        stranger.http.cookies.set("session", stolen)
        assert stranger.http.get("/invoices").status_code == 303

    def test_the_cookie_is_secure_elsewhere(self, stranger: Browser) -> None:
        answer = stranger.http.get(
            "/invoices", headers={"Host": "renpay.example", "Cookie": "__Host-session=nonsense~nonsense"}
        )
        assert answer.headers["set-cookie"].startswith("__Host-session=; Path=/; Max-Age=0")
        assert answer.headers["set-cookie"].endswith("; Secure")

    def test_a_cookie_that_another_host_may_have_planted_is_none(
        self, stranger: Browser, alice: Person
    ) -> None:
        for name, status in (("__Host-session", 200), ("session", 303)):
            headers = {"Host": "renpay.example", "Cookie": f"{name}={alice.token}~none"}
            assert stranger.http.get("/invoices", headers=headers).status_code == status

    def test_is_refreshed_silently_for_many_requests_at_once(self, target: Target, stranger: Browser) -> None:
        email = f"web-{secrets.token_hex(6)}@example.com"
        stranger.send("/register", {"email": email, "password": PASSWORD})
        access, _, refresh = stranger.http.cookies["session"].partition("~")
        claims = jwt.decode(access, target.jwt_secret, ["HS256"], audience="authenticated")
        nearly_over = jwt.encode({**claims, "exp": claims["iat"] + 1}, target.jwt_secret, "HS256")
        for _ in range(2):  # all at once, and then once more with the same old cookie
            with ThreadPoolExecutor(8) as pool:
                answers = list(
                    pool.map(
                        lambda _: httpx.get(
                            f"{target.api_url}/invoices",
                            cookies={"session": f"{nearly_over}~{refresh}"},
                            timeout=30,
                        ),
                        range(8),
                    )
                )
            assert [answer.status_code for answer in answers] == [200] * 8
            assert all("session=" in answer.headers["set-cookie"] for answer in answers)

    def test_without_a_refresh_it_ends_at_the_login_and_keeps_the_cookie(
        self, target: Target, alice: Person
    ) -> None:
        claims = jwt.decode(alice.token, target.jwt_secret, ["HS256"], audience="authenticated")
        over = jwt.encode({**claims, "exp": claims["iat"] - 100}, target.jwt_secret, "HS256")
        answer = httpx.get(f"{target.api_url}/invoices", cookies={"session": f"{over}~gone"})
        assert answer.headers["location"] == "/login?next=%2Finvoices"
        assert "set-cookie" not in answer.headers
