"""The first page of who is signed in."""

from tests.functions.web.browser import Browser
from tests.person import Person


class TestHome:
    def test_empty_books_show_a_next_step(self, web: Browser) -> None:
        for path in ("/", "/invoices"):
            assert "Create your first invoice" in web.page(path)
        assert "Open an account" in web.page("/accounts")

    def test_the_dashboard_counts_what_is_there(self, web: Browser, alice: Person) -> None:
        alice.invoice([("Old", 1, 1000.00)], status="sent", issue_date="2026-01-01", due_date="2026-01-31")
        alice.invoice([("New", 1, 100.00)], status="sent")
        page = web.page("/")
        assert "₹1,298.00" in page  # 1180 + 118 to receive
        assert "₹1,180.00" in page  # late, over 90 days
