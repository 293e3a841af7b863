"""The catalogue of problems, the SQL that raises them, and the constraints that report themselves."""

import re
from http import HTTPStatus
from pathlib import Path

import httpx
import pytest

import shared.problems.catalogue
from shared.problems.base import Problem
from shared.problems.constraints import CONSTRAINTS
from shared.problems.database import problem_of

MIGRATIONS = "\n".join(path.read_text() for path in sorted(Path("supabase/migrations").glob("*.sql")))
RAISED = set(re.findall(r"raise_problem\(\s*(\d{3}),\s*'(\w+)'", MIGRATIONS))
NAMED = set(re.findall(r"constraint (\w+)\s+(?:check|unique|foreign key)", MIGRATIONS))

# Constraints that no request can break: they guard what SQL itself computes and tables only it writes.
UNREACHABLE = {
    "accounts_owner_key",
    "audit_entries_channel_known",
    "bill_items_bill_belongs_to_user",
    "bills_owner_key",
    "bills_self_invoice_dated",
    "credit_adjustments_owner_key",
    "gstr2b_documents_bill_exists",
    "gstr2b_documents_decision_known",
    "gstr2b_documents_kind_known",
    "gstr2b_documents_number_length",
    "gstr2b_documents_period_is_a_month",
    "gstr2b_documents_section_known",
    "contacts_owner_key",
    "gst_states_code_is_two_digits",
    "idempotency_keys_number_unique",
    "invoice_items_amount_is_product",
    "invoice_items_invoice_belongs_to_user",
    "invoice_items_tax_adds_up",
    "invoices_days_are_of_their_instants",
    "invoices_financial_year_of_issue_day",
    "invoices_origin_known",
    "invoices_round_off_below_a_rupee",
    "invoices_owner_key",
    "invoices_serial_unique_per_user",
    "invoices_tax_adds_up",
    "invoices_total_adds_up",
    "items_owner_key",
    "job_runs_job_known",
    "ledger_entries_amount_moves",
    "ledger_entries_kind_known",
    "ledger_entries_transaction_named",
    "transaction_totals_key",
    "transaction_totals_span_known",
    "invoice_totals_span_known",
    "profiles_closed_is_anonymous",
    "profiles_closed_is_kept",
    "tax_filings_status_known",
    "tax_filings_submission_named",
    "transactions_day_is_of_its_instant",
}

problems = sorted(Problem.catalogue.values(), key=lambda problem: problem.code)


@pytest.mark.parametrize("problem", problems, ids=lambda problem: problem.code)
def test_a_problem_says_what_it_is(problem: type[Problem]) -> None:
    assert problem.title()
    assert not problem.title().endswith(".")
    assert HTTPStatus(problem.status) >= HTTPStatus.BAD_REQUEST
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", problem.code)


@pytest.mark.parametrize(("status", "code"), sorted(RAISED))
def test_what_sql_raises_is_in_the_catalogue(status: str, code: str) -> None:
    assert Problem.catalogue[code].status == int(status)


@pytest.mark.parametrize("name", sorted(NAMED - UNREACHABLE))
def test_every_constraint_that_a_request_can_break_has_a_sentence(name: str) -> None:
    assert name in CONSTRAINTS


def answer(code: str, message: str = "", hint: str = "", status: int = 400) -> httpx.Response:
    return httpx.Response(status, json={"code": code, "message": message, "hint": hint, "details": None})


class TestProblemOf:
    def test_a_code_that_sql_raised_keeps_its_sentence(self) -> None:
        problem = problem_of(answer("PT409", "Invoice INV-1 is paid already.", "invoice_already_paid"))
        assert isinstance(problem, shared.problems.catalogue.InvoiceAlreadyPaid)
        assert problem.detail == "Invoice INV-1 is paid already."

    def test_a_field_that_sql_names_is_shown(self) -> None:
        body = {"code": "PT422", "message": "No.", "hint": "invalid_gstin", "details": "customer_gstin"}
        expected = {"field": "customer_gstin", "code": "invalid_gstin", "message": "No."}
        assert problem_of(httpx.Response(422, json=body)).errors == [expected]

    def test_details_of_postgresql_are_no_field(self) -> None:
        body = {"code": "23514", "message": "secret", "hint": None, "details": "secret"}
        assert problem_of(httpx.Response(400, json=body)).errors == []

    def test_a_broken_constraint_is_told_in_words(self) -> None:
        message = 'new row for relation "invoices" violates check constraint "invoices_due_not_before_issue"'
        assert problem_of(answer("23514", message)).detail == "due_date must not be before issue_date."

    def test_a_missing_value_names_its_field(self) -> None:
        message = 'null value in column "amount" of relation "transactions" violates not-null constraint'
        assert problem_of(answer("23502", message)).detail == "amount must have a value."

    @pytest.mark.parametrize(
        ("code", "expected"),
        [
            ("22003", "amount_out_of_range"),
            ("22P02", "invalid_value"),
            ("22008", "invalid_value"),
            ("42501", "forbidden"),
            ("PGRST301", "invalid_token"),
            ("25006", "database_read_only"),
            ("57014", "service_unavailable"),
            ("40P01", "service_unavailable"),
            ("PGRST003", "service_unavailable"),
            ("42P01", "internal_error"),
            ("XX000", "internal_error"),
        ],
    )
    def test_a_code_of_postgresql(self, code: str, expected: str) -> None:
        assert problem_of(answer(code, "secret details")).code == expected

    def test_no_text_of_the_database_gets_out(self) -> None:
        for code in ("42P01", "22P02", "23514", "42501"):
            assert "secret" not in str(problem_of(answer(code, 'secret "details"')).body("1"))

    @pytest.mark.parametrize("status", [502, 503, 504, 520, 546])
    def test_a_gateway_in_between_may_answer_in_html(self, status: int) -> None:
        problem = problem_of(httpx.Response(status, text="<html>"))
        assert problem.code == "service_unavailable"
        assert problem.headers == {"Retry-After": "1"}
