"""The functions' share of a deployment: the secret key in Parameter Store, and the CloudFormation stack."""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3  # type: ignore[import-untyped]

from local.project import NODE_MODULES, ROOT, Problem

REGION = "ap-south-1"


def store_secret_key(stage: str, settings: Mapping[str, str]) -> None:
    """Put the secret key where only the functions that may have it can read it."""
    name, key = f"/renpay/{stage}/supabase-secret-key", settings["SUPABASE_SECRET_KEY"]
    store = _client("ssm", settings)
    try:
        stored = store.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
    except store.exceptions.ParameterNotFound:
        stored = None
    if stored != key:
        store.put_parameter(Name=name, Value=key, Type="SecureString", Overwrite=True)


def deploy_functions(stage: str, settings: Mapping[str, str], folder: Path) -> None:
    """Deploy the packages; what CloudFormation is told is left in `folder`."""
    for step in ("package", "deploy"):
        _osls(settings, step, "--stage", stage, "--region", _region(settings), "--package", str(folder))


def api_url(stage: str, settings: Mapping[str, str]) -> str:
    """Where the API answers."""
    if settings.get("API_URL"):
        return settings["API_URL"]
    [stack] = _client("cloudformation", settings).describe_stacks(StackName=f"renpay-{stage}")["Stacks"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    return str(outputs["HttpApiUrl"])


def _osls(settings: Mapping[str, str], *arguments: str) -> None:
    # The key is in Parameter Store now: nothing that is deployed may read it from here.
    environment = {name: value for name, value in settings.items() if name != "SUPABASE_SECRET_KEY"}
    command = [str(NODE_MODULES / ".bin" / "osls"), *arguments]
    environment["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true"
    if subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode != 0:
        raise Problem("The functions were not deployed, see above. The migrations were.")


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
