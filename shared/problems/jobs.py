"""Problems of the scheduled jobs."""

from http import HTTPStatus

from shared.problems.base import Problem


class UnknownJob(Problem):
    """There is no such job."""

    code = "unknown_job"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


class JobRunNotFound(Problem):
    """There is no such run of a job."""

    code = "job_run_not_found"
    status = HTTPStatus.NOT_FOUND
