"""All mistakes of a form come back in one round, each at its field, and nothing is written."""

import re
from html import unescape
from typing import Any

import httpx
import pytest

from tests.functions.web.browser import INVOICE, Browser
from tests.person import Person

WRONG_GSTIN = "27AAPFU0939F1ZX"
"""The check character should be V."""
NO_ACCOUNT = "3c0e5a54-1d0f-4b5e-8a54-2f1d8c6b7e90"
PROFILE = {"time_zone": "Asia/Kolkata", "default_tax_rate": "18", "filing_frequency": "quarterly"}


def mistakes(answer: httpx.Response) -> dict[str, str]:
    """What the page says at its fields; each of them is marked as invalid."""
    said = dict(re.findall(r'<p class="field-error" id="([\w-]+)-error">.*?</svg>(.*?)</p>', answer.text))
    marked = re.findall(r'aria-invalid="true" aria-describedby="([\w-]+)-error"', answer.text)
    assert sorted(marked) == sorted(said), answer.text
    return {name: unescape(sentence) for name, sentence in said.items()}


class TestInvoice:
    def test_five_wrong_fields_are_five_marked_fields(self, web: Browser, alice: Person) -> None:
        wrong = {
            "customer_gstin": WRONG_GSTIN,
            "customer_email": "asha at example.com",
            "due_date": "2026-10-31",
            "unit_price": ["much", "99.99"],
            "hsn_code": ["998391", "12"],
        }
        answer = web.send("/create", {**INVOICE, **wrong})
        assert answer.status_code == 422
        assert mistakes(answer) == {
            "customer_gstin": f"GSTIN {WRONG_GSTIN} is not valid: the check character should be V.",
            "customer_email": "The customer email has at most 320 characters and looks like name@example.com.",
            "due_date": "The due date must not be before the issue date.",
            "items-0-unit_price": "Enter a number, like 1,500 or 1500.50.",
            "items-1-hsn_code": "4 to 8 digits.",
        }
        for text in (WRONG_GSTIN, "asha at example.com", "2026-10-31", "much", "12"):
            assert f'value="{text}"' in answer.text
        assert alice.read("/api/invoices") == []

    def test_what_only_the_database_knows_is_told_at_once(self, web: Browser, alice: Person) -> None:
        wrong = {
            "customer_name": ["x"],
            "customer_gstin": WRONG_GSTIN,
            "place_of_supply": "00",
            "description": ["Design", "", "", "Hosting", "Paper"],
            "hsn_code": [""] * 5,
            "quantity": ["0", "", "", "9999999999", "1"],
            "unit_price": ["5", "", "", "5", "-5"],
            "tax_rate": ["18", "", "", "101", "18"],
        }
        answer = web.send("/create", {**INVOICE, **wrong})
        assert set(mistakes(answer)) == {
            "customer_gstin",
            "place_of_supply",
            # The second and the third line are empty.
            "items-0-quantity",
            "items-3-quantity",
            "items-3-tax_rate",
            "items-4-unit_price",
        }
        assert alice.read("/api/invoices") == []

    def test_an_edited_invoice_tells_all_and_stays_as_it_was(self, web: Browser, alice: Person) -> None:
        invoice = alice.invoice(status="sent")
        wrong = {"customer_gstin": WRONG_GSTIN, "customer_email": "asha", "due_date": "2026-01-01"}
        answer = web.send(f"/invoice/{invoice['id']}/edit", {**INVOICE, **wrong, "action": "save"})
        assert set(mistakes(answer)) == set(wrong)
        assert alice.read(f"/api/invoices/{invoice['id']}") == invoice

    def test_a_thousand_wrong_lines_are_a_thousand_marked_fields(self, web: Browser) -> None:
        lines: dict[str, Any] = {"description": ["L"] * 1000, "quantity": ["0"] * 1000}
        lines |= {"unit_price": ["1"] * 1000, "tax_rate": [""] * 1000, "hsn_code": [""] * 1000}
        answer = web.send("/create", {**INVOICE, **lines})
        assert len(mistakes(answer)) == 1000


class TestOtherForms:
    @pytest.mark.parametrize(
        ("path", "fields", "wrong"),
        [
            (
                "/settings",
                PROFILE,
                {
                    "username": "a b",
                    "full_name": "x" * 201,
                    "gstin": WRONG_GSTIN,
                    "upi_id": "nobody",
                    "time_zone": "Mars/Base",
                    "default_tax_rate": "101",
                    "filing_frequency": "daily",
                },
            ),
            (
                "/transactions",
                {"transaction_type": "expense"},
                {
                    "amount": "0",
                    "tax_rate": "101",
                    "date": "soon",
                    "account_id": NO_ACCOUNT,
                    "category": "x" * 101,
                },
            ),
            (
                "/transactions",
                {"transaction_type": "transfer"},
                {"amount": "99999999999999", "transfer_account_id": NO_ACCOUNT, "account_id": "none"},
            ),
            ("/accounts", {}, {"name": "x" * 201, "balance": "99999999999999"}),
            ("/tax/calculate", {}, {"amount": "much", "tax_rate": "101"}),
        ],
    )
    def test_all_mistakes_in_one_round(
        self, web: Browser, alice: Person, path: str, fields: dict[str, str], wrong: dict[str, str]
    ) -> None:
        alice.account()
        before = [alice.read(f"/api/{name}") for name in ("auth/me", "accounts", "transactions", "invoices")]
        answer = web.http.post(path, data={**web.hidden(path.removesuffix("/calculate")), **fields, **wrong})
        assert answer.status_code == 422
        assert set(mistakes(answer)) == set(wrong)
        after = [alice.read(f"/api/{name}") for name in ("auth/me", "accounts", "transactions", "invoices")]
        assert after == before

    def test_an_edited_account(self, web: Browser, alice: Person) -> None:
        till = alice.account("Till", 100.00)
        path = f"/accounts/{till['id']}"
        fields = {**web.hidden("/accounts", path), "name": " ", "balance": "99999999999999", "action": "save"}
        assert set(mistakes(web.http.post(path, data=fields))) == {"name", "balance"}
        assert alice.read("/api/accounts") == [till]

    def test_a_username_that_is_taken_among_other_mistakes(
        self, web: Browser, alice: Person, bob: Person
    ) -> None:
        bob.profile(username=f"bob-{bob.id[:8]}")
        wrong = {"username": f"BOB-{bob.id[:8]}", "upi_id": "nobody", "state_code": "00"}
        answer = web.send("/settings", {**PROFILE, **wrong})
        assert set(mistakes(answer)) == set(wrong)
        assert mistakes(answer)["username"] == "Somebody else has this username."
