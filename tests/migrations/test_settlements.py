"""Settlements and statuses that are typed into the dashboard say what they mean, as a request does."""

from typing import Any, LiteralString

import psycopg
import pytest

from tests.person import Json, Person, checked

SETTLE = (
    "insert into settlements (user_id, invoice_id, kind, transaction_id, amount, settled_on)"
    " values (%(user)s, %(invoice)s, %(kind)s, %(transaction)s, %(amount)s, %(day)s) returning id"
)


@pytest.fixture
def invoice(alice: Person) -> Json:
    """An issued invoice of 118.00."""
    return alice.invoice(status="sent", issue_date="2026-10-01")


def rows(dashboard: psycopg.Connection, statement: LiteralString, **values: Any) -> list[tuple[Any, ...]]:
    return dashboard.execute(statement, values).fetchall()


def settle(
    dashboard: psycopg.Connection, person: Person, invoice: Json, amount: float, **fields: object
) -> str:
    """The id of a settlement that somebody types."""
    blank: Json = {"kind": "payment", "transaction": None, "day": None}
    values = {**blank, "user": person.id, "invoice": invoice["id"], "amount": amount, **fields}
    [(settlement_id,)] = dashboard.execute(SETTLE, values).fetchall()
    return str(settlement_id)


def figures(person: Person, invoice: Json) -> tuple[str, float]:
    shown = person.reread(invoice)
    return shown["status"], shown["amount_due"]


class TestATypedPayment:
    def test_without_its_money_records_that_too(
        self, alice: Person, dashboard: psycopg.Connection, invoice: Json
    ) -> None:
        settle(dashboard, alice, invoice, 100)
        assert (figures(alice, invoice), alice.balance()) == (("sent", 18.00), 100.00)
        settle(dashboard, alice, invoice, 18, day="2026-10-15")
        assert (figures(alice, invoice), alice.balance()) == (("paid", 0.00), 118.00)
        # The second one is dated first.
        second, first = alice.read("/api/transactions", sort_order="asc")
        assert (second["amount"], second["invoice_id"]) == (18.00, invoice["id"])
        assert second["date"] == "2026-10-14T18:30:00Z"
        assert first["category"] == "Invoice Payment"
        assert alice.faults() == []

    def test_with_its_money_uses_that(
        self, alice: Person, dashboard: psycopg.Connection, invoice: Json
    ) -> None:
        # Five hundred came for two invoices; the sale that was recorded has an invoice of its own, which goes.
        with dashboard.transaction():
            [(transaction,)] = rows(
                dashboard,
                "with money as (insert into transactions (user_id, transaction_type, amount)"
                " values (%(user)s, 'sale', 118) returning id)"
                " insert into settlements (user_id, invoice_id, transaction_id, amount)"
                " select %(user)s, %(invoice)s, id, 118 from money returning transaction_id",
                user=alice.id,
                invoice=invoice["id"],
            )
        assert figures(alice, invoice) == ("paid", 0.00)
        assert alice.read(f"/api/transactions/{transaction}")["invoice_id"] == invoice["id"]
        assert (len(alice.read("/api/invoices")), alice.balance(), alice.faults()) == (1, 118.00, [])

    def test_that_is_deleted_takes_its_money_along(
        self, alice: Person, dashboard: psycopg.Connection, invoice: Json
    ) -> None:
        settlement = settle(dashboard, alice, invoice, 118)
        dashboard.execute("delete from settlements where id = %s", (settlement,))
        assert (figures(alice, invoice), alice.balance()) == (("sent", 118.00), 0)
        assert (alice.read("/api/transactions"), alice.faults()) == ([], [])

    def test_of_several_leaves_the_money_for_the_others(
        self, alice: Person, dashboard: psycopg.Connection, invoice: Json
    ) -> None:
        other = alice.invoice(status="sent")
        named = [{"invoice_id": one["id"]} for one in (invoice, other)]
        checked(alice.api.post("/api/payments", json={"invoices": named}), 201)
        dashboard.execute("delete from settlements where invoice_id = %s", (invoice["id"],))
        assert (figures(alice, invoice), figures(alice, other)) == (("sent", 118.00), ("paid", 0.00))
        assert (alice.balance(), alice.faults()) == (236.00, [])

    @pytest.mark.parametrize(("kind", "balance"), [("tax_deducted", 0), ("write_off", 0)])
    def test_of_another_kind_moves_no_money(
        self, alice: Person, dashboard: psycopg.Connection, invoice: Json, kind: str, balance: float
    ) -> None:
        settlement = settle(dashboard, alice, invoice, 18, kind=kind)
        assert (figures(alice, invoice), alice.balance()) == (("sent", 100.00), balance)
        [settled] = alice.payments(invoice)
        assert (settled["kind"], settled["transaction_id"]) == (kind, None)
        dashboard.execute("delete from settlements where id = %s", (settlement,))
        assert (figures(alice, invoice), alice.faults()) == (("sent", 118.00), [])

    def test_in_one_statement_for_many_invoices(self, alice: Person, dashboard: psycopg.Connection) -> None:
        for _ in range(20):
            alice.invoice(status="sent")
        dashboard.execute(
            "insert into settlements (user_id, invoice_id, amount)"
            " select user_id, id, 50 from invoices where user_id = %s",
            (alice.id,),
        )
        assert {invoice["amount_due"] for invoice in alice.read("/api/invoices")} == {68.00}
        assert (alice.balance(), alice.faults()) == (1000.00, [])


class TestRefused:
    @pytest.mark.parametrize(
        ("fields", "problem"),
        [
            ({"amount": 118.01}, "payment_exceeds_due"),
            ({"amount": 118.01, "kind": "tax_deducted"}, "payment_exceeds_due"),
            ({"amount": 118.01, "kind": "write_off"}, "payment_exceeds_due"),
            ({"amount": 0, "kind": "write_off"}, "settlements_amount_positive"),
            ({"amount": -1, "kind": "write_off"}, "settlements_amount_positive"),
            ({"amount": 1, "kind": "gift"}, "settlements_kind_known"),
            ({"amount": 1, "kind": "credit_note"}, "settlements_source_named"),
            ({"amount": 1, "transaction": "00000000-0000-4000-8000-000000000000"}, "transaction_not_found"),
        ],
        ids=str,
    )
    def test_what_the_books_cannot_hold(
        self, alice: Person, dashboard: psycopg.Connection, invoice: Json, fields: Json, problem: str
    ) -> None:
        with pytest.raises(psycopg.Error) as refused:
            settle(dashboard, alice, invoice, **fields)
        assert (
            problem
            in f"{refused.value} {refused.value.diag.message_hint} {refused.value.diag.constraint_name}"
        )
        assert (figures(alice, invoice), alice.payments(invoice), alice.balance()) == (
            ("sent", 118.00),
            [],
            0,
        )
        assert alice.faults() == []

    @pytest.mark.parametrize(
        ("kind", "code"),
        [("expense", "payment_differs"), ("other", "payment_differs"), ("sale", "payment_differs")],
    )
    def test_money_that_went_elsewhere(
        self, alice: Person, dashboard: psycopg.Connection, invoice: Json, kind: str, code: str
    ) -> None:
        money = alice.transaction(kind, 118)
        with pytest.raises(psycopg.Error) as refused:
            settle(dashboard, alice, invoice, 118, transaction=money["id"])
        assert refused.value.diag.message_hint == code
        assert (figures(alice, invoice), alice.faults()) == (("sent", 118.00), [])

    def test_what_is_anothers(
        self, alice: Person, bob: Person, dashboard: psycopg.Connection, invoice: Json
    ) -> None:
        with pytest.raises(psycopg.Error) as refused:
            settle(dashboard, bob, invoice, 1)
        assert refused.value.diag.message_hint == "invoice_not_found"
        with pytest.raises(psycopg.Error) as refused:
            settle(dashboard, alice, invoice, 1, transaction=bob.sale(1)["id"])
        assert refused.value.diag.message_hint == "transaction_not_found"
        assert (alice.faults(), bob.faults()) == ([], [])

    def test_a_settlement_that_is_edited(
        self, alice: Person, dashboard: psycopg.Connection, invoice: Json
    ) -> None:
        settlement = settle(dashboard, alice, invoice, 100)
        for change in ("amount = 10", "kind = 'write_off'", "settled_on = now()"):
            with pytest.raises(psycopg.Error) as refused:
                dashboard.execute(f"update settlements set {change} where id = %s", (settlement,))
            assert refused.value.diag.message_hint == "settlement_fixed"

    def test_of_a_cancelled_invoice(self, alice: Person, dashboard: psycopg.Connection) -> None:
        cancelled = alice.invoice(status="cancelled")
        with pytest.raises(psycopg.Error) as refused:
            settle(dashboard, alice, cancelled, 1)
        assert refused.value.diag.message_hint == "invoice_cancelled"


class TestATypedStatus:
    def test_paid_settles_what_is_due(
        self, alice: Person, dashboard: psycopg.Connection, invoice: Json
    ) -> None:
        alice.payment(invoice, amount=100, tax_deducted=8)
        dashboard.execute("update invoices set status = 'paid' where id = %s", (invoice["id"],))
        assert (figures(alice, invoice), alice.balance()) == (("paid", 0.00), 110.00)
        settled = [(payment["kind"], payment["amount"]) for payment in alice.payments(invoice)]
        assert settled == [("payment", 100.00), ("tax_deducted", 8.00), ("payment", 10.00)]

    def test_sent_takes_a_single_payment_back_and_no_more(
        self, alice: Person, dashboard: psycopg.Connection, invoice: Json
    ) -> None:
        change = "update invoices set status = 'sent' where id = %s"
        alice.pay(invoice)
        dashboard.execute(change, (invoice["id"],))
        assert (figures(alice, invoice), alice.balance()) == (("sent", 118.00), 0)
        alice.payment(invoice, tax_deducted=10)
        with pytest.raises(psycopg.Error) as refused:
            dashboard.execute(change, (invoice["id"],))
        assert refused.value.diag.message_hint == "invoice_settled"
        assert (figures(alice, invoice), alice.faults()) == (("paid", 0.00), [])

    def test_a_sum_that_is_typed_is_none(
        self, alice: Person, dashboard: psycopg.Connection, invoice: Json
    ) -> None:
        dashboard.execute(
            "update invoices set amount_settled = 100, amount_credited = 100, total_amount = 1 where id = %s",
            (invoice["id"],),
        )
        assert (figures(alice, invoice), alice.reread(invoice)["amount_credited"]) == (("sent", 118.00), 0)
        assert alice.faults() == []
