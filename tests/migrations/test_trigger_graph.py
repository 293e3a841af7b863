"""No trigger leads back to itself, but through entry points; and the triggers that an action fires are counted."""

import json
import re

import psycopg
import pytest

from local.project import ROOT
from tests.migrations.trigger_graph import AT_THE_TOP, Node, Trigger, circle, firings, triggers
from tests.person import Person

ENTRY_POINTS = {
    ("public.accounts", "replace_default"),
    ("public.invoice_items", "sum_after_insert"),
    ("public.invoice_items", "sum_after_update"),
    ("public.invoices", "follow_after_update"),
    ("public.settlements", "prepare"),
    ("public.settlements", "take_money_back"),
    ("public.transactions", "invoice_after_insert"),
}
"""Triggers that translate what a person types into the rows that it means: what the rules write passes them by."""


@pytest.fixture
def graph(dashboard: psycopg.Connection) -> list[Trigger]:
    return triggers(dashboard)


class TestTheGraph:
    def test_has_no_circle_but_through_entry_points(self, graph: list[Trigger]) -> None:
        assert circle([one for one in graph if (one.table, one.name) not in ENTRY_POINTS]) == []

    def test_an_entry_point_fires_for_what_a_person_writes_only(self, graph: list[Trigger]) -> None:
        found = {(one.table, one.name): one.definition for one in graph}
        assert [name for name in ENTRY_POINTS if AT_THE_TOP not in found[name]] == []

    def test_an_entry_point_would_close_a_circle(self, graph: list[Trigger]) -> None:
        """What would not needs no exception."""
        for table, name in ENTRY_POINTS:
            [exception] = [one for one in graph if (one.table, one.name) == (table, name)]
            assert any(
                _leads(graph, written, (table, goal))
                for written in exception.writes
                for goal in exception.operations
            ), f"{table}.{name}"

    def test_a_circle_is_found(self, graph: list[Trigger]) -> None:
        assert circle(graph) != []
        back = Trigger(
            "public.ledger_entries",
            "back",
            "",
            frozenset({"insert"}),
            frozenset({("public.transactions", "insert")}),
        )
        alone = [one for one in graph if (one.table, one.name) not in ENTRY_POINTS]
        assert ("public.ledger_entries", "insert") in circle([*alone, back])


def _leads(graph: list[Trigger], begin: Node, end: Node) -> bool:
    reached, waiting = {begin}, [begin]
    while waiting:
        here = waiting.pop()
        following = {goal for one in graph for start, goal in one.edges if start == here} - reached
        reached |= following
        waiting += following
    return end in reached


class TestFirings:
    """docs/architecture.md shows them, beside those of version 1.0.0."""

    @pytest.fixture
    def counted(self, alice: Person, superuser: psycopg.Connection) -> dict[str, dict[str, int]]:
        alice.account()
        invoice = alice.invoice(status="sent")
        line = invoice["items"][0]["id"]
        claims = json.dumps({"sub": alice.id, "role": "authenticated", "session_id": alice.id})
        superuser.execute("select set_config('request.jwt.claims', %s, false)", (claims,))
        sale = json.dumps({"transaction_type": "sale", "amount": 118})
        return {
            "A sale": firings(superuser, "select api.create_transaction(%s)", sale),
            "A payment": firings(superuser, "select api.mark_invoice_paid(%s)", invoice["id"]),
            "An edited line": firings(
                superuser, "update public.invoice_items set unit_price = 60 where id = %s", line
            ),
        }

    def test_the_documents_numbers_are_right(self, counted: dict[str, dict[str, int]]) -> None:
        text = (ROOT / "docs" / "architecture.md").read_text()
        shown = dict(
            re.findall(r"^\| (A sale|A payment|An edited line) \| \d+ \| (\d+) \|", text, re.MULTILINE)
        )
        assert {action: int(number) for action, number in shown.items()} == {
            action: sum(calls.values()) for action, calls in counted.items()
        }, counted
