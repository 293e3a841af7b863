"""A submitted GST filing closes its days: what is dated in them stays, and what only settles it goes on."""

from collections import Counter
from functools import partial

import pytest

from tests.concurrency import at_once
from tests.functions.tax.filings import AFTER, IN_QUARTER, SUBMISSION, refused, submit, summary
from tests.person import Json, Person, checked, problem

LINE: Json = {"description": "Design", "quantity": 1, "unit_price": 100}


def closed(alice: Person, **fields: object) -> Json:
    """An invoice of 118.00 in the quarter, which is submitted then; without a GSTIN its filing counts money."""
    invoice = alice.invoice([("Design", 1, 100)], **{"status": "sent", "issue_date": IN_QUARTER, **fields})
    submit(alice, total_tax_liability=0)
    return invoice


class TestNewDocuments:
    @pytest.mark.parametrize("status", ["draft", "sent", "paid", "cancelled"])
    def test_are_not_dated_in_it(self, alice: Person, status: str) -> None:
        submit(alice, total_tax_liability=0)
        body = {"customer_name": "Asha", "items": [LINE], "status": status}
        refused(alice, "POST", "/api/invoices", {**body, "issue_date": IN_QUARTER}, "a later date")
        assert alice.read("/api/invoices") == []
        invoice = checked(alice.api.post("/api/invoices", json={**body, "issue_date": AFTER}), 201)
        assert invoice["invoice_number"] == "INV-2023-04-0001"
        assert alice.faults() == []

    def test_of_the_second_contract_neither(self, alice: Person) -> None:
        submit(alice, total_tax_liability=0)
        body = {"customer_name": "Asha", "due_date": "2023-02-10T00:00:00Z", "items": [LINE]}
        problem(alice.api.post("/api/v1/invoices", json=body), 409, "period_closed")

    def test_of_sales_neither(self, alice: Person) -> None:
        submit(alice, total_tax_liability=0)
        sale = {"transaction_type": "sale", "amount": 118}
        refused(alice, "POST", "/api/transactions", {**sale, "date": "2023-03-31"}, "a later date")
        assert alice.balance() == 0
        alice.sale(118, date=AFTER)
        assert alice.faults() == []

    def test_of_the_days_around_it_are_made(self, alice: Person) -> None:
        submit(alice, total_tax_liability=0)
        for day in ("2022-12-31", AFTER):
            alice.invoice(status="sent", issue_date=day)
        # Midnight in India is the evening before in UTC.
        refused(
            alice,
            "POST",
            "/api/invoices",
            {"customer_name": "A", "items": [LINE], "issue_date": "2022-12-31T18:30:00Z"},
        )

    def test_of_others_are_made(self, alice: Person, bob: Person) -> None:
        submit(alice, total_tax_liability=0)
        assert bob.invoice(status="sent", issue_date=IN_QUARTER)["status"] == "sent"

    @pytest.mark.parametrize("tax_type", ["income_tax", "other"])
    def test_other_taxes_close_nothing(self, alice: Person, tax_type: str) -> None:
        submit(alice, tax_type=tax_type, total_tax_liability=0)
        alice.invoice(status="sent", issue_date=IN_QUARTER)
        alice.sale(118, date=IN_QUARTER)

    def test_a_draft_of_a_filing_closes_nothing(self, alice: Person) -> None:
        drafted = alice.read("/api/tax/filing/auto-generate")["summary"]
        alice.invoice(status="sent", issue_date=drafted["period_end"])


class TestDocuments:
    @pytest.mark.parametrize(
        "change",
        [
            {"items": [{**LINE, "unit_price": 101}]},
            {"items": [{**LINE, "description": "Logo"}]},
            {"items": [LINE, {**LINE, "unit_price": 0}]},
            {"customer_name": "Bina"},
            {"customer_gstin": "29AABCR1718E1ZL"},
            {"customer_address": "Pune"},
            {"place_of_supply": "27"},
            {"tax_rate": 5},
            {"price_includes_tax": True},
            {"reverse_charge": True},
            {"issue_date": "2023-03-05"},
            {"issue_date": "2023-02-11"},
            {"due_date": "2023-05-01"},
            {"status": "draft"},
            {"status": "cancelled"},
        ],
        ids=str,
    )
    def test_keep_what_they_say(self, alice: Person, change: Json) -> None:
        path = f"/api/invoices/{closed(alice)['id']}"
        before = alice.read(path)
        refused(alice, "PUT", path, change, "credit note")
        assert alice.read(path) == before
        assert alice.faults() == []

    @pytest.mark.parametrize(
        "change", [{"notes": "Thank you"}, {"template": "simple"}, {"status": "paid"}], ids=str
    )
    def test_may_change_in_what_no_return_says(self, alice: Person, change: Json) -> None:
        path = f"/api/invoices/{closed(alice)['id']}"
        changed = checked(alice.api.put(path, json=change), 200)
        assert change.items() <= changed.items()
        assert alice.faults() == []

    def test_are_sent_again_as_they_are(self, alice: Person) -> None:
        invoice = closed(alice)
        body = {
            "customer_name": invoice["customer_name"],
            "issue_date": invoice["issue_date"],
            "items": [LINE],
        }
        checked(alice.api.put(f"/api/invoices/{invoice['id']}", json=body), 200)

    def test_stay(self, alice: Person) -> None:
        refused(alice, "DELETE", f"/api/invoices/{closed(alice)['id']}", None, "credit note")

    def test_are_not_calculated_anew(self, alice: Person) -> None:
        path = f"/api/invoices/{closed(alice)['id']}/recalculate-taxes"
        alice.profile(gstin="29AABCR1718E1ZL", business_name="Rao Studio")
        refused(alice, "POST", path)
        refused(alice, "POST", f"{path}?tax_rate=5")

    def test_of_another_day_are_not_moved_into_it(self, alice: Person) -> None:
        closed(alice)
        for status in ("sent", "draft"):
            invoice = alice.invoice(status=status, issue_date=AFTER)
            refused(
                alice, "PUT", f"/api/invoices/{invoice['id']}", {"issue_date": "2023-03-31"}, "a later date"
            )

    def test_of_the_second_contract_stay_too(self, alice: Person) -> None:
        number = closed(alice)["invoice_number"]
        path = f"/api/v1/invoices/{alice.read('/api/v1/invoices/find', invoice_number=number)['id']}"
        for method, body in (("PATCH", {"customer_name": "Bina"}), ("DELETE", None)):
            answer = alice.api.request(method, path, json=body) if body else alice.api.request(method, path)
            problem(answer, 409, "period_closed")
        answer = alice.api.patch(f"{path}/status", json={"status": "CANCELLED"})
        problem(answer, 409, "period_closed")
        checked(alice.api.patch(f"{path}/status", json={"status": "PAID"}), 200)

    def test_cancelled_ones_stay_cancelled(self, alice: Person) -> None:
        path = f"/api/invoices/{closed(alice, status='cancelled')['id']}"
        for status in ("draft", "sent", "paid"):
            answer = alice.api.put(path, json={"status": status})
            assert answer.status_code == 409, answer.text
        refused(alice, "DELETE", path)


class TestDrafts:
    """A draft is in no return; what it may not become is a document of the closed period."""

    @pytest.mark.parametrize("status", ["sent", "paid", "cancelled"])
    def test_are_not_issued_in_it(self, alice: Person, status: str) -> None:
        path = f"/api/invoices/{closed(alice, status='draft')['id']}"
        refused(alice, "PUT", path, {"status": status}, "a later date")
        assert alice.balance() == 0

    def test_are_not_issued_by_a_payment(self, alice: Person) -> None:
        refused(alice, "POST", f"/api/invoices/{closed(alice, status='draft')['id']}/mark-as-paid")
        assert (alice.balance(), alice.faults()) == (0, [])

    def test_are_changed_and_issued_on_a_later_day(self, alice: Person) -> None:
        path = f"/api/invoices/{closed(alice, status='draft')['id']}"
        checked(alice.api.put(path, json={"items": [{**LINE, "unit_price": 50}]}), 200)
        moved = {"issue_date": AFTER, "due_date": AFTER, "status": "sent"}
        assert checked(alice.api.put(path, json=moved), 200)["total_amount"] == 59
        assert alice.faults() == []

    def test_are_deleted(self, alice: Person) -> None:
        checked(alice.api.delete(f"/api/invoices/{closed(alice, status='draft')['id']}"), 204)


class TestWhatGoesOn:
    def test_payments_come_and_go(self, alice: Person) -> None:
        invoice = closed(alice)
        paid = alice.pay(invoice)
        assert (paid["status"], alice.balance()) == ("paid", 118)
        [payment] = alice.read(f"/api/invoices/{invoice['id']}/payments")
        checked(alice.api.delete(f"/api/invoices/{invoice['id']}/payments/{payment['id']}"), 204)
        part = {"amount": 50, "tax_deducted": 8, "write_off": 60}
        settled = checked(alice.api.post(f"/api/invoices/{invoice['id']}/mark-as-paid", json=part), 200)
        assert (settled["status"], alice.faults()) == ("paid", [])

    def test_a_credit_note_dated_later_corrects_it(self, alice: Person) -> None:
        invoice = closed(alice)
        path = f"/api/invoices/{invoice['id']}/credit-note"
        refused(alice, "POST", path, {"issue_date": "2023-03-31"}, "a later date")
        note = checked(alice.api.post(path, json={"issue_date": AFTER}), 201)
        assert note["total_amount"] == 118
        assert alice.read(f"/api/invoices/{invoice['id']}")["status"] == "paid"
        assert summary(alice, basis="invoice")["total_tax_collected"] == 18
        later = {"start_date": AFTER, "end_date": "2023-04-30"}
        assert summary(alice, basis="invoice", **later)["total_tax_collected"] == -18
        assert alice.faults() == []

    def test_money_without_input_tax_is_recorded(self, alice: Person) -> None:
        submit(alice, total_tax_liability=0)
        expense = alice.expense(118, date=IN_QUARTER)
        alice.transaction("transfer", 10, date=IN_QUARTER)
        alice.transaction("other", 10, date=IN_QUARTER)
        checked(alice.api.put(f"/api/transactions/{expense['id']}", json={"amount": 100}), 200)
        checked(alice.api.delete(f"/api/transactions/{expense['id']}"), 204)


class TestAtOnce:
    def test_what_is_written_while_it_is_submitted_is_counted_or_refused(self, alice: Person) -> None:
        body = {"customer_name": "A", "items": [LINE], "status": "sent", "issue_date": IN_QUARTER}
        sale = {"transaction_type": "sale", "amount": 118, "date": IN_QUARTER}
        writes = [
            partial(alice.api.post, "/api/invoices", json=body),
            partial(alice.api.post, "/api/transactions", json=sale),
        ] * 10
        submits = [
            partial(alice.api.post, "/api/tax/submit", json={**SUBMISSION, "total_tax_liability": 18 * count})
            for count in range(11)
        ]
        answers = at_once(writes[:10] + submits + writes[10:])
        assert set(Counter(answer.status_code for answer in answers)) <= {200, 201, 409}
        codes = {answer.json()["code"] for answer in answers if answer.is_error}
        assert codes <= {"period_closed", "liability_differs", "filing_already_submitted"}
        shown = summary(alice)
        assert shown["changed_since_submission"] is None
        assert alice.faults() == []
