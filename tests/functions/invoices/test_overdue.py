"""Overdue invoices: shown from the day after the day they were due, and stored nowhere."""

from collections.abc import Callable

import httpx
import psycopg
import pytest

from tests.person import Json, Person, checked, problem

# Twenty-five hours lie between their clocks: when it is today in the west, it is tomorrow or later in the east.
WEST, EAST = "Pacific/Pago_Pago", "Pacific/Kiritimati"
LONG_AGO: Json = {"issue_date": "2016-05-01", "due_date": "2016-05-10"}

Today = Callable[[Person], str]


@pytest.fixture
def today(dashboard: psycopg.Connection) -> Today:
    """The day in a person's time zone."""

    def day(person: Person) -> str:
        [(told,)] = dashboard.execute("select private.today(%s)::text", (person.id,)).fetchall()
        return str(told)

    return day


def listed(person: Person, status: str, **filters: object) -> tuple[list[str], int]:
    """The ids of the invoices that have this status, and how many the answer says there are."""
    answer = person.api.get("/api/invoices", params={"status": status, **filters})  # type: ignore[dict-item]
    return [invoice["id"] for invoice in checked(answer, 200)], int(answer.headers["x-total-count"])


def every_status(person: Person) -> dict[str, str]:
    """Invoices that were due long ago, by the status they were given."""
    given = {
        status: person.invoice(status=status, **LONG_AGO)["id"]
        for status in ("draft", "sent", "overdue", "cancelled")
    }
    return {**given, "paid": person.pay(person.invoice(**LONG_AGO))["id"]}


class TestShown:
    def test_only_what_was_sent_and_only_after_its_day(self, alice: Person, today: Today) -> None:
        alice.profile(time_zone=WEST)
        dates: Json = {"issue_date": "2016-05-01", "due_date": today(alice)}
        invoices = {
            status: alice.invoice(status=status, **dates)["id"] for status in ("draft", "sent", "cancelled")
        }
        invoices["paid"] = alice.pay(alice.invoice(**dates))["id"]

        def statuses() -> Json:
            return {was: alice.read(f"/api/invoices/{key}")["status"] for was, key in invoices.items()}

        unchanged = {status: status for status in invoices}
        assert statuses() == unchanged
        # The next day has come, without anybody writing anything.
        alice.profile(time_zone=EAST)
        assert statuses() == {**unchanged, "sent": "overdue"}
        assert alice.faults() == []

    def test_it_is_stored_nowhere(self, alice: Person, dashboard: psycopg.Connection) -> None:
        every_status(alice)
        stored = dashboard.execute(
            "select status, count(*) from public.invoices where user_id = %s group by status order by status",
            (alice.id,),
        ).fetchall()
        assert stored == [("cancelled", 1), ("draft", 1), ("paid", 1), ("sent", 2)]

    def test_who_is_invoiced_today_is_not_late_today(self, alice: Person) -> None:
        alice.profile(time_zone=WEST)
        path = f"/api/invoices/{alice.invoice(status='sent', **LONG_AGO)['id']}"
        assert alice.read(path)["status"] == "sent"
        alice.profile(time_zone=EAST)
        assert alice.read(path)["status"] == "overdue"

    def test_more_time_makes_it_sent_again(self, alice: Person) -> None:
        late = alice.invoice(status="overdue", **LONG_AGO)
        answer = alice.api.put(f"/api/invoices/{late['id']}", json={"due_date": "2090-01-01"})
        assert checked(answer, 200)["status"] == "sent"

    def test_an_overdue_one_is_paid_like_any_other(self, alice: Person) -> None:
        invoice = alice.invoice(status="overdue", **LONG_AGO)
        assert invoice["status"] == "overdue"
        assert alice.pay(invoice)["status"] == "paid"
        assert (alice.balance(), alice.faults()) == (118.00, [])

    def test_one_paid_in_part_stays_overdue(self, alice: Person) -> None:
        invoice = alice.invoice(status="overdue", **LONG_AGO)
        part = alice.api.post(f"/api/invoices/{invoice['id']}/payments", json={"amount": 100})
        assert checked(part, 201)["status"] == "overdue"

    def test_the_schedule_knows_no_such_job(self, service: httpx.Client) -> None:
        job = {"job": "mark_overdue_invoices"}
        refused = service.post("/rpc/run_job", json=job, headers={"Content-Profile": "api"})
        assert checked(refused, 422)["hint"] == "unknown_job"


class TestListed:
    def test_each_status_lists_its_own(self, alice: Person, today: Today) -> None:
        by_status = every_status(alice)
        due_today = alice.invoice(status="sent", issue_date="2016-05-01", due_date=today(alice))["id"]
        assert listed(alice, "overdue") == ([by_status["overdue"]], 1)
        sent, count = listed(alice, "sent")
        assert (sorted(sent), count) == (sorted([by_status["sent"], due_today]), 2)
        for status in ("draft", "cancelled", "paid"):
            assert listed(alice, status) == ([by_status[status]], 1)
        alice.profile(time_zone=EAST)

    def test_the_list_follows_the_day(self, alice: Person, today: Today) -> None:
        alice.profile(time_zone=WEST)
        invoice = alice.invoice(status="sent", due_date=today(alice))["id"]
        assert (listed(alice, "sent"), listed(alice, "overdue")) == (([invoice], 1), ([], 0))
        alice.profile(time_zone=EAST)
        assert (listed(alice, "sent"), listed(alice, "overdue")) == (([], 0), ([invoice], 1))

    @pytest.mark.parametrize("sort_by", ["issue_date", "due_date", "total_amount", "status"])
    def test_pages_lead_through_all_and_count_them(self, alice: Person, sort_by: str) -> None:
        late = [
            alice.invoice([("Work", 1, amount)], status="overdue", **LONG_AGO)["id"] for amount in range(1, 8)
        ]
        every_status(alice)
        path, seen = f"/api/invoices?status=overdue&limit=3&sort_by={sort_by}", []
        while path:
            answer = alice.api.get(path)
            seen += [invoice["id"] for invoice in checked(answer, 200)]
            assert answer.headers["x-total-count"] == "8"
            path = answer.links["next"]["url"] if "next" in answer.links else ""
        assert len(seen) == len(set(seen)) == 8
        assert set(late) < set(seen)

    def test_with_other_filters(self, alice: Person) -> None:
        every_status(alice)
        assert listed(alice, "overdue", start_date="2016-05-02") == ([], 0)
        found, count = listed(alice, "overdue", end_date="2016-05-01", customer_name="doe")
        assert (len(found), count) == (1, 1)

    def test_the_fields_may_leave_the_status_out(self, alice: Person) -> None:
        every_status(alice)
        found = alice.read("/api/invoices", status="overdue", fields="invoice_number,status")
        assert [invoice["status"] for invoice in found] == ["overdue"]
        assert list(alice.read("/api/invoices", status="overdue", fields="total_amount")[0]) == [
            "total_amount"
        ]

    def test_the_other_contract_calls_it_pending(self, alice: Person) -> None:
        every_status(alice)
        answer = alice.api.get("/api/v1/invoices", params={"status": "PENDING"})
        assert [invoice["status"] for invoice in checked(answer, 200)] == ["PENDING"] * 3
        assert answer.headers["x-total-count"] == "3"


class TestWritten:
    def test_one_that_is_not_due_yet_is_refused(self, alice: Person, today: Today) -> None:
        invoice = alice.invoice(status="sent", due_date=today(alice))
        path = f"/api/invoices/{invoice['id']}"
        refused = problem(alice.api.put(path, json={"status": "overdue"}), 422, "not_overdue")
        assert refused["errors"][0]["field"] == "status"
        assert alice.read(path)["status"] == "sent"
