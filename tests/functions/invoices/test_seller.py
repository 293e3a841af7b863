"""An issued document names its seller as it was at issue: on the page, in print, in the PDF and in the API."""

from collections.abc import Iterator
from typing import Any

import httpx
import psycopg
import pypdfium2
import pytest

from tests.person import Json, Person, checked, problem
from tests.target import Target

BEFORE = {
    "business_name": "Rao Design Studio",
    "gstin": "29AAGCB7383J1Z4",
    "address": "12 MG Road, Bengaluru",
}
AFTER = {
    "business_name": "Rao and Daughters",
    "gstin": "27AAPFU0939F1ZV",
    "address": "5 Marine Drive, Mumbai",
}


@pytest.fixture
def browser(target: Target, alice: Person) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=target.api_url, cookies={"session": f"{alice.token}~none"}) as client:
        yield client


def shown(person: Person, browser: httpx.Client, invoice: Json) -> dict[str, str]:
    """What says who sells."""
    page, paper = (browser.get(f"/invoice/{invoice['id']}{view}") for view in ("", "/print"))
    pdf = person.api.get(f"/api/invoices/{invoice['id']}/pdf")
    assert {answer.status_code for answer in (page, paper, pdf)} == {200}
    text = " ".join(sheet.get_textpage().get_text_range() for sheet in pypdfium2.PdfDocument(pdf.content))
    main = page.text[page.text.index("<main") :]
    return {"page": main, "print": paper.text[paper.text.index("<main") :], "pdf": " ".join(text.split())}


def facts(invoice: Json) -> dict[str, Any]:
    names = ("place_of_supply", "cgst", "sgst", "igst", "total_amount", "items")
    return {name: invoice[name] for name in names}


@pytest.mark.parametrize("status", ["sent", "paid", "cancelled"])
def test_a_changed_profile_moves_nothing_that_was_issued(
    alice: Person, browser: httpx.Client, status: str
) -> None:
    alice.profile(**BEFORE)
    invoice = alice.invoice(status=status)
    before = facts(alice.read(f"/api/invoices/{invoice['id']}"))
    alice.profile(**AFTER)
    assert facts(alice.read(f"/api/invoices/{invoice['id']}")) == before
    for place, text in shown(alice, browser, invoice).items():
        for said in ("Rao Design Studio", "29AAGCB7383J1Z4"):
            assert said in text, place
        for unsaid in ("Rao and Daughters", "27AAPFU0939F1ZV", "Marine Drive"):
            assert unsaid not in text, place
    assert alice.faults() == []


def test_a_draft_names_the_seller_of_today_until_it_is_issued(alice: Person, browser: httpx.Client) -> None:
    alice.profile(**BEFORE)
    invoice = alice.invoice()
    alice.profile(**AFTER)
    assert all("Rao and Daughters" in text for text in shown(alice, browser, invoice).values())
    checked(alice.api.put(f"/api/invoices/{invoice['id']}", json={"status": "sent"}), 200)
    alice.profile(business_name="Somebody Else")
    assert all("Rao and Daughters" in text for text in shown(alice, browser, invoice).values())


def test_a_generated_invoice_names_the_seller_of_its_sale(alice: Person, browser: httpx.Client) -> None:
    alice.profile(**BEFORE)
    sale = alice.sale(118)
    alice.profile(**AFTER)
    checked(alice.api.put(f"/api/transactions/{sale['id']}", json={"amount": 236}), 200)
    invoice = alice.read(f"/api/invoices/{sale['invoice_id']}")
    assert all("Rao Design Studio" in text for text in shown(alice, browser, invoice).values())
    assert invoice["igst"] == 0


def test_recalculate_taxes_takes_the_seller_again(alice: Person, browser: httpx.Client) -> None:
    """In /api/v1 invoices are often issued before there is a GSTIN."""
    invoice = alice.invoice(status="sent", customer_gstin="29AABCR1718E1ZL")
    alice.profile(**AFTER)
    assert all("27AAPFU0939F1ZV" not in text for text in shown(alice, browser, invoice).values())
    again = checked(alice.api.post(f"/api/invoices/{invoice['id']}/recalculate-taxes"), 200)
    assert (again["igst"], again["cgst"]) == (18, 0)
    assert all("27AAPFU0939F1ZV" in text for text in shown(alice, browser, invoice).values())


def test_a_cancelled_one_is_not_calculated_anew(alice: Person) -> None:
    alice.profile(**BEFORE)
    invoice = alice.invoice(status="cancelled")
    alice.profile(**AFTER)
    answer = alice.api.post(f"/api/invoices/{invoice['id']}/recalculate-taxes")
    problem(answer, 409, "invoice_cancelled")


def test_the_dashboard_does_not_write_it(alice: Person, dashboard: psycopg.Connection) -> None:
    invoice = alice.invoice(status="sent")
    dashboard.execute("update invoices set customer_name = 'B' where id = %s", (invoice["id"],))
    row = dashboard.execute(
        "select seller ->> 'email' from invoices where id = %s", (invoice["id"],)
    ).fetchone()
    assert row == (alice.email,)


def test_reverse_charge_is_said_on_paper(alice: Person, browser: httpx.Client) -> None:
    plain, reverse = alice.invoice(), alice.invoice(reverse_charge=True)
    assert "Reverse charge: No" in shown(alice, browser, plain)["pdf"].replace("charge No", "charge: No")
    assert "Reverse charge: Yes" in shown(alice, browser, reverse)["pdf"].replace("charge Yes", "charge: Yes")


class TestDates:
    def test_of_issue_are_at_most_a_year_ahead(self, alice: Person, dashboard: psycopg.Connection) -> None:
        today = dashboard.execute("select (now() at time zone 'Asia/Kolkata')::date").fetchone()
        assert today
        year = today[0].replace(year=today[0].year + 1)
        item = {"description": "Design", "quantity": 1, "unit_price": 1}
        body = {"customer_name": "Asha", "items": [item], "due_date": f"{year.year + 1}-12-31"}
        checked(alice.api.post("/api/invoices", json={**body, "issue_date": str(year)}), 201)
        late = {**body, "issue_date": f"{year.year + 1}-01-01"}
        [error] = problem(alice.api.post("/api/invoices", json=late), 422, "invalid_value")["errors"]
        assert error["field"] == "issue_date"
        path = f"/api/invoices/{alice.invoice()['id']}"
        problem(
            alice.api.put(path, json={name: late[name] for name in ("issue_date", "due_date")}),
            422,
            "invalid_value",
        )
