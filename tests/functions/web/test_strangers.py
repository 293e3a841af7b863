"""What a stranger sees, and what another user does not find."""

from uuid import uuid4

import pytest

from tests.functions.web.browser import INVOICE, PAGES, Browser
from tests.person import Person


class TestStrangers:
    def test_see_a_landing_page(self, stranger: Browser) -> None:
        assert "Create an account" in stranger.page("/")

    @pytest.mark.parametrize("path", [*PAGES, "/invoice/1/edit", "/invoice/1/print", "/invoice/1/pdf"])
    def test_are_sent_to_the_login(self, stranger: Browser, path: str) -> None:
        answer = stranger.http.get(path)
        assert answer.status_code == 303
        assert answer.headers["location"] == f"/login?next={path.replace('/', '%2F')}"

    @pytest.mark.parametrize(
        "wanted", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"]
    )
    def test_are_not_sent_elsewhere_after_the_login(self, web: Browser, wanted: str) -> None:
        assert web.http.get("/login", params={"next": wanted}).headers["location"] == "/"

    def test_a_page_that_is_not_there_is_a_page(self, stranger: Browser) -> None:
        assert "nothing at this address" in stranger.page("/register/nothing", 404)


class TestForeignIds:
    def test_are_not_found_in_any_address(self, web: Browser, bob: Person, alice: Person) -> None:
        theirs, account = bob.invoice(status="sent")["id"], bob.account()["id"]
        expense = bob.expense(10.00)["id"]
        alice.account()
        hidden = web.hidden("/settings", "/settings")
        for invoice in (theirs, str(uuid4()), "1", "0", "999999999999999999999", "x", "-1"):
            for suffix in ("", "/edit", "/print"):
                web.page(f"/invoice/{invoice}{suffix}", 404)
            for suffix, fields in (
                ("/status", {"status": "paid"}),
                ("/edit", {**INVOICE, "action": "save"}),
                ("/delete", {}),
            ):
                answer = web.http.post(f"/invoice/{invoice}{suffix}", data={**hidden, **fields})
                assert answer.status_code == 404, (invoice, suffix)
            assert web.http.get(f"/create?copy={invoice}").status_code == 404
            assert web.http.get(f"/api/invoices/{invoice}/pdf").status_code == 404
        assert web.http.get("/invoice/%00").status_code == 422
        for action in ("save", "delete"):
            fields = {**hidden, "name": "Mine", "balance": "0", "action": action}
            assert web.http.post(f"/accounts/{account}", data=fields).status_code == 404
        assert web.http.post(f"/transactions/{expense}/delete", data=hidden).status_code == 404
        mine = alice.invoice(status="sent")["id"]
        paid = web.http.post(
            f"/invoice/{mine}/status", data={**hidden, "status": "paid", "account_id": account}
        )
        assert paid.status_code == 404
        assert 'id="account_id-error"' in paid.text
        for query in (f"account={account}", f"after={expense}"):
            assert "Product" not in web.page(f"/transactions?{query}")
        assert "John Doe" not in web.page(f"/invoices?after={theirs}")
        assert bob.balance() == -10.00
        assert bob.read(f"/api/invoices/{theirs}")["status"] == "sent"
