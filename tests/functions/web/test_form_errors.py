"""What is wrong with a form is said at its field."""

import re

import pytest

from tests.functions.web.browser import INVOICE, Browser


class TestFormErrors:
    @pytest.mark.parametrize(
        ("path", "fields", "field", "words"),
        [
            ("/transactions", {"amount": "0"}, "amount", "The amount must be above zero"),
            ("/transactions", {"amount": "99999999999999"}, "amount", "below ₹10 lakh crore"),
            ("/transactions", {"tax_rate": "101"}, "tax_rate", "The tax rate is between 0 and 100"),
            ("/settings", {"default_tax_rate": "101"}, "default_tax_rate", "The tax rate is between 0"),
            ("/settings", {"username": "a b"}, "username", "The username has 3 to 50 characters"),
            ("/settings", {"upi_id": "nobody"}, "upi_id", "The UPI id looks like name@bank."),
            ("/accounts", {"balance": "99999999999999"}, "balance", "below ₹10 lakh crore"),
            ("/tax/calculate", {"tax_rate": "101"}, "tax_rate", "The tax rate is between 0 and 100"),
            (
                "/create",
                {"due_date": "2026-10-01"},
                "due_date",
                "The due date must not be before the issue date.",
            ),
        ],
    )
    def test_what_is_wrong_is_said_plainly_at_its_field(
        self, web: Browser, path: str, fields: dict[str, str], field: str, words: str
    ) -> None:
        valid = {
            "/transactions": {"transaction_type": "expense", "amount": "10"},
            "/settings": {
                "time_zone": "Asia/Kolkata",
                "default_tax_rate": "18",
                "filing_frequency": "quarterly",
            },
            "/accounts": {"name": "Till"},
            "/tax/calculate": {"amount": "10", "tax_rate": "18"},
            "/create": INVOICE,
        }[path]
        shown_at = path.removesuffix("/calculate")
        answer = web.http.post(path, data={**web.hidden(shown_at), **valid, **fields})
        assert answer.status_code == 422
        found = re.search(rf'id="{field}-error">(.*?)</p>', answer.text, re.DOTALL)
        assert found, answer.text
        assert words in found[1]
