"""Running the jobs of the schedule, and what they leave behind."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, cast
from uuid import UUID

import httpx
import psycopg

from local.stack import Stack
from tests.person import Json, Person, checked

USERS = 1000
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


def fire(schedule: httpx.Client, job: str, as_of: str, **arguments: object) -> Json:
    """Run a job to its end, batch by batch, as functions/scheduled does."""
    asked: Json = {"job": job, "as_of": as_of, **arguments}
    while True:
        run = checked(schedule.post("/rpc/run_job", json=asked), 200)
        if run["finished_at"]:
            return cast(Json, run)
        asked = {"job": job, "run_id": run["id"], **arguments}


generate = partial(fire, job="generate_tax_filings")


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
