"""Somebody types a sale into a table of Supabase Studio, and its invoice appears."""

import time
from collections.abc import Iterator
from typing import cast

import pytest

from local.stack import Stack
from tests.browser.conftest import OpenPage
from tests.person import Json, Person
from tests.studio import running_studio


@pytest.fixture(scope="module")
def studio(stack: Stack) -> Iterator[str]:
    with running_studio(stack) as url:
        yield url


def _invoices(person: Person) -> list[Json]:
    """The invoices of a person, who may wait for the first one."""
    deadline = time.monotonic() + 10
    while not (found := cast(list[Json], person.read("/api/invoices"))):
        assert time.monotonic() < deadline, "no invoice"
        time.sleep(0.1)
    return found


def test_a_typed_sale_makes_its_invoice(open_page: OpenPage, studio: str, alice: Person) -> None:
    account = alice.account("Studio Bank")
    page = open_page()
    page.goto(f"{studio}/editor/public.transactions")
    page.get_by_role("button", name="Insert").click()
    typed = {
        "user_id": alice.id,
        "account_id": account["id"],
        "transaction_type": "sale",
        "amount": "1180.00",
        "day": "2026-11-25",
    }
    for column, value in typed.items():
        page.locator(f"#insert-{column}").fill(value)
    page.get_by_role("button", name="Insert row").click()
    # The tables hold rows of everybody, in pages: where the new row is shown depends on theirs.
    [invoice] = _invoices(alice)
    assert (invoice["status"], invoice["total_amount"]) == ("paid", 1180.0)
