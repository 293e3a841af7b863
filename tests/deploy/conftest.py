"""A deployment of the packages to the emulated AWS, made once."""

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from deploy.package import Package, build_for_lambda
from local.project import NODE_MODULES, ROOT
from tests.deploy.aws import Aws, running_aws

STAGE = "prod"


@dataclass(frozen=True)
class Deployed:
    """What `osls deploy` was given and has made."""

    aws: Aws
    template: dict[str, Any]
    packages: dict[str, Package]

    def resources(self, kind: str) -> dict[str, dict[str, Any]]:
        """The template's resources of a type, by logical id."""
        found = self.template["Resources"].items()
        return {name: resource for name, resource in found if resource["Type"] == kind}

    def properties(self, logical_id: str) -> dict[str, Any]:
        properties: dict[str, Any] = self.template["Resources"][logical_id]["Properties"]
        return properties


@pytest.fixture(scope="session")
def aws() -> Iterator[Aws]:
    """An AWS account on this machine."""
    with running_aws() as running:
        yield running


@pytest.fixture(scope="session")
def packages() -> dict[str, Package]:
    """The zips for Lambda, by function."""
    return {package.function.name: package for package in build_for_lambda()}


@pytest.fixture(scope="session")
def deployed(aws: Aws, packages: dict[str, Package], tmp_path_factory: pytest.TempPathFactory) -> Deployed:
    """The service as `make deploy STAGE=prod` deploys it."""
    folder = tmp_path_factory.mktemp("osls")
    osls(aws, "package", "--stage", STAGE, "--package", str(folder))
    osls(aws, "deploy", "--stage", STAGE, "--package", str(folder))
    template = json.loads((folder / "cloudformation-template-update-stack.json").read_text())
    return Deployed(aws, template, packages)


def osls(aws: Aws, *arguments: str) -> None:
    """Run the deployment tool against the emulated AWS."""
    environment = {
        "SUPABASE_URL": "https://project.supabase.co",
        "SUPABASE_KEY": "sb_publishable_key",
        "ORIGIN": "https://app.example.com",
        "ALARM_EMAIL": "alarms@example.com",
        "SLS_AWS_MONITORING_FREQUENCY": "100",
        "AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED": "true",
        **aws.environment,
    }
    ran = subprocess.run(
        [NODE_MODULES / ".bin" / "osls", *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": str(Path.home()), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
