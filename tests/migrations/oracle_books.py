"""The books of the oracle in the database, written through the Data API."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

import httpx

from tests.migrations.gst_oracle import Invoice
from tests.person import Json, Person, checked

# How many rows one request brings.
LOAD = 500
Row = TypeVar("Row")


def loads(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    for start in range(0, len(rows), LOAD):
        yield rows[start : start + LOAD]


@dataclass(frozen=True)
class Books:
    """The same books in the database, written through the Data API: rows with the secret key, which may choose ids."""

    owner: Person
    service: httpx.Client

    def insert(self, table: str, rows: Sequence[Json]) -> None:
        for load in loads([{**row, "user_id": self.owner.id} for row in rows]):
            checked(self.service.post(f"/{table}", json=load), 201)

    def update(self, table: str, changes: Json, **rows: str) -> None:
        answer = self.owner.data.patch(
            f"/{table}", params=rows, json=changes, headers={"Content-Profile": "public"}
        )
        checked(answer, 204)

    def delete(self, table: str, **rows: str) -> None:
        checked(self.owner.data.delete(f"/{table}", params=rows, headers={"Content-Profile": "public"}), 204)

    def write(self, invoices: Sequence[Invoice]) -> None:
        self.insert(
            "invoices",
            [
                {
                    "id": invoice.id,
                    "customer_name": "Acme",
                    "notes": invoice.mark,
                    "tax_rate": str(invoice.tax_rate),
                    "price_includes_tax": invoice.inclusive,
                    "place_of_supply": invoice.place,
                    "status": "sent",
                }
                for invoice in invoices
            ],
        )
        self.insert(
            "invoice_items",
            [
                {
                    "id": line.id,
                    "invoice_id": invoice.id,
                    "position": position,
                    "description": line.mark,
                    "quantity": str(line.quantity),
                    "unit_price": str(line.unit_price),
                    "tax_rate": None if line.tax_rate is None else str(line.tax_rate),
                }
                for invoice in invoices
                for position, line in enumerate(invoice.lines, 1)
            ],
        )

    def pay(self, invoices: Sequence[Invoice]) -> None:
        """By their oracle's total: a paisa more, and the database would refuse; one less, and they would stay unpaid."""
        self.insert(
            "settlements",
            [
                {
                    "invoice_id": invoice.id,
                    "amount": str(invoice.sums.total),
                    "settled_on": str(invoice.paid_on),
                }
                for invoice in invoices
            ],
        )

    def filing(self, first: date, last: date) -> Any:
        answer = self.owner.api.get(
            "/api/tax/filing", params={"start_date": str(first), "end_date": str(last)}
        )
        assert answer.status_code == 200, answer.text
        return json.loads(answer.content, parse_float=Decimal, parse_int=Decimal)
