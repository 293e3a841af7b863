"""Filings as the API and the dashboard show them."""

from collections.abc import Callable
from typing import cast

from tests.person import Json, Person, checked, problem

QUARTER = {"start_date": "2023-01-01", "end_date": "2023-03-31"}

SUBMISSION: Json = {
    "period_start": "2023-01-01",
    "period_end": "2023-03-31",
    "tax_type": "gst",
    "total_tax_liability": 18,
}

FilingsOf = Callable[[Person], list[tuple[object, ...]]]
IN_QUARTER = "2023-02-10T10:00:00Z"
AFTER = "2023-04-01"


def filing(person: Person, **parameters: object) -> Json:
    return cast(Json, person.read("/api/tax/filing", **{**QUARTER, **parameters}))


def summary(person: Person, **parameters: object) -> Json:
    return cast(Json, filing(person, **parameters)["summary"])


def submit(person: Person, **fields: object) -> Json:
    return cast(Json, checked(person.api.post("/api/tax/submit", json={**SUBMISSION, **fields}), 200))


def reopen(person: Person, submission: Json) -> Json:
    return cast(Json, checked(person.api.post(f"/api/tax/filings/{submission['id']}/reopen"), 200))


def figures(shown: Json) -> list[float]:
    names = ("total_sales", "total_expenses", "total_tax_collected", "total_tax_paid", "net_tax_liability")
    return [shown[name] for name in names]


def heads(shown: Json) -> list[float]:
    return [shown["breakdown"][name] for name in ("cgst", "sgst", "igst")]


def refused(alice: Person, method: str, path: str, body: Json | None = None, way_out: str = "reopen") -> None:
    answer = (
        alice.api.request(method, path, json=body) if body is not None else alice.api.request(method, path)
    )
    detail = problem(answer, 409, "period_closed")["detail"]
    assert "2023-01-01 to 2023-03-31 was submitted as GST" in detail
    assert way_out in detail
