"""What the random lives have found, each by itself, so that it stays found."""

import pytest

from tests.person import Json, Person, checked


class TestAnEditedSale:
    @pytest.mark.parametrize(
        "changes",
        [
            {"amount": 200.20, "date": "2026-02-01"},
            {"amount": 200.20, "tax_rate": 5},
            {"amount": 1.00},
            {"amount": 1.00, "tax_rate": 40},
            {"tax_rate": 5, "date": "2026-02-01"},
            {"amount": 200.20, "tax_rate": 5, "date": "2026-02-01", "description": "Shoes"},
        ],
    )
    def test_brings_its_invoice_along_in_all_that_changed_at_once(self, alice: Person, changes: Json) -> None:
        sale = alice.sale(100.10, date="2026-01-15", description="Boots")
        after = checked(alice.api.put(f"/api/transactions/{sale['id']}", json=changes), 200)
        invoice = alice.read(f"/api/invoices/{sale['invoice_id']}")
        assert (after["amount"], invoice["total_amount"]) == (changes.get("amount", 100.10),) * 2
        assert after["tax_rate"] == invoice["tax_rate"] == changes.get("tax_rate", 18)
        assert after["tax_amount"] == invoice["tax_amount"]
        assert invoice["issue_date"] == after["date"]
        assert (alice.balance(), alice.faults()) == (after["amount"], [])

    @pytest.mark.parametrize(
        ("changes", "rate"), [({"amount": 200.20}, 5), ({"tax_rate": 18}, 18), ({"tax_rate": 28}, 28)]
    )
    def test_keeps_the_rate_that_its_invoice_was_given_unless_it_brings_one(
        self, alice: Person, changes: Json, rate: int
    ) -> None:
        sale = alice.sale(100.10, tax_rate=18)
        checked(alice.api.put(f"/api/invoices/{sale['invoice_id']}", json={"tax_rate": 5}), 200)
        after = checked(alice.api.put(f"/api/transactions/{sale['id']}", json=changes), 200)
        invoice = alice.read(f"/api/invoices/{sale['invoice_id']}")
        assert after["tax_rate"] == invoice["tax_rate"] == rate
        assert after["tax_amount"] == invoice["tax_amount"]
        assert (alice.balance(), alice.faults()) == (after["amount"], [])

    def test_leaves_an_invoice_alone_whose_lines_the_user_wrote(self, alice: Person) -> None:
        sale = alice.sale(100.10)
        path = f"/api/invoices/{sale['invoice_id']}"
        items = [
            {"description": "Left boot", "quantity": 1, "unit_price": 50.05},
            {"description": "Right boot", "quantity": 1, "unit_price": 50.05},
        ]
        checked(alice.api.put(path, json={"items": items}), 200)
        changes = {"description": "Boots", "date": "2026-02-01"}
        checked(alice.api.put(f"/api/transactions/{sale['id']}", json=changes), 200)
        kept = alice.read(path)["items"]
        assert [(item["description"], item["unit_price"]) for item in kept] == [
            ("Left boot", 50.05),
            ("Right boot", 50.05),
        ]
        assert (alice.balance(), alice.faults()) == (100.10, [])


class TestAReopenedInvoiceOfASale:
    def test_that_is_paid_in_parts_is_not_cancelled_when_one_of_them_goes(self, alice: Person) -> None:
        invoice = {"id": alice.sale(118)["invoice_id"]}
        checked(alice.api.put(f"/api/invoices/{invoice['id']}", json={"status": "sent"}), 200)
        alice.payment(invoice, amount=50)
        alice.payment(invoice, amount=68)
        path = f"/api/invoices/{invoice['id']}/payments"
        checked(alice.api.delete(f"{path}/{alice.payments(invoice)[1]['id']}"), 204)
        shown = alice.reread(invoice)
        assert (shown["status"], shown["amount_due"]) == ("sent", 68.00)
        assert (alice.balance(), alice.faults()) == (50.00, [])
