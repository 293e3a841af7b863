"""Lambda entry: EventBridge Scheduler names the job and the time it was due."""

import logging
from typing import Any, Protocol, TypedDict

from functions.scheduled.jobs import Job, run_job
from shared.aws import log


class Event(TypedDict):
    """What the schedules in serverless.yml send."""

    job: Job
    scheduled_time: str


class Context(Protocol):
    """What Lambda tells about the invocation."""

    def get_remaining_time_in_millis(self) -> int: ...


def handler(event: Event, context: Context) -> dict[str, Any]:
    """Run the job. An error makes Lambda try again; what was done is not done twice."""
    run = run_job(
        event["job"], event["scheduled_time"], lambda: context.get_remaining_time_in_millis() / 1000
    )
    result = {"run_id": run.id, "processed": run.processed, "failed": run.failed}
    # An alarm waits for this metric: without it for a day, the job has not run.
    fields = {"job": event["job"], "due_at": event["scheduled_time"], **result, "finished_runs": 1}
    log.write(logging.INFO, fields, {"finished_runs": "Count"}, by="job")
    return result
