"""Lambda entry. EventBridge Scheduler sends the name of the job and its scheduled time."""

import logging
from typing import Any, Protocol, TypedDict

from functions.scheduled.jobs import Job, run_job
from shared.aws import log


class Event(TypedDict):
    """The event of a schedule in serverless.yml."""

    job: Job
    scheduled_time: str


class Context(Protocol):
    """The part of Lambda's context that is used here."""

    def get_remaining_time_in_millis(self) -> int: ...


def handler(event: Event, context: Context) -> dict[str, Any]:
    """Run the job. After an error, Lambda tries again; completed work is not repeated."""
    run = run_job(
        event["job"], event["scheduled_time"], lambda: context.get_remaining_time_in_millis() / 1000
    )
    result = {"run_id": run.id, "processed": run.processed, "failed": run.failed}
    # An alarm reports if this metric is missing for a day.
    fields = {"job": event["job"], "due_at": event["scheduled_time"], **result, "finished_runs": 1}
    log.write(logging.INFO, fields, {"finished_runs": "Count"}, by="job")
    return result
