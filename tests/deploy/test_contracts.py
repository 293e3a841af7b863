"""The tests of both contracts, aimed at the packaged functions."""

import os
import subprocess
import sys

from deploy.package import Package
from local.project import ROOT
from local.stack import Stack
from tests.deploy.emulator import running_emulator

CONTRACTS = ("tests/contract", "tests/functions/v1")


def test_the_documented_requests_pass_through_the_packages(stack: Stack, twins: dict[str, Package]) -> None:
    """The tests of both contracts, unchanged, aimed at the packaged functions."""
    pytest_ = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--target=environment",
        *CONTRACTS,
    ]
    with running_emulator(twins.values(), stack.environment) as (url, _):
        environment = {**os.environ, **stack.environment, "API_URL": url}
        ran = subprocess.run(pytest_, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout
    assert "skipped" not in ran.stdout
