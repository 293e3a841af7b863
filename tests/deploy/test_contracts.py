"""The tests of both contracts, aimed at the packaged functions."""

import subprocess
import sys

from local.project import ROOT


def test_the_documented_requests_pass_through_the_packages() -> None:
    """The tests of both contracts, unchanged, aimed at the packaged functions."""
    pytest_ = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--target=lambda",
        "tests/contract",
        "tests/functions/v1",
    ]
    ran = subprocess.run(pytest_, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout
