"""The Renpay document: authentication, as it stands there, against its documented answers."""

import httpx
import psycopg

from tests.contract.calls import DOCUMENTED, as_documented, figures, sent


class TestAuthentication:
    def test_register_log_in_who_am_i_and_log_out(
        self, anonymous: httpx.Client, dashboard: psycopg.Connection
    ) -> None:
        """As documented, e-mail and password included."""
        dashboard.execute("delete from auth.users where email = 'user@example.com'")
        user = as_documented("Register a new user", sent(DOCUMENTED["Register a new user"], anonymous))[
            "data"
        ]
        assert user["email"] == "user@example.com"

        token = as_documented("Login", sent(DOCUMENTED["Login"], anonymous))
        assert token["token_type"] == "bearer"
        anonymous.headers["Authorization"] = f"Bearer {token['access_token']}"

        me = as_documented("Get current user", sent(DOCUMENTED["Get current user"], anonymous))
        assert figures(me, "id", "email") == figures(user, "id", "email")

        out = as_documented("Logout", sent(DOCUMENTED["Logout"], anonymous))
        assert out == {"message": "Logged out successfully"}
        assert sent(DOCUMENTED["Get current user"], anonymous).status_code == 401
