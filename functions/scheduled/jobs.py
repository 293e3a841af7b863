"""The job of the schedule. SQL does the work in batches; this module asks for the next batch."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args

from shared.supabase.request import call_with_secret_key

Job = Literal["generate_tax_filings"]
JOBS: tuple[Job, ...] = get_args(Job)

# The longest time of one batch: the database cancels a statement after 8 seconds.
_SECONDS_PER_BATCH = 15


@dataclass(frozen=True)
class Run:
    """The state of a run. public.job_runs has the same, for the dashboard."""

    id: str
    finished: bool
    processed: int
    failed: int


class JobFailedError(Exception):
    """The database refused to continue a job."""


class JobUnfinishedError(Exception):
    """No time was left. If the job is started again, it does the rest."""


def run_job(
    job: Job, as_of: str | None = None, seconds_left: Callable[[], float] = lambda: float("inf")
) -> Run:
    """Run a job to its end.

    `as_of` is the ISO 8601 instant or day (in UTC) to use instead of the current one. Users whose books
    could not be processed are counted. Raises JobUnfinishedError if too few of `seconds_left` remain, and
    JobFailedError if the database refuses.
    """
    for run in _batches(job, as_of):
        if run.finished:
            return run
        if seconds_left() < _SECONDS_PER_BATCH:
            break
    raise JobUnfinishedError(f"{job} stopped after {run.processed}; start it again")


def _batches(job: Job, as_of: str | None) -> Iterator[Run]:
    arguments: dict[str, str] = {"job": job} | ({"as_of": as_of} if as_of else {})
    while True:
        run = _next_batch(arguments)
        yield run
        arguments = {"job": job, "run_id": run.id}


def _next_batch(arguments: dict[str, str]) -> Run:
    answer = call_with_secret_key("api", "run_job", arguments, select="id,finished_at,processed,failed")
    if answer.is_error:
        raise JobFailedError(f"status {answer.status_code}: {answer.text}")
    row: dict[str, Any] = answer.json()
    return Run(row["id"], row["finished_at"] is not None, row["processed"], row["failed"])
