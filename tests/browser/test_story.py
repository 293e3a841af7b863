"""The whole story in a real browser, with and without script (spec: Web Interface)."""

import re
import secrets
from typing import Any

import pytest
from playwright.sync_api import Dialog, Page, expect

from local.project import NODE_MODULES
from tests.browser.business import set_up_profile, trade
from tests.browser.conftest import OpenPage
from tests.person import PASSWORD, Person

_LINES = (
    ("Website design", "1", "48,000"),
    ("Hosting, twelve months", "12", "850.50"),
    ("Support", "6.5", "1499.99"),
)
_TOTALS = ("subtotal", "cgst", "sgst", "total_amount")
_AXE = (NODE_MODULES / "axe-core" / "axe.min.js").read_text()


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
        fill_lines(page, *_LINES)
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
        page.get_by_role("button", name="as paid").click()
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
        fill_lines(page, *_LINES, ("Fourth", "1", "100"))
        page.get_by_role("button", name="Remove line 4").click()
        page.get_by_role("button", name="Calculate the totals").click()
        live = totals(page)
        assert live["total_amount"] == "₹80,188.00"
        page.get_by_role("button", name="Issue the invoice").click()
        assert totals(page) == live
        page.get_by_role("button", name="as paid").click()
        expect(page.get_by_role("status")).to_contain_text("The payment is recorded")
        assert alice.balance() == 80188.00
        assert alice.faults() == []

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
        page.get_by_label("GSTIN").fill("29AAGCB7383J1Z4")
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

    def test_a_page_is_one_request_to_the_database(self, open_page: OpenPage, alice: Person) -> None:
        page = open_page(alice)
        refused: list[str] = []
        page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
        for path in ("/", "/create", "/invoices", "/transactions", "/accounts", "/tax", "/settings"):
            page.goto(path)
        assert refused == []  # nor does the policy stop anything of ours


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("wide", [True, False])
def test_axe_finds_nothing_serious(open_page: OpenPage, alice: Person, wide: bool, scheme: Any) -> None:
    invoices = trade(alice)
    by_status = {invoice["status"]: f"/invoice/{invoice['id']}" for invoice in invoices}
    paths = [
        "/",
        "/invoices",
        "/search",
        "/create",
        "/transactions",
        "/accounts",
        "/tax",
        "/settings",
        "/invoice/0",
    ]
    paths += [*by_status.values(), f"{by_status['draft']}/edit"]
    paths += [
        f"{by_status['sent']}/print?template={name}"
        for name in ("default", "professional", "simple", "detailed")
    ]
    pages = [(open_page(alice, wide=wide), paths), (open_page(wide=wide), ["/", "/login", "/register"])]
    found = []
    for page, addresses in pages:
        page.emulate_media(color_scheme=scheme)
        for path in addresses:
            page.goto(path)
            page.evaluate(_AXE)
            result = page.evaluate("axe.run()")
            found += [
                (path, violation["id"], [node["html"][:120] for node in violation["nodes"][:3]])
                for violation in result["violations"]
                if violation["impact"] in {"serious", "critical"}
            ]
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
                f"{path} is wider than the window"
            )
    assert found == []
