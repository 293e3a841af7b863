"""The same jobs by hand: python -m functions.scheduled generate-tax-filings --as-of 2026-10-01."""

import argparse
import sys
from typing import cast

from functions.scheduled.jobs import JOBS, Job, run_job


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m functions.scheduled", description=__doc__)
    parser.add_argument("job", choices=[job.replace("_", "-") for job in JOBS])
    parser.add_argument("--as-of", metavar="DATE", help="the day or instant to take for now (default: now)")
    arguments = parser.parse_args()
    run = run_job(cast(Job, arguments.job.replace("-", "_")), arguments.as_of)
    print(f"run {run.id}: {run.processed} done, {run.failed} failed")
    return 1 if run.failed else 0


if __name__ == "__main__":
    sys.exit(main())
