"""The Renpay document: tax, as it stands there, against its documented answers."""

import re

from tests.contract.calls import DOCUMENTED, as_documented, figures, sent
from tests.person import Person, checked


class TestTax:
    def test_calculate_gst(self, alice: Person) -> None:
        answer = alice.api.get("/api/tax/gst", params={"amount": 100})
        calculated = as_documented("Calculate GST", answer)
        documented = DOCUMENTED["Calculate GST"].answer
        assert {name: calculated[name] for name in documented} == documented

    def test_calculate_gst_for_an_invoice(self, alice: Person) -> None:
        title = "Calculate GST for a specific invoice"
        answer = sent(DOCUMENTED[title], alice.api, invoice_id=alice.invoice()["id"])
        calculated = as_documented(title, answer)
        documented = DOCUMENTED[title].answer
        assert {name: calculated[name] for name in documented} == documented

    def quarter(self, alice: Person) -> None:
        """The document's quarter: 5000.00 of sales with 900.00 of tax, and 300.00 of tax on expenses."""
        for amount in (1180.00, 4720.00):
            alice.sale(amount, date="2023-01-15T10:30:00Z", description="Product sale", category="Sales")
        alice.expense(1966.67, date="2023-02-01T10:30:00Z", tax_amount=300.00, category="Stock")

    def test_filing_data(self, alice: Person) -> None:
        self.quarter(alice)
        answer = alice.api.get(
            "/api/tax/filing", params={"start_date": "2023-01-01", "end_date": "2023-03-31"}
        )
        filing = as_documented("Get Tax Filing Data", answer)
        documented = DOCUMENTED["Get Tax Filing Data"].answer
        summary = {**documented["summary"], "transaction_count": 3}
        assert {name: filing["summary"][name] for name in summary} == summary
        [row] = [row for row in filing["transactions"] if row["amount"] == 1000.00]
        expected = documented["transactions"][0]
        assert {**{name: row[name] for name in expected}, "transaction_id": "uuid"} == expected

    def test_auto_generate(self, alice: Person) -> None:
        alice.sale(1180.00)
        title = "Auto-generate Tax Filing"
        filing = as_documented(title, sent(DOCUMENTED[title], alice.api))
        assert filing["summary"]["status"] == "draft"

    def test_submit_and_report(self, alice: Person) -> None:
        self.quarter(alice)
        body = {
            name: value for name, value in DOCUMENTED["Submit Tax Filing"].body.items() if name != "filing_id"
        }
        submitted = as_documented("Submit Tax Filing", sent(DOCUMENTED["Submit Tax Filing"], alice.api, body))
        names = (
            "period_start",
            "period_end",
            "tax_type",
            "total_tax_liability",
            "payment_reference",
            "status",
        )
        assert figures(submitted, *names) == figures(DOCUMENTED["Submit Tax Filing"].answer, *names)
        assert re.fullmatch(r"GST[0-9A-Z]{9}", submitted["confirmation_number"])

        report = as_documented("Get Tax Report", alice.api.get("/api/tax/report", params={"year": 2023}))
        assert figures(report, "year", "total_tax_paid") == [2023, 600.00]
        assert figures(report["filings"][0], "id", "status") == [submitted["id"], "submitted"]

    def test_submit_the_draft_by_its_id(self, alice: Person) -> None:
        drafted = alice.read("/api/tax/filing/auto-generate", period="monthly")["summary"]
        body = {
            "filing_id": drafted["filing_id"],
            "period_start": drafted["period_start"],
            "period_end": drafted["period_end"],
            "tax_type": "gst",
            "total_tax_liability": 0.00,
        }
        assert checked(alice.api.post("/api/tax/submit", json=body), 200)["id"] == drafted["filing_id"]
