"""What the lint of returns is told about credit: each finding raised, and not raised."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from tests.person import Person, checked

MILL = "29AAACZ0001A1Z4"
OWN = "29AABCU9603R1ZJ"
IGST = [{"description": "Paper", "tax_rate": 18, "taxable_value": 2000, "igst": 360}]
BLOCKED = [{**IGST[0], "credit_status": "blocked"}]
IN_2B = {"in_2b_period": "102026"}


def adjusted(alice: Person) -> None:
    bill = alice.bill(bill_date="2025-12-01", in_2b_period="122025", items=IGST)
    body = {"period": "062026", "kind": "rule_37", "igst": 360, "bill_id": bill["id"]}
    checked(alice.api.post("/api/credit-adjustments", json=body), 201)


def paid(alice: Person) -> None:
    alice.bill(transaction_id=alice.expense(2360, tax_amount=360)["id"], **IN_2B)


RAISED: dict[str, list[Callable[[Person], Any]]] = {
    "ITC01": [lambda alice: alice.expense(118, tax_amount=18, date="2026-10-05")],
    "ITC02": [lambda alice: [alice.bill(number, **IN_2B) for number in ("PM/1", "pm-01")]],
    "ITC03": [lambda alice: alice.bill(bill_date="2026-03-31", claim_period="112026", **IN_2B)],
    "ITC04": [lambda alice: alice.bill(bill_date="2025-12-01", in_2b_period="122025")],
    "ITC05": [
        lambda alice: alice.bill(),
        lambda alice: alice.bill(in_2b_period="112026"),
    ],
    "ITC06": [
        lambda alice: alice.bill(supplier_gstin="27AAPFU0939F1ZV", **IN_2B),
        lambda alice: alice.bill(place_of_supply="27", **IN_2B),
    ],
}
QUIET: dict[str, list[Callable[[Person], Any]]] = {
    "ITC01": [paid, lambda alice: alice.expense(118)],
    "ITC02": [lambda alice: [alice.bill(number, **IN_2B) for number in ("PM/1", "PM/2")]],
    "ITC03": [
        lambda alice: alice.bill(bill_date="2026-03-31", claim_period="102026", **IN_2B),
        lambda alice: alice.bill(bill_date="2026-03-31", claim_period="112026", items=BLOCKED, **IN_2B),
        lambda alice: alice.bill(bill_date="2026-04-01", claim_period="112026", **IN_2B),
    ],
    "ITC04": [paid, adjusted, lambda alice: alice.bill(bill_date="2025-12-01", reverse_charge=True)],
    "ITC05": [
        lambda alice: alice.bill(**IN_2B),
        lambda alice: alice.bill(claim_period=None),
        lambda alice: alice.bill(supplier_gstin=None, reverse_charge=True),
    ],
    "ITC06": [
        lambda alice: alice.bill(**IN_2B),
        lambda alice: alice.bill(supplier_gstin="27AAPFU0939F1ZV", items=IGST, **IN_2B),
    ],
}


def found(dashboard: psycopg.Connection, alice: Person, code: str) -> list[Any]:
    asked = "select period, bill_id, transaction_id, position from private.credit_findings where user_id = %s and code = %s"
    return dashboard.execute(asked, (alice.id, code)).fetchall()


@pytest.fixture
def alice(alice: Person) -> Person:
    alice.profile(gstin=OWN)
    return alice


class TestFindings:
    @pytest.mark.parametrize(
        ("code", "place"), [(code, n) for code in RAISED for n in range(len(RAISED[code]))]
    )
    def test_is_raised(self, alice: Person, dashboard: psycopg.Connection, code: str, place: int) -> None:
        RAISED[code][place](alice)
        assert len(found(dashboard, alice, code)) == (2 if code == "ITC02" else 1)

    @pytest.mark.parametrize(
        ("code", "place"), [(code, n) for code in QUIET for n in range(len(QUIET[code]))]
    )
    def test_is_not_raised(self, alice: Person, dashboard: psycopg.Connection, code: str, place: int) -> None:
        QUIET[code][place](alice)
        assert found(dashboard, alice, code) == []

    def test_the_180_days_are_over_in_a_month(self, alice: Person, dashboard: psycopg.Connection) -> None:
        """1 December and 181 days are 31 May."""
        alice.bill(bill_date="2025-12-01", in_2b_period="122025")
        [(period, *_)] = found(dashboard, alice, "ITC04")
        assert str(period) == "2026-05-01"


class TestLines:
    def test_a_credit_note_is_negative(self, alice: Person, dashboard: psycopg.Connection) -> None:
        alice.bill()
        alice.bill("CN-1", kind="credit_note", items=[{**IGST[0], "taxable_value": 1000, "igst": 180}])
        sums = "select sum(taxable_value), sum(igst), sum(cgst) from private.credit_lines where user_id = %s"
        assert [float(total) for total in dashboard.execute(sums, (alice.id,)).fetchall()[0]] == [
            1000.0,
            -180.0,
            180.0,
        ]
