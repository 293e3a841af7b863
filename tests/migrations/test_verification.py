"""The rules of verify_ledger: each is told in the documents, and each finds what breaks it."""

import re
from typing import LiteralString

import psycopg
import pytest

from local.project import ROOT
from tests.person import Person, checked

FORGERIES: dict[str, LiteralString] = {
    "balance_is_sum_of_entries": "update accounts set balance = 1000 where user_id = %s",
    "balance_after_carries_on": "update ledger_entries set balance_after = 7 where user_id = %s",
    "entries_match_transaction": "update transactions set amount = amount + 1 where user_id = %s",
    "closed_account_is_empty": "delete from accounts where user_id = %s",
    "settled_is_sum_of_settlements": "update settlements set amount = amount - 1 where user_id = %s",
    "payments_are_allocated": "delete from settlements where user_id = %s",
    "totals_are_sums_of_lines": "delete from invoice_items where user_id = %s",
    "line_is_computed": "update invoice_items set discount_amount = 1 where user_id = %s",
    "submission_is_paid": "delete from transactions where user_id = %s and category = 'Tax Payment'",
    "totals_are_sums": "update private.transaction_totals set amount = amount + 1 where user_id = %s",
    "invoice_totals_are_sums": "update private.invoice_totals set igst = igst + 1 where user_id = %s",
    "credited_is_sum_of_notes": "update invoices set amount_credited = 1 where user_id = %s and total_amount > 1",
    "bill_is_sum_of_lines": "delete from bill_items where user_id = %s",
}


@pytest.fixture
def rules(dashboard: psycopg.Connection) -> list[tuple[int, str, str, str]]:
    return dashboard.execute(
        "select number, name, meaning, remedy from private.verification_rules"
    ).fetchall()


def test_the_document_has_each_rule(rules: list[tuple[int, str, str, str]]) -> None:
    text = (ROOT / "docs" / "operations.md").read_text()
    table = re.findall(r"^\| (\d+) `(\w+)` \| (.+?) \| (.+?) \|$", text, re.MULTILINE)
    assert [(int(number), *rest) for number, *rest in table] == rules


def test_each_rule_is_checked(dashboard: psycopg.Connection, rules: list[tuple[int, str, str, str]]) -> None:
    [(source,)] = dashboard.execute("select prosrc from pg_proc where oid = 'api.verify_ledger'::regproc")
    checked_rules = re.findall(r"select '(\w+)', \* from private\.rule_(\d\d)_(\w+)\(\)", source)
    assert checked_rules == [(name, f"{number:02d}", name) for number, name, _, _ in rules]
    assert [number for number, *_ in rules] == list(range(1, len(rules) + 1))
    assert {name for _, name, _, _ in rules} == FORGERIES.keys()


@pytest.mark.parametrize("rule", FORGERIES)
def test_each_rule_finds_what_breaks_it(
    alice: Person, superuser: psycopg.Connection, dashboard: psycopg.Connection, rule: str
) -> None:
    alice.sale(118, date="2023-02-01")
    alice.pay(alice.invoice())
    alice.bill()
    submission = {
        "period_start": "2023-01-01",
        "period_end": "2023-03-31",
        "tax_type": "gst",
        "total_tax_liability": 18,
    }
    checked(alice.api.post("/api/tax/submit", json=submission), 200)
    assert alice.faults() == []
    superuser.execute(FORGERIES[rule], (alice.id,))
    assert rule in {fault["rule"] for fault in alice.faults()}
    # Gone with its user: other tests verify all books.
    superuser.execute("delete from tax_filings where user_id = %s", (alice.id,))
    dashboard.execute("delete from auth.users where id = %s", (alice.id,))


@pytest.mark.parametrize("rule", ["rule_05_settled_is_sum_of_settlements", "rule_06_payments_are_allocated"])
def test_what_is_added_up_is_not_joined(superuser: psycopg.Connection, rule: str) -> None:
    """With statistics from before the books grew, the planner joins row by row: 22 s for ten thousand documents."""
    [(source,)] = superuser.execute("select prosrc from pg_proc where proname = %s", (rule,)).fetchall()
    with superuser.transaction(force_rollback=True):
        superuser.execute(
            "update pg_class set reltuples = 1, relpages = 1"
            " where oid in ('invoices'::regclass, 'settlements'::regclass, 'transactions'::regclass)"
        )
        plan = superuser.execute(f"explain {source}").fetchall()
    assert "Aggregate" in str(plan)
    assert not re.search("Nested Loop|Join|SubPlan", str(plan))
