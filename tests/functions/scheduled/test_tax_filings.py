"""Drafts of ended periods, for every user, once, whatever happens on the way."""

import json
import signal
import subprocess
import sys
from functools import partial
from uuid import UUID

import httpx
import psycopg
import pytest

from local.stack import Stack
from tests.concurrency import at_once
from tests.functions.scheduled.jobs import (
    USERS,
    assert_one_each,
    drafts,
    ended,
    generate,
    held_up,
    invoke,
    poisoned,
    program,
    report,
    run_of,
)
from tests.person import Json, Person, checked
from tests.target import Target


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
        # The period is closed: only money that no document carries comes in now.
        alice.expense(50, date="2023-02-10T10:00:00Z")
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
                # In small batches: nobody's books stay locked for the three seconds after which a run passes them over.
                return generate(client, as_of=as_of, batch_size=100)

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
