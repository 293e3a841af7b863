"""Seven days of an owner's work give the same books by whichever door they come."""

from collections.abc import Callable

import psycopg
import pytest

from tests.functions.week.by_api import ByApi, ByBothApis
from tests.functions.week.by_sql import BySql
from tests.functions.week.owner import Owner, books_of, live_a_week
from tests.person import Json, Person
from tests.target import Target

Door = Callable[[Person], Owner]


@pytest.fixture
def lived(target: Target) -> Callable[[Door], Json]:
    """The books of a new owner after a week by one door."""

    def live(door: Door) -> Json:
        with Person.enrolled(target, "owner") as person:
            live_a_week(door(person))
            return books_of(person)

    return live


def test_the_same_books_by_three_doors(lived: Callable[[Door], Json], dashboard: psycopg.Connection) -> None:
    by_sql, by_api, by_both = (
        lived(door) for door in (lambda person: BySql(person, dashboard), ByApi, ByBothApis)
    )
    for part, shown in by_api.items():
        assert by_sql[part] == shown, f"the dashboard, {part}"
        assert by_both[part] == shown, f"both contracts, {part}"


def test_and_they_are_what_she_expects(lived: Callable[[Door], Json]) -> None:
    books = lived(ByApi)
    # 500.00 + 354.00 + 100.00 + 1,297.99 (Asha) + 600.00 + 300.00 (Bharat Ltd.) - 118.00 - 180.00 + 82.60 + 678.50
    assert books["balances"] == {"Till": 3615.09, "Bank": 10962.00}
    shown = {(row["customer_name"], row["document_type"]): row for row in books["documents"]}
    bharat = shown["Bharat Ltd.", "invoice"]
    assert (bharat["status"], bharat["amount_settled"], bharat["amount_credited"]) == (
        "paid",
        1180.00,
        118.00,
    )
    kinds = sorted(row["kind"] for row in books["settlements"] if row["of"].startswith("Bharat"))
    assert kinds == ["credit_note", "payment", "payment", "tax_deducted", "write_off"]
    assert books["tax deducted"] == [
        {"customer_name": "Bharat Ltd.", "financial_year": 2026, "amount": 100.00}
    ]
    assert [row["status"] for row in books["submissions"]] == ["submitted"]
    assert books["faults"] == [[], []]
