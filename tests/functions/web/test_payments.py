"""Getting paid on the page of an invoice: whole or in part, with TDS, and taking a payment back."""

import pytest

from tests.functions.web.browser import Browser
from tests.person import Json, Person

TDS = {"amount": "1,08,000", "tax_deducted": "10,000", "method": "upi", "reference": "UTR 4711"}


@pytest.fixture
def invoice(alice: Person) -> Json:
    """An invoice of 118.00."""
    return alice.invoice(status="sent")


def path_of(invoice: Json) -> str:
    return f"/invoice/{invoice['id']}"


def pay(web: Browser, invoice: Json, **fields: str) -> str:
    """Send the form; answers what the page says then."""
    path = path_of(invoice)
    answer = web.send(f"{path}/status", {"status": "paid", "done": "paid", **fields}, path)
    return web.page(answer.headers["location"])


class TestRecord:
    def test_in_part_and_then_the_rest(self, web: Browser, alice: Person, invoice: Json) -> None:
        page = pay(web, invoice, amount="50")
        assert "The payment is recorded. The rest is still due." in page
        assert "₹50.00 of ₹118.00 is settled." in page
        assert '<p class="big-amount">₹68.00</p>' in page
        assert "The payment is recorded." in pay(web, invoice)
        assert (alice.reread(invoice)["status"], alice.balance(), alice.faults()) == ("paid", 118.00, [])

    def test_with_tds_method_and_reference(self, web: Browser, alice: Person) -> None:
        invoice = alice.invoice([("Advice", 1, 100000.00)], status="sent")
        page = pay(web, invoice, **TDS)
        for text in ("UPI, UTR 4711", "Tax deducted (TDS)", "₹10,000.00", "₹1,08,000.00"):
            assert text in page
        assert (alice.reread(invoice)["status"], alice.balance()) == ("paid", 108000.00)

    def test_tds_alone_leaves_the_rest_as_money(self, web: Browser, alice: Person, invoice: Json) -> None:
        pay(web, invoice, tax_deducted="10")
        assert (alice.reread(invoice)["status"], alice.balance()) == ("paid", 108.00)

    @pytest.mark.parametrize(
        ("fields", "status", "sentence"),
        [
            ({"amount": "118.01"}, 409, "118.00 is due"),
            ({"amount": "much"}, 422, "Enter a number"),
            ({"tax_deducted": "-1", "amount": "2"}, 422, "A payment settles more than nothing"),
            ({"method": "barter"}, 422, "Choose one of the list."),
            ({"date": "2999-01-01"}, 422, "A payment is recorded on the day it was made, or later."),
        ],
        ids=["too much", "no number", "negative", "unknown method", "future"],
    )
    def test_what_is_wrong_is_said_and_what_was_typed_stays(
        self, web: Browser, alice: Person, invoice: Json, fields: dict[str, str], status: int, sentence: str
    ) -> None:
        path = path_of(invoice)
        answer = web.send(f"{path}/status", {"status": "paid", "reference": "UTR 4711", **fields}, path)
        assert answer.status_code == status
        assert sentence in answer.text
        assert 'value="UTR 4711"' in answer.text
        assert (alice.reread(invoice)["amount_due"], alice.balance()) == (118.00, 0)


class TestTakeBack:
    def test_one_of_two(self, web: Browser, alice: Person, invoice: Json) -> None:
        pay(web, invoice, amount="50")
        pay(web, invoice, amount="60")
        first, _ = alice.payments(invoice)
        path = path_of(invoice)
        answer = web.send(f"{path}/payments/{first['id']}/delete", {}, path)
        assert answer.headers["location"] == f"{path}?done=unpaid"
        assert [payment["amount"] for payment in alice.payments(invoice)] == [60.00]
        assert (alice.balance(), alice.faults()) == (60.00, [])

    def test_of_several_invoices_is_refused_with_the_way_out(self, web: Browser, alice: Person) -> None:
        invoices = [alice.invoice(status="sent") for _ in range(2)]
        named = [{"invoice_id": one["id"], "amount": 10} for one in invoices]
        alice.api.post("/api/payments", json={"invoices": named})
        [payment] = alice.payments(invoices[0])
        path = path_of(invoices[0])
        answer = web.send(f"{path}/payments/{payment['id']}/delete", {}, path)
        assert answer.status_code == 409
        assert "This payment settles several invoices." in answer.text

    def test_of_somebody_else_is_not_found(
        self, web: Browser, alice: Person, bob: Person, invoice: Json
    ) -> None:
        hers = alice.invoice(status="sent")
        theirs = bob.invoice(status="sent")
        bob.payment(theirs, amount=50)
        [payment] = bob.payments(theirs)
        hidden = web.hidden(path_of(hers))
        for path in (path_of(theirs), path_of(hers)):
            assert web.http.post(f"{path}/payments/{payment['id']}/delete", data=hidden).status_code == 404
        assert bob.balance() == 50.00
