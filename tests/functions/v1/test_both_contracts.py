"""One invoice, as both contracts show it."""

from tests.functions.v1.invoices import created, on_api, patched, put_status
from tests.person import Person, checked, problem


class TestBothContracts:
    def test_made_here_shown_there(self, alice: Person) -> None:
        invoice = created(alice, tax_rate=18, customer_name="Both")
        other = on_api(alice, invoice)
        assert (other["status"], other["subtotal"], other["tax_amount"]) == ("sent", 100.50, 18.10)
        assert other["total_amount"] == invoice["total_amount"] == 118.60
        assert (other["issue_date"], other["due_date"]) == (invoice["date_created"], invoice["due_date"])
        assert [item["amount"] for item in other["items"]] == [item["amount"] for item in invoice["items"]]

        checked(alice.api.post(f"/api/invoices/{other['id']}/mark-as-paid"), 200)
        assert alice.read(f"/api/v1/invoices/{invoice['id']}")["status"] == "PAID"
        problem(put_status(alice, invoice, "PAID"), 409, "invoice_already_paid")

    def test_made_there_shown_here(self, alice: Person) -> None:
        other = alice.invoice([("Design", 2, 50.25), ("Hosting", 1, 9.99)], customer_name="Both")
        number = other["invoice_number"]
        invoice = alice.read("/api/v1/invoices/find", invoice_number=number)
        assert invoice["status"] == "PENDING"
        assert invoice["total_amount"] == other["total_amount"]
        assert (invoice["date_created"], invoice["due_date"]) == (other["created_at"], other["due_date"])

        items = [{"description": "Hosting", "quantity": 1, "unit_price": 100}]
        assert patched(alice, invoice, items=items)["total_amount"] == 118.00
        checked(put_status(alice, invoice, "PAID"), 200)
        again = alice.read(f"/api/invoices/{other['id']}")
        assert (again["status"], again["total_amount"]) == ("paid", 118.00)
        assert alice.balance() == 118.00
        assert alice.faults() == []

    def test_the_invoice_of_a_sale_is_here_too(self, alice: Person) -> None:
        alice.sale(118)
        (invoice,) = alice.read("/api/v1/invoices")
        assert (invoice["status"], invoice["total_amount"]) == ("PAID", 118.00)

    def test_numbers_of_both_kinds_live_together(self, alice: Person) -> None:
        created(alice)
        first = alice.invoice()["invoice_number"]
        created(alice)
        second = alice.invoice()["invoice_number"]
        assert [number[-4:] for number in (first, second)] == ["0001", "0002"]
