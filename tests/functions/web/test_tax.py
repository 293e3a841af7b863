"""The page of taxes and its calculator."""

from html import escape

from tests.functions.web.browser import Browser
from tests.person import Person, checked


class TestTax:
    def test_tax_shows_what_the_api_says(self, web: Browser, alice: Person) -> None:
        alice.sale(1180.00, date="2026-08-15")
        page = web.page("/tax?start=2026-07-01&end=2026-09-30")
        assert "₹1,000.00" in page
        assert "₹180.00" in page
        submitted = web.http.post(
            "/tax/submit",
            data={
                **web.hidden("/settings", "/settings"),
                "period_start": "2026-07-01",
                "period_end": "2026-09-30",
                "total_tax_liability": "180.00",
            },
        )
        assert submitted.status_code == 303
        page = web.page(submitted.headers["location"])
        assert "Submitted and paid" in page
        assert "To pay" not in page

    def test_a_submitted_period_is_opened_again_and_submitted_once_more(
        self, web: Browser, alice: Person
    ) -> None:
        quarter = {"period_start": "2026-07-01", "period_end": "2026-09-30"}
        path = "/tax?start=2026-07-01&end=2026-09-30"
        body = {**quarter, "tax_type": "gst", "total_tax_liability": 180}
        alice.sale(1180.00, date="2026-08-15")
        filing = checked(alice.api.post("/api/tax/submit", json=body), 200)
        assert "Open this period again" in web.page(path)
        hidden = web.hidden("/settings", "/settings")
        opened = web.http.post("/tax/reopen", data={**hidden, "filing_id": filing["id"]})
        assert opened.status_code == 303
        assert "The period is open again" in web.page(opened.headers["location"])
        alice.sale(118.00, date="2026-08-16")
        page = web.page(path)
        assert '<p class="big-amount">₹180.00</p>' in page
        assert "they say ₹198.00 now, ₹18.00 more than was submitted." in page
        again = web.http.post("/tax/submit", data={**hidden, **quarter, "total_tax_liability": "198.00"})
        assert again.status_code == 303
        page = web.page(path)
        assert '<p class="big-amount">₹198.00</p>' in page
        assert "Opened again" not in page
        assert alice.faults() == []

    def test_both_figures_are_shown(self, web: Browser, alice: Person) -> None:
        alice.invoice([("Design", 1, 1000)], status="sent", issue_date="2026-08-15")
        page = web.page("/tax?start=2026-07-01&end=2026-09-30")
        assert "GST of the invoices issued: ₹180.00. GST in the money received: ₹0.00." in page
        assert "counts the money received" in page
        alice.profile(gstin="29AABCR1718E1ZL")
        assert "counts the invoices issued" in web.page("/tax?start=2026-07-01&end=2026-09-30")

    def test_the_calculator_is_the_apis(self, web: Browser) -> None:
        asked = {"amount": "100", "tax_rate": "18", "tax_included": "yes"}
        answer = web.http.post("/tax/calculate", data={**web.hidden("/settings", "/settings"), **asked})
        assert "₹84.74" in answer.text  # 84.7458 before the tax takes its two halves of 7.63

    def test_the_calculator_names_the_tax_of_another_state_at_any_rate(self, web: Browser) -> None:
        path = "/tax/calculate?start=2026-04-01&end=2026-06-30"
        assert f'action="{escape(path)}#calculator"' in web.page("/tax?start=2026-04-01&end=2026-06-30")
        asked = {"amount": "100", "tax_rate": "0", "inter_state": "yes"}
        answer = web.http.post(path, data={**web.hidden("/settings", "/settings"), **asked})
        result = answer.text[answer.text.index("totals result") :]
        assert "IGST" in result
        assert "CGST" not in result
        assert "Apr \N{EN DASH} Jun 2026</h2>" in answer.text
