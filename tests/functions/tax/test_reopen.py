"""POST /api/tax/filings/{filing_id}/reopen, and what may follow."""

from uuid import uuid4

import httpx
import pytest

from tests.functions.tax.filings import IN_QUARTER, SUBMISSION, FilingsOf, reopen, submit, summary
from tests.person import Person, checked, problem


class TestReopen:
    def test_anonymous_is_refused(self, anonymous: httpx.Client) -> None:
        problem(anonymous.post(f"/api/tax/filings/{uuid4()}/reopen"), 401, "not_authenticated")

    def test_another_users_filing_is_not_found(self, alice: Person, bob: Person) -> None:
        filing = submit(alice, total_tax_liability=0)["id"]
        for missing in (filing, uuid4()):
            problem(bob.api.post(f"/api/tax/filings/{missing}/reopen"), 404, "filing_not_found")
        assert summary(alice)["reopened_at"] is None

    def test_a_draft_is_open(self, alice: Person) -> None:
        drafted = alice.read("/api/tax/filing/auto-generate")["summary"]
        problem(
            alice.api.post(f"/api/tax/filings/{drafted['filing_id']}/reopen"), 409, "filing_not_submitted"
        )

    def test_says_so_wherever_the_filing_is_shown(self, alice: Person) -> None:
        submission = submit(alice, total_tax_liability=0)
        assert submission["reopened_at"] is None
        opened = reopen(alice, submission)
        assert opened["reopened_at"] is not None
        assert {**opened, "reopened_at": None} == submission
        [reported] = alice.read("/api/tax/report", year=2023)["filings"]
        assert reported["reopened_at"] == summary(alice)["reopened_at"] == opened["reopened_at"]
        assert reopen(alice, submission) == opened

    def test_is_audited(self, alice: Person) -> None:
        submission = submit(alice, total_tax_liability=0)
        reopen(alice, submission)
        entry = alice.read("/api/audit", limit=1)[0]
        assert (entry["record_type"], entry["record_id"]) == ("tax_filings", submission["id"])
        assert list(entry["after"]) == ["reopened_at"]

    def test_documents_can_be_changed_again(self, alice: Person) -> None:
        invoice = alice.invoice([("Design", 1, 100)], status="sent", issue_date=IN_QUARTER)
        reopen(alice, submit(alice, total_tax_liability=0))
        path = f"/api/invoices/{invoice['id']}"
        checked(alice.api.put(path, json={"tax_rate": 5}), 200)
        checked(alice.api.delete(path), 204)
        alice.expense(118, date=IN_QUARTER, tax_rate=18)
        assert summary(alice)["changed_since_submission"]["net_tax_liability"] == {"submitted": 0, "now": -18}


class TestResubmission:
    def test_pays_the_difference(self, alice: Person, filings_of: FilingsOf) -> None:
        alice.sale(118, date=IN_QUARTER)
        first = reopen(alice, submit(alice))
        alice.sale(236, date=IN_QUARTER)
        again = submit(alice, total_tax_liability=54, payment_reference="UTR2")
        assert (again["id"], again["total_tax_liability"], again["reopened_at"]) == (first["id"], 54, None)
        assert again["confirmation_number"] != first["confirmation_number"]
        payments = alice.read("/api/transactions", category="Tax Payment")
        assert sorted(payment["amount"] for payment in payments) == [18, 36]
        assert alice.read(f"/api/transactions/{again['payment_transaction_id']}")["amount"] == 36
        assert filings_of(alice) == [("2023-01-01", "2023-03-31", "submitted", 300, 54, 2)]
        assert alice.read("/api/tax/report", year=2023)["total_tax_paid"] == 54
        assert (alice.balance(), alice.faults()) == (300, [])
        for payment in payments:
            answer = alice.api.delete(f"/api/transactions/{payment['id']}")
            problem(answer, 409, "tax_payment_fixed")

    def test_closes_the_period_again(self, alice: Person) -> None:
        reopen(alice, submit(alice, total_tax_liability=0))
        submit(alice, total_tax_liability=0)
        body = {"transaction_type": "sale", "amount": 118, "date": IN_QUARTER}
        problem(alice.api.post("/api/transactions", json=body), 409, "period_closed")

    def test_is_possible_once_for_each_reopening(self, alice: Person) -> None:
        for _ in range(2):
            submission = submit(alice, total_tax_liability=0)
            answer = alice.api.post("/api/tax/submit", json={**SUBMISSION, "total_tax_liability": 0})
            problem(answer, 409, "filing_already_submitted")
            reopen(alice, submission)

    def test_with_less_takes_no_payment_back(self, alice: Person) -> None:
        sale = alice.sale(118, date=IN_QUARTER)
        other = alice.sale(236, date=IN_QUARTER)
        submission = reopen(alice, submit(alice, total_tax_liability=54))
        checked(alice.api.delete(f"/api/transactions/{other['id']}"), 204)
        again = submit(alice, total_tax_liability=18)
        assert again["payment_transaction_id"] == submission["payment_transaction_id"]
        assert alice.read("/api/tax/report", year=2023)["total_tax_paid"] == 54
        reopen(alice, again)
        checked(alice.api.put(f"/api/transactions/{sale['id']}", json={"amount": 590}), 200)
        assert submit(alice, total_tax_liability=90)["total_tax_liability"] == 90
        assert alice.read("/api/tax/report", year=2023)["total_tax_paid"] == 90
        assert alice.faults() == []

    def test_asks_for_the_figure_of_now(self, alice: Person) -> None:
        reopen(alice, submit(alice, total_tax_liability=0))
        alice.sale(118, date=IN_QUARTER)
        answer = alice.api.post("/api/tax/submit", json={**SUBMISSION, "total_tax_liability": 0})
        problem(answer, 409, "liability_differs")

    @pytest.mark.parametrize("start", ["2023-02-01", "2022-12-01"])
    def test_another_period_over_its_days_stays_refused(self, alice: Person, start: str) -> None:
        reopen(alice, submit(alice, total_tax_liability=0))
        body = {**SUBMISSION, "period_start": start, "total_tax_liability": 0}
        problem(alice.api.post("/api/tax/submit", json=body), 409, "filing_overlaps")
