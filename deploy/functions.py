"""Deploying the functions: the secret key in Parameter Store, and the CloudFormation stack."""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3  # type: ignore[import-untyped]

from deploy.settings import for_a_program
from deploy.smoke import answers
from local.project import NODE_MODULES, ROOT, Problem

REGION = "ap-south-1"


def store_secret_key(stage: str, settings: Mapping[str, str]) -> None:
    """Store the secret key in Parameter Store, where only two functions can read it."""
    name, key = f"/renpay/{stage}/supabase-secret-key", settings["SUPABASE_SECRET_KEY"]
    store = _client("ssm", settings)
    try:
        stored = store.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
    except store.exceptions.ParameterNotFound:
        stored = None
    if stored != key:
        store.put_parameter(Name=name, Value=key, Type="SecureString", Overwrite=True)


def deploy_functions(stage: str, settings: Mapping[str, str], folder: Path) -> None:
    """Deploy the packages. The templates for CloudFormation stay in `folder`."""
    for step in ("package", "deploy"):
        _osls(settings, step, "--stage", stage, "--region", _region(settings), "--package", str(folder))


def api_url(stage: str, settings: Mapping[str, str]) -> str:
    """The address of the API: its own domain if that answers, otherwise the address of AWS."""
    own_name = settings.get("API_URL")
    if own_name and answers(own_name):
        return own_name
    if own_name:
        print(f"{own_name} does not answer. Check its CNAME record, see docs/deployment.md.")
    [stack] = _client("cloudformation", settings).describe_stacks(StackName=f"renpay-{stage}")["Stacks"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    return str(outputs["HttpApiUrl"])


def _osls(settings: Mapping[str, str], *arguments: str) -> None:
    # Without the secret key: it is in Parameter Store, and nothing that is deployed may read it from here.
    environment = for_a_program(settings, "AWS_", "SUPABASE_JWT_SECRET")
    environment["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true"
    command = [str(NODE_MODULES / ".bin" / "osls"), *arguments]
    if subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode != 0:
        raise Problem("The functions were not deployed, see above. The steps before were done.")


def _client(service: str, settings: Mapping[str, str]) -> Any:
    return boto3.Session(profile_name=settings.get("AWS_PROFILE")).client(
        service,
        region_name=_region(settings),
        endpoint_url=settings.get("AWS_ENDPOINT_URL"),
        aws_access_key_id=settings.get("AWS_ACCESS_KEY_ID"),
        aws_secret_access_key=settings.get("AWS_SECRET_ACCESS_KEY"),
        aws_session_token=settings.get("AWS_SESSION_TOKEN"),
    )


def _region(settings: Mapping[str, str]) -> str:
    return settings.get("AWS_REGION") or REGION
