"""Forms: where they may come from, what is sent twice, and how a wrong one comes back."""

from concurrent.futures import ThreadPoolExecutor
from html import unescape
from typing import Any

import pytest

from tests.functions.web.browser import HIDDEN, INVOICE, PAGES, SCRIPT, Browser
from tests.person import Person
from tests.target import Target


class TestForms:
    def test_from_another_site_are_refused(self, web: Browser, alice: Person) -> None:
        fields = {**web.hidden("/create", "/create"), **INVOICE}
        for headers in (
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
        ):
            assert web.http.post("/create", data=fields, headers=headers).status_code == 403
        web.http.headers.pop("Origin")
        assert web.http.post("/create", data=fields).status_code == 403
        assert alice.read("/api/invoices") == []

    def test_without_the_sessions_token_are_refused(
        self, web: Browser, bobs_web: Browser, alice: Person
    ) -> None:
        theirs = bobs_web.hidden("/create", "/create")
        for form_token in ("", "0" * 32, theirs["form_token"]):
            answer = web.http.post("/create", data={**INVOICE, "form_token": form_token})
            assert answer.status_code == 403
        assert alice.read("/api/invoices") == []

    def test_a_replayed_one_creates_nothing_twice(self, web: Browser, alice: Person) -> None:
        fields = {**web.hidden("/create", "/create"), **INVOICE}
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda _: web.http.post("/create", data=fields), range(4)))
        assert {answer.status_code for answer in answers} == {303}
        assert len({answer.headers["location"] for answer in answers}) == 1
        assert len(alice.read("/api/invoices")) == 1

    def test_a_replayed_one_with_other_values_asks_again(self, web: Browser, alice: Person) -> None:
        fields = {**web.hidden("/create", "/create"), **INVOICE}
        web.http.post("/create", data=fields)
        answer = web.http.post("/create", data={**fields, "customer_name": "Another"})
        assert answer.status_code == 409
        assert "was sent before" in answer.text
        assert len(alice.read("/api/invoices")) == 1

    def test_script_in_every_field_stays_text(self, web: Browser, alice: Person) -> None:
        texts = ("customer_name", "customer_address", "notes")
        made = web.send(
            "/create", {**INVOICE, **dict.fromkeys(texts, SCRIPT), "description": [SCRIPT, SCRIPT]}
        )
        assert made.status_code == 303, made.text
        path = made.headers["location"].split("?")[0]
        settings = {"business_name": SCRIPT, "full_name": SCRIPT, "address": SCRIPT}
        defaults = {"time_zone": "Asia/Kolkata", "default_tax_rate": "18", "filing_frequency": "quarterly"}
        assert web.send("/settings", {**settings, **defaults}).status_code == 303
        assert web.send("/accounts", {"name": SCRIPT, "balance": "10"}).status_code == 303
        expense = {"transaction_type": "expense", "amount": "10", "description": SCRIPT, "category": SCRIPT}
        assert web.send("/transactions", expense).status_code == 303
        shown = ["/", *PAGES[:-1], path, f"{path}/edit", f"/create?copy={path.rpartition('/')[2]}"]
        shown += [
            f"{path}/print?template={name}" for name in ("default", "professional", "simple", "detailed")
        ]
        for page in [web.page(address) for address in shown]:
            assert "<script>alert" not in page
            assert "{{ 7 * 7 }}" in page or "alert" not in page
        found = web.send("/search", {"invoice_number": SCRIPT})
        assert "<script>alert" not in found.text

    def test_script_in_filters_stays_text(self, web: Browser) -> None:
        for path in ("/invoices", "/transactions", "/tax", "/login"):
            for name in ("q", "status", "from", "after", "sort", "next", "category", "start", "done"):
                assert "<script>alert" not in web.http.get(path, params={name: SCRIPT}).text

    def test_errors_stand_at_their_fields(self, web: Browser, alice: Person) -> None:
        answer = web.send(
            "/create", {**INVOICE, "customer_name": "", "unit_price": ["much", "1.001"], "due_date": "soon"}
        )
        assert answer.status_code == 422
        for name in ("customer_name", "items-0-unit_price", "items-1-unit_price", "due_date"):
            assert f'id="{name}-error"' in answer.text
        answer = web.send("/create", {**INVOICE, "customer_gstin": "27AAPFU0939F1ZX"})
        assert 'id="customer_gstin-error"' in answer.text
        assert "the check character should be V" in answer.text
        answer = web.send("/create", {**INVOICE, "due_date": "2026-10-01"})
        assert 'id="due_date-error"' in answer.text
        assert alice.read("/api/invoices") == []

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("quantity", "0"),
            ("quantity", "9999999999"),
            ("unit_price", "-5"),
            ("unit_price", "99999999999999"),
            ("hsn_code", "1"),
            ("tax_rate", "101"),
        ],
    )
    def test_errors_of_a_line_stand_at_that_line(self, web: Browser, field: str, value: str) -> None:
        good = {"quantity": "1", "unit_price": "5", "hsn_code": "998391", "tax_rate": ""}[field]
        answer = web.send("/create", {**INVOICE, field: [good, value]})
        assert answer.status_code == 422
        assert f'aria-describedby="items-1-{field}-error"' in answer.text
        assert f'id="items-1-{field}-error"' in answer.text
        assert "items-0-" not in answer.text

    def test_amounts_beyond_what_can_be_stored_do_not_lose_the_form(self, web: Browser) -> None:
        huge = {**INVOICE, "quantity": ["999999999", "1"], "unit_price": ["9999999999", "9"]}
        for action in ("issue", "preview"):
            answer = web.send("/create", {**huge, "action": action})
            assert answer.status_code == 422
            assert 'value="Sharma Textiles"' in answer.text
            assert "stay below" in answer.text

    def test_as_many_lines_as_the_api_takes_are_taken(self, web: Browser, alice: Person) -> None:
        many: dict[str, Any] = {"unit_price": ["1"] * 1000, "quantity": ["1"] * 1000, "hsn_code": [""] * 1000}
        sent = {**INVOICE, **many, "tax_rate": [""] * 1000}
        fields = {**sent, "description": ["L"] * 1000}
        path = web.send("/create", fields).headers["location"].split("?")[0]
        invoice = alice.read(f"/api{path.replace('/invoice/', '/invoices/')}")
        assert len(invoice["items"]) == 1000
        answer = web.send("/create", {**sent, "description": ["L"] * 1001})
        assert answer.status_code == 422
        answer = web.send("/create", {**sent, "description": ["L"] * 1001, "unit_price": ["1"] * 1001})
        assert "at most 1,000 lines" in answer.text
        assert answer.text.count('name="description"') == 1001

    @pytest.mark.parametrize("path", ["/login", "/create"])
    def test_what_is_no_form_is_told_so(self, web: Browser, path: str) -> None:
        for media_type, body in (
            ("multipart/form-data", b"xx"),
            ("multipart/form-data; boundary=x", b"--y\r\nzz"),
            ("application/x-www-form-urlencoded", "&".join(f"a{n}=1" for n in range(10_001)).encode()),
        ):
            answer = web.http.post(path, content=body, headers={"Content-Type": media_type})
            assert answer.status_code == 400
            assert "could not be read" in answer.text

    def test_of_a_session_that_has_ended_say_so_and_lead_back(self, web: Browser) -> None:
        fields = {**web.hidden("/create", "/create"), **INVOICE}
        web.http.cookies.clear()
        answer = web.http.post(
            "/create", data=fields, headers={"Referer": str(web.http.base_url.join("/create?copy=1"))}
        )
        assert answer.headers["location"] == "/login?next=%2Fcreate%3Fcopy%3D1&ended=yes"
        login = web.page(answer.headers["location"])
        assert "Your session has ended" in login
        assert 'name="next" value="/create?copy=1"' in login
        answer = web.http.post("/create", data=fields, headers={"Referer": "https://evil.example/create"})
        assert answer.headers["location"] == "/login?ended=yes"

    def test_of_an_earlier_session_can_be_sent_again(
        self, web: Browser, target: Target, alice: Person
    ) -> None:
        fields = {**web.hidden("/create", "/create"), **INVOICE, "notes": 'Two\nlines "quoted"'}
        web.http.cookies.set("session", f"{target.token(alice.id, alice.email)}~none")
        answer = web.http.post("/create", data=fields)
        assert answer.status_code == 403
        assert alice.read("/api/invoices") == []
        again: dict[str, list[str]] = {}
        for name, value in HIDDEN.findall(answer.text.split("<main")[1]):
            again.setdefault(name, []).append(unescape(value))
        looked_at = web.http.post("/create", data={**again, "action": "preview"})
        assert 'data-total="total_amount">₹3,644.99<' in looked_at.text
        assert web.http.post("/create", data={**again, "action": "issue"}).status_code == 303
        assert alice.read("/api/invoices")[0]["total_amount"] == 3644.99

    @pytest.mark.parametrize(
        ("address", "page"),
        [
            ("/invoice/1/status", "/invoice/1"),
            ("/tax/calculate", "/tax"),
            ("/accounts/1", "/accounts"),
            ("/create/preview", "/create"),
        ],
    )
    def test_addresses_of_forms_lead_to_their_page(self, web: Browser, address: str, page: str) -> None:
        answer = web.http.get(address)
        assert (answer.status_code, answer.headers["location"]) == (303, page)
