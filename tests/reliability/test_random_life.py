"""Two users live at random through the API, beside books in memory that were written from the documents.

After every step balances, transactions, invoices, filings and the ledger's own check agree with the memory.
`make soak` lives longer.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test

from tests.reliability.client import Clients, clients
from tests.reliability.invoice_rules import InvoiceRules
from tests.reliability.money_rules import MoneyRules
from tests.reliability.payment_rules import PaymentRules
from tests.reliability.strategies import nth, who
from tests.target import Target

SOAK = bool(os.environ.get("SOAK"))
EXAMPLES, STEPS = (1000, 100) if SOAK else (30, 50)


class RandomLife(MoneyRules, InvoiceRules, PaymentRules):
    """What two users can do with money, in any order."""

    @rule(who=who)
    def read_everything(self, who: str) -> None:
        books = self.books[who]
        shown = self.does(who, "GET", "/api/accounts", limit=1000)
        assert {a["id"]: Decimal(str(a["balance"])) for a in shown} == {
            a.id: a.balance for a in books.accounts.values()
        }
        total = self.does(who, "GET", "/api/accounts/balance")["balance"]
        assert Decimal(str(total)) == sum((a.balance for a in books.accounts.values()), Decimal(0))
        assert {t["id"] for t in self.does(who, "GET", "/api/transactions", limit=1000)} == set(
            books.transactions
        )
        for document_type in ("invoice", "credit_note"):
            shown = self.does(who, "GET", "/api/invoices", limit=1000, document_type=document_type)
            assert {one["id"]: (one["status"], Decimal(str(one["amount_due"]))) for one in shown} == {
                one.id: (one.shown, one.due)
                for one in books.documents.values()
                if bool(one.against) == (document_type == "credit_note")
            }
        assert len(self.does(who, "GET", "/api/v1/invoices", limit=1000)) == sum(
            not one.against for one in books.documents.values()
        )
        deducted = Decimal(str(self.does(who, "GET", "/api/tax/tds")["total"]))
        assert deducted == sum(
            (one.amount for one in books.settlements if one.kind == "tax_deducted"), Decimal(0)
        )

    @rule(
        who=who,
        which=nth,
        verb=st.sampled_from(["GET", "PUT", "DELETE"]),
        kind=st.sampled_from(["accounts", "transactions", "invoices"]),
    )
    def reach_for_the_others(self, who: str, which: int, verb: str, kind: str) -> None:
        other = self.books["bob" if who == "alice" else "alice"]
        ids = {
            "accounts": [*other.accounts],
            "transactions": [*other.transactions],
            "invoices": [*other.documents],
        }[kind]
        if ids:
            path = f"/api/{kind}/{ids[which % len(ids)]}"
            self.refused(
                who, verb, path, {(404, f"{kind.removesuffix('s')}_not_found")}, {} if verb == "PUT" else None
            )


@pytest.fixture
def shared(target: Target) -> Iterator[Clients]:
    with clients(target) as shared:
        yield shared


def test_two_users_live_at_random(shared: Clients, show_count: Callable[[str], None]) -> None:
    RandomLife.shared = shared
    RandomLife.counted.clear()
    run_state_machine_as_test(
        RandomLife,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            derandomize=not SOAK,
            suppress_health_check=list(HealthCheck),
            # Finding the shortest life that fails takes minutes: only where there are.
            phases=[Phase.generate, Phase.shrink] if SOAK else [Phase.generate],
        ),
    )
    show_count(f"random life: {dict(RandomLife.counted)} no fault in the books")
