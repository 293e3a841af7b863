"""By what a filing counts sales: the documents issued, or the money received."""

import pytest

from tests.functions.tax.filings import figures, filing, heads, submit, summary
from tests.person import Json, Person, checked, problem

GSTIN = "29AABCR1718E1ZL"
MONTHS = {
    "October": {"start_date": "2023-10-01", "end_date": "2023-10-31"},
    "November": {"start_date": "2023-11-01", "end_date": "2023-11-30"},
    "December": {"start_date": "2023-12-01", "end_date": "2023-12-31"},
}


def collected(person: Person, basis: str) -> list[float]:
    """The tax of October, November and December."""
    return [summary(person, basis=basis, **month)["total_tax_collected"] for month in MONTHS.values()]


def issued(person: Person, price: float = 1000, **fields: object) -> Json:
    day = {"issue_date": "2023-10-10", "status": "sent"}
    return person.invoice([("Design", 1, price)], **{**day, **fields})


def pay(person: Person, invoice: Json, **payment: object) -> Json:
    answer = person.api.post(f"/api/invoices/{invoice['id']}/mark-as-paid", json=payment)
    return dict(checked(answer, 200))


class TestBasis:
    def test_an_invoice_of_october_paid_in_november(self, alice: Person) -> None:
        pay(alice, issued(alice), date="2023-11-05")
        assert collected(alice, "invoice") == [180, 0, 0]
        assert collected(alice, "cash") == [0, 180, 0]

    def test_is_cash_until_there_is_a_gstin(self, alice: Person) -> None:
        issued(alice)
        shown = summary(alice, **MONTHS["October"])
        assert (shown["basis"], shown["total_tax_collected"]) == ("cash", 0)
        alice.profile(gstin=GSTIN)
        shown = summary(alice, **MONTHS["October"])
        assert (shown["basis"], shown["total_tax_collected"]) == ("invoice", 180)

    def test_of_a_submission_stays(self, alice: Person) -> None:
        issued(alice)
        submit(alice, period_start="2023-10-01", period_end="2023-10-31", total_tax_liability=0)
        alice.profile(gstin=GSTIN)
        shown = summary(alice, **MONTHS["October"])
        assert (shown["basis"], shown["total_tax_collected"]) == ("cash", 0)
        assert shown["changed_since_submission"] is None
        assert summary(alice, basis="invoice", **MONTHS["October"])["total_tax_collected"] == 180

    def test_of_other_taxes_is_money(self, alice: Person) -> None:
        alice.profile(gstin=GSTIN)
        issued(alice)
        shown = summary(alice, tax_type="income_tax", basis="invoice", **MONTHS["October"])
        assert (shown["basis"], shown["total_sales"]) == ("cash", 0)

    @pytest.mark.parametrize("basis", ["accrual", "", "Invoice"])
    def test_is_one_of_two(self, alice: Person, basis: str) -> None:
        answer = alice.api.get("/api/tax/filing", params={"basis": basis, **MONTHS["October"]})
        problem(answer, 422, "validation_failed")


class TestRows:
    def test_of_an_unpaid_invoice_has_no_transaction(self, alice: Person) -> None:
        alice.profile(gstin=GSTIN)
        invoice = issued(alice)
        [row] = filing(alice, **MONTHS["October"])["transactions"]
        assert (row["transaction_id"], row["invoice_id"]) == (None, invoice["id"])
        assert (row["amount"], row["tax_amount"], row["transaction_type"]) == (1000, 180, "sale")

    def test_of_an_invoice_name_its_payment_when_there_is_one(self, alice: Person) -> None:
        alice.profile(gstin=GSTIN)
        invoice = issued(alice)
        pay(alice, invoice, amount=500, date="2023-10-20")
        [row] = filing(alice, **MONTHS["October"])["transactions"]
        assert row["transaction_id"] is not None
        pay(alice, invoice, date="2023-10-21")
        [row] = filing(alice, **MONTHS["October"])["transactions"]
        assert row["transaction_id"] is None

    @pytest.mark.parametrize("basis", ["invoice", "cash"])
    @pytest.mark.parametrize("tax_type", ["gst", "income_tax"])
    def test_add_up_to_the_summary(self, alice: Person, basis: str, tax_type: str) -> None:
        invoice = issued(alice, 333.33)
        pay(alice, invoice, amount=100, tax_deducted=33.33, date="2023-10-20")
        pay(alice, invoice, tax_deducted=10, amount=0, date="2023-10-21")
        noted = issued(alice, 200.05)
        pay(alice, noted, date="2023-10-12")
        note = checked(
            alice.api.post(f"/api/invoices/{noted['id']}/credit-note", json={"issue_date": "2023-10-25"}), 201
        )
        checked(alice.api.put(f"/api/invoices/{note['id']}", json={"status": "paid"}), 200)
        alice.sale(59, date="2023-10-30")
        alice.expense(118, date="2023-10-30", tax_rate=18)
        shown = filing(alice, basis=basis, tax_type=tax_type, **MONTHS["October"])
        rows, total = shown["transactions"], shown["summary"]
        for kind, name in (("sale", "total_sales"), ("expense", "total_expenses")):
            assert (
                round(sum(row["amount"] for row in rows if row["transaction_type"] == kind), 2) == total[name]
            )
        taxes = [row["tax_amount"] for row in rows if row["transaction_type"] == "sale"]
        assert round(sum(taxes), 2) == total["total_tax_collected"]
        assert len(rows) == total["transaction_count"]
        assert round(sum(heads(total)), 2) == total["total_tax_collected"]


class TestMoneyReceived:
    def test_in_parts_with_tds_adds_up_to_the_tax(self, alice: Person) -> None:
        """1,180.06 of it 180.01: thirds, a part without money, and the rest."""
        invoice = issued(alice, 1000.05)
        pay(alice, invoice, amount=333.33, date="2023-10-20")
        pay(alice, invoice, amount=333.33, tax_deducted=100.01, date="2023-11-20")
        pay(alice, invoice, amount=0, tax_deducted=0.01, date="2023-11-21")
        pay(alice, invoice, date="2023-12-20")
        assert alice.read(f"/api/invoices/{invoice['id']}")["status"] == "paid"
        months = collected(alice, "cash")
        assert round(sum(months), 2) == invoice["tax_amount"]
        assert all(month > 0 for month in months)
        whole = summary(alice, basis="cash", start_date="2023-10-01", end_date="2023-12-31")
        assert figures(whole)[:3] == [1000.05, 0, invoice["tax_amount"]]

    def test_its_heads_stay_equal(self, alice: Person) -> None:
        """600 of 1,180 hold 91.525 of tax: 45.76 and 45.76."""
        invoice = issued(alice)
        pay(alice, invoice, amount=600, date="2023-10-20")
        shown = summary(alice, basis="cash", **MONTHS["October"])
        assert heads(shown) == [45.76, 45.76, 0]
        assert shown["total_tax_collected"] == 91.52

    def test_of_another_state_is_igst(self, alice: Person) -> None:
        alice.profile(state_code="29")
        invoice = issued(alice, place_of_supply="27")
        pay(alice, invoice, amount=590, date="2023-10-20")
        assert heads(summary(alice, basis="cash", **MONTHS["October"])) == [0, 0, 90]

    def test_a_write_off_is_never_received(self, alice: Person) -> None:
        invoice = issued(alice)
        pay(alice, invoice, amount=590, write_off=590, date="2023-10-20")
        assert collected(alice, "cash") == [90, 0, 0]


class TestCreditNotes:
    def credited(self, alice: Person, invoice: Json, **fields: object) -> Json:
        body = {"issue_date": "2023-11-15", **fields}
        return dict(checked(alice.api.post(f"/api/invoices/{invoice['id']}/credit-note", json=body), 201))

    def test_subtract_in_their_own_period(self, alice: Person) -> None:
        self.credited(alice, issued(alice))
        assert collected(alice, "invoice") == [180, -180, 0]
        assert collected(alice, "cash") == [0, 0, 0]

    def test_of_what_was_paid_subtract_when_they_are_refunded(self, alice: Person) -> None:
        invoice = issued(alice)
        pay(alice, invoice, date="2023-10-20")
        note = self.credited(
            alice, invoice, items=[{"description": "Design", "quantity": 1, "unit_price": 100}]
        )
        assert collected(alice, "cash") == [180, 0, 0]
        checked(alice.api.put(f"/api/invoices/{note['id']}", json={"status": "paid"}), 200)
        today = alice.read("/api/transactions")[0]["date"][:10]
        refunded = summary(alice, basis="cash", start_date=today, end_date=today)
        assert figures(refunded) == [-100, 0, -18, 0, -18]

    def test_their_drafts_subtract_nothing(self, alice: Person) -> None:
        self.credited(alice, issued(alice), draft=True)
        assert collected(alice, "invoice") == [180, 0, 0]


class TestReverseCharge:
    def test_is_paid_by_the_recipient(self, alice: Person) -> None:
        issued(alice, reverse_charge=True)
        shown = filing(alice, basis="invoice", **MONTHS["October"])
        assert figures(shown["summary"]) == [1000, 0, 0, 0, 0]
        assert [row["tax_amount"] for row in shown["transactions"]] == [0]

    def test_can_be_said_later_while_nothing_settles_the_invoice(self, alice: Person) -> None:
        path = f"/api/invoices/{issued(alice)['id']}"
        for reverse_charge, total in ((True, 1000), (False, 1180), (True, 1000)):
            changed = checked(alice.api.put(path, json={"reverse_charge": reverse_charge}), 200)
            assert changed["total_amount"] == total
        checked(alice.api.put(path, json={"status": "paid"}), 200)
        problem(alice.api.put(path, json={"reverse_charge": False}), 409, "invoice_total_fixed")
        assert alice.faults() == []
