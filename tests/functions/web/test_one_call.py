"""Every page is one request to PostgREST, counted on the wire like those of the API."""

import secrets

import httpx
import pytest

from tests.counting_proxy import Calls
from tests.person import Person
from tests.target import Target

PAGES = (
    "/", "/create", "/search", "/invoices", "/invoices?status=overdue&sort=amount", "/invoice/1", "/invoice/1/edit",
    "/invoice/1/print", "/create?copy=1", "/transactions", "/accounts", "/tax", "/settings", "/settings/password",
)  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_one_request(counted: tuple[Target, Calls], path: str) -> None:
    target, calls = counted
    request_id = secrets.token_hex(16)
    with Person.enrolled(target) as alice:
        alice.invoice()
        answer = httpx.get(
            target.api_url + path,
            headers={"X-Request-Id": request_id},
            cookies={"session": f"{alice.token}~none"},
            timeout=30,
        )
    assert answer.status_code == 200
    # The search shows nothing before somebody searches.
    assert len(calls[request_id]) == (0 if path == "/search" else 1), calls[request_id]
