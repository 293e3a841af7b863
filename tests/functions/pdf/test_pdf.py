"""The PDF of an invoice says what the invoice says, in each template."""

import ctypes
import re
from typing import Any, cast

import httpx
import pypdfium2
import pypdfium2.raw as pdfium
import pytest

from tests.browser.business import set_up_profile
from tests.person import Person, checked, problem
from tests.target import Target

TEMPLATES = ("default", "professional", "simple", "detailed")
CUSTOMER = "श्री गणेश ट्रेडर्स"
SCRIPTS = {
    "bengali": "গণেশ",
    "gujarati": "ગણેશ",
    "gurmukhi": "ਗਣੇਸ਼",
    "kannada": "ಗಣೇಶ",
    "malayalam": "ഗണേഷ്",
    "odia": "ଗଣେଶ",
    "tamil": "கணேஷ்",
    "telugu": "గణేష్",
    "urdu": "دہلی",
    "ol chiki": "ᱥᱟᱱᱛᱟᱲ",
    "meetei mayek": "ꯃꯤꯇꯩ",
}


def text_of(pdf: bytes) -> str:
    """The text of all pages, spaces made equal."""
    document = pypdfium2.PdfDocument(pdf)
    return " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in document)


@pytest.fixture
def invoice(alice: Person) -> dict[str, Any]:
    """An inter-state invoice over two rates, with money due."""
    set_up_profile(alice)
    items = [
        {"description": "Website design", "hsn_code": "998314", "quantity": 1, "unit_price": 123456.07},
        {
            "description": "होस्टिंग #1 *two* $x$ <b>",
            "hsn_code": "998315",
            "quantity": 2.5,
            "unit_price": 99.99,
            "tax_rate": 5,
        },
    ]
    body = {"customer_name": CUSTOMER, "customer_gstin": "27AAPFU0939F1ZV", "items": items, "status": "sent"}
    return cast(
        dict[str, Any],
        checked(alice.api.post("/api/invoices", json={**body, "issue_date": "2026-11-05"}), 201),
    )


def pdf_of(person: Person, invoice: dict[str, Any], template: str | None = None) -> bytes:
    parameters = {"template": template} if template else {}
    answer = person.api.get(f"/api/invoices/{invoice['id']}/pdf", params=parameters)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    assert f'filename="{invoice["invoice_number"]}.pdf"' in answer.headers["content-disposition"]
    return answer.content


@pytest.mark.parametrize("template", TEMPLATES)
class TestText:
    def test_has_every_figure_and_the_fields_of_rule_46(
        self, alice: Person, invoice: dict[str, Any], template: str
    ) -> None:
        text = text_of(pdf_of(alice, invoice, template))
        # 123456.07 at 18 % is 22,222.0926; 2.5 x 99.99 = 249.975 is 249.98, at 5 % 12.499
        for said in (
            "Tax Invoice", invoice["invoice_number"], "05 Nov 2026", "05 Dec 2026", "Rao Design Studio", "29AAGCB7383J1Z4",
            "27AAPFU0939F1ZV", "Maharashtra (27)", "998314", "998315", "1,23,456.07", "249.98", "18%", "5%", "IGST",
            "₹1,23,706.05", "₹22,234.59", "₹1,45,940.64", "Pay ₹1,45,940.64 by UPI",
            "One Lakh Forty-Five Thousand Nine Hundred Forty Rupees and Sixty-Four Paise Only", "Authorised signatory",
            "#1 *two* $x$ <b>", "Page 1 of 1",
        ):  # fmt: skip
            assert said in text, said
        assert re.search(r"Reverse charge:? No", text)
        assert CUSTOMER.replace(" ", "") in text.replace(" ", "")

    def test_says_what_the_print_view_says(
        self, target: Target, alice: Person, invoice: dict[str, Any], template: str
    ) -> None:
        with httpx.Client(base_url=target.api_url, cookies={"session": f"{alice.token}~none"}) as browser:
            page = browser.get(f"/invoice/{invoice['id']}/print", params={"template": template}).text
        paper = re.sub(r"<svg.*?</svg>", "", page[page.index("<main") :], flags=re.DOTALL)
        amounts = re.compile(r"₹?\d[\d,]*\.\d\d")
        assert sorted(amounts.findall(text_of(pdf_of(alice, invoice, template)))) == sorted(
            amounts.findall(paper)
        )


class TestPdf:
    def test_templates_differ(self, alice: Person, invoice: dict[str, Any]) -> None:
        pictures = {
            pypdfium2.PdfDocument(pdf_of(alice, invoice, name))[0].render(scale=0.2).to_pil().tobytes()
            for name in TEMPLATES
        }
        assert len(pictures) == len(TEMPLATES)

    def test_many_lines_go_on_over_numbered_pages(self, alice: Person) -> None:
        set_up_profile(alice)
        long = alice.invoice([(f"Line {number}", 1, 10.00) for number in range(1, 121)])
        for template in TEMPLATES:
            document = pypdfium2.PdfDocument(pdf_of(alice, long, template))
            assert len(document) > 2
            last = document[len(document) - 1].get_textpage().get_text_range()
            assert f"Page {len(document)} of {len(document)}" in last
            second = document[1].get_textpage().get_text_range()
            assert "Description" in second  # the head of the table is repeated
            assert f"{long['invoice_number']}, Rao Design Studio" in second

    def test_fonts_are_embedded(self, alice: Person, invoice: dict[str, Any]) -> None:
        page = pypdfium2.PdfDocument(pdf_of(alice, invoice))[0]
        names = set()
        for text in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT]):
            font = pdfium.FPDFTextObj_GetFont(text)
            assert pdfium.FPDFFont_GetIsEmbedded(font) == 1
            name = ctypes.create_string_buffer(100)
            pdfium.FPDFFont_GetBaseFontName(font, name, 100)
            names.add(name.value.decode().partition("+")[2])
        assert names <= {
            "NotoSans-Regular",
            "NotoSans-Bold",
            "NotoSansDevanagari-Regular",
            "NotoSansDevanagari-Bold",
        }

    @pytest.mark.parametrize("script", SCRIPTS)
    def test_no_script_of_india_is_lost(self, alice: Person, script: str) -> None:
        text = text_of(pdf_of(alice, alice.invoice([(SCRIPTS[script], 1, 10.00)])))
        assert set(SCRIPTS[script]) <= set(text)

    def test_what_no_font_has_is_a_box(self, alice: Person) -> None:
        def ink(description: str) -> int:
            page = pypdfium2.PdfDocument(pdf_of(alice, alice.invoice([(description, 1, 10.00)])))[0]
            return sum(255 - gray for gray in page.render(scale=2).to_pil().convert("L").tobytes())

        assert ink("A 😀😀😀😀") - ink("A") > 4 * 255

    @pytest.mark.parametrize("template", TEMPLATES)
    def test_a_long_word_stays_in_its_column(self, alice: Person, template: str) -> None:
        set_up_profile(alice)
        word = "https://" + "x" * 150
        made = alice.invoice([(word, 1, 10.00)], customer_name="W" * 90)
        page = pypdfium2.PdfDocument(pdf_of(alice, made, template))[0]
        picture = page.render(scale=1).to_pil().convert("L")
        margin = picture.crop((picture.width - 30, 0, picture.width, picture.height))
        assert min(margin.tobytes()) == 255
        assert word in page.get_textpage().get_text_range().replace("\u200b", "").replace("\r\n", "")

    @pytest.mark.parametrize("template", TEMPLATES)
    def test_each_rate_is_told_for_both_taxes(self, alice: Person, template: str) -> None:
        set_up_profile(alice)
        text = text_of(pdf_of(alice, alice.invoice([("Design", 1, 100.00)]), template))
        assert "Original for recipient" in text
        assert "CGST rate" in text
        assert "SGST rate" in text
        assert text.count("9%") == 2

    def test_somebody_unregistered_has_a_state_too(self, alice: Person) -> None:
        set_up_profile(alice)
        made = alice.invoice([("Design", 1, 60000.00)], place_of_supply="33")
        text = text_of(pdf_of(alice, made, "detailed"))
        assert "State: Tamil Nadu (33)" in text

    def test_has_nothing_that_poppler_warns_of(self, alice: Person, invoice: dict[str, Any]) -> None:
        """Seen with pdfinfo 22.12: an entry `Suspects`, even with its default value, is an error to it."""
        assert b"/Suspects" not in pdf_of(alice, invoice)

    def test_a_paid_or_cancelled_one_asks_for_no_money(self, alice: Person, invoice: dict[str, Any]) -> None:
        alice.pay(invoice)
        text = text_of(pdf_of(alice, invoice))
        assert "by UPI" not in text
        assert "PAID" in text
        checked(alice.api.put(f"/api/invoices/{invoice['id']}", json={"status": "cancelled"}), 200)
        text = text_of(pdf_of(alice, invoice))
        assert "by UPI" not in text
        assert "CANCELLED" in text

    def test_the_cookie_of_the_pages_is_enough(
        self, target: Target, alice: Person, invoice: dict[str, Any]
    ) -> None:
        answer = httpx.get(
            f"{target.api_url}/api/invoices/{invoice['id']}/pdf",
            cookies={"session": f"{alice.token}~none"},
            timeout=30,
        )
        assert answer.status_code == 200

    def test_strangers_and_others_get_none(
        self, anonymous: httpx.Client, bob: Person, alice: Person, invoice: dict[str, Any]
    ) -> None:
        path = f"/api/invoices/{invoice['id']}/pdf"
        problem(anonymous.get(path), 401, "not_authenticated")
        problem(bob.api.get(path), 404, "invoice_not_found")
        problem(alice.api.get(path, params={"template": "other"}), 422, "validation_failed")


class TestWords:
    @pytest.mark.parametrize(
        ("amount", "words"),
        [
            (123456.07, "One Lakh Twenty-Three Thousand Four Hundred Fifty-Six Rupees and Seven Paise Only"),
            (1.01, "One Rupee and One Paisa Only"),
            (0.5, "Fifty Paise Only"),
            (100, "One Hundred Rupees Only"),
            (1000, "One Thousand Rupees Only"),
            (100000, "One Lakh Rupees Only"),
            (10000000, "One Crore Rupees Only"),
            (20000019, "Two Crore Nineteen Rupees Only"),
            (1234567890.99, "One Hundred Twenty-Three Crore Forty-Five Lakh Sixty-Seven Thousand Eight Hundred Ninety Rupees and Ninety-Nine Paise Only"),
            (999999999999, "Ninety-Nine Thousand Nine Hundred Ninety-Nine Crore Ninety-Nine Lakh Ninety-Nine Thousand Nine Hundred Ninety-Nine Rupees Only"),
        ],
    )  # fmt: skip
    def test_are_indian(self, alice: Person, amount: float, words: str) -> None:
        draft = {"items": [{"quantity": 1, "unit_price": amount, "tax_rate": 0}]}
        preview = checked(
            alice.data.post(
                "/rpc/preview_invoice", json={"invoice": draft}, headers={"Content-Profile": "web"}
            ),
            200,
        )
        assert preview["amount_in_words"] == words
