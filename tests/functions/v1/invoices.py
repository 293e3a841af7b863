"""Invoices of the second contract, made and changed."""

from typing import cast

import httpx

from tests.person import Json, Person, checked

DESIGN = {"description": "Design", "quantity": 2, "unit_price": 50.25}


def created(person: Person, **fields: object) -> Json:
    body = {"customer_name": "John Smith", "items": [DESIGN], **fields}
    return cast(Json, checked(person.api.post("/api/v1/invoices", json=body), 201))


def patched(person: Person, invoice: Json, **changes: object) -> Json:
    return cast(Json, checked(person.api.patch(f"/api/v1/invoices/{invoice['id']}", json=changes), 200))


def put_status(person: Person, invoice: Json, status: str) -> httpx.Response:
    return person.api.patch(f"/api/v1/invoices/{invoice['id']}/status", json={"status": status})


def on_api(person: Person, invoice: Json) -> Json:
    """The same invoice as the first contract shows it."""
    found = person.read("/api/invoices", customer_name=invoice["customer_name"])
    return next(other for other in found if other["invoice_number"] == invoice["invoice_number"])
