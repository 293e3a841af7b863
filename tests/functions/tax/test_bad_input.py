"""A bad filing gets a clear 4xx with a stable code, and leaves nothing behind."""

import pytest

from tests.functions.bad_input import SUBMISSION
from tests.person import Json, Person, checked, problem


class TestTax:
    @pytest.mark.parametrize(
        "parameters",
        [
            {},
            {"amount": "abc"},
            {"amount": "-1"},
            {"amount": "1.001"},
            {"amount": "NaN"},
            {"amount": 1, "tax_rate": 101},
        ],
        ids=str,
    )
    def test_gst_needs_an_amount_and_a_rate(self, alice: Person, parameters: Json) -> None:
        answer = alice.api.get("/api/tax/gst", params=parameters)
        [error] = problem(answer, 422, "validation_failed")["errors"]
        assert "Decimal" not in error["message"]

    @pytest.mark.parametrize(
        ("start", "end", "code"),
        [
            ("2023-03-31", "2023-01-01", "period_out_of_order"),
            ("2199-01-01", "2199-03-31", "period_in_future"),
            ("9999-01-01", "9999-12-31", "period_in_future"),
            ("0000-01-01", "2023-01-01", "validation_failed"),
            ("2023-01-01T00:00:00Z", "2023-03-31", "validation_failed"),
        ],
    )
    def test_a_filing_needs_a_period(self, alice: Person, start: str, end: str, code: str) -> None:
        problem(alice.api.get("/api/tax/filing", params={"start_date": start, "end_date": end}), 422, code)
        body = {**SUBMISSION, "period_start": start, "period_end": end}
        problem(alice.api.post("/api/tax/submit", json=body), 422, code)

    @pytest.mark.parametrize("parameters", [{"tax_type": "vat"}, {"period": "weekly"}], ids=str)
    def test_unknown_words_are_refused(self, alice: Person, parameters: Json) -> None:
        problem(alice.api.get("/api/tax/filing/auto-generate", params=parameters), 422, "validation_failed")

    @pytest.mark.parametrize("year", ["0", "9999", "abc", "", "2023.5"])
    def test_a_report_needs_a_year(self, alice: Person, year: str) -> None:
        problem(alice.api.get("/api/tax/report", params={"year": year}), 422, "validation_failed")

    def test_a_period_that_has_not_ended_is_not_submitted(self, alice: Person) -> None:
        body = {**SUBMISSION, "period_end": "2199-03-31"}
        problem(alice.api.post("/api/tax/submit", json=body), 422, "period_not_ended")

    def test_the_liability_is_what_the_books_say(self, alice: Person) -> None:
        alice.sale(1180, date="2023-01-15T00:00:00Z")
        answer = alice.api.post("/api/tax/submit", json={**SUBMISSION, "total_tax_liability": 600})
        detail = problem(answer, 409, "liability_differs")["detail"]
        assert "180.00" in detail
        assert "600" in detail
        assert alice.balance() == 1180

    def test_a_period_is_submitted_once(self, alice: Person) -> None:
        checked(alice.api.post("/api/tax/submit", json=SUBMISSION), 200)
        problem(alice.api.post("/api/tax/submit", json=SUBMISSION), 409, "filing_already_submitted")
        month = {**SUBMISSION, "period_start": "2023-03-01"}
        problem(alice.api.post("/api/tax/submit", json=month), 409, "filing_overlaps")

    def test_another_users_filing_is_not_found(self, alice: Person, bob: Person) -> None:
        draft = bob.read("/api/tax/filing/auto-generate")["summary"]
        body = {**SUBMISSION, "filing_id": draft["filing_id"]}
        problem(alice.api.post("/api/tax/submit", json=body), 404, "filing_not_found")

    def test_a_filing_is_submitted_for_its_own_period(self, alice: Person) -> None:
        draft = alice.read("/api/tax/filing/auto-generate")["summary"]
        body = {**SUBMISSION, "filing_id": draft["filing_id"]}
        problem(alice.api.post("/api/tax/submit", json=body), 422, "filing_period_differs")
