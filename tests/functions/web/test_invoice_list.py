"""The list of invoices and the search."""

import re
from html import unescape

from tests.functions.web.browser import Browser
from tests.person import Person


class TestInvoiceList:
    def test_search_finds_by_number_and_by_customer(self, web: Browser, alice: Person) -> None:
        one = alice.invoice(customer_name="Meera 100%")
        alice.invoice(customer_name="Meera")
        answer = web.send("/search", {"invoice_number": one["invoice_number"].lower()})
        assert answer.headers["location"] == f"/invoice/{one['id']}"
        assert "2 invoices" in web.send("/search", {"invoice_number": "meera"}).text
        assert web.send("/search", {"invoice_number": "100%"}).headers["location"] == f"/invoice/{one['id']}"
        assert "Nothing found" in web.send("/search", {"invoice_number": "M_era"}).text

    def test_the_list_pages_through_all_of_them_once(self, web: Browser, alice: Person) -> None:
        for number in range(30):
            alice.invoice([("Thing", 1, float(number % 3 + 1))])
        for query in ("", "?sort=amount&order=asc", "?sort=customer", "?sort=due", "?sort=number&order=asc"):
            page = web.page(f"/invoices{query}")
            seen = re.findall(r"INV-[\d-]+", page)
            following = re.search(r'href="([^"]*after=[^"]*)"', page)
            assert following
            seen += re.findall(r"INV-[\d-]+", web.page(unescape(following[1])))
            assert len(seen) == len(set(seen)) == 30

    def test_a_search_says_how_many_there_are(self, web: Browser, alice: Person) -> None:
        for number in range(30):
            alice.invoice(customer_name="Meera", invoice_number=f"M-{number}")
        found = web.send("/search", {"invoice_number": "meera"}).text
        assert "30 invoices, the latest 25 of them here" in found
        assert len(re.findall(r">M-\d+<", found)) == 25
        following = re.search(r'href="(/invoices\?q=[^"]*)"', found)
        assert following
        assert 'Customer or number</label><input id="q" name="q" type="search" value="meera"' in web.page(
            unescape(following[1])
        )

    def test_a_search_for_a_number_opens_it_however_many_contain_it(
        self, web: Browser, alice: Person
    ) -> None:
        first = alice.invoice(invoice_number="M1")
        for number in range(27):
            alice.invoice(invoice_number=f"M1{number}")
        answer = web.send("/search", {"invoice_number": "m1"})
        assert answer.headers["location"] == f"/invoice/{first['id']}"

    def test_filters_that_make_no_sense_are_told(self, web: Browser, alice: Person) -> None:
        alice.invoice()
        page = web.page("/invoices?min=abc&from=2026-99-01&status=lost")
        assert "Amount from “abc”" in page
        assert "Issued from “2026-99-01”" in page
        assert "status “lost”" in page
        assert 'id="min-error"' in page
        assert "John Doe" in page
