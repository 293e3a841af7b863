"""Who may run jobs, and which jobs there are."""

import json
import subprocess
import sys

import httpx
import psycopg

from local.stack import Stack
from tests.functions.scheduled.jobs import LAMBDA, run_of
from tests.person import Json, Person, checked
from tests.target import Target


class TestAccess:
    JOB: Json = {"job": "generate_tax_filings", "as_of": "2009-01-01T00:00:00Z"}

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
        event = {"job": "generate_tax_filings", "scheduled_time": "2009-01-01T00:00:00Z"}
        arguments = [sys.executable, "-c", LAMBDA, json.dumps(event)]
        environment = {**stack.environment, "SUPABASE_SECRET_KEY": stack.anon_key}
        refused = subprocess.run(arguments, env=environment, capture_output=True, text=True, check=False)
        assert refused.returncode == 1
        assert "JobFailedError: status 401" in refused.stderr
        assert stack.anon_key not in refused.stderr
