"""The schedule as a packaged function."""

import pytest

from tests.deploy.execution_environment import FunctionError
from tests.deploy.invocations import Unpack, log_lines


class TestSchedule:
    @pytest.mark.parametrize("job", ["generate_tax_filings"])
    def test_a_job_runs_and_counts_itself(self, unpack: Unpack, job: str) -> None:
        function = unpack("scheduled", METRICS_NAMESPACE="renpay-test")
        result = function.invoke({"job": job, "scheduled_time": "2026-11-01T18:45:00Z"})
        assert result["failed"] == 0
        [line] = log_lines(function)
        assert (line["job"], line["finished_runs"]) == (job, 1)
        [directive] = line["_aws"]["CloudWatchMetrics"]
        assert directive == {
            "Namespace": "renpay-test",
            "Dimensions": [["job"]],
            "Metrics": [{"Name": "finished_runs", "Unit": "Count"}],
        }

    def test_a_job_that_cannot_run_is_an_error_so_that_it_is_tried_again(self, unpack: Unpack) -> None:
        function = unpack("scheduled", SUPABASE_URL="http://127.0.0.1:1")
        with pytest.raises(FunctionError):
            function.invoke({"job": "generate_tax_filings", "scheduled_time": "2026-11-01T18:45:00Z"})
