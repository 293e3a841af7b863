"""One invoice on three surfaces: made on one, changed on another, paid in the browser, the same figures on all."""

from tests.functions.web.browser import Browser
from tests.person import Json, Person, checked
from tests.target import Target


def figures(alice: Person, browser: Browser, invoice_id: str, serial: int) -> tuple[Json, Json, str]:
    """The invoice as /api, /api/v1 and a browser see it."""
    return (
        alice.read(f"/api/invoices/{invoice_id}"),
        alice.read(f"/api/v1/invoices/{serial}"),
        browser.page(f"/invoice/{serial}"),
    )


def test_made_on_v1_changed_on_api_paid_in_the_browser(target: Target, alice: Person) -> None:
    body = {
        "customer_name": "Sharma Textiles",
        "items": [{"description": "Design", "quantity": 3, "unit_price": 41152.25}],
    }
    made = checked(alice.api.post("/api/v1/invoices", json=body), 201)
    browser = Browser(target, alice.token)
    [listed] = alice.read("/api/invoices")
    assert (made["total_amount"], listed["total_amount"], listed["status"]) == (123456.75, 123456.75, "sent")

    # 123456.75 at 18 %: half the tax is 11111.1075, so 11111.11 twice.
    checked(alice.api.put(f"/api/invoices/{listed['id']}", json={"tax_rate": 18}), 200)
    for kind, status, word in (("sent", "PENDING", "Sent"), ("paid", "PAID", "Paid")):
        api, v1, page = figures(alice, browser, listed["id"], made["id"])
        assert (api["subtotal"], api["tax_amount"], api["total_amount"]) == (123456.75, 22222.22, 145678.97)
        assert v1["total_amount"] == 145678.97
        assert "₹1,45,678.97" in page
        assert (api["status"], v1["status"]) == (kind, status)
        assert word in page
        if kind == "sent":
            page_path = f"/invoice/{listed['id']}"
            paid = browser.send(f"{page_path}/status", {"status": "paid"}, page_path)
            assert paid.status_code == 303
    assert (alice.balance(), alice.faults()) == (145678.97, [])
    browser.http.close()
