"""The schedule: drafts of ended periods and overdue invoices, for every user, once, whatever happens on the way."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any, cast
from uuid import UUID

import httpx
import psycopg
import pytest

from local.stack import Stack
from tests.concurrency import at_once
from tests.person import Json, Person, checked
from tests.target import Target

USERS = 1000
# A batch is 500 users, so a run over all of them has at least three.

Drafts = dict[UUID, list[tuple[str, str]]]

LAMBDA = """
import json, sys
from types import SimpleNamespace
from functions.scheduled.handler import handler

event, *remaining = map(json.loads, sys.argv[1:])
left = iter(remaining)
context = SimpleNamespace(get_remaining_time_in_millis=lambda: next(left, 300_000))
print(json.dumps(handler(event, context)))
"""
"""One invocation, in a fresh environment; the context tells one remaining time after the other."""


@pytest.fixture(scope="module")
def town(target: Target) -> list[UUID]:
    """A thousand users of all frequencies and of several zones; some have sold something in each year."""
    with psycopg.connect(target.db_url) as database:
        users = database.execute(
            """
            insert into auth.users (id, email)
            select gen_random_uuid(), format('town-%%s-%%s@example.com', number, gen_random_uuid())
            from generate_series(1, %s) as number
            returning id
            """,
            (USERS,),
        ).fetchall()
        ids = sorted(user for (user,) in users)
        database.execute(
            """
            update public.profiles set
                filing_frequency = (array['monthly', 'quarterly', 'annually'])[1 + mod(place, 3)],
                time_zone = case mod(place, 40) when 0 then 'America/New_York' when 1 then 'UTC' else 'Asia/Kolkata' end
            from unnest(%s::uuid[]) with ordinality as town (user_id, place)
            where id = town.user_id
            """,
            (ids,),
        )
        database.execute(
            """
            insert into public.transactions (user_id, transaction_type, amount, tax_rate, date)
            select user_id, 'sale', 118, 18, make_date(year, 9, 15)
            from unnest(%s::uuid[]) with ordinality as town (user_id, place), generate_series(2010, 2012) as year
            where mod(place, 30) = 1
            """,
            (ids,),
        )
    return ids


def fire(schedule: httpx.Client, job: str, as_of: str, **arguments: object) -> Json:
    """Run a job to its end, batch by batch, as functions/scheduled does."""
    asked: Json = {"job": job, "as_of": as_of, **arguments}
    while True:
        run = checked(schedule.post("/rpc/run_job", json=asked), 200)
        if run["finished_at"]:
            return cast(Json, run)
        asked = {"job": job, "run_id": run["id"], **arguments}


generate = partial(fire, job="generate_tax_filings")
mark_overdue = partial(fire, job="mark_overdue_invoices")


def program(stack: Stack, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, *arguments],
        env=stack.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: "subprocess.Popen[str]") -> tuple[int, str, str]:
    """How a program ended: its status, and what it wrote."""
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def invoke(stack: Stack, event: Json, *remaining_milliseconds: int) -> tuple[int, str, str]:
    arguments = [json.dumps(argument) for argument in (event, *remaining_milliseconds)]
    return ended(program(stack, "-c", LAMBDA, *arguments))


def drafts(dashboard: psycopg.Connection, owners: list[UUID], year: int) -> Drafts:
    """The filings of these users whose period ends in a year."""
    found: Drafts = {owner: [] for owner in owners}
    for owner, *period in dashboard.execute(
        """
        select user_id, period_start::text, period_end::text from public.tax_filings
        where user_id = any(%s) and tax_type = 'gst' and extract(year from period_end) = %s
        """,
        (owners, year),
    ):
        found[owner].append(tuple(period))
    return found


def assert_one_each(dashboard: psycopg.Connection, town: list[UUID], year: int) -> None:
    """One draft per user, of the period its frequency and zone ask for, with the figures of its books."""
    expected = {
        0: [(f"{year}-09-01", f"{year}-09-30")],
        1: [(f"{year}-07-01", f"{year}-09-30")],
        2: [(f"{year - 1}-04-01", f"{year}-03-31")],
    }
    found = drafts(dashboard, town, year)
    assert {owner: expected[(place + 1) % 3] for place, owner in enumerate(town)} == found
    [(sold,)] = dashboard.execute(
        """
        select coalesce(sum(net_tax_liability), 0) from public.tax_filings
        where user_id = any(%s) and extract(year from period_end) = %s
        """,
        (town, year),
    ).fetchall()
    # They file quarterly, as all whose place leaves 1 when divided by 3.
    assert sold == 18 * sum((place + 1) % 30 == 1 for place in range(len(town)))


def run_of(dashboard: psycopg.Connection, as_of: str) -> list[tuple[Any, ...]]:
    """What the dashboard shows of the runs for an instant: finished, processed, failed, failures."""
    return dashboard.execute(
        """
        select finished_at > started_at, processed, failed, failures from public.job_runs
        where as_of = %s order by started_at
        """,
        (as_of,),
    ).fetchall()


class TestDoor:
    JOB: Json = {"job": "mark_overdue_invoices", "as_of": "2009-01-01T00:00:00Z"}

    def test_only_the_secret_key_runs_jobs(
        self, alice: Person, target: Target, dashboard: psycopg.Connection
    ) -> None:
        with target.data_client(target.anon_key) as anonymous:
            assert anonymous.post("/rpc/run_job", json=self.JOB).status_code == 401
        assert alice.data.post("/rpc/run_job", json=self.JOB).status_code == 403
        assert alice.data.get("/job_runs", headers={"Accept-Profile": "public"}).status_code == 403
        assert run_of(dashboard, self.JOB["as_of"]) == []

    def test_unknown_jobs_and_runs_are_refused(self, schedule: httpx.Client) -> None:
        unknown = schedule.post("/rpc/run_job", json={"job": "rob_the_bank"})
        assert checked(unknown, 422)["hint"] == "unknown_job"
        missing = schedule.post(
            "/rpc/run_job", json={**self.JOB, "run_id": "00000000-0000-4000-8000-000000000000"}
        )
        assert checked(missing, 404)["hint"] == "job_run_not_found"

    def test_a_wrong_secret_key_is_an_error(self, stack: Stack) -> None:
        event = {"job": "mark_overdue_invoices", "scheduled_time": "2009-01-01T00:00:00Z"}
        arguments = [sys.executable, "-c", LAMBDA, json.dumps(event)]
        environment = {**stack.environment, "SUPABASE_SECRET_KEY": stack.anon_key}
        refused = subprocess.run(arguments, env=environment, capture_output=True, text=True, check=False)
        assert refused.returncode == 1
        assert "JobFailedError: status 401" in refused.stderr
        assert stack.anon_key not in refused.stderr


class TestGenerateTaxFilings:
    def test_by_hand(self, stack: Stack, alice: Person, bob: Person, dashboard: psycopg.Connection) -> None:
        bob.profile(filing_frequency="monthly")
        arguments = ("-m", "functions.scheduled", "generate-tax-filings", "--as-of", "2026-10-01")
        status, out, err = ended(program(stack, *arguments))
        assert (status, err) == (0, "")
        assert out.endswith("done, 0 failed\n")
        found = drafts(dashboard, [UUID(alice.id), UUID(bob.id)], 2026)
        assert [*found.values()] == [[("2026-07-01", "2026-09-30")], [("2026-09-01", "2026-09-30")]]

    @pytest.mark.parametrize(
        ("as_of", "missing", "status", "reason"),
        [
            ("garbage", "", 2, "'garbage' is not a day like 2026-10-01 or an instant"),
            ("2026-10-01", "SUPABASE_URL", 1, "set SUPABASE_URL (docs/operations.md says how)"),
            ("2026-10-01", "SUPABASE_SECRET_KEY", 1, "Neither SUPABASE_SECRET_KEY nor"),
        ],
        ids=["no date", "no address", "no key"],
    )
    def test_what_is_wrong_by_hand_is_one_line(
        self, stack: Stack, as_of: str, missing: str, status: int, reason: str
    ) -> None:
        arguments = ("-m", "functions.scheduled", "generate-tax-filings", "--as-of", as_of)
        known = {name: value for name, value in stack.environment.items() if name != missing}
        told = subprocess.run(
            [sys.executable, *arguments], env=known, capture_output=True, text=True, check=False
        )
        assert told.returncode == status
        assert reason in told.stderr.splitlines()[-1]
        assert "Traceback" not in told.stderr

    def test_a_silent_supabase_by_hand_is_one_line(self, stack: Stack) -> None:
        arguments = ("-m", "functions.scheduled", "generate-tax-filings")
        nowhere = {**stack.environment, "SUPABASE_URL": "http://127.0.0.1:1"}
        told = subprocess.run(
            [sys.executable, *arguments], env=nowhere, capture_output=True, text=True, check=False
        )
        assert (told.returncode, told.stderr.count("\n")) == (1, 1)
        assert "ConnectError" in told.stderr

    def test_as_lambda_calls_it(self, stack: Stack, alice: Person, dashboard: psycopg.Connection) -> None:
        as_of = "2019-04-01T00:30:00Z"
        event = {"job": "generate_tax_filings", "scheduled_time": as_of}
        status, out, err = invoke(stack, event)
        assert status == 0, err
        [(finished, processed, failed, failures)] = run_of(dashboard, as_of)
        answer = json.loads(out.splitlines()[-1])
        assert (answer["processed"], answer["failed"]) == (processed, failed)
        assert (finished, failed, failures) == (True, 0, [])
        assert drafts(dashboard, [UUID(alice.id)], 2019) == {UUID(alice.id): [("2019-01-01", "2019-03-31")]}

    @pytest.mark.parametrize(
        ("instant", "expected"),
        [
            ("2025-03-31T18:29:00Z", ("2024-10-01", "2024-12-31")),
            ("2025-03-31T18:31:00Z", ("2025-01-01", "2025-03-31")),
            ("2025-06-30T18:29:00Z", ("2025-01-01", "2025-03-31")),
            ("2025-06-30T18:31:00Z", ("2025-04-01", "2025-06-30")),
            ("2025-12-31T18:29:00Z", ("2025-07-01", "2025-09-30")),
            ("2025-12-31T18:31:00Z", ("2025-10-01", "2025-12-31")),
        ],
    )
    def test_a_period_ends_in_the_profiles_zone(
        self, schedule: httpx.Client, alice: Person, bob: Person, instant: str, expected: tuple[str, str]
    ) -> None:
        bob.profile(time_zone="America/New_York")
        generate(schedule, as_of=instant)
        [drafted] = [*report(alice, 2024), *report(alice, 2025)]
        assert (drafted["period_start"], drafted["period_end"]) == expected
        # In New York it is still the last day of the period, on both sides of 18:30 UTC.
        [there] = [*report(bob, 2024), *report(bob, 2025)]
        assert there["period_end"] < instant[:10]

    def test_refreshes_drafts_and_leaves_submissions(self, schedule: httpx.Client, alice: Person) -> None:
        run = partial(generate, schedule, as_of="2023-04-02T00:00:00Z")
        run()
        alice.sale(118, date="2023-02-10T10:00:00Z")
        assert run()["processed"] == 1
        assert run()["processed"] == 0
        body = {"period_start": "2023-01-01", "period_end": "2023-03-31", "tax_type": "gst"}
        checked(alice.api.post("/api/tax/submit", json={**body, "total_tax_liability": 18}), 200)
        alice.sale(118, date="2023-02-10T10:00:00Z")
        assert run()["processed"] == 0
        [submitted] = report(alice, 2023)
        assert (submitted["status"], submitted["total_tax_liability"]) == ("submitted", 18.00)
        assert alice.faults() == []

    def test_twenty_at_once_make_one_draft_per_user(
        self, target: Target, town: list[UUID], dashboard: psycopg.Connection
    ) -> None:
        as_of = "2010-10-05T00:00:00Z"

        def firing() -> Json:
            with target.data_client(target.secret_key) as client:
                return generate(client, as_of=as_of)

        runs = at_once([firing] * 20, workers=20)
        assert {run["failed"] for run in runs} == {0}
        assert_one_each(dashboard, town, 2010)
        shown = run_of(dashboard, as_of)
        assert all(finished for finished, *_ in shown)
        assert sum(processed for _, processed, *_ in shown) >= USERS

    @pytest.mark.parametrize("killed", ["the process", "its database connection"])
    def test_killed_in_the_middle_and_fired_again_it_is_complete(
        self, stack: Stack, town: list[UUID], dashboard: psycopg.Connection, killed: str
    ) -> None:
        year = 2011 if killed == "the process" else 2012
        as_of = f"{year}-10-05T00:00:00Z"
        arguments = ("-m", "functions.scheduled", "generate-tax-filings", "--as-of", as_of)
        with held_up(stack, town[700], year) as blocked_backend:
            firing = program(stack, *arguments)
            backend = blocked_backend()
            if killed == "the process":
                firing.send_signal(signal.SIGKILL)
                assert ended(firing)[0] == -signal.SIGKILL
            dashboard.execute("select pg_terminate_backend(%s, 10000)", (backend,))
            if killed != "the process":
                status, _, err = ended(firing)
                assert (status, "JobFailedError" in err) == (1, True)
        [(finished, processed, *_)] = run_of(dashboard, as_of)
        assert (finished, processed > 0) == (None, True)
        made = sum(map(len, drafts(dashboard, town, year).values()))
        assert 0 < made < USERS

        status, _, err = ended(program(stack, *arguments))
        assert (status, err) == (0, "")
        assert_one_each(dashboard, town, year)
        # The same run, taken up where it stopped.
        [(finished, *_)] = run_of(dashboard, as_of)
        assert finished

    def test_stops_in_time_and_goes_on_when_fired_again(
        self, stack: Stack, town: list[UUID], dashboard: psycopg.Connection
    ) -> None:
        as_of = "2013-10-05T00:00:00Z"
        event = {"job": "generate_tax_filings", "scheduled_time": as_of}
        status, _, err = invoke(stack, event, 60_000, 14_000)
        assert status == 1
        assert "JobUnfinishedError: generate_tax_filings stopped after" in err
        [(finished, first, *_)] = run_of(dashboard, as_of)
        assert finished is None

        status, _, err = invoke(stack, event)
        assert status == 0, err
        [(finished, processed, failed, _)] = run_of(dashboard, as_of)
        assert (finished, processed > first, failed) == (True, True, 0)
        assert set(map(len, drafts(dashboard, town, 2013).values())) == {1}

    def test_a_poisoned_user_stops_nobody_else(
        self, schedule: httpx.Client, town: list[UUID], dashboard: psycopg.Connection
    ) -> None:
        as_of, sick = "2014-10-05T00:00:00Z", town[300]
        with poisoned(dashboard, "tax_filings", sick):
            run = generate(schedule, as_of=as_of)
        assert run["failed"] == 1
        [(finished, _, failed, [failure])] = run_of(dashboard, as_of)
        assert (finished, failed) == (True, 1)
        assert failure == {"user_id": str(sick), "code": "P0001", "message": "poison"}
        missing = [owner for owner, periods in drafts(dashboard, town, 2014).items() if len(periods) != 1]
        assert missing == [sick]

        assert generate(schedule, as_of=as_of)["processed"] == 1
        assert set(map(len, drafts(dashboard, town, 2014).values())) == {1}

    def test_a_failed_user_fails_the_command(
        self, stack: Stack, alice: Person, dashboard: psycopg.Connection
    ) -> None:
        arguments = ("-m", "functions.scheduled", "generate-tax-filings", "--as-of", "2015-10-05")
        with poisoned(dashboard, "tax_filings", UUID(alice.id)):
            status, out, _ = ended(program(stack, *arguments))
        assert (status, out.endswith("1 failed\n")) == (1, True)


class TestMarkOverdueInvoices:
    def test_only_what_was_sent_and_only_after_its_day(self, schedule: httpx.Client, alice: Person) -> None:
        dates: Json = {"issue_date": "2016-05-01", "due_date": "2016-05-10"}
        before = {
            status: alice.invoice(status=status, **dates)["id"] for status in ("draft", "sent", "cancelled")
        }
        before["paid"] = alice.pay(alice.invoice(**dates))["id"]

        def statuses() -> Json:
            return {was: alice.read(f"/api/invoices/{key}")["status"] for was, key in before.items()}

        unchanged = {status: status for status in before}
        # In India the tenth ends at 18:30 UTC.
        mark_overdue(schedule, as_of="2016-05-10T18:29:00Z")
        assert statuses() == unchanged
        mark_overdue(schedule, as_of="2016-05-10T18:31:00Z")
        assert statuses() == {**unchanged, "sent": "overdue"}
        assert alice.faults() == []

    def test_in_the_profiles_day(self, schedule: httpx.Client, alice: Person) -> None:
        alice.profile(time_zone="America/New_York")
        path = f"/api/invoices/{alice.invoice(status='sent', issue_date='2016-05-01', due_date='2016-05-10')['id']}"
        mark_overdue(schedule, as_of="2016-05-11T03:59:00Z")
        assert alice.read(path)["status"] == "sent"
        mark_overdue(schedule, as_of="2016-05-11T04:01:00Z")
        assert alice.read(path)["status"] == "overdue"

    def test_an_overdue_one_is_paid_like_any_other(self, schedule: httpx.Client, alice: Person) -> None:
        invoice = alice.invoice(status="sent", issue_date="2016-05-01", due_date="2016-05-10")
        mark_overdue(schedule, as_of="2016-06-01T00:00:00Z")
        assert alice.pay(invoice)["status"] == "paid"
        assert (alice.balance(), alice.faults()) == (118.00, [])

    def test_twenty_at_once_mark_each_once(self, target: Target, alice: Person) -> None:
        invoices = [
            alice.invoice(status="sent", issue_date="2017-05-01", due_date="2017-05-10") for _ in range(5)
        ]

        def firing() -> int:
            with target.data_client(target.secret_key) as client:
                return int(mark_overdue(client, as_of="2017-06-01T00:00:00Z")["processed"])

        at_once([firing] * 20, workers=20)
        entries = checked(
            alice.data.get(
                "/audit_entries",
                params={"record_type": "eq.invoices", "operation": "eq.update"},
                headers={"Accept-Profile": "public"},
            ),
            200,
        )
        marked = [entry["record_id"] for entry in entries if entry["after"].get("status") == "overdue"]
        assert sorted(marked) == sorted(invoice["id"] for invoice in invoices)

    def test_waits_for_books_that_are_busy(
        self, schedule: httpx.Client, target: Target, alice: Person
    ) -> None:
        hers = alice.invoice(status="sent", issue_date="2018-05-01", due_date="2018-05-10")
        with psycopg.connect(target.db_url) as writer, ThreadPoolExecutor(1) as pool:
            writer.execute("select from public.profiles where id = %s for no key update", (alice.id,))
            running = pool.submit(mark_overdue, schedule, as_of="2018-06-01T00:00:00Z")
            with pytest.raises(TimeoutError):
                running.result(timeout=0.5)
            writer.commit()
            assert running.result()["failed"] == 0
        assert alice.read(f"/api/invoices/{hers['id']}")["status"] == "overdue"

    def test_books_that_stay_locked_are_told_and_stop_nobody_else(
        self, schedule: httpx.Client, target: Target, alice: Person, bob: Person
    ) -> None:
        dates: Json = {"status": "sent", "issue_date": "2018-05-01", "due_date": "2018-05-10"}
        hers, his = alice.invoice(**dates), bob.invoice(**dates)
        with psycopg.connect(target.db_url) as writer:
            writer.execute("select from public.profiles where id = %s for no key update", (alice.id,))
            run = mark_overdue(schedule, as_of="2018-06-02T00:00:00Z")
        assert [(failure["user_id"], failure["code"]) for failure in run["failures"]] == [(alice.id, "55P03")]
        assert bob.read(f"/api/invoices/{his['id']}")["status"] == "overdue"
        mark_overdue(schedule, as_of="2018-06-02T00:00:00Z")
        assert alice.read(f"/api/invoices/{hers['id']}")["status"] == "overdue"

    def test_a_poisoned_user_stops_nobody_else(
        self, schedule: httpx.Client, alice: Person, bob: Person, dashboard: psycopg.Connection
    ) -> None:
        dates: Json = {"status": "sent", "issue_date": "2019-05-01", "due_date": "2019-05-10"}
        hers, his = alice.invoice(**dates), bob.invoice(**dates)
        with poisoned(dashboard, "invoices", UUID(alice.id)):
            run = mark_overdue(schedule, as_of="2019-06-01T00:00:00Z")
        assert [failure["user_id"] for failure in run["failures"]] == [alice.id]
        assert alice.read(f"/api/invoices/{hers['id']}")["status"] == "sent"
        assert bob.read(f"/api/invoices/{his['id']}")["status"] == "overdue"


def report(person: Person, year: int) -> list[Json]:
    return cast(list[Json], person.read("/api/tax/report", year=year)["filings"])


@contextmanager
def poisoned(dashboard: psycopg.Connection, table: str, owner: UUID) -> Iterator[None]:
    """Every write to a table fails for one user, as it would for books nobody has foreseen."""
    name = f"poison_{owner.hex}"
    dashboard.execute(
        f"""
        create function private.{name}() returns trigger language plpgsql set search_path = ''
        as $$ begin raise exception 'poison'; end $$;
        create trigger {name} before insert or update on public.{table}
        for each row when (new.user_id = '{owner}') execute function private.{name}();
        """
    )
    try:
        yield
    finally:
        dashboard.execute(f"drop function private.{name} cascade")


@contextmanager
def held_up(stack: Stack, owner: UUID, year: int) -> Iterator[Callable[[], int]]:
    """Somebody writes a user's draft and does not end the transaction: the batch with that user waits.

    Yields a function that waits until the batch does so, and tells the process id of its database backend.
    """
    with (
        psycopg.connect(stack.db_url) as somebody,
        psycopg.connect(stack.db_url, autocommit=True) as observer,
    ):
        for start, end in (
            (f"{year}-07-01", f"{year}-09-30"),
            (f"{year}-09-01", f"{year}-09-30"),
            (f"{year - 1}-04-01", f"{year}-03-31"),
        ):
            somebody.execute(
                """
                insert into public.tax_filings (
                    user_id, tax_type, period_start, period_end, total_sales, total_expenses, total_tax_collected,
                    total_tax_paid, net_tax_liability, cgst, sgst, igst, transaction_count
                )
                values (%s, 'gst', %s, %s, 0, 0, 0, 0, 0, 0, 0, 0, 0)
                """,
                (owner, start, end),
            )

        def blocked_backend() -> int:
            deadline = time.monotonic() + 30
            while time.monotonic() < deadline:
                row = observer.execute(
                    "select pid from pg_stat_activity, pg_sleep(0.02) where %s = any(pg_blocking_pids(pid))",
                    (somebody.info.backend_pid,),
                ).fetchone()
                if row:
                    return int(row[0])
            raise TimeoutError("no batch came to this user")

        yield blocked_backend
        somebody.rollback()
