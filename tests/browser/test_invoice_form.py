"""The form of an invoice in a real browser."""

import re
import secrets

import pytest
from playwright.sync_api import Dialog, expect

from tests.browser.business import set_up_profile
from tests.browser.conftest import OpenPage
from tests.browser.steps import fill_lines, totals
from tests.person import PASSWORD, Person


class TestInvoiceForm:
    @pytest.mark.parametrize("script", [True, False])
    def test_a_refused_form_comes_back_and_a_username_logs_in(
        self, open_page: OpenPage, alice: Person, script: bool
    ) -> None:
        taken = f"asha-{secrets.token_hex(6)}"
        alice.profile(username=taken)
        page = open_page(script=script)
        page.goto("/register")
        page.get_by_label("E-mail").fill(f"{taken}@example.org")
        page.get_by_label("Username").fill(taken)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Create the account").click()
        expect(page.get_by_label("Username")).to_have_accessible_description(
            "Somebody else has this username."
        )
        expect(page.get_by_label("E-mail")).to_have_value(f"{taken}@example.org")
        page.get_by_label("Username").fill(f"{taken}-too")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Create the account").click()
        page.get_by_role("button", name="Log out").click()

        page.goto("/login?next=/tax")
        page.get_by_label("Username").fill(f"{taken}-too")
        page.get_by_label("Password").fill("wrong password")
        page.get_by_role("button", name="Log in").click()
        expect(page.get_by_role("alert")).to_contain_text("Name and password do not match.")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url("**/tax")

    def test_the_tax_turns_with_the_customers_state(self, open_page: OpenPage, alice: Person) -> None:
        set_up_profile(alice)
        page = open_page(alice)
        page.goto("/create")
        fill_lines(page, ("Design", "1", "1000"))
        expect(page.locator("[data-reason]")).to_have_text("Within Karnataka: CGST + SGST")
        page.get_by_label("GSTIN").fill("27AAPFU0939F1ZX")
        expect(page.locator("[data-gstin-fault]")).to_have_text("The check character should be V.")
        page.get_by_label("GSTIN").fill("27AAPFU0939F1ZV")
        expect(page.locator("[data-reason]")).to_have_text("Karnataka → Maharashtra: IGST")
        expect(page.locator("#totals [data-total=igst]")).to_have_text("₹180.00")
        expect(page.locator("#totals [data-total=cgst]")).to_be_hidden()

    def test_another_customer_takes_the_formers_details_away(
        self, open_page: OpenPage, alice: Person
    ) -> None:
        alice.invoice(
            customer_name="Alpha", customer_gstin="27AAPFU0939F1ZV", customer_address="1 A Road\nPune"
        )
        alice.invoice(customer_name="Beta", customer_email="pay@beta.example")
        page = open_page(alice)
        page.goto("/create")
        name, gstin = page.get_by_label("Name", exact=True), page.get_by_label("GSTIN")
        name.fill("Alpha")
        name.blur()
        expect(gstin).to_have_value("27AAPFU0939F1ZV")
        name.fill("Beta")
        name.blur()
        expect(gstin).to_have_value("")
        expect(page.get_by_label("Address")).to_have_value("")
        expect(page.get_by_label("E-mail")).to_have_value("pay@beta.example")
        page.get_by_label("Address").fill("Typed by hand")
        name.fill("Alpha")
        name.blur()
        expect(gstin).to_have_value("27AAPFU0939F1ZV")
        expect(page.get_by_label("Address")).to_have_value("Typed by hand")

    def test_a_corrected_gstin_moves_the_place_of_an_edited_invoice(
        self, open_page: OpenPage, alice: Person
    ) -> None:
        set_up_profile(alice)
        invoice = alice.invoice([("Design", 1, 100.00)], customer_gstin="27AAPFU0939F1ZV", tax_rate=5)
        page = open_page(alice)
        page.goto(f"/invoice/{invoice['id']}/edit")
        expect(page.locator("#totals [data-total=igst]")).to_have_text("₹5.00")
        page.get_by_label("GSTIN").fill("29AAACZ0001A1Z4")
        expect(page.locator("[data-reason]")).to_have_text("Within Karnataka: CGST + SGST")
        page.get_by_role("button", name="Add a line").click()
        page.locator("#d1").fill("More")
        page.locator("#p1").fill("100")
        expect(page.locator("#totals [data-total=total_amount]")).to_have_text("₹210.00")
        live = totals(page)
        page.get_by_role("button", name="Save the changes").click()
        expect(page.get_by_role("status")).to_contain_text("Your changes are saved")
        assert totals(page) == live

    def test_keys_do_not_lose_what_was_typed(self, open_page: OpenPage, alice: Person) -> None:
        page = open_page(alice)
        asked: list[str] = []

        def leave(dialog: Dialog) -> None:
            asked.append(dialog.type)
            dialog.accept()

        page.on("dialog", leave)
        page.goto("/create")
        page.get_by_label("Name", exact=True).fill("Not lost")
        page.get_by_label("Name", exact=True).press("Enter")
        expect(page.get_by_label("E-mail")).to_be_focused()
        page.get_by_role("button", name="Add a line").focus()
        page.keyboard.press("n")
        page.get_by_role("button", name="Remove line 2").click()
        expect(page.locator("#d1")).to_be_focused()
        page.get_by_role("heading", level=1).click()
        page.keyboard.press("n")
        page.keyboard.press("/")
        expect(page.get_by_label("Name", exact=True)).to_have_value("Not lost")
        assert asked == []
        page.get_by_role("link", name="Home").click()
        page.wait_for_url(re.compile("/$"))
        assert asked == ["beforeunload"]

    @pytest.mark.parametrize("wide", [True, False])
    def test_every_page_and_every_hsn_code_is_in_view(
        self, open_page: OpenPage, alice: Person, wide: bool
    ) -> None:
        line = {"description": "Design", "hsn_code": "998314", "quantity": 1, "unit_price": 148000}
        invoice = alice.api.post("/api/invoices", json={"customer_name": "Sharma", "items": [line]}).json()
        page = open_page(alice, wide=wide)
        page.goto(f"/invoice/{invoice['id']}")
        for link in page.get_by_role("navigation", name="Main").get_by_role("link").all():
            expect(link).to_be_in_viewport(ratio=1)
        expect(page.locator(".items").get_by_text("998314").filter(visible=True)).to_have_count(1)
