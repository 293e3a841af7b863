"""The form of an invoice: preview, edit, and the place of supply."""

import re
from html import unescape

import pytest

from tests.functions.web.browser import HIDDEN, INVOICE, Browser
from tests.person import Person


class TestPreview:
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

    def test_a_removed_line_is_not_in_the_totals(self, web: Browser) -> None:
        answer = web.send("/create", {**INVOICE, "action": "remove_line_0"})
        assert 'data-total="total_amount">₹104.99<' in answer.text


class TestEdit:
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
        corrected = {**INVOICE, "customer_gstin": "29AAACZ0001A1Z4", "place_of_supply": "", "action": "save"}
        assert web.send(f"{path}/edit", corrected).status_code == 303
        saved = alice.read(f"/api/invoices/{derived['id']}")
        assert (saved["place_of_supply"], saved["igst"]) == ("29", 0.00)

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
        again = {name: unescape(value) for name, value in HIDDEN.findall(form)}
        assert web.http.post(path, data={**late, **again}).status_code == 303
        assert alice.read(read)["customer_name"] == "From the second tab"
