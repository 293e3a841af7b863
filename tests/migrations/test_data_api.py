"""The same law for every way to write: tables through the Data API."""

from uuid import uuid4

import httpx
import pytest

from tests.person import Person, checked
from tests.target import Target


class TestDataApi:
    def test_the_service_role_obeys_the_same_rules(self, alice: Person, service: httpx.Client) -> None:
        sale = {"user_id": alice.id, "transaction_type": "sale", "amount": 118}
        checked(service.post("/transactions", json=[sale, {**sale, "amount": 59}]), 201)
        assert alice.balance() == 177
        checked(
            service.patch(
                "/transactions", params={"user_id": f"eq.{alice.id}", "amount": "eq.59"}, json={"amount": 118}
            ),
            204,
        )
        checked(
            service.delete(
                "/transactions", params={"user_id": f"eq.{alice.id}", "limit": "1", "order": "id"}
            ),
            204,
        )
        assert alice.balance() == 118
        statuses = sorted(invoice["status"] for invoice in alice.read("/api/invoices"))
        assert (statuses, alice.faults()) == (["cancelled", "paid"], [])
        assert service.post("/transactions", json={**sale, "amount": -1}).json()["code"] == "23514"
        assert (
            service.patch(
                "/ledger_entries", params={"user_id": f"eq.{alice.id}"}, json={"amount": 1}
            ).status_code
            == 403
        )

    def test_the_ledger_is_not_rolled_back(self, alice: Person, service: httpx.Client) -> None:
        account = alice.account(balance=100)["id"]
        alice.expense(30, account_id=account)
        back = service.patch(
            "/accounts", params={"id": f"eq.{account}"}, json={"balance": 100, "entry_count": 1}
        )
        assert checked(back, 409)["hint"] == "entry_count_is_kept"
        assert (alice.balance(), alice.faults()) == (70, [])

    def test_a_day_is_not_moved_by_hand(self, alice: Person, service: httpx.Client) -> None:
        sale = alice.sale(100, date="2026-03-31T18:31:00Z")
        checked(service.patch(f"/transactions?id=eq.{sale['id']}", json={"day": "2025-01-01"}), 204)
        days = {"issue_day": "2025-01-01", "due_day": "2025-01-01", "created_day": "2025-01-01"}
        checked(service.patch(f"/invoices?id=eq.{sale['invoice_id']}", json=days), 204)
        assert len(alice.read("/api/transactions", start_date="2026-04-01", end_date="2026-04-01")) == 1
        assert alice.faults() == []

    @pytest.mark.parametrize("kind", ["expense", "transfer", "other"])
    def test_a_sale_that_is_none_keeps_no_tax(self, alice: Person, target: Target, kind: str) -> None:
        sale = alice.sale(100)
        with target.data_client(alice.token, schema="public") as tables:
            checked(tables.patch(f"/transactions?id=eq.{sale['id']}", json={"transaction_type": kind}), 204)
        changed = alice.read(f"/api/transactions/{sale['id']}")
        assert (changed["tax_rate"], changed["tax_amount"], alice.faults()) == (None, None, [])

    def test_one_account_is_the_default_one(self, alice: Person, target: Target) -> None:
        accounts = [alice.account(name)["id"] for name in ("First", "Second", "Third")]
        two = [{"name": name, "is_default": True} for name in ("Fourth", "Fifth")]
        with target.data_client(alice.token, schema="public") as tables:
            for account in accounts:
                checked(tables.patch(f"/accounts?id=eq.{account}", json={"is_default": True}), 204)
                for several in (
                    tables.patch("/accounts", json={"is_default": True}),
                    tables.post("/accounts", json=two),
                ):
                    assert checked(several, 409)["hint"] == "one_default_account"
                [default] = [row["id"] for row in alice.read("/api/accounts") if row["is_default"]]
                assert default == account
        assert alice.read("/api/audit/verify")["faults"] == []

    def test_nobody_chooses_ids(self, alice: Person, target: Target) -> None:
        """An id could be one that was used, by oneself or by somebody else."""
        with target.data_client(alice.token, schema="public") as tables:
            for table in ("accounts", "transactions", "invoices", "invoice_items"):
                assert tables.post(f"/{table}", json={"id": str(uuid4())}).status_code == 403

    def test_a_user_may_write_tables_within_the_rules(self, alice: Person, target: Target) -> None:
        with target.data_client(alice.token, schema="public") as tables:
            checked(tables.post("/accounts", json={"name": "Cash", "balance": 10}), 201)
            checked(tables.post("/transactions", json={"transaction_type": "expense", "amount": 4}), 201)
            assert alice.balance() == 6
            for path, body in (
                ("/invoices", {"customer_name": "A", "total_amount": 5}),
                ("/accounts", {"name": "B", "entry_count": 1}),
                ("/ledger_entries", {"amount": 5}),
                ("/tax_filings", {"tax_type": "gst"}),
            ):
                assert tables.post(path, json=body).status_code == 403
        assert alice.faults() == []

    def test_a_statement_of_a_thousand_rows(self, alice: Person, target: Target) -> None:
        sales = [{"transaction_type": "sale", "amount": 1.18, "date": "2026-04-01T00:00:00Z"}] * 1000
        with target.data_client(alice.token, schema="public") as tables:
            checked(tables.post("/transactions", json=sales), 201)
        assert (alice.balance(), alice.faults()) == (1180, [])
        [last] = alice.read("/api/invoices", sort_by="invoice_number", limit=1)
        assert last["invoice_number"] == "INV-2026-04-1000"
