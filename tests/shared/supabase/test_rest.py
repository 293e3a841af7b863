"""What the Data API answers besides rows."""

from collections.abc import Iterator

import httpx
import jwt
import pytest

from functions.auth.handler import app as auth_app
from functions.invoices.handler import app as invoices_app
from tests.answering_supabase import SECRET, AnsweringSupabase, answering_supabase, client_of
from tests.functions.hosted import PAGE, READ_ONLY
from tests.person import Json, problem
from tests.shared.auth.signing import claims

INVOICE = "3c0e5a54-1d0f-4b5e-8a54-2f1d8c6b7e90"


def refusal(code: str) -> Json:
    return {"code": code, "details": None, "hint": None, "message": "as it is"}


@pytest.fixture
def supabase(monkeypatch: pytest.MonkeyPatch) -> Iterator[AnsweringSupabase]:
    with answering_supabase(monkeypatch) as running:
        yield running


@pytest.fixture
def token(supabase: AnsweringSupabase) -> dict[str, str]:
    signed = jwt.encode(claims(iss=f"{supabase.url}/auth/v1"), SECRET, "HS256")
    return {"Authorization": f"Bearer {signed}"}


class TestOneRow:
    def test_no_row_is_told_as_what_is_missing(
        self, supabase: AnsweringSupabase, token: dict[str, str]
    ) -> None:
        supabase.say("/rest/v1/profile", 406, refusal("PGRST116"))
        supabase.say("/rest/v1/invoices", 406, refusal("PGRST116"))
        problem(client_of(auth_app).get("/api/auth/me", headers=token), 401, "invalid_token")
        answer = client_of(invoices_app).get(f"/api/invoices/{INVOICE}", headers=token)
        problem(answer, 404, "invoice_not_found")

    @pytest.mark.parametrize("code", ["PGRST106", "PGRST107"])
    def test_a_schema_that_is_not_exposed_logs_nobody_out(
        self, supabase: AnsweringSupabase, token: dict[str, str], code: str
    ) -> None:
        supabase.say("/rest/v1/profile", 406, refusal(code))
        supabase.say("/rest/v1/invoices", 406, refusal(code))
        problem(client_of(auth_app).get("/api/auth/me", headers=token), 500, "internal_error")
        answer = client_of(invoices_app).get(f"/api/invoices/{INVOICE}", headers=token)
        problem(answer, 500, "internal_error")


class TestWrites:
    def write(self, token: dict[str, str]) -> httpx.Response:
        return client_of(auth_app).patch("/api/auth/me", json={"full_name": "Asha"}, headers=token)

    def test_a_read_only_database_is_told_with_the_time_to_wait(
        self, supabase: AnsweringSupabase, token: dict[str, str]
    ) -> None:
        supabase.say("/rest/v1/rpc/update_profile", 405, READ_ONLY)
        answer = self.write(token)
        problem(answer, 503, "database_read_only")
        assert answer.headers["retry-after"] == "60"

    @pytest.mark.parametrize("status", [502, 503, 504, 520, 522, 540, 546])
    @pytest.mark.parametrize("body", [PAGE, {"message": "The project is paused"}], ids=["page", "JSON"])
    def test_a_gateway_in_between_is_no_error_of_ours(
        self, supabase: AnsweringSupabase, token: dict[str, str], status: int, body: object
    ) -> None:
        supabase.say("/rest/v1/rpc/update_profile", status, body)
        problem(self.write(token), 503, "service_unavailable")
