"""Steps that several stories have."""

import secrets

from playwright.sync_api import Page, expect

from tests.person import PASSWORD

LINES = (
    ("Website design", "1", "48,000"),
    ("Hosting, twelve months", "12", "850.50"),
    ("Support", "6.5", "1499.99"),
)

_TOTALS = ("subtotal", "cgst", "sgst", "total_amount")


def fill_lines(page: Page, *lines: tuple[str, str, str]) -> None:
    for index, (description, quantity, price) in enumerate(lines):
        if page.locator(f"#d{index}").count() == 0:
            page.get_by_role("button", name="Add a line").click()
        page.locator(f"#d{index}").fill(description)
        page.locator(f"#q{index}").fill(quantity)
        page.locator(f"#p{index}").fill(price)


def totals(page: Page) -> dict[str, str]:
    return {name: page.locator(f"#totals [data-total={name}]").inner_text() for name in _TOTALS}


def register(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Create an account").click()
    page.get_by_label("E-mail").fill(f"story-{secrets.token_hex(6)}@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create the account").click()
    expect(page.get_by_role("status")).to_contain_text("Welcome!")
