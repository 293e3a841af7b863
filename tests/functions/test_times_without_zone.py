"""A time without a zone is read in the profile's zone, in bodies and in filters."""

import pytest

from tests.functions.tax.filings import summary
from tests.person import Json, Person, checked, problem

# Midnight in India, while it is still the evening of 31 March in UTC: a new financial year.
MIDNIGHT, IN_UTC = "2025-04-01T00:00:00", "2025-03-31T18:30:00Z"


class TestBodies:
    def test_a_transaction(self, alice: Person) -> None:
        sale = alice.sale(118, date=MIDNIGHT)
        assert sale["date"] == IN_UTC
        assert summary(alice, start_date="2025-04-01", end_date="2025-04-01")["total_sales"] == 100
        changed = alice.api.put(f"/api/transactions/{sale['id']}", json={"date": "2025-03-31 23:59:59.5"})
        assert checked(changed, 200)["date"] == "2025-03-31T18:29:59.5Z"
        assert summary(alice, start_date="2025-04-01", end_date="2025-04-01")["total_sales"] == 0

    def test_an_invoice(self, alice: Person) -> None:
        invoice = alice.invoice(issue_date=MIDNIGHT, due_date="2025-04-15T09:00")
        assert (invoice["issue_date"], invoice["due_date"]) == (IN_UTC, "2025-04-15T03:30:00Z")
        assert invoice["invoice_number"].startswith("INV-2025-04-")
        changed = alice.api.put(f"/api/invoices/{invoice['id']}", json={"due_date": "2025-05-01T00:00:00"})
        assert checked(changed, 200)["due_date"] == "2025-04-30T18:30:00Z"

    def test_payments_and_credit_notes(self, alice: Person) -> None:
        first, second = (
            alice.invoice(status="sent", issue_date="2025-03-01", due_date="2025-03-01") for _ in range(2)
        )
        checked(alice.api.post(f"/api/invoices/{first['id']}/mark-as-paid", json={"date": MIDNIGHT}), 200)
        checked(
            alice.api.post(f"/api/invoices/{second['id']}/payments", json={"amount": 18, "date": MIDNIGHT}),
            201,
        )
        payments = {
            "amount": 50,
            "date": MIDNIGHT,
            "invoices": [{"invoice_id": second["id"], "amount": 50}],
        }
        checked(alice.api.post("/api/payments", json=payments), 201)
        assert [row["date"] for row in alice.read("/api/transactions")] == [IN_UTC] * 3
        assert {row["date"] for row in alice.read(f"/api/invoices/{second['id']}/payments")} == {"2025-04-01"}
        note = alice.api.post(
            f"/api/invoices/{second['id']}/credit-note", json={"reason": "other", "issue_date": MIDNIGHT}
        )
        assert checked(note, 201)["issue_date"] == IN_UTC
        assert alice.faults() == []

    def test_the_second_contract(self, alice: Person) -> None:
        items = [{"description": "Design", "quantity": 1, "unit_price": 50}]
        body = {"customer_name": "John Smith", "items": items, "due_date": "2099-08-14T10:00:00"}
        invoice = checked(alice.api.post("/api/v1/invoices", json=body), 201)
        assert invoice["due_date"] == "2099-08-14T04:30:00Z"
        changed = alice.api.patch(f"/api/v1/invoices/{invoice['id']}", json={"due_date": MIDNIGHT})
        assert checked(changed, 200)["due_date"] == IN_UTC

    def test_the_zone_is_the_profiles(self, alice: Person) -> None:
        alice.profile(time_zone="America/New_York")
        assert alice.sale(118, date="2025-01-15T10:00:00")["date"] == "2025-01-15T15:00:00Z"
        assert alice.sale(118, date="2025-07-15T10:00:00")["date"] == "2025-07-15T14:00:00Z"

    @pytest.mark.parametrize(
        ("written", "instant"),
        [
            # Clocks went from 2:00 to 3:00: half past two is half an hour after two.
            ("2025-03-09T02:30:00", "2025-03-09T07:30:00Z"),
            # Clocks went back from 2:00 to 1:00: half past one came twice, the second is meant.
            ("2025-11-02T01:30:00", "2025-11-02T06:30:00Z"),
        ],
    )
    def test_hours_that_were_not_or_were_twice(self, alice: Person, written: str, instant: str) -> None:
        alice.profile(time_zone="America/New_York")
        assert alice.sale(118, date=written)["date"] == instant
        # What was written finds itself.
        assert len(alice.read("/api/transactions", start_date=written, end_date=written)) == 1

    @pytest.mark.parametrize("written", ["2025-02-30T10:00:00", "2025-04-01T25:00:00", "2025-04-01T10"])
    def test_no_such_time(self, alice: Person, written: str) -> None:
        body = {"transaction_type": "sale", "amount": 118, "date": written}
        problem(alice.api.post("/api/transactions", json=body), 422, "validation_failed")
        problem(alice.api.get("/api/transactions", params={"start_date": written}), 422, "validation_failed")


class TestFilters:
    def amounts(self, alice: Person, path: str, **filters: str) -> list[float]:
        return sorted(row["amount"] for row in alice.read(path, **filters))

    def test_transactions(self, alice: Person) -> None:
        account: Json = alice.account()
        for amount, date in ((1, "2025-03-31T18:29:59Z"), (2, IN_UTC), (3, "2025-04-01T18:30:00Z")):
            alice.sale(amount, date=date)
        for path in ("/api/transactions", f"/api/accounts/{account['id']}/transactions"):
            assert self.amounts(alice, path, start_date=MIDNIGHT) == [2, 3]
            assert self.amounts(alice, path, end_date=MIDNIGHT) == [1, 2]
            assert self.amounts(alice, path, start_date=MIDNIGHT, end_date="2025-04-01T23:59:59") == [2]
            assert self.amounts(alice, path, start_date=MIDNIGHT, end_date="2025-04-01") == [2]
        alice.profile(time_zone="America/New_York")
        # Midnight of 1 April in New York is 04:00 UTC.
        assert self.amounts(alice, "/api/transactions", start_date=MIDNIGHT) == [3]

    def test_a_page_after_another(self, alice: Person) -> None:
        for amount in (1, 2, 3):
            alice.sale(amount, date=f"2025-04-0{amount}")
        page = alice.api.get("/api/transactions", params={"start_date": "2025-04-02T00:00:00", "limit": 1})
        assert [row["amount"] for row in checked(page, 200)] == [3]
        assert page.headers["x-total-count"] == "2"
        assert [row["amount"] for row in checked(alice.api.get(page.links["next"]["url"]), 200)] == [2]

    def test_invoices(self, alice: Person) -> None:
        alice.invoice(issue_date="2025-03-31T18:29:59Z", customer_name="Before")
        alice.invoice(issue_date=IN_UTC, customer_name="After")

        def names(path: str, **filters: str) -> list[str]:
            return [row["customer_name"] for row in alice.read(path, **filters)]

        assert names("/api/invoices", start_date=MIDNIGHT) == ["After"]
        assert names("/api/invoices", end_date="2025-03-31T23:59:59") == ["Before"]
        # Due 30 days later.
        assert names("/api/v1/invoices", due_after="2025-05-01T00:00:00") == ["After"]
        assert names("/api/v1/invoices", due_before="2025-04-30T23:59:59") == ["Before"]
        assert names("/api/v1/invoices", created_before=MIDNIGHT) == []
        assert sorted(names("/api/v1/invoices", created_after=MIDNIGHT)) == ["After", "Before"]

    def test_the_audit(self, alice: Person) -> None:
        alice.account()
        assert alice.read("/api/audit", start_date=MIDNIGHT) != []
        assert alice.read("/api/audit", end_date=MIDNIGHT) == []


class TestDescription:
    def test_says_so(self, alice: Person) -> None:
        description = checked(alice.api.get("/openapi.json"), 200)
        date = description["components"]["schemas"]["NewTransaction"]["properties"]["date"]
        assert "A time without a zone is read in the time zone of the profile." in str(date)
