"""The page of an invoice: what it shows, and what can be done there."""

import re

import pytest

from tests.functions.web.browser import INVOICE, Browser
from tests.person import Person


class TestInvoices:
    def test_are_the_same_as_in_the_api(self, web: Browser, alice: Person) -> None:
        path = web.send("/create", INVOICE).headers["location"].split("?")[0]
        invoice = alice.read(f"/api{path.replace('/invoice/', '/invoices/')}")
        assert invoice["status"] == "sent"
        assert invoice["total_amount"] == 3644.99  # 3000 + 540 and 99.99 + 5.00 (2 x 2.49975 = 2.50)
        page = web.page(path)
        for amount in ("₹3,099.99", "₹272.50", "₹3,644.99"):
            assert amount in page
        assert "Three Thousand Six Hundred Forty-Four Rupees and Ninety-Nine Paise Only" in page
        assert "₹3,644.99" in web.page("/invoice/1")  # the integer id of the second contract

    def test_pay_and_take_back(self, web: Browser, alice: Person) -> None:
        account = alice.account("HDFC", 100.00)
        invoice = alice.invoice(status="sent")
        path = f"/invoice/{invoice['id']}"
        page = web.page(path)
        assert "₹100.00" in page
        assert "₹218.00" in page  # after 118.00
        paid = web.send(
            f"{path}/status", {"status": "paid", "done": "paid", "account_id": account["id"]}, path
        )
        assert paid.headers["location"] == f"{path}?done=paid"
        assert alice.balance() == 218.00
        assert "Undo" in web.page(paid.headers["location"])
        web.send(f"{path}/status", {"status": "sent", "done": "unpaid"}, path)
        assert alice.balance() == 100.00

    @pytest.mark.parametrize(
        ("word", "status"), [("PAID", "paid"), ("CANCELLED", "cancelled"), ("PENDING", "sent")]
    )
    def test_status_takes_the_words_of_the_document(
        self, web: Browser, alice: Person, word: str, status: str
    ) -> None:
        invoice = alice.invoice()
        hidden = web.hidden("/invoice/1")
        assert web.http.post("/invoice/1/status", data={**hidden, "status": word}).status_code == 303
        assert alice.read(f"/api/invoices/{invoice['id']}")["status"] == status

    def test_paying_twice_pays_once(self, web: Browser, alice: Person) -> None:
        invoice = alice.invoice(status="sent")
        path = f"/invoice/{invoice['id']}"
        first, second = web.hidden(path, f"{path}/status"), web.hidden(path, f"{path}/status")
        assert web.http.post(f"{path}/status", data={**first, "status": "paid"}).status_code == 303
        assert web.http.post(f"{path}/status", data={**first, "status": "paid"}).status_code == 303
        assert web.http.post(f"{path}/status", data={**second, "status": "paid"}).status_code == 409
        assert alice.balance() == 118.00

    def test_a_seller_without_gstin_is_warned_of_the_tax(self, web: Browser, alice: Person) -> None:
        path = f"/invoice/{alice.invoice()['id']}"
        assert "has no GSTIN. Only a registered person may collect GST" in web.page(path)
        assert '<a href="/settings">Your settings</a>' in web.page(path)
        alice.profile(gstin="29AAGCB7383J1Z4")
        assert "has no GSTIN" not in web.page(f"/invoice/{alice.invoice()['id']}")

    def test_a_draft_is_issued_before_it_is_paid(self, web: Browser, alice: Person) -> None:
        path = f"/invoice/{alice.invoice()['id']}"
        assert "Record the payment" not in web.page(path)
        assert "Mark as sent" in web.page(path)
        web.send(f"{path}/status", {"status": "sent", "done": "sent"}, path)
        assert "Record the payment" in web.page(path)

    def test_the_timeline_has_the_day_of_the_payment(self, web: Browser, alice: Person) -> None:
        path = f"/invoice/{alice.invoice(status='sent', issue_date='2026-10-20')['id']}"
        web.send(f"{path}/status", {"status": "paid", "date": "2026-11-01"}, path)
        assert re.search(r"<span>Paid</span><time [^>]*>01 Nov 2026</time>", web.page(path))

    def test_the_pdf_is_the_apis(self, web: Browser, alice: Person) -> None:
        address = f"/invoice/{alice.invoice()['id']}/pdf?template=simple&path=x&query=y"
        answer = web.http.get(address, follow_redirects=True)
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.url.query == b"template=simple"

    def test_a_draft_can_be_deleted(self, web: Browser, alice: Person) -> None:
        path = f"/invoice/{alice.invoice()['id']}"
        assert web.send(f"{path}/delete", {}, path).headers["location"] == "/invoices?done=deleted"
        assert alice.read("/api/invoices") == []
