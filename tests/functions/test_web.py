"""The web interface from the outside: sessions, forms, headers, and what strangers try."""

import re
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html import escape, unescape
from typing import Any
from uuid import uuid4

import httpx
import jwt
import pytest

from tests.person import PASSWORD, Person
from tests.target import Target

SCRIPT = """"><script>alert('x')</script>{{ 7 * 7 }}"""
_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


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
        return {name: unescape(value) for name, value in _HIDDEN.findall(form)}

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


@pytest.fixture
def web(target: Target, alice: Person) -> Iterator[Browser]:
    """Alice's browser."""
    browser = Browser(target, alice.token)
    yield browser
    browser.http.close()


@pytest.fixture
def bobs_web(target: Target, bob: Person) -> Iterator[Browser]:
    browser = Browser(target, bob.token)
    yield browser
    browser.http.close()


@pytest.fixture
def stranger(target: Target) -> Iterator[Browser]:
    browser = Browser(target)
    yield browser
    browser.http.close()


PAGES = ("/create", "/search", "/invoices", "/transactions", "/accounts", "/tax", "/settings", "/invoice/1")


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


class TestSession:
    def test_registering_logs_in_and_logging_out_ends_it(self, stranger: Browser, target: Target) -> None:
        email = f"web-{secrets.token_hex(6)}@example.com"
        answer = stranger.send("/register", {"email": email, "password": PASSWORD, "full_name": "Asha"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/settings?done=welcome")
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Path=/" in cookie
        assert "Secure" not in cookie  # this is http on 127.0.0.1
        stolen = stranger.http.cookies["session"]
        assert "Hello, Asha" in stranger.page("/")

        answer = stranger.send("/logout", {}, shown_at="/")
        assert answer.headers["location"] == "/login"
        assert "session" not in stranger.http.cookies
        stranger.http.cookies.set("session", stolen)
        assert stranger.http.get("/invoices").status_code == 303

    def test_the_cookie_is_secure_elsewhere(self, stranger: Browser) -> None:
        answer = stranger.http.get(
            "/invoices", headers={"Host": "renpay.example", "Cookie": "session=nonsense~nonsense"}
        )
        assert "Max-Age=0" in answer.headers["set-cookie"]
        assert answer.headers["set-cookie"].endswith("; Secure")

    def test_is_refreshed_silently_for_many_requests_at_once(self, target: Target, stranger: Browser) -> None:
        email = f"web-{secrets.token_hex(6)}@example.com"
        stranger.send("/register", {"email": email, "password": PASSWORD})
        access, _, refresh = stranger.http.cookies["session"].partition("~")
        claims = jwt.decode(access, target.jwt_secret, ["HS256"], audience="authenticated")
        nearly_over = jwt.encode({**claims, "exp": claims["iat"] + 1}, target.jwt_secret, "HS256")
        for _ in range(2):  # all at once, and then once more with the same old cookie
            with ThreadPoolExecutor(8) as pool:
                answers = list(
                    pool.map(
                        lambda _: httpx.get(
                            f"{target.api_url}/invoices",
                            cookies={"session": f"{nearly_over}~{refresh}"},
                            timeout=30,
                        ),
                        range(8),
                    )
                )
            assert [answer.status_code for answer in answers] == [200] * 8
            assert all("session=" in answer.headers["set-cookie"] for answer in answers)

    def test_without_a_refresh_it_ends_at_the_login_and_keeps_the_cookie(
        self, target: Target, alice: Person
    ) -> None:
        claims = jwt.decode(alice.token, target.jwt_secret, ["HS256"], audience="authenticated")
        over = jwt.encode({**claims, "exp": claims["iat"] - 100}, target.jwt_secret, "HS256")
        answer = httpx.get(f"{target.api_url}/invoices", cookies={"session": f"{over}~gone"})
        assert answer.headers["location"] == "/login?next=%2Finvoices"
        assert "set-cookie" not in answer.headers


class TestHeaders:
    def test_pages_allow_nothing_but_ours(self, web: Browser) -> None:
        answer = web.http.get("/invoices")
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"

    @pytest.mark.parametrize("path", ["/", *PAGES[:-1]])
    def test_pages_have_no_inline_script_or_style(self, web: Browser, path: str) -> None:
        page = web.page(path)
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?! src=)", page)

    def test_files_are_kept_for_ever_under_their_version(self, web: Browser) -> None:
        address = unescape(re.findall(r'href="(/static/renpay\.css\?v=\w+)"', web.page("/"))[0])
        answer = web.http.get(address)
        assert "immutable" in answer.headers["cache-control"]
        again = web.http.get(address, headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert "no-cache" in web.http.get("/static/renpay.css").headers["cache-control"]

    @pytest.mark.parametrize("name", ["..%2fdesk.py", "FONTS.md", "nothing.css"])
    def test_other_files_are_not_served(self, web: Browser, name: str) -> None:
        assert web.http.get(f"/static/{name}").status_code == 404


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
        for name, value in _HIDDEN.findall(answer.text.split("<main")[1]):
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

    def test_preview_says_what_saving_will(self, web: Browser, alice: Person) -> None:
        fields = {**web.hidden("/create", "/create"), **INVOICE, "price_includes_tax": "yes"}
        preview = web.http.post("/create/preview", data=fields, headers={"Accept": "application/json"}).json()
        path = web.http.post("/create", data=fields).headers["location"].split("?")[0]
        page = web.page(path)
        for name in ("subtotal", "cgst", "sgst", "total_amount"):
            assert f'data-total="{name}">{preview[name]}<' in page
        assert preview["amount_in_words"] in page

    def test_preview_writes_nothing_and_tells_the_reason(self, web: Browser, alice: Person) -> None:
        alice.api.patch("/api/auth/me", json={"gstin": "27AAPFU0939F1ZV"})
        fields = {**web.hidden("/create", "/create"), **INVOICE, "customer_gstin": "29AAGCB7383J1Z4"}
        preview = web.http.post("/create/preview", data=fields).json()
        assert preview["reason"] == "Maharashtra → Karnataka: IGST"
        assert (preview["inter_state"], preview["igst"]) == (True, "₹545.00")
        spaced = web.http.post(
            "/create/preview", data={**fields, "customer_gstin": "29aagcb 7383J1Z4"}
        ).json()
        assert (spaced["gstin_fault"], spaced["reason"]) == (None, preview["reason"])
        half_typed = web.http.post("/create/preview", data={**fields, "customer_gstin": "29AAG"}).json()
        assert half_typed["gstin_fault"] == "a GSTIN has 15 characters, this one has 5"
        assert half_typed["reason"] == "Within Maharashtra: CGST + SGST"
        assert alice.read("/api/invoices") == []

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
        answer = web.http.get(f"/invoice/{alice.invoice()['id']}/pdf?template=simple", follow_redirects=True)
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.url.query == b"template=simple"

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

    def test_edit_changes_what_was_asked(self, web: Browser, alice: Person) -> None:
        invoice = alice.invoice()
        path = f"/invoice/{invoice['id']}"
        answer = web.send(f"{path}/edit", {**INVOICE, "action": "save"})
        assert answer.headers["location"] == f"{path}?done=updated"
        assert alice.read(f"/api/invoices/{invoice['id']}")["total_amount"] == 3644.99

    def test_edit_means_the_invoices_own_rate_where_a_line_names_none(
        self, web: Browser, alice: Person
    ) -> None:
        invoice = alice.invoice([("Old", 1, 100.00)], tax_rate=5)
        path = f"/invoice/{invoice['id']}"
        page = web.page(f"{path}/edit")
        assert '<option value="">5%</option>' in page
        assert page.count(">5%<") == 1
        assert ">18%<" in page
        assert 'data-total="total_amount">₹105.00<' in page
        lines = {"description": ["Old", "New"], "quantity": ["1", "1"], "unit_price": ["100", "100"]}
        fields = {**web.hidden(f"{path}/edit", f"{path}/edit"), **INVOICE, **lines, "tax_rate": ["", ""]}
        preview = web.http.post(f"{path}/edit/preview", data=fields).json()
        assert preview["total_amount"] == "₹210.00"
        shown = web.http.post(f"{path}/edit", data={**fields, "action": "preview"}).text
        assert 'data-total="total_amount">₹210.00<' in shown
        web.http.post(f"{path}/edit", data={**fields, "action": "save"})
        assert alice.read(f"/api/invoices/{invoice['id']}")["total_amount"] == 210.00

    def test_a_place_follows_the_gstin_unless_it_was_chosen(self, web: Browser, alice: Person) -> None:
        alice.profile(gstin="29AAGCB7383J1Z4")
        derived = alice.invoice(customer_gstin="27AAPFU0939F1ZV")
        chosen = alice.invoice(customer_gstin="27AAPFU0939F1ZV", place_of_supply="07")
        for invoice, place in ((derived, None), (chosen, "07")):
            for shown in (f"/invoice/{invoice['id']}/edit", f"/create?copy={invoice['id']}"):
                selected = re.findall(r'<option value="(\d\d)" selected', web.page(shown))
                assert selected == ([place] if place else [])
        path = f"/invoice/{derived['id']}"
        corrected = {**INVOICE, "customer_gstin": "29AAGCB7383J1Z4", "place_of_supply": "", "action": "save"}
        assert web.send(f"{path}/edit", corrected).status_code == 303
        saved = alice.read(f"/api/invoices/{derived['id']}")
        assert (saved["place_of_supply"], saved["igst"]) == ("29", 0.00)

    @pytest.mark.parametrize(("status", "head"), [("sent", "cgst"), ("draft", "igst")])
    def test_a_preview_of_what_was_issued_keeps_its_kind_of_tax(
        self, web: Browser, alice: Person, status: str, head: str
    ) -> None:
        alice.profile(gstin="29AAGCB7383J1Z4")
        path = f"/invoice/{alice.invoice(status=status)['id']}"
        alice.profile(gstin="27AAPFU0939F1ZV")
        fields = {**web.hidden(f"{path}/edit", f"{path}/edit"), **INVOICE, "place_of_supply": "29"}
        preview = web.http.post(f"{path}/edit/preview", data=fields).json()
        web.http.post(f"{path}/edit", data={**fields, "action": "save"})
        assert (preview["igst"] == "₹0.00") == (head == "cgst")
        assert f'data-total="{head}">{preview[head]}<' in web.page(path)

    @pytest.mark.parametrize("status", ["paid", "cancelled"])
    def test_edit_of_what_cannot_be_edited_says_so(self, web: Browser, alice: Person, status: str) -> None:
        invoice = alice.invoice(status="sent")
        path = f"/invoice/{invoice['id']}"
        fields = {**web.hidden(f"{path}/edit", f"{path}/edit"), **INVOICE, "action": "save"}
        alice.api.put(f"/api/invoices/{invoice['id']}", json={"status": status})
        page = web.page(f"{path}/edit", 409)
        assert f"A {status} invoice" in page
        assert "data-invoice-form" not in page
        answer = web.http.post(f"{path}/edit", data=fields)
        assert answer.status_code == 409
        assert 'value="Sharma Textiles"' in answer.text

    def test_edit_in_two_tabs_tells_the_second(self, web: Browser, alice: Person) -> None:
        invoice = alice.invoice()
        path = f"/invoice/{invoice['id']}/edit"
        first, second = web.hidden(path, path), web.hidden(path, path)
        saved = {**first, **INVOICE, "action": "save"}
        assert web.http.post(path, data=saved).status_code == 303
        assert web.http.post(path, data=saved).status_code == 303  # the same form twice: no conflict
        late = {**second, **INVOICE, "customer_name": "From the second tab", "action": "save"}
        answer = web.http.post(path, data=late)
        assert answer.status_code == 409
        assert "was changed elsewhere" in answer.text
        assert 'value="From the second tab"' in answer.text
        read = f"/api/invoices/{invoice['id']}"
        assert alice.read(read)["customer_name"] == "Sharma Textiles"
        form = next(form for form in re.findall(r"<form.*?</form>", answer.text, re.DOTALL) if path in form)
        again = {name: unescape(value) for name, value in _HIDDEN.findall(form)}
        assert web.http.post(path, data={**late, **again}).status_code == 303
        assert alice.read(read)["customer_name"] == "From the second tab"

    def test_a_removed_line_is_not_in_the_totals(self, web: Browser) -> None:
        answer = web.send("/create", {**INVOICE, "action": "remove_line_0"})
        assert 'data-total="total_amount">₹104.99<' in answer.text

    def test_a_draft_can_be_deleted(self, web: Browser, alice: Person) -> None:
        path = f"/invoice/{alice.invoice()['id']}"
        assert web.send(f"{path}/delete", {}, path).headers["location"] == "/invoices?done=deleted"
        assert alice.read("/api/invoices") == []


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
        assert web.http.get("/invoice/%00").status_code in {404, 422}
        for action in ("save", "delete"):
            fields = {**hidden, "name": "Mine", "balance": "0", "action": action}
            assert web.http.post(f"/accounts/{account}", data=fields).status_code == 404
        assert web.http.post(f"/transactions/{expense}/delete", data=hidden).status_code == 404
        mine = alice.invoice(status="sent")["id"]
        assert web.http.post(
            f"/invoice/{mine}/status", data={**hidden, "status": "paid", "account_id": account}
        ).status_code in (404, 409, 422)
        for query in (f"account={account}", f"after={expense}"):
            assert "Product" not in web.page(f"/transactions?{query}")
        assert "John Doe" not in web.page(f"/invoices?after={theirs}")
        assert bob.balance() == -10.00
        assert bob.read(f"/api/invoices/{theirs}")["status"] == "sent"


class TestOtherPages:
    def test_an_expense_by_form(self, web: Browser, alice: Person) -> None:
        expense = {"transaction_type": "expense", "amount": "1,180", "tax_rate": "18", "date": "2026-11-05"}
        assert web.send("/transactions", {**expense, "description": "Rent"}).status_code == 303
        assert alice.balance() == -1180.00
        assert "\N{MINUS SIGN}₹1,180.00" in web.page(
            "/transactions?type=expense&from=2026-11-05&to=2026-11-05&q=rent"
        )

    def test_an_account_that_was_closed_meanwhile_is_chosen_anew(self, web: Browser, alice: Person) -> None:
        alice.account("First")
        till = alice.account("Till")["id"]
        invoice = alice.invoice(status="sent")["id"]
        closing = {**web.hidden("/accounts", f"/accounts/{till}"), "action": "delete"}
        expense = {**web.hidden("/transactions", "/transactions"), "account_id": till}
        payment = {**web.hidden(f"/invoice/{invoice}"), "status": "paid", "account_id": till}
        assert web.http.post(f"/accounts/{till}", data=closing).status_code == 303
        sent = {"transaction_type": "expense", "amount": "123.45", "description": "Rent"}
        for path, fields in (("/transactions", {**expense, **sent}), (f"/invoice/{invoice}/status", payment)):
            answer = web.http.post(path, data=fields)
            assert 'id="account_id-error"' in answer.text
            assert "has been closed" in answer.text
        assert 'value="123.45"' in web.http.post("/transactions", data={**expense, **sent}).text
        assert alice.balance() == 0

    def test_a_transfer_asks_where_to(self, web: Browser, alice: Person) -> None:
        alice.account("First", 100.00)
        answer = web.send("/transactions", {"transaction_type": "transfer", "amount": "10"})
        assert answer.status_code == 422
        assert 'id="transfer_account_id-error"' in answer.text
        assert alice.read("/api/transactions") == []

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

    def test_accounts_are_opened_changed_and_closed(self, web: Browser, alice: Person) -> None:
        web.send("/accounts", {"name": "First", "balance": "100"})
        web.send("/accounts", {"name": "Second", "balance": "50"})
        first, second = alice.read("/api/accounts")
        hidden = web.hidden("/accounts", "/accounts")
        web.http.post(
            f"/accounts/{second['id']}",
            data={**hidden, "name": "Till", "shown_balance": "50.00", "balance": "60", "action": "save"},
        )
        assert "Adjustment" in web.page("/accounts")
        closing = {**hidden, "action": "delete", "transfer_to_account_id": first["id"]}
        assert web.http.post(f"/accounts/{second['id']}", data=closing).status_code == 303
        assert alice.balance() == 160.00
        refused = web.http.post(f"/accounts/{first['id']}", data={**hidden, "action": "delete"})
        assert refused.status_code == 409

    def test_renaming_an_account_moves_no_money(self, web: Browser, alice: Person) -> None:
        till = alice.account("Till", 100.00)
        path = f"/accounts/{till['id']}"
        stale = {**web.hidden("/accounts", path), "name": "Shop", "balance": "100.00", "action": "save"}
        alice.sale(50.00)
        assert web.http.post(path, data=stale).status_code == 303
        assert (alice.balance(), alice.read("/api/accounts")[0]["name"]) == (150.00, "Shop")
        assert "Adjustment" not in web.page("/accounts")

    def test_a_balance_that_moved_meanwhile_is_not_overwritten(self, web: Browser, alice: Person) -> None:
        till = alice.account("Till", 100.00)
        path = f"/accounts/{till['id']}"
        stale = {**web.hidden("/accounts", path), "name": "Shop", "balance": "90.00", "action": "save"}
        alice.sale(50.00)
        refused = web.http.post(path, data=stale)
        assert refused.status_code == 409
        assert "₹150.00" in refused.text
        assert 'id="balance-error"' in refused.text
        assert 'value="90.00"' in refused.text
        assert (alice.balance(), alice.read("/api/accounts")[0]["name"]) == (150.00, "Till")

    def test_an_adjustment_sent_twice_is_one(self, web: Browser, alice: Person) -> None:
        path = f"/accounts/{alice.account('Till', 100.00)['id']}"
        fields = {**web.hidden("/accounts", path), "name": "Till", "balance": "90.00", "action": "save"}
        assert [web.http.post(path, data=fields).status_code for _ in range(2)] == [303, 303]
        assert alice.balance() == 90.00

    def test_what_is_wrong_with_an_account_stands_at_its_field(self, web: Browser, alice: Person) -> None:
        path = f"/accounts/{alice.account('Till', 100.00)['id']}"
        hidden = web.hidden("/accounts", path)
        answer = web.http.post(path, data={**hidden, "name": "", "balance": "xyz", "action": "save"})
        assert answer.status_code == 422
        assert 'id="name-error"' in answer.text
        assert 'id="balance-error"' in answer.text
        assert 'value="xyz"' in answer.text
        assert len(re.findall('aria-invalid="true"', answer.text)) == 2

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
        alice.sale(118.00, date="2026-08-16")
        page = web.page("/tax?start=2026-07-01&end=2026-09-30")
        assert '<p class="big-amount">₹180.00</p>' in page
        assert "they say ₹198.00 now, ₹18.00 more than was submitted." in page

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

    def test_a_deleted_transaction_is_named_in_the_ledger(self, web: Browser, alice: Person) -> None:
        invoice = alice.invoice(status="sent")
        alice.pay(invoice)
        path = f"/invoice/{invoice['id']}"
        web.send(f"{path}/status", {"status": "sent", "done": "unpaid"}, path)
        page = web.page("/accounts")
        assert page.count("Transaction, deleted since") == 2
        assert ">Transaction<" not in page

    def test_settings_keep_every_field(self, web: Browser, alice: Person) -> None:
        profile = {
            "username": f"asha-{secrets.token_hex(4)}",
            "full_name": "Asha Rao",
            "business_name": "Rao Design",
            "gstin": "29AAGCB7383J1Z4",
            "address": "12 MG Road\nBengaluru",
            "upi_id": "asha@okbank",
            "time_zone": "Asia/Dubai",
            "default_tax_rate": "5",
            "filing_frequency": "monthly",
        }
        assert web.send("/settings", profile).status_code == 303
        kept = alice.read("/api/auth/me")
        assert {name: str(kept[name]) for name in profile} == profile | {"address": kept["address"]}
        assert kept["address"].splitlines() == ["12 MG Road", "Bengaluru"]
        assert kept["state_code"] == "29"
        answer = web.send("/settings", {**profile, "upi_id": "nonsense", "time_zone": "Mars/Base"})
        assert answer.status_code == 422

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
