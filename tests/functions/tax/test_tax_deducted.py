"""GET /api/tax/tds: the income tax that customers kept back, by financial year and customer."""

import httpx
import pytest

from tests.person import Json, Person, checked, problem


def deduct(alice: Person, customer: str, amount: float, day: str, **fields: object) -> Json:
    """An invoice of 1,180.00 to a customer, who keeps back this amount on a day."""
    invoice = alice.invoice(
        [("Advice", 1, 1000)], customer_name=customer, status="sent", issue_date="2024-01-01", **fields
    )
    return alice.payment(invoice, amount=100, tax_deducted=amount, date=day)


def rows(report: Json) -> list[tuple[int, str, float, int]]:
    names = ("financial_year", "customer_name", "amount", "invoice_count")
    return [tuple(row[name] for name in names) for row in report["customers"]]


class TestTaxDeducted:
    def test_anonymous_is_refused(self, anonymous: httpx.Client) -> None:
        problem(anonymous.get("/api/tax/tds"), 401, "not_authenticated")

    def test_nobody_kept_anything_back(self, alice: Person) -> None:
        assert alice.read("/api/tax/tds") == {"total": 0.00, "customers": []}

    def test_each_customer_and_year_by_itself_the_latest_first(self, alice: Person) -> None:
        deduct(alice, "Chand", 10.00, "2026-03-31")
        deduct(alice, "Bharat Ltd.", 20.00, "2026-04-01")
        deduct(alice, "Asha", 30.00, "2026-04-01")
        deduct(alice, "Asha", 40.00, "2026-05-01")
        report = alice.read("/api/tax/tds")
        assert rows(report) == [
            (2026, "Asha", 70.00, 2),
            (2026, "Bharat Ltd.", 20.00, 1),
            (2025, "Chand", 10.00, 1),
        ]
        assert report["total"] == 100.00
        year = alice.read("/api/tax/tds", financial_year=2025)
        assert (rows(year), year["total"]) == ([(2025, "Chand", 10.00, 1)], 10.00)
        assert alice.read("/api/tax/tds", financial_year=2024) == {"total": 0.00, "customers": []}

    def test_the_year_begins_in_the_profiles_zone(self, alice: Person) -> None:
        # 31 March in New York is 1 April in India.
        deduct(alice, "Asha", 30.00, "2026-03-31T18:31:00Z")
        assert rows(alice.read("/api/tax/tds")) == [(2026, "Asha", 30.00, 1)]

    def test_namesakes_are_told_apart_by_their_gstin(self, alice: Person) -> None:
        deduct(alice, "Asha", 30.00, "2026-04-01")
        deduct(alice, "Asha", 40.00, "2026-04-01", customer_gstin="29AAACZ0001A1Z4")
        customers = alice.read("/api/tax/tds")["customers"]
        assert {(row["customer_gstin"], row["amount"]) for row in customers} == {
            (None, 30.00),
            ("29AAACZ0001A1Z4", 40.00),
        }

    def test_several_of_one_invoice_count_one_invoice(self, alice: Person) -> None:
        invoice = deduct(alice, "Asha", 30.00, "2026-04-01")
        alice.payment(invoice, amount=0, tax_deducted=5, date="2026-04-02")
        assert rows(alice.read("/api/tax/tds")) == [(2026, "Asha", 35.00, 1)]

    def test_what_was_taken_back_counts_no_more(self, alice: Person) -> None:
        invoice = deduct(alice, "Asha", 30.00, "2026-04-01")
        [payment, _] = alice.payments(invoice)
        checked(alice.api.delete(f"/api/invoices/{invoice['id']}/payments/{payment['id']}"), 204)
        assert alice.read("/api/tax/tds")["total"] == 0

    def test_nobody_reads_anothers(self, alice: Person, bob: Person) -> None:
        deduct(alice, "Asha", 30.00, "2026-04-01")
        assert bob.read("/api/tax/tds")["customers"] == []

    @pytest.mark.parametrize("year", ["this", "1899", "2200", "2026-27", ""])
    def test_a_year_is_a_year(self, alice: Person, year: str) -> None:
        problem(alice.api.get("/api/tax/tds", params={"financial_year": year}), 422, "validation_failed")
