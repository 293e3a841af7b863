"""Bodies that are right but for one thing, and the check that nothing was written."""

import json

import httpx

from tests.person import Json, Person

NOBODY = "00000000-0000-4000-8000-000000000000"
SALE: Json = {"transaction_type": "sale", "amount": 100}
ITEM: Json = {"description": "Product A", "quantity": 1, "unit_price": 100}
INVOICE: Json = {"customer_name": "John Doe", "items": [ITEM]}
ACCOUNT: Json = {"name": "Savings"}

SUBMISSION: Json = {
    "period_start": "2023-01-01",
    "period_end": "2023-03-31",
    "tax_type": "gst",
    "total_tax_liability": 0,
}
# As JSON has it, and the code of the problem.
NOT_AN_AMOUNT = {
    "a string": ('"100"', "validation_failed"),
    "three decimals": ("1.234", "validation_failed"),
    "1e20": ("1e20", "amount_out_of_range"),
    "a bool": ("true", "validation_failed"),
    "null": ("null", "validation_failed"),
    "a list": ("[1]", "validation_failed"),
    "an object": ("{}", "validation_failed"),
    "a million digits": ("1e1000000", "validation_failed"),
}
# A date, but none that the books take.
FAR_FUTURE = "9999-12-31T23:59:59Z"
BAD_DATES = {
    "no date": "yesterday",
    "an impossible day": "2023-02-30",
    "far past": "0001-01-01T00:00:00Z",
    "far future": FAR_FUTURE,
    "a number": 20230101,
    "an unknown zone": "2023-01-01T00:00:00 Mars/Base",
}
# Of each, the code of the problem when it is written.
CODES_OF_BAD_DATES = [
    (value, "invalid_value" if value == FAR_FUTURE else "validation_failed") for value in BAD_DATES.values()
]


def replaced(body: Json, field: str, literal: str) -> bytes:
    """The body as JSON with one field's value written literally, which json.dumps might not write."""
    marked = {**body, field: "MARK"}
    return json.dumps(marked).replace('"MARK"', literal).encode()


def post(person: Person, path: str, content: bytes) -> httpx.Response:
    return person.api.post(path, content=content, headers={"Content-Type": "application/json"})


def nothing_was_written(person: Person) -> None:
    """Neither a row nor a paisa, nor an account opened on the way."""
    for path in ("/api/transactions", "/api/invoices", "/api/accounts"):
        assert person.read(path) == []
    assert person.faults() == []
