"""POST /api/invoices/{id}/payments and mark-as-paid with a body: in parts, with TDS, written off."""

import httpx
import psycopg
import pytest

from tests.person import Json, Person, checked, problem

DESIGN = [("Design", 1, 1000.00)]  # 1,000.00 + 18 % = 1,180.00


def figures(invoice: Json) -> tuple[str, float, float]:
    """Status, what is settled and what is due."""
    return invoice["status"], invoice["amount_settled"], invoice["amount_due"]


def kinds(payments: list[Json]) -> list[tuple[str, float]]:
    return [(payment["kind"], payment["amount"]) for payment in payments]


class TestAcceptance:
    def test_money_a_credit_note_and_money_again_settle_an_invoice(self, alice: Person) -> None:
        invoice = alice.invoice(DESIGN, status="sent")
        assert figures(alice.payment(invoice, amount=600)) == ("sent", 600.00, 580.00)
        # 152.54 + 18 % = 179.9972
        note = alice.credit_note(invoice, [("Discount", 1, 152.54)])
        assert note["total_amount"] == 180.00
        assert figures(alice.reread(invoice)) == ("sent", 780.00, 400.00)
        assert figures(alice.payment(invoice, amount=400)) == ("paid", 1180.00, 0.00)
        assert kinds(alice.payments(invoice)) == [
            ("payment", 600.00),
            ("credit_note", 180.00),
            ("payment", 400.00),
        ]
        assert (alice.balance(), alice.faults()) == (1000.00, [])

    def test_tax_that_was_kept_back_settles_an_invoice_and_is_reported(self, alice: Person) -> None:
        dates = {"issue_date": "2026-11-02", "status": "sent"}
        invoice = alice.invoice([("Advice", 1, 100000.00)], customer_name="Bharat Ltd.", **dates)
        paid = alice.payment(invoice, amount=108000, tax_deducted=10000, date="2026-11-20")
        assert figures(paid) == ("paid", 118000.00, 0.00)
        [account] = alice.read("/api/accounts")
        assert account["balance"] == 108000.00
        report = alice.read("/api/tax/tds", financial_year=2026)
        assert report["total"] == 10000.00
        [customer] = report["customers"]
        assert (customer["customer_name"], customer["financial_year"], customer["amount"]) == (
            "Bharat Ltd.",
            2026,
            10000.00,
        )
        assert alice.faults() == []


class TestAccess:
    def test_anonymous_is_refused(self, anonymous: httpx.Client, alice: Person) -> None:
        path = f"/api/invoices/{alice.invoice()['id']}/payments"
        problem(anonymous.get(path), 401, "not_authenticated")
        problem(anonymous.post(path, json={}), 401, "not_authenticated")
        problem(anonymous.delete(f"{path}/{alice.id}"), 401, "not_authenticated")
        problem(anonymous.post("/api/payments", json={}), 401, "not_authenticated")

    def test_another_users_invoice_is_not_found(self, alice: Person, bob: Person) -> None:
        his = bob.invoice(DESIGN, status="sent")
        bob.payment(his, amount=100)
        [payment] = bob.payments(his)
        path = f"/api/invoices/{his['id']}/payments"
        for answer in (
            alice.api.get(path),
            alice.api.post(path, json={"amount": 1}),
            alice.api.post("/api/payments", json={"invoices": [{"invoice_id": his["id"]}]}),
        ):
            problem(answer, 404, "invoice_not_found")
        problem(alice.api.delete(f"{path}/{payment['id']}"), 404, "payment_not_found")
        assert figures(bob.reread(his)) == ("sent", 100.00, 1080.00)
        assert (alice.read("/api/transactions"), bob.faults()) == ([], [])

    def test_another_users_account_is_not_found(self, alice: Person, bob: Person) -> None:
        invoice = alice.invoice(DESIGN)
        answer = alice.api.post(
            f"/api/invoices/{invoice['id']}/payments", json={"account_id": bob.account()["id"]}
        )
        assert problem(answer, 404, "account_not_found")["errors"][0]["field"] == "account_id"
        assert (alice.payments(invoice), bob.balance()) == ([], 0)


class TestRecord:
    def test_without_amounts_all_that_is_due_is_paid(self, alice: Person) -> None:
        invoice = alice.invoice(DESIGN)
        alice.payment(invoice, amount=179.99)
        assert figures(alice.payment(invoice)) == ("paid", 1180.00, 0.00)
        assert kinds(alice.payments(invoice)) == [("payment", 179.99), ("payment", 1000.01)]
        assert alice.balance() == 1180.00

    def test_a_hundred_parts_are_paid_at_the_last_paisa(self, alice: Person) -> None:
        invoice = alice.invoice([("Candle", 1, 1.00)], tax_rate=0, status="sent")
        for _ in range(99):
            assert alice.payment(invoice, amount=0.01)["status"] == "sent"
        assert figures(alice.payment(invoice, amount=0.01)) == ("paid", 1.00, 0.00)
        assert (alice.balance(), alice.faults()) == (1.00, [])

    def test_a_draft_that_is_paid_in_part_is_issued(self, alice: Person) -> None:
        assert figures(alice.payment(alice.invoice(DESIGN), amount=1)) == ("sent", 1.00, 1179.00)

    def test_tax_deducted_alone_moves_no_money(self, alice: Person) -> None:
        invoice = alice.invoice(DESIGN)
        assert figures(alice.payment(invoice, amount=0, tax_deducted=100)) == ("sent", 100.00, 1080.00)
        assert (alice.read("/api/transactions"), alice.balance()) == ([], 0)
        [deducted] = alice.payments(invoice)
        assert (deducted["kind"], deducted["transaction_id"]) == ("tax_deducted", None)

    def test_tax_deducted_is_taken_off_what_is_due(self, alice: Person) -> None:
        invoice = alice.invoice(DESIGN)
        assert figures(alice.payment(invoice, tax_deducted=100)) == ("paid", 1180.00, 0.00)
        assert kinds(alice.payments(invoice)) == [("payment", 1080.00), ("tax_deducted", 100.00)]
        assert alice.balance() == 1080.00

    def test_the_rest_is_written_off(self, alice: Person) -> None:
        invoice = alice.invoice(DESIGN)
        assert figures(alice.payment(invoice, amount=1179.50, write_off=0.50)) == ("paid", 1180.00, 0.00)
        assert kinds(alice.payments(invoice)) == [("payment", 1179.50), ("write_off", 0.50)]
        assert (alice.balance(), alice.faults()) == (1179.50, [])

    def test_all_three_at_once(self, alice: Person) -> None:
        invoice = alice.invoice(DESIGN)
        paid = alice.payment(invoice, amount=1000, tax_deducted=100, write_off=80)
        assert figures(paid) == ("paid", 1180.00, 0.00)
        assert len(alice.payments(invoice)) == 3

    def test_it_says_how_when_and_where_the_money_came(self, alice: Person) -> None:
        bank = alice.account("Bank")
        invoice = alice.invoice(DESIGN, issue_date="2026-09-01")
        details = {"method": "upi", "reference": "UTR 4711", "account_id": bank["id"]}
        alice.payment(invoice, amount=600, date="2026-10-05", **details)
        [payment] = alice.payments(invoice)
        assert {name: payment[name] for name in details} == details
        assert (payment["date"], payment["kind"], payment["credit_note_id"]) == (
            "2026-10-05",
            "payment",
            None,
        )
        [transaction] = alice.read("/api/transactions")
        assert transaction["id"] == payment["transaction_id"]
        assert (transaction["category"], transaction["invoice_id"]) == ("Invoice Payment", invoice["id"])
        assert transaction["description"] == f"Payment of invoice {invoice['invoice_number']}"
        assert [
            account["balance"] for account in alice.read("/api/accounts") if account["id"] == bank["id"]
        ] == [600.00]

    def test_answers_have_the_documented_fields_and_no_other(self, alice: Person) -> None:
        invoice = alice.invoice(DESIGN)
        assert list(alice.payment(invoice, amount=1)) == list(invoice)
        assert list(alice.payments(invoice)[0]) == [
            "id", "invoice_id", "kind", "amount", "date", "method", "reference", "account_id", "transaction_id",
            "credit_note_id", "created_at",
        ]  # fmt: skip

    def test_the_tax_of_the_parts_adds_up_to_that_of_the_invoice(self, alice: Person) -> None:
        # 18 / 118 of each, rounded by itself, would be three times 0.15 and 17.54: a paisa less.
        invoice = alice.invoice()
        for amount in (1, 1, 1, 115):
            alice.payment(invoice, amount=amount)
        taxes = [transaction["tax_amount"] for transaction in alice.read("/api/transactions")]
        assert round(sum(taxes), 2) == 18.00

    def test_mark_as_paid_takes_the_same_body_and_settles_what_is_open(self, alice: Person) -> None:
        invoice = alice.invoice(DESIGN)
        path = f"/api/invoices/{invoice['id']}/mark-as-paid"
        part = checked(alice.api.post(path, json={"amount": 600, "method": "cash"}), 200)
        assert figures(part) == ("sent", 600.00, 580.00)
        assert figures(checked(alice.api.post(path), 200)) == ("paid", 1180.00, 0.00)
        assert kinds(alice.payments(invoice)) == [("payment", 600.00), ("payment", 580.00)]

    def test_a_key_replays_the_answer_and_pays_once(self, alice: Person) -> None:
        path = f"/api/invoices/{alice.invoice(DESIGN)['id']}/payments"
        headers = {"Idempotency-Key": "first-instalment"}
        first = alice.api.post(path, json={"amount": 600}, headers=headers)
        again = alice.api.post(path, json={"amount": 600.00}, headers=headers)
        assert checked(again, 201) == checked(first, 201)
        assert again.headers["idempotent-replayed"] == "true"
        assert again.headers["location"] == first.headers["location"] == path
        problem(alice.api.post(path, json={"amount": 1}, headers=headers), 409, "idempotency_key_reused")
        assert alice.balance() == 600.00


class TestRefused:
    def test_more_than_is_due_says_what_is_due(self, alice: Person) -> None:
        invoice = alice.invoice(DESIGN)
        alice.payment(invoice, amount=600)
        path = f"/api/invoices/{invoice['id']}"
        for body in (
            {"amount": 580.01},
            {"amount": 580, "tax_deducted": 0.01},
            {"amount": 0, "write_off": 580.01},
            {"tax_deducted": 580.01},
        ):
            for end in ("/payments", "/mark-as-paid"):
                refused = problem(alice.api.post(path + end, json=body), 409, "payment_exceeds_due")
                assert "580.00" in refused["detail"]
                assert [error["field"] for error in refused["errors"]] == ["amount"]
        assert figures(alice.reread(invoice)) == ("sent", 600.00, 580.00)
        assert (alice.balance(), alice.faults()) == (600.00, [])

    @pytest.mark.parametrize(
        "body",
        [
            {"amount": 0},
            {"amount": 0, "tax_deducted": 0, "write_off": 0},
            {"amount": -1},
            {"amount": -5, "tax_deducted": 10},
            {"amount": 1.001},
            {"amount": "1"},
            {"amount": 1e20},
            {"tax_deducted": -1},
            {"write_off": -1},
            {"method": "barter"},
            {"reference": "x" * 101},
            {"reference": "a\u0000b"},
            {"date": "2026-02-30"},
            {"date": "9999-01-01"},
            {"account_id": "first"},
            {"colour": "red"},
            [],
        ],
        ids=str,
    )
    def test_a_bad_body_is_refused(self, alice: Person, body: object) -> None:
        invoice = alice.invoice(DESIGN)
        answer = alice.api.post(f"/api/invoices/{invoice['id']}/payments", json=body)
        assert answer.status_code == 422, answer.text
        assert answer.json()["code"] in {
            "validation_failed",
            "invalid_value",
            "amount_out_of_range",
            "payment_in_future",
        }
        assert (alice.payments(invoice), alice.reread(invoice)["status"]) == ([], "draft")

    @pytest.mark.parametrize(
        "payment",
        [
            {"amount": 0},
            {"amount": -5, "tax_deducted": 10},
            {"amount": "NaN"},
            {"amount": 0.001},
            {"write_off": -1},
        ],
        ids=str,
    )
    def test_the_data_api_refuses_as_much(self, alice: Person, payment: Json) -> None:
        invoice = alice.invoice(DESIGN)
        body = {"invoice_id": invoice["id"], "payment": payment}
        answer = alice.data.post("/rpc/create_payment", json=body)
        assert answer.is_client_error, answer.text
        assert (alice.payments(invoice), alice.read("/api/transactions")) == ([], [])

    @pytest.mark.parametrize(
        ("status", "code"), [("cancelled", "invoice_cancelled"), ("paid", "invoice_already_paid")]
    )
    def test_what_is_cancelled_or_paid_takes_nothing(self, alice: Person, status: str, code: str) -> None:
        invoice = alice.invoice(DESIGN, status=status)
        path = f"/api/invoices/{invoice['id']}/payments"
        for body in ({}, {"amount": 1}, {"amount": 0, "tax_deducted": 1}, {"write_off": 1}):
            problem(alice.api.post(path, json=body), 409, code)

    def test_an_invoice_of_zero_is_never_paid(self, alice: Person) -> None:
        path = f"/api/invoices/{alice.invoice([('Sample', 1, 0)])['id']}/payments"
        problem(alice.api.post(path, json={"amount": 1}), 409, "nothing_to_pay")

    def test_tomorrows_money_is_refused(self, alice: Person, dashboard: psycopg.Connection) -> None:
        invoice = alice.invoice(DESIGN)
        [(tomorrow,)] = dashboard.execute("select (private.today(%s) + 1)::text", (alice.id,)).fetchall()
        answer = alice.api.post(f"/api/invoices/{invoice['id']}/payments", json={"date": tomorrow})
        assert problem(answer, 422, "payment_in_future")["errors"][0]["field"] == "date"

    def test_while_something_settles_it_its_total_stays(self, alice: Person) -> None:
        invoice = alice.invoice(DESIGN)
        alice.payment(invoice, amount=600)
        path = f"/api/invoices/{invoice['id']}"
        problem(alice.api.put(path, json={"tax_rate": 5}), 409, "invoice_total_fixed")
        answer = alice.api.post(path + "/recalculate-taxes", params={"tax_rate": 5})
        problem(answer, 409, "invoice_total_fixed")
        assert checked(alice.api.put(path, json={"notes": "Thanks"}), 200)["total_amount"] == 1180.00
