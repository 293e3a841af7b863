"""The Renpay document: every documented call as it stands there, against its documented answer."""

import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.contract.document import Endpoint, differences, endpoints
from tests.person import Person, checked

DOCUMENTED = endpoints()


def sent(endpoint: Endpoint, api: httpx.Client, body: Any = None, **ids: str) -> httpx.Response:
    """The documented request, with real ids in the place of its placeholders."""
    content = endpoint.body if body is None else body
    path = re.sub(r"\{(\w+)\}", lambda name: ids[name[1]], endpoint.path)
    if endpoint.form:
        return api.request(endpoint.method, path, data=endpoint.form)
    return api.request(endpoint.method, path, json=content) if content else api.request(endpoint.method, path)


def as_documented(title: str, answer: httpx.Response) -> Any:
    """The body of an answer with the status, the fields and the kinds of values that the document shows."""
    endpoint = DOCUMENTED[title]
    body = checked(answer, endpoint.status)
    assert differences(endpoint.answer, body) == []
    return body


def figures(answered: Any, *names: str) -> list[Any]:
    return [answered[name] for name in names]


class TestAuthentication:
    def test_register_log_in_who_am_i_and_log_out(self, anonymous: httpx.Client) -> None:
        """As documented, e-mail and password included; the one test that uses this address."""
        user = as_documented("Register a new user", sent(DOCUMENTED["Register a new user"], anonymous))[
            "data"
        ]
        assert user["email"] == "user@example.com"

        token = as_documented("Login", sent(DOCUMENTED["Login"], anonymous))
        assert token["token_type"] == "bearer"
        anonymous.headers["Authorization"] = f"Bearer {token['access_token']}"

        me = as_documented("Get current user", sent(DOCUMENTED["Get current user"], anonymous))
        assert figures(me, "id", "email") == figures(user, "id", "email")

        out = as_documented("Logout", sent(DOCUMENTED["Logout"], anonymous))
        assert out == {"message": "Logged out successfully"}
        assert sent(DOCUMENTED["Get current user"], anonymous).status_code == 401


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


class TestAccounts:
    def test_create_read_change_and_list(self, alice: Person) -> None:
        account = as_documented("Create an account", sent(DOCUMENTED["Create an account"], alice.api))
        assert figures(account, "name", "balance", "user_id") == ["Business Account", 0.0, alice.id]
        ids = {"account_id": account["id"]}

        read = sent(DOCUMENTED["Get a specific account"], alice.api, **ids)
        assert as_documented("Get a specific account", read) == account

        changed = as_documented("Update an account", sent(DOCUMENTED["Update an account"], alice.api, **ids))
        assert figures(changed, "name", "balance") == ["Updated Business Account", 1500.25]

        listed = as_documented("Get all accounts", sent(DOCUMENTED["Get all accounts"], alice.api))
        assert listed == [changed]
        total = as_documented("Get total balance", sent(DOCUMENTED["Get total balance"], alice.api))
        assert total == {"balance": 1500.25}

    def test_the_transactions_of_one(self, alice: Person) -> None:
        sale = alice.sale(100.50, date="2023-01-01T00:00:00Z", category="Sales", description="Product sale")
        alice.expense(7, account_id=alice.account("Other")["id"])
        title = "Get transactions for a specific account"
        answer = sent(DOCUMENTED[title], alice.api, account_id=sale["account_id"])
        assert as_documented(title, answer) == [sale]
        path = f"/api/accounts/{sale['account_id']}/transactions"
        assert alice.read(path, start_date="2023-01-02") == []
        assert alice.read(path, end_date="2022-12-31") == []
        assert alice.read(path, transaction_type="expense") == []

    @pytest.mark.parametrize("period", ["week", "month", "quarter", "year"])
    def test_the_summary(self, alice: Person, period: str) -> None:
        alice.sale(2000.00)
        alice.expense(500.00)
        paid, _ = alice.invoice(status="sent"), alice.invoice()
        alice.pay(paid)
        answer = alice.api.get(DOCUMENTED["Get account summary"].path, params={"period": period})
        summary = as_documented("Get account summary", answer)
        assert figures(summary, "total_balance", "income", "expenses", "net_change") == [
            1618.00,
            2118.00,
            500.00,
            1618.00,
        ]
        assert figures(summary, "invoices_count", "paid_invoices_count", "period") == [3, 2, period]
        assert figures(summary["accounts"][0], "balance", "transaction_count") == [1618.00, 3]

    def test_the_summary_is_of_the_month_by_default(self, alice: Person) -> None:
        assert alice.read("/api/accounts/summary")["period"] == "month"

    def test_delete_one(self, alice: Person) -> None:
        alice.account("Stays")
        ids = {"account_id": alice.account("Goes")["id"]}
        answer = sent(DOCUMENTED["Delete an account"], alice.api, **ids)
        assert as_documented("Delete an account", answer) is None

    def test_delete_one_and_hand_it_over(self, alice: Person) -> None:
        stays = alice.account("Stays", balance=10)
        goes = alice.account("Goes", balance=5.25)
        sale = alice.sale(100, account_id=goes["id"])
        answer = alice.api.delete(
            f"/api/accounts/{goes['id']}", params={"transfer_to_account_id": stays["id"]}
        )
        assert as_documented("Delete an account", answer) is None
        [account] = alice.read("/api/accounts")
        assert figures(account, "id", "balance") == [stays["id"], 115.25]
        assert alice.read(f"/api/transactions/{sale['id']}")["account_id"] == stays["id"]
        assert alice.faults() == []

    def test_who_follows_the_default_account(self, alice: Person) -> None:
        default, oldest, receiver = (alice.account(name)["id"] for name in ("First", "Second", "Third"))
        alice.sale(10)
        path = f"/api/accounts/{default}"
        checked(alice.api.delete(path, params={"transfer_to_account_id": receiver}), 204)
        assert alice.sale(1)["account_id"] == receiver
        path = f"/api/accounts/{receiver}"
        checked(alice.api.delete(path, params={"transfer_to_account_id": oldest}), 204)
        alice.account("Fourth")
        assert alice.sale(1)["account_id"] == oldest

    def test_the_oldest_account_follows_an_empty_default(self, alice: Person) -> None:
        default, oldest, _ = (alice.account(name)["id"] for name in ("First", "Second", "Third"))
        checked(alice.api.delete(f"/api/accounts/{default}"), 204)
        alice.account("Fourth")
        assert [account["is_default"] for account in alice.read("/api/accounts")] == [True, False, False]
        assert alice.sale(1)["account_id"] == oldest


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


def test_every_documented_endpoint_is_walked() -> None:
    """This file names each title of the document; a new one fails here until it has its test."""
    text = Path(__file__).read_text()
    assert [title for title in DOCUMENTED if f'"{title}"' not in text] == []
    assert len(DOCUMENTED) == 30


@pytest.mark.parametrize("endpoint", DOCUMENTED.values(), ids=lambda endpoint: endpoint.title)
@pytest.mark.parametrize("slash", ["", "/"])
def test_a_trailing_slash_changes_nothing(anonymous: httpx.Client, endpoint: Endpoint, slash: str) -> None:
    """Where a token is needed, both are refused for the same reason: never redirected, never unknown."""
    path = re.sub(r"\{\w+\}", "00000000-0000-4000-8000-000000000000", endpoint.path)
    answer = anonymous.request(endpoint.method, path + slash, json={})
    assert answer.status_code == (422 if "register" in path or "login" in path else 401)
