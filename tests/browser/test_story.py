"""The whole story in a real browser, with and without script (spec: Web Interface)."""

import re

from playwright.sync_api import expect

from tests.browser.business import set_up_profile
from tests.browser.conftest import OpenPage
from tests.browser.steps import LINES, fill_lines, register, totals
from tests.person import Person


class TestStory:
    def test_from_registering_to_logging_out(self, open_page: OpenPage) -> None:
        page = open_page()
        register(page)
        page.get_by_label("Business name").fill("Rao Design")
        page.get_by_label("GSTIN").fill("29AAGCB7383J1Z4")
        page.get_by_label("UPI id").fill("asha@okbank")
        page.get_by_role("button", name="Save the settings").click()
        expect(page.get_by_role("status")).to_contain_text("saved")

        page.keyboard.press("n")
        page.wait_for_url("**/create")
        page.get_by_label("Name", exact=True).fill("Sharma Textiles")
        fill_lines(page, *LINES)
        expect(page.locator("#totals [data-total=total_amount]")).to_have_text("₹80,188.00")
        live = totals(page)  # 48,000.00 + 10,206.00 + 9,749.935 -> 9,749.94, CGST and SGST of each at 9 %
        page.get_by_role("button", name="Issue the invoice").click()
        page.wait_for_url("**/invoice/*")
        assert totals(page) == live
        number = re.findall(r"INV-[\d-]+", page.get_by_role("heading", level=1).inner_text())[0]

        page.goto("/accounts")
        page.keyboard.press("/")
        page.wait_for_url("**/search")
        page.get_by_label("Invoice number or customer").fill(number)
        page.get_by_role("button", name="Search").click()
        page.wait_for_url("**/invoice/*")
        page.get_by_role("button", name="Record the payment").click()
        expect(page.get_by_role("status")).to_contain_text("The payment is recorded")
        expect(page.locator(".big-amount").first).to_have_text("₹0.00")

        page.get_by_role("link", name="Print").click()
        expect(page.locator(".sheet")).to_contain_text("Eighty Thousand One Hundred Eighty-Eight Rupees Only")
        page.get_by_role("link", name="Back").click()
        page.get_by_role("button", name="Log out").click()
        page.wait_for_url("**/login")
        page.go_back()
        expect(page).to_have_url(re.compile("/login"))
        expect(page.locator("body")).not_to_contain_text(number)

    def test_without_script_create_and_pay_still_work(self, open_page: OpenPage, alice: Person) -> None:
        set_up_profile(alice)
        page = open_page(alice, script=False)
        page.goto("/create")
        page.get_by_label("Name", exact=True).fill("Sharma Textiles")
        page.get_by_role("button", name="Add a line").click()
        assert page.locator("[data-line]").count() == 4
        fill_lines(page, *LINES, ("Fourth", "1", "100"))
        page.get_by_role("button", name="Remove line 4").click()
        page.get_by_role("button", name="Calculate the totals").click()
        live = totals(page)
        assert live["total_amount"] == "₹80,188.00"
        page.get_by_role("button", name="Issue the invoice").click()
        assert totals(page) == live
        page.get_by_role("button", name="Record the payment").click()
        expect(page.get_by_role("status")).to_contain_text("The payment is recorded")
        assert alice.balance() == 80188.00
        assert alice.faults() == []

    def test_two_people_never_see_each_others_pages(
        self, open_page: OpenPage, alice: Person, bob: Person
    ) -> None:
        invoice = alice.invoice(customer_name="Only Alice Knows")
        hers, his = open_page(alice), open_page(bob)
        hers.goto(f"/invoice/{invoice['id']}")
        expect(hers.locator("body")).to_contain_text("Only Alice Knows")
        for path in ("/", "/invoices", "/transactions", f"/invoice/{invoice['id']}", "/invoice/1"):
            his.goto(path)
            expect(his.locator("body")).not_to_contain_text("Only Alice Knows")

    def test_keys_open_help_and_leave_fields_alone(self, open_page: OpenPage, alice: Person) -> None:
        page = open_page(alice)
        page.goto("/")
        page.keyboard.press("?")
        expect(page.get_by_role("dialog")).to_be_visible()
        page.keyboard.press("Escape")
        page.goto("/search")
        page.get_by_label("Invoice number or customer").press_sequentially("n/?")
        assert page.url.endswith("/search")

    def test_the_balance_shown_is_that_of_the_chosen_account(
        self, open_page: OpenPage, alice: Person
    ) -> None:
        alice.account("HDFC", 1500.25)
        alice.account("Till", 10.00)
        page = open_page(alice)
        page.goto(f"/invoice/{alice.invoice(status='sent')['id']}")
        expect(page.locator(".balances li:visible")).to_have_text(re.compile(r"HDFC ₹1,500\.25.*₹1,618\.25"))
        page.get_by_label("Into account").select_option(label="Till")
        expect(page.locator(".balances li:visible")).to_have_text(re.compile(r"Till ₹10\.00.*₹128\.00"))

    def test_a_page_is_one_request_to_the_database(self, open_page: OpenPage, alice: Person) -> None:
        page = open_page(alice)
        refused: list[str] = []
        page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
        for path in ("/", "/create", "/invoices", "/transactions", "/accounts", "/tax", "/settings"):
            page.goto(path)
        assert refused == []  # nor does the policy stop anything of ours
