"""Run a job by hand: python -m functions.scheduled generate-tax-filings --as-of 2026-10-01."""

import argparse
import sys
from datetime import datetime
from typing import cast

import httpx
from pydantic import ValidationError

from functions.scheduled.jobs import JOBS, Job, JobFailedError, run_job
from shared.aws.parameter_store import ParameterUnreadableError


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m functions.scheduled", description=__doc__)
    parser.add_argument("job", choices=[job.replace("_", "-") for job in JOBS])
    parser.add_argument(
        "--as-of", metavar="DATE", type=_instant, help="the day or instant to use instead of the current one"
    )
    arguments = parser.parse_args()
    try:
        run = run_job(cast(Job, arguments.job.replace("-", "_")), arguments.as_of)
    except ValidationError as failure:
        missing = ", ".join(str(error["loc"][0]).upper() for error in failure.errors())
        return _failed(f"set {missing} (docs/operations.md says how)")
    except (LookupError, ParameterUnreadableError, httpx.HTTPError, JobFailedError) as failure:
        return _failed(f"{type(failure).__name__}: {failure}")
    print(f"run {run.id}: {run.processed} done, {run.failed} failed")
    return 1 if run.failed else 0


def _instant(text: str) -> str:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day like 2026-10-01 or an instant") from None
    return text


def _failed(reason: str) -> int:
    print(f"The job did not finish: {reason}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
