"""POST /api/tax/submit."""

from collections import Counter
from functools import partial

import httpx
import pytest

from tests.concurrency import at_once
from tests.functions.tax.filings import IN_QUARTER, SUBMISSION, FilingsOf, submit, summary
from tests.person import Person, checked, problem


class TestSubmit:
    def test_anonymous_is_refused(self, anonymous: httpx.Client) -> None:
        problem(anonymous.post("/api/tax/submit", json=SUBMISSION), 401, "not_authenticated")

    def test_records_the_payment(self, alice: Person) -> None:
        alice.sale(118, date=IN_QUARTER)
        submission = submit(alice, payment_reference="UTR12345678")
        payment = alice.read(f"/api/transactions/{submission['payment_transaction_id']}")
        shown = (payment["transaction_type"], payment["amount"], payment["category"])
        assert shown == ("expense", 18.00, "Tax Payment")
        assert payment["description"] == "GST 2023-01-01 to 2023-03-31"
        assert alice.balance() == 100.00
        assert alice.faults() == []

    def test_the_account_may_go_negative(self, alice: Person) -> None:
        sale = alice.sale(118, date=IN_QUARTER)
        alice.expense(110)
        submit(alice)
        assert alice.balance() == -10.00
        assert sale["account_id"] == alice.read("/api/accounts")[0]["id"]
        assert alice.faults() == []

    @pytest.mark.parametrize("liability", [0, -18])
    def test_nothing_is_paid_when_nothing_is_due(self, alice: Person, liability: int) -> None:
        if liability:
            alice.expense(118, date=IN_QUARTER, tax_rate=18)
        before = alice.read("/api/transactions")
        submission = submit(alice, total_tax_liability=liability)
        assert submission["total_tax_liability"] == liability
        assert submission["payment_transaction_id"] is None
        assert alice.read("/api/transactions") == before
        assert alice.faults() == []

    def test_fifty_at_once_submit_once(self, alice: Person, filings_of: FilingsOf) -> None:
        alice.sale(118, date=IN_QUARTER)
        answers = at_once([partial(alice.api.post, "/api/tax/submit", json=SUBMISSION)] * 50)
        assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 49}
        assert {answer.json()["code"] for answer in answers if answer.is_error} == {
            "filing_already_submitted"
        }
        assert [status for _, _, status, *_ in filings_of(alice)] == ["submitted"]
        assert len(alice.read("/api/transactions", category="Tax Payment")) == 1
        assert (alice.balance(), alice.faults()) == (100.00, [])

    def test_months_of_a_submitted_quarter_at_once_all_fail(
        self, alice: Person, filings_of: FilingsOf
    ) -> None:
        submit(alice, total_tax_liability=0)
        months = [("2023-01-01", "2023-01-31"), ("2023-02-01", "2023-02-28"), ("2023-03-31", "2023-04-30")]
        for start, end in months:
            body = {**SUBMISSION, "period_start": start, "period_end": end, "total_tax_liability": 0}
            problem(alice.api.post("/api/tax/submit", json=body), 409, "filing_overlaps")
        assert len(filings_of(alice)) == 1
        submit(alice, period_start="2023-04-01", period_end="2023-06-30", total_tax_liability=0)
        submit(alice, tax_type="other", total_tax_liability=0)

    def test_an_overlap_is_told_before_a_liability_that_differs(self, alice: Person) -> None:
        alice.sale(118, date=IN_QUARTER)
        submit(alice)
        body = {**SUBMISSION, "period_start": "2023-02-01", "total_tax_liability": 0}
        problem(alice.api.post("/api/tax/submit", json=body), 409, "filing_overlaps")

    @pytest.mark.parametrize("tax_type", ["income_tax", "other"])
    def test_only_gst_leaves_credit(self, alice: Person, filings_of: FilingsOf, tax_type: str) -> None:
        body = {**SUBMISSION, "tax_type": tax_type, "total_tax_liability": -500}
        problem(alice.api.post("/api/tax/submit", json=body), 422, "invalid_value")
        assert filings_of(alice) == []

    def test_overlapping_periods_at_once_are_submitted_once(self, alice: Person) -> None:
        ends = [f"2023-03-{day}" for day in range(11, 31)]
        bodies = [{**SUBMISSION, "period_end": end, "total_tax_liability": 0} for end in ends]
        answers = at_once([partial(alice.api.post, "/api/tax/submit", json=body) for body in bodies])
        assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 19}
        assert {answer.json()["code"] for answer in answers if answer.is_error} == {"filing_overlaps"}

    def test_the_same_key_gets_the_same_answer(self, alice: Person) -> None:
        alice.sale(118, date=IN_QUARTER)
        send = partial(alice.api.post, "/api/tax/submit", headers={"Idempotency-Key": "first"})
        first, again = send(json=SUBMISSION), send(json=SUBMISSION)
        assert checked(first, 200) == checked(again, 200)
        assert again.headers["Idempotent-Replayed"] == "true"
        problem(send(json={**SUBMISSION, "notes": "other"}), 409, "idempotency_key_reused")
        assert alice.balance() == 100.00

    def test_what_is_due_on_income_the_request_says(self, alice: Person) -> None:
        alice.sale(1180, date=IN_QUARTER)
        submission = submit(alice, tax_type="income_tax", total_tax_liability=250.50)
        assert submission["confirmation_number"].startswith("ITX")
        assert alice.balance() == 929.50
        assert summary(alice, tax_type="income_tax")["changed_since_submission"] is None
        assert alice.faults() == []

    def test_the_payment_stays(self, alice: Person) -> None:
        alice.sale(118, date=IN_QUARTER)
        path = f"/api/transactions/{submit(alice)['payment_transaction_id']}"
        problem(alice.api.delete(path), 409, "tax_payment_fixed")
        for change in ({"amount": 17}, {"category": "Stock"}, {"transaction_type": "other"}):
            problem(alice.api.put(path, json=change), 409, "tax_payment_fixed")
        checked(alice.api.put(path, json={"description": "Challan 42"}), 200)
        assert (alice.balance(), alice.faults()) == (100.00, [])

    def test_the_payment_moves_with_its_account(self, alice: Person) -> None:
        alice.sale(118, date=IN_QUARTER)
        payment = alice.read(f"/api/transactions/{submit(alice)['payment_transaction_id']}")
        savings = alice.account("Savings")["id"]
        path = f"/api/accounts/{payment['account_id']}"
        checked(alice.api.delete(path, params={"transfer_to_account_id": savings}), 204)
        assert (alice.balance(), alice.faults()) == (100.00, [])
