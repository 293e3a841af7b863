"""At most one request to PostgREST per endpoint, counted on the wire between our functions and Supabase."""

import re
import secrets
from typing import Any

import httpx
import pytest

from tests.counting_proxy import Calls
from tests.person import PASSWORD, Json, Person, checked
from tests.target import Target

NOBODY = "00000000-0000-4000-8000-000000000000"

# A body or parameters where an endpoint needs some; every other is called with nothing.
BODIES: dict[str, Json] = {
    "POST /api/accounts": {"name": "Savings"},
    "PUT /api/accounts/{account_id}": {"name": "Savings"},
    "POST /api/customers": {"name": "Sharma Textiles"},
    "PUT /api/customers/{customer_id}": {"notes": "Pays late"},
    "POST /api/suppliers": {"name": "Paper Mill"},
    "PUT /api/suppliers/{supplier_id}": {"notes": "Delivers late"},
    "POST /api/bills": {
        "supplier_name": "A", "bill_number": "1", "bill_date": "2026-10-05",
        "items": [{"description": "B", "tax_rate": 0, "taxable_value": 1}],
    },
    "PUT /api/bills/{bill_id}": {"notes": "Paid late"},
    "POST /api/credit-adjustments": {"period": "102026", "kind": "other", "igst": 1},
    "PUT /api/credit-adjustments/{adjustment_id}": {"reason": "Rule 42"},
    "POST /api/gst/gstr2b": {"data": {"gstin": "27AAPFU0939F1ZV", "rtnprd": "102026", "docdata": {}}},
    "POST /api/gst/gstr2b/decisions": {
        "period": "102026", "decisions": [{"document_id": NOBODY, "decision": "deferred"}],
    },
    "POST /api/items": {"name": "Cotton shirt", "unit_price": 450},
    "PUT /api/items/{item_id}": {"unit_price": 475},
    "POST /api/transactions": {"transaction_type": "sale", "amount": 100},
    "PUT /api/transactions/{transaction_id}": {"amount": 150},
    "POST /api/invoices": {"customer_name": "A", "items": [{"description": "B", "quantity": 1, "unit_price": 1}]},
    "PUT /api/invoices/{invoice_id}": {"notes": "Thank you"},
    "POST /api/invoices/{invoice_id}/payments": {"amount": 1},
    "POST /api/payments": {"invoices": [{"invoice_id": "00000000-0000-4000-8000-000000000000"}]},
    "PATCH /api/auth/me": {"full_name": "Alice"},
    "POST /api/auth/refresh": {"refresh_token": "none"},
    "POST /api/tax/submit": {
        "period_start": "2023-01-01", "period_end": "2023-03-31", "tax_type": "gst", "total_tax_liability": 0,
    },
    "POST /api/v1/invoices": {"customer_name": "A", "items": [{"description": "B", "quantity": 1, "unit_price": 1}]},
    "PATCH /api/v1/invoices/{invoice_id}": {"notes": "Thank you"},
    "PATCH /api/v1/invoices/{invoice_id}/status": {"status": "CANCELLED"},
}  # fmt: skip
PARAMETERS: dict[str, Json] = {
    "GET /api/tax/gst": {"amount": 100},
    "GET /api/tax/filing": {"start_date": "2023-01-01", "end_date": "2023-03-31"},
    "GET /api/tax/report": {"year": 2023},
    "GET /api/v1/invoices/find": {"invoice_number": "INV-202301-ABCDEF"},
    "GET /api/gst/gstr2b": {"period": "102026"},
    "GET /health": {"deep": True},
}


def operations(target: Target) -> list[str]:
    """Every operation of the API, as `GET /api/accounts`, the ones that end a session or a row last."""
    with target.api_client() as api:
        paths = checked(api.get("/openapi.json"), 200)["paths"]
    found = [f"{method.upper()} {path}" for path, methods in paths.items() for method in methods]
    return sorted(
        found, key=lambda operation: (operation.startswith("DELETE"), "logout" in operation, operation)
    )


def with_ids(operation: str, ids: Json) -> str:
    """The path of an operation, real ids in the place of its placeholders; /api/v1 counts invoices 1, 2, 3."""
    path = operation.partition(" ")[2]
    known = {**ids, "invoice_id": 1} if path.startswith("/api/v1") else ids
    return re.sub(r"\{(\w+)\}", lambda name: str(known[name[1]]), path)


def call(person: Person, operation: str, path: str) -> tuple[str, httpx.Response]:
    request_id = secrets.token_hex(16)
    answer = person.api.request(
        operation.partition(" ")[0],
        path,
        params=PARAMETERS.get(operation),
        json=BODIES.get(operation),
        headers={"X-Request-Id": request_id},
    )
    return request_id, answer


def test_every_endpoint_makes_one_request_to_the_data_api(counted: tuple[Target, Calls]) -> None:
    target, calls = counted
    made: dict[str, list[str]] = {}
    with Person.enrolled(target) as alice:
        ids: dict[str, Any] = {
            "account_id": alice.account("First")["id"],
            "customer_id": alice.customer("First")["id"],
            "supplier_id": alice.supplier("First")["id"],
            "item_id": alice.item("First")["id"],
            "transaction_id": alice.sale(100)["id"],
            "invoice_id": alice.invoice()["id"],
            "bill_id": alice.bill()["id"],
            "adjustment_id": NOBODY,
            "payment_id": NOBODY,
            "filing_id": NOBODY,
            "session_id": NOBODY,
        }
        alice.account("Second")
        for operation in operations(target):
            if re.search(r"auth/(register|login|refresh|password|confirm)", operation):
                continue  # they go to Supabase Auth; the test below counts them
            path = with_ids(operation, ids)
            request_id, answer = call(alice, operation, path)
            assert answer.status_code < 500, (operation, answer.text)
            assert answer.status_code != 422, (operation, answer.text)
            made[operation] = [made for made in calls[request_id] if "/rest/v1/" in made]

    asked = {operation: requests for operation, requests in made.items() if len(requests) != 1}
    assert asked == {}, "not exactly one request to PostgREST"


@pytest.mark.parametrize(
    "path",
    [
        "/api/accounts/{}/transactions",
        "/api/accounts/{}",
        "/api/invoices/{}",
        "/api/customers/{}",
        "/api/suppliers/{}",
        "/api/items/{}",
        "/api/bills/{}",
        "/api/credit-adjustments/{}",
    ],
)
def test_what_is_not_there_takes_one_request_too(counted: tuple[Target, Calls], path: str) -> None:
    target, calls = counted
    with Person.enrolled(target) as alice:
        request_id, answer = call(alice, "GET ", path.format(NOBODY))
    assert answer.status_code == 404
    assert len(calls[request_id]) == 1


def test_registering_and_logging_in_ask_supabase_auth_once(counted: tuple[Target, Calls]) -> None:
    target, calls = counted
    email = f"{secrets.token_hex(6)}@example.com"
    with target.api_client() as api:
        for path, fields in (
            ("/api/auth/register", {"json": {"email": email, "password": PASSWORD}}),
            ("/api/auth/login", {"data": {"username": email, "password": PASSWORD}}),
        ):
            request_id = secrets.token_hex(16)
            checked(api.post(path, headers={"X-Request-Id": request_id}, **fields), 200)  # type: ignore[arg-type]
            assert sum("/auth/v1/" in made for made in calls[request_id]) == 1
            assert sum("/rest/v1/" in made for made in calls[request_id]) <= 1
