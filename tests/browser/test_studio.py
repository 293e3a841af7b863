"""Somebody types a sale into a table of Supabase Studio, and its invoice appears."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from local.stack import Stack
from tests.browser.conftest import OpenPage
from tests.person import Person
from tests.studio import running_studio


@pytest.fixture(scope="module")
def studio(stack: Stack) -> Iterator[str]:
    with running_studio(stack) as url:
        yield url


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
    expect(page.get_by_role("gridcell", name=account["id"])).to_be_visible()

    page.get_by_role("link", name="invoices", exact=True).click()
    expect(page.get_by_role("gridcell", name=alice.id)).to_be_visible()
    [invoice] = alice.read("/api/invoices")
    assert (invoice["status"], invoice["total_amount"]) == ("paid", 1180.0)
