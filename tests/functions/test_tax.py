"""Filings, submissions and reports. Bad input is tried in test_bad_input.py."""

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import cast

import httpx
import psycopg
import pytest

from tests.concurrency import at_once
from tests.person import Json, Person, checked, problem

QUARTER = {"start_date": "2023-01-01", "end_date": "2023-03-31"}
SUBMISSION: Json = {
    "period_start": "2023-01-01",
    "period_end": "2023-03-31",
    "tax_type": "gst",
    "total_tax_liability": 18,
}
FilingsOf = Callable[[Person], list[tuple[object, ...]]]
IN_QUARTER = "2023-02-10T10:00:00Z"


def filing(person: Person, **parameters: object) -> Json:
    return cast(Json, person.read("/api/tax/filing", **{**QUARTER, **parameters}))


def summary(person: Person, **parameters: object) -> Json:
    return cast(Json, filing(person, **parameters)["summary"])


def submit(person: Person, **fields: object) -> Json:
    return cast(Json, checked(person.api.post("/api/tax/submit", json={**SUBMISSION, **fields}), 200))


def figures(shown: Json) -> list[float]:
    names = ("total_sales", "total_expenses", "total_tax_collected", "total_tax_paid", "net_tax_liability")
    return [shown[name] for name in names]


def heads(shown: Json) -> list[float]:
    return [shown["breakdown"][name] for name in ("cgst", "sgst", "igst")]


@pytest.fixture
def filings_of(dashboard: psycopg.Connection) -> FilingsOf:
    """The filings of a user as the dashboard shows them."""

    def rows(person: Person) -> list[tuple[object, ...]]:
        return dashboard.execute(
            """
            select period_start::text, period_end::text, status, total_sales, net_tax_liability::float, transaction_count
            from public.tax_filings where user_id = %s order by created_at
            """,
            (person.id,),
        ).fetchall()

    return rows


class TestInputTax:
    """Of an expense of 1000 at 18 %, which contains 152.54 of tax, or with 50 written in its place."""

    @pytest.mark.parametrize(
        ("recorded", "change", "expected"),
        [
            ({}, {"amount": 900}, 137.28),
            ({}, {"tax_rate": 5}, 47.62),
            ({}, {"amount": 900, "tax_amount": 152.54}, 152.54),
            ({}, {"tax_amount": 0}, 0),
            ({"tax_amount": 50}, {"amount": 900}, 50),
            ({"tax_amount": 50}, {"tax_rate": 5}, 50),
            ({"tax_amount": 50}, {"amount": 900, "tax_amount": 50}, 50),
            ({"tax_amount": 50}, {"amount": 900, "tax_amount": None}, 137.28),
        ],
    )
    def test_follows_an_edit_unless_it_was_written(
        self, alice: Person, recorded: Json, change: Json, expected: float
    ) -> None:
        expense = alice.expense(1000, tax_rate=18, **recorded)
        changed = checked(alice.api.put(f"/api/transactions/{expense['id']}", json=change), 200)
        assert (changed["tax_amount"], alice.faults()) == (expected, [])

    def test_that_was_written_is_part_of_the_amount(self, alice: Person) -> None:
        expense = alice.expense(1000, tax_rate=18, tax_amount=50)
        refused = alice.api.put(f"/api/transactions/{expense['id']}", json={"amount": 40})
        assert "tax_amount" in problem(refused, 422, "invalid_value")["detail"]

    @pytest.mark.parametrize(
        ("change", "expected"),
        [({}, None), ({"tax_rate": 18}, 152.54), ({"tax_rate": 18, "tax_amount": 152.54}, 152.54)],
    )
    def test_of_a_sale_that_becomes_an_expense_is_what_the_request_says(
        self, alice: Person, change: Json, expected: float | None
    ) -> None:
        path = f"/api/transactions/{alice.sale(1000, tax_rate=18)['id']}"
        changed = checked(alice.api.put(path, json={"transaction_type": "expense", **change}), 200)
        assert (changed["tax_rate"], changed["tax_amount"]) == (change.get("tax_rate"), expected)
        assert alice.faults() == []


class TestFiling:
    @pytest.mark.parametrize("path", ["filing?start_date=2023-01-01&end_date=2023-03-31", "report?year=2023"])
    def test_anonymous_is_refused(self, anonymous: httpx.Client, path: str) -> None:
        problem(anonymous.get(f"/api/tax/{path}"), 401, "not_authenticated")

    def test_of_others_is_not_seen(self, alice: Person, bob: Person) -> None:
        bob.sale(118, date=IN_QUARTER)
        assert figures(summary(alice)) == [0, 0, 0, 0, 0]
        assert filing(alice)["transactions"] == []

    def test_writes_nothing(self, alice: Person, filings_of: FilingsOf) -> None:
        alice.sale(118, date=IN_QUARTER)
        assert summary(alice)["filing_id"] is None
        assert filings_of(alice) == []

    def test_counts_input_tax_only_where_it_was_recorded(self, alice: Person) -> None:
        alice.expense(118, date=IN_QUARTER)
        assert summary(alice)["transaction_count"] == 0
        alice.expense(118, date=IN_QUARTER, tax_rate=18)
        alice.expense(118, date=IN_QUARTER, tax_amount=5)
        alice.expense(50, date=IN_QUARTER, tax_rate=0)
        assert figures(summary(alice)) == [0, 100 + 113 + 50, 0, 18 + 5, -23]

    def test_a_tax_payment_is_no_input(self, alice: Person) -> None:
        alice.expense(118, date=IN_QUARTER, tax_rate=18, category="Tax Payment")
        alice.transaction("other", 118, date=IN_QUARTER)
        alice.transaction("transfer", 118, date=IN_QUARTER)
        assert figures(summary(alice)) == [0, 0, 0, 0, 0]

    def test_counts_an_invoice_when_it_is_paid(self, alice: Person) -> None:
        invoice = alice.invoice([("Design", 1, 100)], status="sent", issue_date=IN_QUARTER)
        unpaid = {"count": 1, "taxable_value": 100.00, "tax_amount": 18.00}
        assert summary(alice)["unpaid_invoices"] == unpaid
        assert figures(summary(alice)) == [0, 0, 0, 0, 0]

        paid = alice.api.post(f"/api/invoices/{invoice['id']}/mark-as-paid", json={"date": IN_QUARTER})
        checked(paid, 200)
        assert summary(alice)["unpaid_invoices"]["count"] == 0
        assert figures(summary(alice)) == [100, 0, 18, 0, 18]

    def test_splits_the_tax_by_place_of_supply(self, alice: Person) -> None:
        alice.profile(state_code="29")
        for place in ("29", "27"):
            invoice = alice.invoice([("Design", 1, 100.05)], place_of_supply=place)
            path = f"/api/invoices/{invoice['id']}/mark-as-paid"
            checked(alice.api.post(path, json={"date": IN_QUARTER}), 200)
        # 9.0045 twice within the state, 18.009 out of it.
        assert heads(summary(alice)) == [9.00, 9.00, 18.01]
        assert figures(summary(alice)) == [200.10, 0, 36.01, 0, 36.01]

    def test_follows_edits_and_deletions(self, alice: Person) -> None:
        sale, other = alice.sale(118, date=IN_QUARTER), alice.sale(236, date=IN_QUARTER)
        checked(alice.api.put(f"/api/transactions/{sale['id']}", json={"tax_rate": 5}), 200)
        assert figures(summary(alice)) == [112.38 + 200, 0, 5.62 + 36, 0, 41.62]
        checked(alice.api.delete(f"/api/transactions/{other['id']}"), 204)
        assert figures(summary(alice)) == [112.38, 0, 5.62, 0, 5.62]

    def test_transactions_may_be_left_out(self, alice: Person) -> None:
        alice.sale(118, date=IN_QUARTER)
        assert len(filing(alice)["transactions"]) == 1
        brief = filing(alice, include_transactions=False)
        assert (brief["transactions"], brief["summary"]["transaction_count"]) == ([], 1)

    @pytest.mark.parametrize("tax_type", ["income_tax", "other"])
    def test_other_taxes_know_income_and_expenses(self, alice: Person, tax_type: str) -> None:
        """Without GST, and with every expense but tax payments; what is due on it the books don't know."""
        alice.sale(1180, date=IN_QUARTER)
        alice.expense(118, date=IN_QUARTER, tax_rate=18)
        alice.expense(50, date=IN_QUARTER)
        alice.expense(25, date=IN_QUARTER, category="Tax Payment")
        shown = filing(alice, tax_type=tax_type)
        assert figures(shown["summary"]) == [1000, 150, 0, 0, 0]
        assert heads(shown["summary"]) == [0, 0, 0]
        assert sorted(row["amount"] for row in shown["transactions"]) == [50, 100, 1000]


class TestInvoiceCalculation:
    def calculated(self, alice: Person, *rates: float | None) -> Json:
        lines = [
            {"description": "Tea", "quantity": 1, "unit_price": 100}
            | ({} if rate is None else {"tax_rate": rate})
            for rate in rates
        ]
        body = {"customer_name": "John Doe", "items": lines}
        invoice = checked(alice.api.post("/api/invoices", json=body), 201)
        return cast(Json, alice.read(f"/api/tax/calculate-for-invoice/{invoice['id']}"))

    def test_tells_that_its_lines_have_several_rates(self, alice: Person) -> None:
        shown = self.calculated(alice, None, 5, 5)
        assert (shown["original_amount"], shown["tax_amount"], shown["tax_rate"]) == (300, 28, 18)
        [warning] = shown["warnings"]
        assert warning["code"] == "mixed_tax_rates"
        assert "5 %, 18 %" in warning["message"]

    def test_has_the_rate_that_all_its_lines_have(self, alice: Person) -> None:
        shown = self.calculated(alice, 5, 5)
        assert (shown["tax_amount"], shown["tax_rate"], shown["warnings"]) == (10, 5, [])


class TestDrafts:
    def test_are_refreshed_on_repeat(self, alice: Person, filings_of: FilingsOf) -> None:
        first = alice.read("/api/tax/filing/auto-generate", period="monthly")["summary"]
        assert (first["status"], first["total_sales"]) == ("draft", 0)
        alice.sale(118, date=first["period_end"])
        again = alice.read("/api/tax/filing/auto-generate", period="monthly")["summary"]
        assert (again["filing_id"], again["total_sales"]) == (first["filing_id"], 100)
        assert filings_of(alice) == [(first["period_start"], first["period_end"], "draft", 100, 18, 1)]

    @pytest.mark.parametrize("period", ["monthly", "quarterly", "annually"])
    def test_are_of_the_last_ended_period(
        self, alice: Person, dashboard: psycopg.Connection, period: str
    ) -> None:
        found = dashboard.execute(
            """
            select lower(ended)::text, (upper(ended) - 1)::text
            from private.last_ended_period((now() at time zone 'Asia/Kolkata')::date, %s) as ended
            """,
            (period,),
        ).fetchone()
        shown = alice.read("/api/tax/filing/auto-generate", period=period)["summary"]
        assert (shown["period_start"], shown["period_end"]) == found

    def test_are_not_made_over_days_that_were_submitted(
        self, alice: Person, schedule: httpx.Client, filings_of: FilingsOf
    ) -> None:
        alice.profile(filing_frequency="annually")
        year = alice.read("/api/tax/filing/auto-generate", period="annually")["summary"]
        quarter = {"period_start": f"{year['period_end'][:4]}-01-01", "period_end": year["period_end"]}
        alice.sale(118, date=year["period_end"])
        submit(alice, **quarter)
        submitted = [(*quarter.values(), "submitted", 100, 18, 1)]
        assert filings_of(alice) == submitted  # the draft of the year is gone

        answer = alice.api.get("/api/tax/filing/auto-generate", params={"period": "annually"})
        detail = problem(answer, 409, "filing_overlaps")["detail"]
        assert detail.startswith("{period_start} to {period_end} was submitted as GST".format(**quarter))
        checked(schedule.post("/rpc/run_job", json={"job": "generate_tax_filings"}), 200)
        assert filings_of(alice) == submitted

    def test_of_the_current_period_are_not_made_over_days_that_were_submitted(
        self, alice: Person, dashboard: psycopg.Connection, filings_of: FilingsOf
    ) -> None:
        dashboard.execute(
            """
            insert into public.tax_filings (
                user_id, tax_type, period_start, period_end, status, submission_date, confirmation_number, total_sales,
                total_expenses, total_tax_collected, total_tax_paid, net_tax_liability, cgst, sgst, igst, transaction_count
            )
            select %s, 'gst', now() - interval '1 day', now(), 'submitted', now(), 'GST1', 0, 0, 0, 0, 0, 0, 0, 0, 0
            """,
            (alice.id,),
        )
        alice.profile(filing_frequency="annually")
        path = f"/api/invoices/{alice.invoice()['id']}/mark-as-paid"
        checked(alice.api.post(path, params={"create_tax_filing": True}), 200)
        assert len(filings_of(alice)) == 1

    def test_twenty_at_once_make_one(self, alice: Person, filings_of: FilingsOf) -> None:
        answers = at_once([partial(alice.api.get, "/api/tax/filing/auto-generate")] * 20)
        assert len({checked(answer, 200)["summary"]["filing_id"] for answer in answers}) == 1
        assert len(filings_of(alice)) == 1

    def test_of_the_current_period_take_a_paid_invoice(self, alice: Person, filings_of: FilingsOf) -> None:
        alice.profile(filing_frequency="monthly")
        for counted in (1, 2):
            invoice = alice.invoice([("Design", 1, 100)])
            path = f"/api/invoices/{invoice['id']}/mark-as-paid"
            paid = checked(alice.api.post(path, params={"create_tax_filing": True}), 200)
            [(start, end, *stored)] = filings_of(alice)
            assert stored == ["draft", 100 * counted, 18 * counted, counted]
            assert start <= paid["updated_at"][:10] <= end

    def test_are_made_for_no_invoice_that_could_not_be_paid(
        self, alice: Person, filings_of: FilingsOf
    ) -> None:
        path = f"/api/invoices/{alice.invoice(status='cancelled')['id']}/mark-as-paid"
        problem(alice.api.post(path, params={"create_tax_filing": True}), 409, "invoice_cancelled")
        assert filings_of(alice) == []


class TestSubmit:
    def test_anonymous_is_refused(self, anonymous: httpx.Client) -> None:
        problem(anonymous.post("/api/tax/submit", json=SUBMISSION), 401, "not_authenticated")

    def test_records_the_payment(self, alice: Person) -> None:
        alice.sale(118, date=IN_QUARTER)
        submission = submit(alice, payment_reference="UTR12345678")
        payment = alice.read(f"/api/transactions/{submission['payment_transaction_id']}")
        shown = (payment["transaction_type"], payment["amount"], payment["category"])
        assert shown == ("expense", 18.00, "Tax Payment")
        assert payment["description"] == "GST 2023-01-01 to 2023-03-31"
        assert alice.balance() == 100.00
        assert alice.faults() == []

    def test_the_account_may_go_negative(self, alice: Person) -> None:
        sale = alice.sale(118, date=IN_QUARTER)
        alice.expense(110)
        submit(alice)
        assert alice.balance() == -10.00
        assert sale["account_id"] == alice.read("/api/accounts")[0]["id"]
        assert alice.faults() == []

    @pytest.mark.parametrize("liability", [0, -18])
    def test_nothing_is_paid_when_nothing_is_due(self, alice: Person, liability: int) -> None:
        if liability:
            alice.expense(118, date=IN_QUARTER, tax_rate=18)
        before = alice.read("/api/transactions")
        submission = submit(alice, total_tax_liability=liability)
        assert submission["total_tax_liability"] == liability
        assert submission["payment_transaction_id"] is None
        assert alice.read("/api/transactions") == before
        assert alice.faults() == []

    def test_fifty_at_once_submit_once(self, alice: Person, filings_of: FilingsOf) -> None:
        alice.sale(118, date=IN_QUARTER)
        answers = at_once([partial(alice.api.post, "/api/tax/submit", json=SUBMISSION)] * 50)
        assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 49}
        assert {answer.json()["code"] for answer in answers if answer.is_error} == {
            "filing_already_submitted"
        }
        assert [status for _, _, status, *_ in filings_of(alice)] == ["submitted"]
        assert len(alice.read("/api/transactions", category="Tax Payment")) == 1
        assert (alice.balance(), alice.faults()) == (100.00, [])

    def test_months_of_a_submitted_quarter_at_once_all_fail(
        self, alice: Person, filings_of: FilingsOf
    ) -> None:
        submit(alice, total_tax_liability=0)
        months = [("2023-01-01", "2023-01-31"), ("2023-02-01", "2023-02-28"), ("2023-03-31", "2023-04-30")]
        for start, end in months:
            body = {**SUBMISSION, "period_start": start, "period_end": end, "total_tax_liability": 0}
            problem(alice.api.post("/api/tax/submit", json=body), 409, "filing_overlaps")
        assert len(filings_of(alice)) == 1
        submit(alice, period_start="2023-04-01", period_end="2023-06-30", total_tax_liability=0)
        submit(alice, tax_type="other", total_tax_liability=0)

    def test_an_overlap_is_told_before_a_liability_that_differs(self, alice: Person) -> None:
        alice.sale(118, date=IN_QUARTER)
        submit(alice)
        body = {**SUBMISSION, "period_start": "2023-02-01", "total_tax_liability": 0}
        problem(alice.api.post("/api/tax/submit", json=body), 409, "filing_overlaps")

    @pytest.mark.parametrize("tax_type", ["income_tax", "other"])
    def test_only_gst_leaves_credit(self, alice: Person, filings_of: FilingsOf, tax_type: str) -> None:
        body = {**SUBMISSION, "tax_type": tax_type, "total_tax_liability": -500}
        problem(alice.api.post("/api/tax/submit", json=body), 422, "invalid_value")
        assert filings_of(alice) == []

    def test_overlapping_periods_at_once_are_submitted_once(self, alice: Person) -> None:
        ends = [f"2023-03-{day}" for day in range(11, 31)]
        bodies = [{**SUBMISSION, "period_end": end, "total_tax_liability": 0} for end in ends]
        answers = at_once([partial(alice.api.post, "/api/tax/submit", json=body) for body in bodies])
        assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 19}
        assert {answer.json()["code"] for answer in answers if answer.is_error} == {"filing_overlaps"}

    def test_the_same_key_gets_the_same_answer(self, alice: Person) -> None:
        alice.sale(118, date=IN_QUARTER)
        send = partial(alice.api.post, "/api/tax/submit", headers={"Idempotency-Key": "first"})
        first, again = send(json=SUBMISSION), send(json=SUBMISSION)
        assert checked(first, 200) == checked(again, 200)
        assert again.headers["Idempotent-Replayed"] == "true"
        problem(send(json={**SUBMISSION, "notes": "other"}), 409, "idempotency_key_reused")
        assert alice.balance() == 100.00

    def test_what_is_due_on_income_the_request_says(self, alice: Person) -> None:
        alice.sale(1180, date=IN_QUARTER)
        submission = submit(alice, tax_type="income_tax", total_tax_liability=250.50)
        assert submission["confirmation_number"].startswith("ITX")
        assert alice.balance() == 929.50
        assert summary(alice, tax_type="income_tax")["changed_since_submission"] is None
        assert alice.faults() == []

    def test_the_payment_stays(self, alice: Person) -> None:
        alice.sale(118, date=IN_QUARTER)
        path = f"/api/transactions/{submit(alice)['payment_transaction_id']}"
        problem(alice.api.delete(path), 409, "tax_payment_fixed")
        for change in ({"amount": 17}, {"category": "Stock"}, {"transaction_type": "other"}):
            problem(alice.api.put(path, json=change), 409, "tax_payment_fixed")
        checked(alice.api.put(path, json={"description": "Challan 42"}), 200)
        assert (alice.balance(), alice.faults()) == (100.00, [])

    def test_the_payment_moves_with_its_account(self, alice: Person) -> None:
        alice.sale(118, date=IN_QUARTER)
        payment = alice.read(f"/api/transactions/{submit(alice)['payment_transaction_id']}")
        savings = alice.account("Savings")["id"]
        path = f"/api/accounts/{payment['account_id']}"
        checked(alice.api.delete(path, params={"transfer_to_account_id": savings}), 204)
        assert (alice.balance(), alice.faults()) == (100.00, [])


class TestChangedSinceSubmission:
    CHANGED = {
        "total_sales": {"submitted": 100.00, "now": 200.00},
        "total_tax_collected": {"submitted": 18.00, "now": 36.00},
        "net_tax_liability": {"submitted": 18.00, "now": 36.00},
        "cgst": {"submitted": 9.00, "now": 18.00},
        "sgst": {"submitted": 9.00, "now": 18.00},
    }

    def changes(self, alice: Person) -> list[Json | None]:
        """As the filing says it, and as the report does."""
        [reported] = alice.read("/api/tax/report", year=2023)["filings"]
        return [summary(alice)["changed_since_submission"], reported["changed_since_submission"]]

    def test_names_the_figures_that_differ(self, alice: Person, filings_of: FilingsOf) -> None:
        sale = alice.sale(118, date=IN_QUARTER)
        submission = submit(alice)
        assert self.changes(alice) == [None, None]

        path = f"/api/transactions/{sale['id']}"
        checked(alice.api.put(path, json={"description": "Renamed"}), 200)
        alice.expense(118, date=IN_QUARTER)
        alice.sale(118, date="2023-04-01")
        assert self.changes(alice) == [None, None]

        checked(alice.api.put(path, json={"amount": 236}), 200)
        assert self.changes(alice) == [self.CHANGED, self.CHANGED]
        assert summary(alice)["status"] == "submitted"
        [reported] = alice.read("/api/tax/report", year=2023)["filings"]
        assert reported["total_tax_liability"] == submission["total_tax_liability"] == 18.00
        assert filings_of(alice) == [("2023-01-01", "2023-03-31", "submitted", 100, 18, 1)]

        checked(alice.api.put(path, json={"amount": 118}), 200)
        assert self.changes(alice) == [None, None]

    def test_generating_again_leaves_the_submission(self, alice: Person, filings_of: FilingsOf) -> None:
        drafted = alice.read("/api/tax/filing/auto-generate", period="monthly")["summary"]
        period = {name: drafted[name] for name in ("period_start", "period_end")}
        submit(alice, **period, total_tax_liability=0)
        alice.sale(118, date=period["period_end"])
        again = alice.read("/api/tax/filing/auto-generate", period="monthly")["summary"]
        assert (again["filing_id"], again["status"]) == (drafted["filing_id"], "submitted")
        assert again["changed_since_submission"]["net_tax_liability"] == {"submitted": 0.00, "now": 18.00}
        assert filings_of(alice) == [(*period.values(), "submitted", 0, 0, 0)]

    def test_the_page_shows_what_was_submitted_and_the_difference(self, alice: Person) -> None:
        sale = alice.sale(1180, date=IN_QUARTER)

        def page() -> Json:
            return cast(
                Json,
                checked(
                    alice.data.post("/rpc/tax_page", json=QUARTER, headers={"Content-Profile": "web"}), 200
                ),
            )

        assert page()["submitted"] is None
        submission = submit(alice, total_tax_liability=180)
        checked(alice.api.put(f"/api/transactions/{sale['id']}", json={"amount": 1298}), 200)
        shown = page()
        submitted = shown["submitted"]
        assert submitted["confirmation_number"] == submission["confirmation_number"]
        assert (submitted["net_tax_liability"], submitted["paid"], submitted["difference"]) == (180, True, 18)
        assert figures(submitted) == [1000, 0, 180, 0, 180]
        assert figures(shown["summary"]) == [1100, 0, 198, 0, 198]


class TestReport:
    def test_by_year_and_type(self, alice: Person, bob: Person) -> None:
        alice.sale(118, date=IN_QUARTER)
        submit(alice)
        submit(alice, tax_type="income_tax", total_tax_liability=30)
        submit(alice, period_start="2022-10-01", period_end="2022-12-31", total_tax_liability=0)
        submit(bob, total_tax_liability=0)

        everything = alice.read("/api/tax/report", year=2023)
        assert [row["tax_type"] for row in everything["filings"]] == ["gst", "income_tax"]
        assert everything["total_tax_paid"] == 48.00
        gst = alice.read("/api/tax/report", year=2023, tax_type="gst")
        assert [row["total_tax_liability"] for row in gst["filings"]] == [18.00]
        assert gst["total_tax_paid"] == 18.00
        assert alice.read("/api/tax/report", year=2022)["total_tax_paid"] == 0.00
        assert alice.read("/api/tax/report", year=2021) == {"year": 2021, "total_tax_paid": 0, "filings": []}

    def test_shows_drafts_with_live_figures(self, alice: Person) -> None:
        drafted = alice.read("/api/tax/filing/auto-generate", period="monthly")["summary"]
        alice.sale(118, date=drafted["period_end"])
        [row] = alice.read("/api/tax/report", year=int(drafted["period_start"][:4]))["filings"]
        assert (row["status"], row["total_tax_liability"], row["submission_date"]) == ("draft", 18.00, None)


class TestDays:
    """A day begins where the business is: at 18:30 UTC the day before, unless its profile says otherwise."""

    # The last minute of a period in India and the first of the next one, and the periods.
    BOUNDARIES = {
        "31 March": ("2025-03-31", ("2025-01-01", "2025-03-31"), ("2025-04-01", "2025-06-30")),
        "30 June": ("2025-06-30", ("2025-04-01", "2025-06-30"), ("2025-07-01", "2025-09-30")),
        "31 December": ("2025-12-31", ("2025-10-01", "2025-12-31"), ("2026-01-01", "2026-03-31")),
    }

    def sales_in(self, alice: Person, period: tuple[str, str]) -> float:
        return float(summary(alice, start_date=period[0], end_date=period[1])["total_sales"])

    @pytest.mark.parametrize(("day", "ending", "beginning"), BOUNDARIES.values(), ids=BOUNDARIES)
    def test_periods_end_at_half_past_six(
        self, alice: Person, day: str, ending: tuple[str, str], beginning: tuple[str, str]
    ) -> None:
        alice.sale(118, date=f"{day}T18:29:00Z")
        alice.sale(236, date=f"{day}T18:31:00Z")
        assert (self.sales_in(alice, ending), self.sales_in(alice, beginning)) == (100, 200)

    @pytest.mark.parametrize(("day", "ending", "beginning"), BOUNDARIES.values(), ids=BOUNDARIES)
    def test_a_date_is_a_whole_day_in_india(
        self, alice: Person, day: str, ending: tuple[str, str], beginning: tuple[str, str]
    ) -> None:
        alice.sale(118, date=ending[1])
        alice.sale(236, date=beginning[0])
        assert (self.sales_in(alice, ending), self.sales_in(alice, beginning)) == (100, 200)

    def test_the_financial_year_begins_with_april(self, alice: Person) -> None:
        alice.sale(118, date="2025-03-31T18:29:00Z")
        alice.sale(236, date="2025-03-31T18:31:00Z")
        assert self.sales_in(alice, ("2024-04-01", "2025-03-31")) == 100
        assert self.sales_in(alice, ("2025-04-01", "2026-03-31")) == 200

    def test_the_zone_is_the_profiles(self, alice: Person) -> None:
        alice.profile(time_zone="America/New_York")
        ending, beginning = self.BOUNDARIES["31 March"][1:]
        # Midnight there, in summer time.
        alice.sale(118, date="2025-04-01T03:59:00Z")
        alice.sale(236, date="2025-04-01T04:01:00Z")
        assert (self.sales_in(alice, ending), self.sales_in(alice, beginning)) == (100, 200)

    def test_another_zone_moves_the_days(self, alice: Person) -> None:
        ending, beginning = self.BOUNDARIES["31 March"][1:]
        alice.sale(118, date="2025-03-31T18:31:00Z")
        invoice = alice.invoice([("Design", 1, 50)], status="sent", issue_date="2025-03-31T18:31:00Z")
        for zone, period in (("Asia/Kolkata", beginning), ("UTC", ending), ("Asia/Kolkata", beginning)):
            alice.profile(time_zone=zone)
            shown = summary(alice, start_date=period[0], end_date=period[1])
            assert (shown["total_sales"], shown["unpaid_invoices"]["count"]) == (100, 1), zone
        assert invoice["invoice_number"].startswith("INV-2025-04-")
        assert alice.faults() == []

    def test_a_zone_can_be_changed_whatever_is_due(self, alice: Person) -> None:
        """Issued and due on one day in India, which in Pakistan are two, in the wrong order."""
        alice.invoice(issue_date="2025-03-31T20:00:00Z", due_date="2025-04-01")
        assert alice.profile(time_zone="Asia/Karachi")["time_zone"] == "Asia/Karachi"
        assert alice.faults() == []
