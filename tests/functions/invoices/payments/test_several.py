"""POST /api/payments: one payment for several invoices."""

import pytest

from tests.person import Json, Person, checked, problem


@pytest.fixture
def invoices(alice: Person) -> list[Json]:
    """Three invoices of 118.00, 236.00 and 354.00."""
    return [alice.invoice([("Design", number, 100.00)], status="sent") for number in (1, 2, 3)]


def parts(invoices: list[Json], *amounts: Json) -> list[Json]:
    """What a payment says of each invoice."""
    return [
        {"invoice_id": invoice["id"], **amount} for invoice, amount in zip(invoices, amounts, strict=True)
    ]


def due(alice: Person, invoices: list[Json]) -> list[tuple[str, float]]:
    shown = [alice.reread(invoice) for invoice in invoices]
    return [(invoice["status"], invoice["amount_due"]) for invoice in shown]


class TestSeveral:
    def test_one_transaction_settles_all_of_them(self, alice: Person, invoices: list[Json]) -> None:
        body = {"invoices": parts(invoices, {}, {}, {}), "method": "cheque", "reference": "000123"}
        paid = checked(alice.api.post("/api/payments", json=body), 201)
        assert [invoice["id"] for invoice in paid] == sorted(invoice["id"] for invoice in invoices)
        assert {invoice["status"] for invoice in paid} == {"paid"}
        [transaction] = alice.read("/api/transactions")
        assert (transaction["amount"], transaction["invoice_id"]) == (708.00, None)
        assert transaction["description"] == "Payment of 3 invoices"
        # 18 + 36 + 54
        assert transaction["tax_amount"] == 108.00
        payments = [payment for invoice in invoices for payment in alice.payments(invoice)]
        assert {payment["transaction_id"] for payment in payments} == {transaction["id"]}
        assert {(payment["method"], payment["reference"]) for payment in payments} == {("cheque", "000123")}
        assert (alice.balance(), alice.faults()) == (708.00, [])

    def test_each_in_part_and_with_tax_kept_back(self, alice: Person, invoices: list[Json]) -> None:
        amounts: list[Json] = [{"amount": 100, "tax_deducted": 10}, {"write_off": 36}, {"amount": 54}]
        body = {"amount": 354.00, "invoices": parts(invoices, *amounts)}
        checked(alice.api.post("/api/payments", json=body), 201)
        assert due(alice, invoices) == [("sent", 8.00), ("paid", 0.00), ("sent", 300.00)]
        assert (alice.balance(), alice.faults()) == (354.00, [])
        assert alice.read("/api/tax/tds")["total"] == 10.00

    def test_a_single_one_is_allowed_too(self, alice: Person, invoices: list[Json]) -> None:
        body = {"invoices": parts(invoices[:1], {"amount": 18})}
        [invoice] = checked(alice.api.post("/api/payments", json=body), 201)
        assert list(invoice) == list(invoices[0])
        assert alice.read("/api/transactions")[0]["invoice_id"] == invoices[0]["id"]

    def test_a_key_replays_the_answer_and_pays_once(self, alice: Person, invoices: list[Json]) -> None:
        body, key = {"invoices": parts(invoices, {}, {}, {})}, {"Idempotency-Key": "all-of-november"}
        first = alice.api.post("/api/payments", json=body, headers=key)
        again = alice.api.post("/api/payments", json=body, headers=key)
        assert checked(again, 201) == checked(first, 201)
        assert again.headers["idempotent-replayed"] == "true"
        assert alice.balance() == 708.00


class TestRefused:
    def nothing_was_paid(self, alice: Person, invoices: list[Json]) -> None:
        assert due(alice, invoices) == [("sent", 118.00), ("sent", 236.00), ("sent", 354.00)]
        assert (alice.read("/api/transactions"), alice.faults()) == ([], [])

    def test_an_amount_that_the_invoices_do_not_take(self, alice: Person, invoices: list[Json]) -> None:
        for amount in (707.99, 708.01):
            body = {"amount": amount, "invoices": parts(invoices, {}, {}, {})}
            refused = problem(alice.api.post("/api/payments", json=body), 409, "payment_differs")
            assert "708.00" in refused["detail"]
            assert refused["errors"][0]["field"] == "amount"
        self.nothing_was_paid(alice, invoices)

    def test_one_that_is_overpaid_stops_all(self, alice: Person, invoices: list[Json]) -> None:
        body = {"invoices": parts(invoices, {}, {}, {"amount": 354.01})}
        refused = problem(alice.api.post("/api/payments", json=body), 409, "payment_exceeds_due")
        assert "354.00" in refused["detail"]
        self.nothing_was_paid(alice, invoices)

    def test_one_that_is_cancelled_or_nobodys_stops_all(
        self, alice: Person, bob: Person, invoices: list[Json]
    ) -> None:
        for other, status, code in (
            (alice.invoice(status="cancelled"), 409, "invoice_cancelled"),
            (bob.invoice(), 404, "invoice_not_found"),
        ):
            body = {"invoices": parts([*invoices, other], {}, {}, {}, {})}
            problem(alice.api.post("/api/payments", json=body), status, code)
        self.nothing_was_paid(alice, invoices)

    def test_one_that_is_named_twice(self, alice: Person, invoices: list[Json]) -> None:
        body = {"invoices": parts([invoices[0]] * 2, {"amount": 1}, {"amount": 1})}
        refused = problem(alice.api.post("/api/payments", json=body), 422, "invalid_value")
        assert refused["errors"][0]["field"] == "invoices"
        self.nothing_was_paid(alice, invoices)

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"invoices": []},
            {"invoices": [{}]},
            {"invoices": "all"},
            {"amount": 0, "invoices": [{"invoice_id": "1"}]},
        ],
        ids=str,
    )
    def test_a_bad_body(self, alice: Person, body: Json) -> None:
        problem(alice.api.post("/api/payments", json=body), 422, "validation_failed")
