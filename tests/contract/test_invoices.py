"""The Renpay document: invoices, as they stand there, against their documented answers."""

import re
from typing import Any

import pytest

from tests.contract.calls import DOCUMENTED, as_documented, figures, sent
from tests.person import Person


class TestInvoices:
    def documented_invoice(self, alice: Person) -> dict[str, Any]:
        answer = sent(DOCUMENTED["Create an invoice"], alice.api)
        invoice: dict[str, Any] = as_documented("Create an invoice", answer)
        return invoice

    def test_create_one(self, alice: Person) -> None:
        invoice = self.documented_invoice(alice)
        body = DOCUMENTED["Create an invoice"].body
        assert {name: invoice[name] for name in body if name != "items"} == {
            name: value for name, value in body.items() if name != "items"
        }
        # The document's figures: 2 x 50.00 at 18 %, although its item says tax_included.
        assert figures(invoice, "subtotal", "tax_rate", "tax_amount", "total_amount") == [
            100.00,
            18.0,
            18.00,
            118.00,
        ]
        documented_item = DOCUMENTED["Create an invoice"].answer["items"][0]
        names = ("description", "quantity", "unit_price", "amount", "tax_included")
        assert figures(invoice["items"][0], *names) == figures(documented_item, *names)

    def test_create_the_smallest_one(self, alice: Person) -> None:
        invoice = alice.invoice()
        assert re.fullmatch(r"INV-\d{4}-\d{2}-\d{4}", invoice["invoice_number"])
        assert figures(invoice, "status", "template", "tax_rate") == ["draft", "default", 18.0]

    def test_create_one_with_its_transaction(self, alice: Person) -> None:
        body = DOCUMENTED["Create an invoice"].body
        answer = alice.api.post("/api/invoices", params={"create_transaction": True}, json=body)
        assert as_documented("Create an invoice", answer)["status"] == "paid"
        assert alice.balance() == 118.00

    def test_read_change_list_and_delete_one(self, alice: Person) -> None:
        invoice = self.documented_invoice(alice)
        ids = {"invoice_id": invoice["id"]}
        read = sent(DOCUMENTED["Get a specific invoice"], alice.api, **ids)
        assert as_documented("Get a specific invoice", read) == invoice

        changed = as_documented("Update an invoice", sent(DOCUMENTED["Update an invoice"], alice.api, **ids))
        body = DOCUMENTED["Update an invoice"].body
        assert {name: changed[name] for name in body} == body
        assert figures(changed, "subtotal", "tax_amount", "total_amount") == [100.00, 18.00, 118.00]
        assert changed["items"] == [{**invoice["items"][0], "updated_at": changed["items"][0]["updated_at"]}]

        listed = as_documented("Get all invoices", sent(DOCUMENTED["Get all invoices"], alice.api))
        assert listed == [changed]
        gone = sent(DOCUMENTED["Delete an invoice"], alice.api, **ids)
        assert as_documented("Delete an invoice", gone) is None
        assert alice.read("/api/invoices") == []

    @pytest.mark.parametrize(
        ("parameter", "value"),
        [
            ("status", "paid"),
            ("start_date", "2023-01-02"),
            ("end_date", "2022-12-31"),
            ("customer_name", "jane"),
        ],
    )
    def test_every_filter_leaves_out_what_it_should(self, alice: Person, parameter: str, value: str) -> None:
        self.documented_invoice(alice)
        fields: dict[str, dict[str, Any]] = {
            "status": {"status": "paid"},
            "start_date": {"issue_date": "2023-01-02T10:00:00Z"},
            "end_date": {"issue_date": "2022-12-31T10:00:00Z"},
            "customer_name": {"customer_name": "Mary Jane"},
        }
        kept = alice.invoice(**fields[parameter])
        assert parameter in DOCUMENTED["Get all invoices"].parameters
        assert [row["id"] for row in alice.read("/api/invoices", **{parameter: value})] == [kept["id"]]

    def test_mark_one_as_paid(self, alice: Person) -> None:
        invoice = self.documented_invoice(alice)
        answer = sent(DOCUMENTED["Mark an invoice as paid"], alice.api, invoice_id=invoice["id"])
        assert as_documented("Mark an invoice as paid", answer)["status"] == "paid"
        [payment] = alice.read("/api/transactions")
        assert figures(payment, "amount", "transaction_type", "invoice_id") == [118.00, "sale", invoice["id"]]
        assert alice.balance() == 118.00

    def test_recalculate_the_taxes(self, alice: Person) -> None:
        invoice = self.documented_invoice(alice)
        title = "Recalculate Invoice Taxes"
        same = as_documented(title, sent(DOCUMENTED[title], alice.api, invoice_id=invoice["id"]))
        assert figures(same, "tax_rate", "tax_amount", "total_amount") == [18.0, 18.00, 118.00]
        path = f"/api/invoices/{invoice['id']}/recalculate-taxes"
        other = as_documented(title, alice.api.post(path, params={"tax_rate": 5}))
        assert figures(other, "tax_rate", "tax_amount", "total_amount") == [5, 5.00, 105.00]
