"""What the tests of the second contract share."""

import secrets
from collections.abc import Iterator

import psycopg
import pytest

from tests.functions.v1.shelf import STORED, Shelf, shelved
from tests.person import Json, Person, checked
from tests.target import Target


@pytest.fixture
def names() -> Json:
    """What a new user signs up with."""
    name = f"user{secrets.token_hex(6)}"
    return {
        "email": f"{name}@example.com",
        "username": name,
        "password": "securepassword",
        "full_name": "John Doe",
    }


@pytest.fixture(scope="module")
def shelf(target: Target) -> Iterator[Shelf]:
    with (
        Person.registered(target, "shelf") as person,
        psycopg.connect(target.db_url, autocommit=True) as dashboard,
    ):
        for row in STORED:
            shelved(dashboard, person, row)
        invoices = checked(person.api.get("/api/v1/invoices?sort_order=asc"), 200)
        assert [invoice["id"] for invoice in invoices] == list(range(1, len(STORED) + 1))
        yield Shelf(person, invoices)
