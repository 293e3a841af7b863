"""Every problem that a function of the database raises: a problem about a field names the field."""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import httpx
import psycopg
import pytest

from functions.system.openapi import made
from tests.person import Json, Person
from tests.target import Target

CALL = "private.raise_problem("

WITHOUT_FIELD = {
    # Who calls, and how often.
    "not_authenticated",
    "token_revoked",
    "too_many_requests",
    "too_many_idempotency_keys",
    "count_not_available",
    "embedding_not_available",
    # What the address names does not exist.
    "account_not_found",
    "invoice_not_found",
    "session_not_found",
    "payment_not_found",
    # The request conflicts with the state of the books.
    "entry_count_is_kept",
    "filing_already_submitted",
    "filing_is_frozen",
    "filing_not_submitted",
    "filing_overlaps",
    "idempotency_key_reused",
    "invoice_already_paid",
    "invoice_cancelled",
    "document_type_fixed",
    "invoice_changed",
    "invoice_has_notes",
    "invoice_not_issued",
    "invoice_settled",
    "payment_of_several",
    "reclaim_exceeds_reversal",
    "settled_by_credit_note",
    "settlement_fixed",
    "invoice_total_fixed",
    "last_account",
    "nothing_to_pay",
    "owner_is_fixed",
    "payment_fixed",
    "period_closed",
    "tax_payment_differs",
    "tax_payment_fixed",
    # A profile comes and goes with its user.
    "books_are_kept",
    "profile_has_no_user",
    "profile_has_user",
    # Append-only.
    "audit_is_append_only",
    "ledger_is_append_only",
    "written_by_rules",
}

# Of what the address names, and of what the body names.
BOTH = {
    *("filing_not_found", "customer_not_found", "supplier_not_found", "item_not_found"),
    *("transaction_not_found", "bill_not_found", "credit_adjustment_not_found"),
}
# Parameters that carry a field's name: the same check serves requests that name the field differently.
PASSED_ON = {"field", "first_field", "last_field"}
# Of functions that only the service role calls.
NOT_IN_THE_CONTRACT = {"job", "run_id"}


class Raised(NamedTuple):
    """One call of raise_problem, with its arguments as they are written."""

    function: str
    volatility: str
    status: str
    code: str
    message: str
    field: str | None = None


@pytest.fixture
def raised(dashboard: psycopg.Connection) -> list[Raised]:
    """Every call of raise_problem in a function of the database."""
    sources = dashboard.execute(
        "select oid::regproc::text, provolatile, prosrc from pg_proc where position(%s in prosrc) > 0",
        (CALL,),
    )
    return [
        Raised(function, volatility, *_arguments(call))
        for function, volatility, source in sources
        for call in source.split(CALL)[1:]
    ]


def _arguments(call: str) -> Iterator[str]:
    """The arguments of a call, up to its closing parenthesis; commas in texts and inner calls separate nothing."""
    depth, written = 0, ""
    for token in re.findall(r"'(?:[^']|'')*'|.", call, re.DOTALL):
        if token == ")" and depth == 0:
            break
        depth += {"(": 1, ")": -1}.get(token, 0)
        if token == "," and depth == 0:
            yield written.strip().strip("'")
            written = ""
        else:
            written += token
    yield written.strip().strip("'")


def test_raising_is_volatile(dashboard: psycopg.Connection, raised: list[Raised]) -> None:
    raises = dashboard.execute("select provolatile from pg_proc where oid = 'private.raise_problem'::regproc")
    assert raises.fetchall() == [("v",)]
    # The planner may run an immutable function early, and raise a problem that is not there.
    immutable = {call.function for call in raised if call.volatility == "i"}
    assert immutable == set()


def test_a_problem_about_a_field_names_it_wherever_it_is_raised(raised: list[Raised]) -> None:
    assert {call.code for call in raised if call.field is None} == WITHOUT_FIELD | BOTH
    assert [call for call in raised if call.field and call.code in WITHOUT_FIELD] == []


def test_a_field_is_one_of_the_contract(raised: list[Raised]) -> None:
    known = set(_names(json.loads(made()))) | PASSED_ON | NOT_IN_THE_CONTRACT
    assert {call.field for call in raised if call.field} - known == set()


def _names(document: Any) -> Iterator[str]:
    """Every property and parameter that an OpenAPI document has."""
    if isinstance(document, dict):
        yield from document.get("properties", {})
        if "in" in document and "name" in document:
            yield document["name"]
        document = list(document.values())
    if isinstance(document, list):
        for part in document:
            yield from _names(part)


INVOICE = {"customer_name": "Acme", "items": [{"description": "Design", "quantity": 1, "unit_price": 1}]}
SUBMISSION = {
    "period_start": "2023-04-01",
    "period_end": "2023-06-30",
    "tax_type": "gst",
    "total_tax_liability": 0,
}
NOBODYS = "00000000-0000-4000-8000-000000000000"


class TestTheDataApi:
    """PostgREST answers the field as `details`."""

    @pytest.fixture
    def data(self, target: Target, alice: Person) -> Iterator[httpx.Client]:
        with target.data_client(alice.token) as client:
            yield client

    @pytest.mark.parametrize(
        ("function", "arguments", "code", "field"),
        [
            ("update_profile", {"profile": {"gstin": "29AAACZ0001A1Z5"}}, "invalid_gstin", "gstin"),
            ("update_profile", {"profile": {"time_zone": "Mars/Olympus"}}, "invalid_time_zone", "time_zone"),
            (
                "create_invoice",
                {"invoice": {**INVOICE, "customer_gstin": "29AAACZ0001A1Z5"}},
                "invalid_gstin",
                "customer_gstin",
            ),
            ("create_invoice", {"invoice": {**INVOICE, "status": "overdue"}}, "not_overdue", "status"),
            (
                "create_invoice",
                {"invoice": {**INVOICE, "customer_id": NOBODYS}},
                "customer_not_found",
                "customer_id",
            ),
            (
                "create_invoice",
                {"invoice": {**INVOICE, "items": [{"item_id": NOBODYS, "quantity": 1}]}},
                "item_not_found",
                "item_id",
            ),
            (
                "tax_filing",
                {"start_date": "2023-02-01", "end_date": "2023-01-01"},
                "period_out_of_order",
                "end_date",
            ),
            (
                "tax_filing",
                {"start_date": "2999-01-01", "end_date": "2999-03-31"},
                "period_in_future",
                "start_date",
            ),
            (
                "submit_tax_filing",
                {"filing": {**SUBMISSION, "period_start": "2023-07-01"}},
                "period_out_of_order",
                "period_end",
            ),
            (
                "submit_tax_filing",
                {"filing": {**SUBMISSION, "total_tax_liability": 1}},
                "liability_differs",
                "total_tax_liability",
            ),
            (
                "submit_tax_filing",
                {"filing": {**SUBMISSION, "filing_id": NOBODYS}},
                "filing_not_found",
                "filing_id",
            ),
            ("delete_invoice", {"invoice_id": NOBODYS}, "invoice_not_found", None),
        ],
    )
    def test_names_the_field(
        self, data: httpx.Client, function: str, arguments: Json, code: str, field: str | None
    ) -> None:
        error = data.post(f"/rpc/{function}", json=arguments).json()
        assert (error["hint"], error["details"]) == (code, field)
