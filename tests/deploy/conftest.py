"""A deployment of the packages to the emulated AWS, made once."""

import json
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.__main__ import deploy
from deploy.package import Package, build, build_for_lambda
from deploy.service import functions
from deploy.target import this_machine
from local.stack import Stack
from tests.deploy.aws import Aws
from tests.deploy.emulator import Lambda, code_of, running_emulator
from tests.deploy.execution_environment import runtime_client
from tests.deploy.hosted_project import HostedProject, running_project
from tests.deploy.invocations import Unpack
from tests.person import PASSWORD, checked

STAGE = "prod"
SETTINGS = {
    "SUPABASE_KEY": "sb_publishable_key",
    "SUPABASE_SECRET_KEY": "sb_secret_key",
    "ORIGIN": "https://app.example.com",
    "ALARM_EMAIL": "alarms@example.com",
    "SMOKE_EMAIL": "smoke@example.com",
    "SMOKE_PASSWORD": PASSWORD,
    # The local database speaks no TLS.
    "PGSSLMODE": "disable",
    "SLS_AWS_MONITORING_FREQUENCY": "100",
}


@dataclass(frozen=True)
class Deployed:
    """What `osls deploy` was given and has made."""

    aws: Aws
    template: dict[str, Any]
    packages: dict[str, Package]
    project: HostedProject
    asked: frozenset[str]
    """The actions that the deployment needed, as a policy names them."""

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
    from tests.deploy.emulated_aws import running_aws  # noqa: PLC0415 - takes two seconds, in every worker

    with running_aws() as running:
        yield running


@pytest.fixture(scope="session")
def packages() -> dict[str, Package]:
    """The zips for Lambda, by function."""
    return {package.function.name: package for package in build_for_lambda()}


@pytest.fixture(scope="session")
def twins() -> dict[str, Package]:
    """The zips, built for this machine."""
    return {package.function.name: package for package in build(this_machine(), functions())}


@pytest.fixture(scope="session")
def deployed(
    aws: Aws,
    stack: Stack,
    packages: dict[str, Package],
    twins: dict[str, Package],
    tmp_path_factory: pytest.TempPathFactory,
) -> Deployed:
    """The service as `make deploy STAGE=prod` deploys it; who answers there is the emulator."""
    folder = tmp_path_factory.mktemp("stack")
    tried = [twins[name] for name in ("system", "accounts", "transactions", "auth")]
    with running_emulator(tried, stack.environment) as (url, _), running_project() as project:
        smoke_user = {"email": SETTINGS["SMOKE_EMAIL"], "password": PASSWORD}
        checked(httpx.post(f"{url}/api/auth/register", json=smoke_user, timeout=30), 200)
        stage = {**SETTINGS, **project.settings(folder), "DB_URL": stack.db_url, "API_URL": url}
        deploy(STAGE, {**os.environ, **stage, **aws.environment}, folder)
    template = json.loads((folder / "cloudformation-template-update-stack.json").read_text())
    return Deployed(aws, template, packages, project, frozenset(aws.asked))


@pytest.fixture
def unpack(twins: dict[str, Package], stack: Stack, tmp_path: Path) -> Iterator[Unpack]:
    """Unpacks functions, with the local Supabase behind them unless told otherwise."""
    unpacked: list[Lambda] = []
    client = runtime_client(tmp_path / "runtime-client")

    def unpack_one(name: str, timeout: float = 20, **variables: str) -> Lambda:
        code = code_of(twins[name], tmp_path, client, {**stack.environment, **variables})
        unpacked.append(Lambda(code, timeout))
        return unpacked[-1]

    yield unpack_one
    for function in unpacked:
        function.stop()


@pytest.fixture
def silence() -> Iterator[str]:
    """A Supabase that takes requests and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
