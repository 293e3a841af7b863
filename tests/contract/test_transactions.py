"""The Renpay document: transactions, as they stand there, against their documented answers."""

from typing import Any

import pytest

from tests.contract.calls import DOCUMENTED, as_documented, figures, sent
from tests.person import Person, checked


class TestTransactions:
    def documented_sale(self, alice: Person, title: str = "Create a transaction") -> dict[str, Any]:
        return {**DOCUMENTED[title].body, "account_id": alice.account()["id"]}

    def test_create_a_sale(self, alice: Person) -> None:
        body = self.documented_sale(alice)
        answer = sent(DOCUMENTED["Create a transaction"], alice.api, body)
        sale = as_documented("Create a transaction", answer)
        assert {name: sale[name] for name in body} == body
        assert sale["user_id"] == alice.id

    def test_a_sale_generates_an_invoice(self, alice: Person) -> None:
        sent(DOCUMENTED["Create a transaction"], alice.api, self.documented_sale(alice))
        [invoice] = alice.read("/api/invoices")
        # 100.50 with 18 % in it: half the tax is 7.665..., so 7.67 + 7.67 and 85.16 remain.
        assert figures(invoice, "subtotal", "tax_amount", "total_amount", "status") == [
            85.16,
            15.34,
            100.50,
            "paid",
        ]
        assert invoice["items"][0]["description"] == "Product sale"

    def test_create_one_without_an_account(self, alice: Person) -> None:
        body = {name: value for name, value in self.documented_sale(alice).items() if name != "account_id"}
        as_documented("Create a transaction", sent(DOCUMENTED["Create a transaction"], alice.api, body))
        assert alice.balance() == 100.50

    def test_read_change_list_and_delete_one(self, alice: Person) -> None:
        body = self.documented_sale(alice)
        sale = checked(sent(DOCUMENTED["Create a transaction"], alice.api, body), 201)
        ids = {"transaction_id": sale["id"]}

        read = sent(DOCUMENTED["Get a specific transaction"], alice.api, **ids)
        assert as_documented("Get a specific transaction", read) == sale

        changes = {**DOCUMENTED["Update a transaction"].body, "account_id": sale["account_id"]}
        changed = sent(DOCUMENTED["Update a transaction"], alice.api, changes, **ids)
        assert as_documented("Update a transaction", changed)["amount"] == 150.75
        assert alice.balance() == 150.75

        listed = as_documented("Get all transactions", sent(DOCUMENTED["Get all transactions"], alice.api))
        assert [row["id"] for row in listed] == [sale["id"]]

        gone = sent(DOCUMENTED["Delete a transaction"], alice.api, **ids)
        assert as_documented("Delete a transaction", gone) is None
        assert alice.balance() == 0

    @pytest.mark.parametrize(
        ("parameter", "value"),
        [
            ("start_date", "2023-02-01"),
            ("start_date", "2023-02-01T00:00:00Z"),
            ("end_date", "2022-12-31"),
            ("end_date", "2022-12-31T23:59:59Z"),
            ("transaction_type", "expense"),
            ("category", "Rent"),
            ("account_id", "other account"),
        ],
    )
    def test_every_filter_leaves_out_what_it_should(self, alice: Person, parameter: str, value: str) -> None:
        sale = checked(sent(DOCUMENTED["Create a transaction"], alice.api, self.documented_sale(alice)), 201)
        assert {*DOCUMENTED["Get all transactions"].parameters} >= {parameter}
        other = alice.account("Other")["id"]
        value = other if value == "other account" else value
        fields = {"transaction_type": "expense", "category": "Rent", "account_id": other}
        kept = alice.expense(
            20.00, date="2023-02-01T10:00:00Z" if parameter == "start_date" else "2022-12-30T10:00:00Z"
        )
        kept = checked(alice.api.put(f"/api/transactions/{kept['id']}", json=fields), 200)

        found = alice.read("/api/transactions", **{parameter: value})
        assert [row["id"] for row in found] == [kept["id"]]
        assert {sale["id"], kept["id"]} == {row["id"] for row in alice.read("/api/transactions")}
