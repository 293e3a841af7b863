"""A browser without script, and the form that most tests fill in."""

import re
from html import unescape
from typing import Any

import httpx

from tests.target import Target

SCRIPT = """"><script>alert('x')</script>{{ 7 * 7 }}"""
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


class Browser:
    """What a browser without script does: keep the cookie, send back the hidden fields of a form."""

    def __init__(self, target: Target, token: str | None = None, refresh_token: str = "none") -> None:
        self.http = httpx.Client(base_url=target.api_url, timeout=30, headers={"Origin": target.api_url})
        if token:
            self.http.cookies.set("session", f"{token}~{refresh_token}")

    def page(self, path: str, status: int = 200) -> str:
        answer = self.http.get(path)
        assert answer.status_code == status, f"{path}: {answer.status_code}: {answer.text[-600:]}"
        return answer.text

    def hidden(self, path: str, near: str = "") -> dict[str, str]:
        """The hidden fields of the form whose action is `near`, else of any."""
        forms = re.findall(r"<form.*?</form>", self.page(path), re.DOTALL)
        wanted = f'action="{near}"' if near else "form_token"
        form = next((form for form in forms if wanted in form), None)
        assert form, f"no form for {near} on {path}"
        return {name: unescape(value) for name, value in HIDDEN.findall(form)}

    def send(self, path: str, fields: dict[str, Any], shown_at: str = "") -> httpx.Response:
        """Fill in the form that a page shows, and send it."""
        shown_at = shown_at or path
        return self.http.post(path, data={**self.hidden(shown_at, path), **fields})


INVOICE: dict[str, Any] = {
    "customer_name": "Sharma Textiles",
    "issue_date": "2026-11-01",
    "due_date": "2026-12-01",
    "description": ["Design", "Hosting"],
    "quantity": ["2", "1"],
    "unit_price": ["1,500.00", "99.99"],
    "tax_rate": ["18", "5"],
    "action": "issue",
}

PAGES = (
    *("/create", "/search", "/invoices", "/transactions", "/accounts", "/tax"),
    *("/settings", "/settings/password", "/invoice/1"),
)
