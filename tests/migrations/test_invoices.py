"""Invoices: numbers, totals and lines obey their rules whoever writes them."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import psycopg
import pytest

from tests.concurrency import until_somebody_waits_for
from tests.person import Json, Person, checked, problem
from tests.target import Target

ITEM: Json = {"description": "Design", "quantity": 1, "unit_price": 100}
INVOICE: Json = {"customer_name": "Asha", "items": [ITEM]}
NOVEMBER = "2026-11-02T00:00:00Z"


def number_of(person: Person, own: str | None = None) -> str:
    return str(person.invoice(issue_date=NOVEMBER, invoice_number=own)["invoice_number"])


def row(dashboard: psycopg.Connection, query: str, *values: object) -> tuple[Any, ...]:
    found = dashboard.execute(query, values).fetchone()
    assert found
    return found


class TestNumbers:
    def test_that_of_a_deleted_invoice_is_not_given_again(self, alice: Person) -> None:
        invoice = alice.invoice(invoice_number="AR/1")
        checked(alice.api.delete(f"/api/invoices/{invoice['id']}"), 204)
        answer = alice.api.post("/api/invoices", json={**INVOICE, "invoice_number": "ar/1"})
        problem(answer, 409, "invoice_number_taken")

    def test_differ_in_more_than_case(self, alice: Person) -> None:
        alice.invoice(invoice_number="AR/1")
        answer = alice.api.post("/api/invoices", json={**INVOICE, "invoice_number": "ar/1"})
        problem(answer, 409, "invoice_number_taken")

    def test_one_of_our_form_is_counted_on_from_in_any_case(self, alice: Person) -> None:
        number_of(alice, "inv-2026-11-0007")
        assert number_of(alice) == "INV-2026-11-0008"

    @pytest.mark.parametrize("own", ["A", "1/2026-27", "INV-2026-11-0001", "inv/7", "INV-202611-A1B2C3"])
    def test_may_be_ones_own(self, alice: Person, own: str) -> None:
        assert number_of(alice, own) == own

    @pytest.mark.parametrize(
        "own", ["INV-2026-11-10000", "INV-2026-11-1000000", "ab_1.2", "007", "-1", "/A", "A B", "A" * 17]
    )
    def test_have_the_shape_that_the_law_wants(
        self, alice: Person, dashboard: psycopg.Connection, own: str
    ) -> None:
        """Rule 46(b): at most 16 letters, digits, hyphens and slashes."""
        answer = alice.api.post("/api/invoices", json={**INVOICE, "invoice_number": own})
        [error] = problem(answer, 422, "invalid_value")["errors"]
        assert error["field"] == "invoice_number"
        with pytest.raises(psycopg.DatabaseError, match="at most 16"):
            dashboard.execute(
                "insert into public.invoices (user_id, customer_name, invoice_number) values (%s, 'A', %s)",
                (alice.id, own),
            )
        assert number_of(alice) == "INV-2026-11-0001"

    def test_a_month_goes_on_beyond_four_digits(self, alice: Person, target: Target) -> None:
        number_of(alice, "INV-2026-11-9998")
        sales = [{"transaction_type": "sale", "amount": 1.18, "date": NOVEMBER}] * 3
        with target.data_client(alice.token, schema="public") as tables:
            checked(tables.post("/transactions", json=sales), 201)
        numbers = {invoice["invoice_number"][12:] for invoice in alice.read("/api/invoices")}
        assert numbers == {"9998", "9999", "10000", "10001"}


class TestTotals:
    """They are the sums of the lines, whatever somebody types."""

    def test_typed_on_a_new_invoice(self, alice: Person, service: httpx.Client) -> None:
        typed = {"user_id": alice.id, "customer_name": "Asha", "subtotal": 700, "total_amount": 700}
        checked(service.post("/invoices", json=typed), 201)
        assert [invoice["total_amount"] for invoice in alice.read("/api/invoices")] == [0]
        for origin in ("invoice", "sale"):
            paid = service.post("/invoices", json={**typed, "status": "paid", "origin": origin})
            assert (paid.status_code, paid.json()["hint"]) == (409, "nothing_to_pay")
        assert (alice.balance(), alice.faults()) == (0, [])

    def test_typed_over_those_of_an_old_one(self, alice: Person, service: httpx.Client) -> None:
        invoice = alice.invoice()
        typed = {"subtotal": 5000, "tax_amount": 0, "cgst": 0, "sgst": 0, "total_amount": 5000}
        checked(service.patch("/invoices", params={"id": f"eq.{invoice['id']}"}, json=typed), 204)
        assert alice.read(f"/api/invoices/{invoice['id']}")["total_amount"] == 118.00
        assert alice.faults() == []


class TestLines:
    def test_typed_without_a_position_come_last(self, alice: Person, service: httpx.Client) -> None:
        invoice = alice.invoice()
        line = {"user_id": alice.id, "invoice_id": invoice["id"], "quantity": 1, "unit_price": 10}
        typed = [{**line, "description": "Second"}, {**line, "description": "Third"}]
        checked(service.post("/invoice_items", json=typed), 201)
        path = f"/api/invoices/{invoice['id']}"
        assert [item["description"] for item in alice.read(path)["items"]] == ["Product A", "Second", "Third"]
        # An edit of the three leaves three.
        assert len(checked(alice.api.put(path, json={"items": [ITEM] * 3}), 200)["items"]) == 3
        assert alice.faults() == []

    def test_have_a_position_each(self, alice: Person, service: httpx.Client) -> None:
        line = {"user_id": alice.id, "invoice_id": alice.invoice()["id"], "position": 1, **ITEM}
        assert service.post("/invoice_items", json=line).status_code == 409

    def test_take_the_rate_that_is_being_changed(
        self, alice: Person, dashboard: psycopg.Connection, service: httpx.Client
    ) -> None:
        invoice = alice.invoice()["id"]
        line = {"user_id": alice.id, "invoice_id": invoice, **ITEM}
        with ThreadPoolExecutor() as pool:
            with dashboard.transaction():
                dashboard.execute("update invoices set tax_rate = 5 where id = %s", (invoice,))
                typed = pool.submit(service.post, "/invoice_items", json=line)
                until_somebody_waits_for(dashboard)
            checked(typed.result(), 201)
        assert alice.read(f"/api/invoices/{invoice}")["tax_amount"] == 10.00
        assert alice.faults() == []


class TestCancelled:
    """A cancelled invoice stays as it was; it can be opened again."""

    @pytest.mark.parametrize(
        "changes",
        [
            {"customer_name": "Somebody else"},
            {"customer_gstin": "27AAAPZ0002B1ZE"},
            {"tax_rate": 5},
            {"issue_date": "2026-01-01"},
            {"items": [{**ITEM, "unit_price": 1}]},
            {"items": [ITEM, ITEM]},
            {"status": "cancelled", "customer_name": "Somebody else"},
        ],
    )
    def test_is_not_rewritten(self, alice: Person, changes: Json) -> None:
        written = alice.invoice([("Design", 1, 100), ("Print", 1, 5)], status="cancelled")
        path = f"/api/invoices/{written['id']}"
        problem(alice.api.put(path, json=changes), 409, "invoice_cancelled")
        assert alice.read(path) == written

    def test_is_not_recalculated(self, alice: Person) -> None:
        path = f"/api/invoices/{alice.invoice(status='cancelled')['id']}/recalculate-taxes"
        problem(alice.api.post(path, params={"tax_rate": 5}), 409, "invoice_cancelled")
        assert checked(alice.api.post(path), 200)["total_amount"] == 118.00

    def test_keeps_its_lines_in_the_dashboard(self, alice: Person, dashboard: psycopg.Connection) -> None:
        invoice = alice.invoice(status="cancelled")["id"]
        with pytest.raises(psycopg.Error, match="is cancelled"):
            dashboard.execute("delete from invoice_items where invoice_id = %s", (invoice,))

    def test_takes_notes(self, alice: Person) -> None:
        path = f"/api/invoices/{alice.invoice(status='cancelled')['id']}"
        noted = checked(alice.api.put(path, json={"notes": "Ordered twice", "template": "simple"}), 200)
        assert (noted["notes"], noted["template"]) == ("Ordered twice", "simple")

    def test_is_opened_and_rewritten_in_one_go(self, alice: Person) -> None:
        path = f"/api/invoices/{alice.invoice(status='cancelled')['id']}"
        again = {"status": "draft", "customer_name": "Ravi", "items": [ITEM]}
        assert checked(alice.api.put(path, json=again), 200)["customer_name"] == "Ravi"
        assert alice.faults() == []

    @pytest.mark.parametrize("status", ["draft", "sent", "paid"])
    def test_takes_the_last_lines_along(self, alice: Person, status: str) -> None:
        path = f"/api/invoices/{alice.invoice(status=status)['id']}"
        last = {"status": "cancelled", "items": [{**ITEM, "unit_price": 7}]}
        for _ in range(2):
            changed = checked(alice.api.put(path, json=last), 200)
            assert (changed["status"], changed["subtotal"]) == ("cancelled", 7.00)
        assert (alice.balance(), alice.faults()) == (0, [])

    def test_is_deleted_with_its_lines_and_with_its_user(
        self, alice: Person, dashboard: psycopg.Connection
    ) -> None:
        gone, _ = (alice.invoice(status="cancelled") for _ in range(2))
        checked(alice.api.delete(f"/api/invoices/{gone['id']}"), 204)
        dashboard.execute("delete from auth.users where id = %s", (alice.id,))
        assert row(dashboard, "select count(*) from invoice_items where user_id = %s", alice.id) == (0,)


class TestOverdue:
    def test_not_before_it_is_due(self, alice: Person) -> None:
        answer = alice.api.post("/api/invoices", json={**INVOICE, "status": "overdue"})
        problem(answer, 422, "not_overdue")
        path = f"/api/invoices/{alice.invoice(status='sent')['id']}"
        problem(alice.api.put(path, json={"status": "overdue"}), 422, "not_overdue")

    def test_no_longer_when_it_is_due_later(self, alice: Person) -> None:
        late = alice.invoice(status="overdue", issue_date="2026-01-01", due_date="2026-01-31")
        path = f"/api/invoices/{late['id']}"
        assert checked(alice.api.put(path, json={"notes": "Reminded"}), 200)["status"] == "overdue"
        assert checked(alice.api.put(path, json={"due_date": "2099-01-01"}), 200)["status"] == "sent"


class TestWarnings:
    def test_tax_without_a_registration(self, alice: Person) -> None:
        invoice = alice.invoice()
        assert [warning["code"] for warning in invoice["warnings"]] == ["supplier_not_registered"]
        assert alice.invoice(tax_rate=0)["warnings"] == []
        alice.profile(gstin="29AAACZ0001A1Z4")
        assert alice.read(f"/api/invoices/{invoice['id']}")["warnings"] == []


class TestTexts:
    """Spaces alone are no name, and an address has an @, by every way."""

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"customer_name": "   "}, "customer_name"),
            ({"items": [{**ITEM, "description": " \n\t"}]}, "description"),
            ({"customer_email": "not an email"}, "customer_email"),
            ({"customer_email": "a@b c"}, "customer_email"),
        ],
    )
    @pytest.mark.parametrize("path", ["/api/invoices", "/api/v1/invoices"])
    def test_are_refused_by_name(self, alice: Person, path: str, changes: Json, field: str) -> None:
        answer = alice.api.post(path, json={**INVOICE, **changes})
        assert field in problem(answer, 422, "invalid_value")["detail"]

    def test_of_an_account(self, alice: Person) -> None:
        answer = alice.api.post("/api/accounts", json={"name": "   "})
        assert "name" in problem(answer, 422, "invalid_value")["detail"]

    def test_a_sale_described_by_spaces_has_a_line_all_the_same(self, alice: Person) -> None:
        sale = alice.sale(10, description=" \n ", category="Books")
        [item] = alice.read(f"/api/invoices/{sale['invoice_id']}")["items"]
        assert item["description"] == "Books"
