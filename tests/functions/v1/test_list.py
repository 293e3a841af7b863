"""GET /api/v1/invoices: filters, order, pages and fields."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import cast

import httpx
import psycopg
import pytest

from tests.functions.v1.shelf import STORED, Shelf, shelved
from tests.functions.v1.test_create import FIELDS
from tests.person import Json, Person, checked, problem
from tests.target import Target

DOCUMENT = Path(__file__).parents[3] / "docs" / "contract" / "invoice-generation-service.txt"


def pending(invoice: Json) -> bool:
    return cast(bool, invoice["status"] == "PENDING")


def paid(invoice: Json) -> bool:
    return cast(bool, invoice["status"] == "PAID")


def since(invoice: Json, day: str) -> bool:
    """Whether it was created since midnight in Kolkata; `day` is the UTC day before."""
    return cast(bool, invoice["date_created"] >= f"{day}T18:30:00")


# The documented examples; the answers are worked out from the rows above.
EXAMPLES: dict[str, Callable[[Shelf], list[int]]] = {
    "fields=id,invoice_number,total_amount": lambda shelf: shelf.expected(),
    "status=PAID": lambda shelf: shelf.expected(paid),
    "status=PENDING&fields=id,invoice_number,total_amount&limit=5": lambda shelf: shelf.expected(pending)[:5],
    "created_after=2023-01-01&created_before=2023-01-31": lambda _: [4, 3, 2],
    "due_before=2023-07-01&status=PENDING": lambda _: [7, 6, 4, 3, 1],
    "customer_name=smith": lambda _: [5, 4, 3],
    "customer_email=example.com": lambda _: [9, 7, 6, 4, 3, 1],
    "min_amount=100&max_amount=500": lambda _: [5, 2, 1],
    "min_amount=1000": lambda _: [9, 7, 4],
    "sort_by=total_amount&sort_order=desc": lambda shelf: shelf.expected(sort_by="total_amount"),
    "sort_by=customer_name&sort_order=asc": lambda _: [6, 1, 9, 2, 4, 8, 5, 3, 7, 10],
    "sort_by=due_date&sort_order=asc": lambda shelf: shelf.expected(sort_by="due_date", sort_order="asc"),
    "status=PENDING&min_amount=500&created_after=2023-01-01&sort_by=total_amount&sort_order=desc": (
        lambda shelf: shelf.expected(
            lambda invoice: (
                pending(invoice) and invoice["total_amount"] >= 500 and since(invoice, "2022-12-31")
            ),
            "total_amount",
        )
    ),
    "status=PAID&customer_name=acme&sort_by=date_created&sort_order=desc": lambda _: [9, 2],
}


class TestList:
    def test_anonymous_is_refused(self, anonymous: httpx.Client) -> None:
        problem(anonymous.get("/api/v1/invoices"), 401, "not_authenticated")

    def test_every_documented_example_is_tested(self) -> None:
        documented = re.findall(r"^GET /api/v1/invoices\?(\S+)$", DOCUMENT.read_text(), re.MULTILINE)
        assert sorted(EXAMPLES) == sorted(documented)

    @pytest.mark.parametrize("query", EXAMPLES)
    def test_documented_example(self, shelf: Shelf, query: str) -> None:
        assert shelf.ids(f"/api/v1/invoices?{query}") == EXAMPLES[query](shelf)

    def test_newest_first_and_all_fields_by_default(self, shelf: Shelf) -> None:
        answer = shelf.person.api.get("/api/v1/invoices/")
        assert [invoice["id"] for invoice in answer.json()] == list(range(10, 0, -1))
        assert all(list(invoice) == FIELDS for invoice in answer.json())
        assert answer.headers["x-total-count"] == "10"

    @pytest.mark.parametrize(
        ("status", "ids"), [("PENDING", [1, 3, 4, 6, 7, 10]), ("PAID", [2, 8, 9]), ("CANCELLED", [5])]
    )
    def test_by_status(self, shelf: Shelf, status: str, ids: list[int]) -> None:
        assert shelf.ids(f"/api/v1/invoices?status={status}&sort_order=asc") == ids

    def test_only_the_named_fields(self, shelf: Shelf) -> None:
        invoices = shelf.person.read("/api/v1/invoices", fields=" total_amount, id,id", limit=1)
        assert invoices == [{"total_amount": 750.00, "id": 10}]
        assert shelf.person.read("/api/v1/invoices", fields="items", limit=1) == [
            {"items": shelf.invoices[-1]["items"]}
        ]

    @pytest.mark.parametrize(
        ("query", "ids"),
        [
            ("created_before=2022-12-31", [1]),
            ("created_after=2023-02-01&created_before=2023-05-31", [6, 5]),
            ("created_after=2023-01-31T18:30:00Z&created_before=2023-02-01T00:00:00%2B05:30", [5]),
            ("due_after=2023-01-31&due_before=2023-02-14", [3, 2]),
            ("due_before=2023-01-30", [1]),
        ],
    )
    def test_a_day_is_a_whole_day_in_the_users_zone(self, shelf: Shelf, query: str, ids: list[int]) -> None:
        assert shelf.ids(f"/api/v1/invoices?{query}") == ids

    def test_days_stay_when_the_zone_moves(self, target: Target, dashboard: psycopg.Connection) -> None:
        with Person.registered(target, "traveller") as person:
            shelved(dashboard, person, STORED[0])
            first_day = {"created_after": "2022-12-31", "created_before": "2022-12-31"}
            assert len(person.read("/api/v1/invoices", **first_day)) == 1
            checked(person.api.patch("/api/auth/me", json={"time_zone": "Pacific/Kiritimati"}), 200)
            assert len(person.read("/api/v1/invoices", **first_day)) == 1

    @pytest.mark.parametrize(
        ("parameter", "text", "ids"),
        [
            ("customer_name", "%", [6]),
            ("customer_name", "*", [6]),
            ("customer_name", "100% cotton *B", [6]),
            ("customer_name", "_", []),
            ("customer_name", ".", [7]),
            ("customer_name", "(india) [p]", [7]),
            ("customer_name", "\\", []),
            ("customer_name", "^A", []),
            ("customer_name", "& s", [4]),
            ("customer_name", "ÉMILE", [8]),
            ("customer_name", "एंटर", [10]),
            ("customer_name", 'a","b', []),
            ("customer_name", "***=", []),
            ("customer_name", "", list(range(10, 0, -1))),
            ("customer_email", "a_b@", [6]),
            ("customer_email", "AXB", [7]),
            ("customer_email", "", list(range(10, 0, -1))),
        ],
    )
    def test_searches_take_what_is_written(
        self, shelf: Shelf, parameter: str, text: str, ids: list[int]
    ) -> None:
        found = shelf.person.read("/api/v1/invoices", **{parameter: text})
        assert [invoice["id"] for invoice in found] == ids

    def test_a_search_finds_nothing_of_others(self, shelf: Shelf, alice: Person) -> None:
        assert alice.read("/api/v1/invoices", customer_name="acme") == []
        assert shelf.person.read("/api/v1/invoices", customer_name="acme") != []

    def test_pages_by_skip(self, shelf: Shelf) -> None:
        assert shelf.ids("/api/v1/invoices?skip=3&limit=2") == [7, 6]
        assert shelf.ids("/api/v1/invoices?skip=10") == []
        assert shelf.ids("/api/v1/invoices?skip=0") == list(range(10, 0, -1))

    @pytest.mark.parametrize("sort_by", ["date_created", "due_date", "total_amount", "customer_name"])
    @pytest.mark.parametrize("sort_order", ["asc", "desc"])
    def test_next_leads_through_all(self, shelf: Shelf, sort_by: str, sort_order: str) -> None:
        path = f"/api/v1/invoices?limit=3&sort_by={sort_by}&sort_order={sort_order}"
        whole = shelf.ids(path.replace("limit=3", "limit=1000"))
        seen: list[int] = []
        while path:
            answer = shelf.person.api.get(path)
            seen += [invoice["id"] for invoice in checked(answer, 200)]
            path = answer.links["next"]["url"] if "next" in answer.links else ""
        assert seen == whole
        assert sorted(seen) == list(range(1, 11))

    @pytest.mark.parametrize(
        ("query", "allowed"),
        [
            ("fields=id,secret", "id, invoice_number, date_created"),
            ("fields=stored_status", "customer_address, notes, items"),
            ("fields=", "id, invoice_number"),
            ("fields=id,items(*)", "id, invoice_number"),
            ("sort_by=id", "'date_created', 'due_date', 'total_amount' or 'customer_name'"),
            ("sort_order=up", "'asc' or 'desc'"),
            ("status=paid", "'PENDING', 'PAID' or 'CANCELLED'"),
            ("status=", "'PENDING', 'PAID' or 'CANCELLED'"),
            ("statuses=PAID", "customer_name, due_after"),
        ],
    )
    def test_an_unknown_name_is_told_the_known_ones(self, shelf: Shelf, query: str, allowed: str) -> None:
        refused = problem(shelf.person.api.get(f"/api/v1/invoices?{query}"), 422, "validation_failed")
        assert allowed in refused["errors"][0]["message"]

    @pytest.mark.parametrize(
        "query",
        [
            "limit=0",
            "limit=1001",
            "limit=ten",
            "skip=-1",
            "created_after=2023-02-30",
            "created_before=31.01.2023",
            "due_after=2023-01-01T25:00:00",
            "min_amount=lots",
            "max_amount=NaN",
            "min_amount=1e999999",
            "cursor=x",
            "customer_name=%00",
        ],
    )
    def test_another_value_is_refused(self, shelf: Shelf, query: str) -> None:
        problem(shelf.person.api.get(f"/api/v1/invoices?{query}"), 422, "validation_failed")
