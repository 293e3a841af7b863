"""Credit that is claimed in a month whose GST was submitted stays as it is."""

import psycopg
import pytest

from tests.functions.bills.test_bills import BILL, put
from tests.functions.tax.filings import reopen, submit
from tests.person import Person, problem

OLD = {"bill_date": "2023-03-05"}


def test_is_fixed_where_its_month_was_submitted(alice: Person, dashboard: psycopg.Connection) -> None:
    """Bills, their lines and adjustments, by the dashboard; what the return does not say stays free."""
    bill = alice.bill(**OLD, claim_period="032023")
    submission = submit(alice, total_tax_liability=0)
    for statement in (
        "update public.bills set claim_period = null where id = %s",
        "update public.bills set bill_number = 'x' where id = %s",
        "update public.bill_items set taxable_value = 2001 where bill_id = %s",
        "delete from public.bill_items where bill_id = %s",
        "delete from public.bills where id = %s",
        "insert into public.credit_adjustments (user_id, period, kind, igst) "
        "select user_id, '2023-03-01', 'other', 1 from public.bills where id = %s",
    ):
        with pytest.raises(psycopg.Error, match="was submitted"):
            dashboard.execute(statement, (bill["id"],))
    dashboard.execute("update public.bills set notes = 'Free' where id = %s", (bill["id"],))
    reopen(alice, submission)
    assert put(alice, bill, claim_period=None)["claim_period"] is None


def test_waits_for_an_open_month(alice: Person) -> None:
    submit(alice, total_tax_liability=0)
    told = problem(alice.api.post("/api/bills", json={**BILL, **OLD}), 409, "period_closed")["detail"]
    assert "Claim the credit in a later period (claim_period), or open the filing again" in told
    assert alice.bill(**OLD, claim_period="042023")["claim_period"] == "042023"
    assert alice.bill("2", **OLD, claim_period=None)["claim_period"] is None
