"""One parameter from AWS SSM Parameter Store. Without boto3: to import that takes a third of a cold start."""

import hashlib
import hmac
import json
import logging
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import urlsplit

import httpx

from shared.supabase.http_client import connection

_SERVICE = "ssm"
_TARGET = "AmazonSSM.GetParameter"

_log = logging.getLogger(__name__)


class ParameterUnreadableError(Exception):
    """The parameter is not there, or this function may not read it."""


class Credentials(NamedTuple):
    """As whom AWS knows this function."""

    key_id: str
    secret: str
    token: str | None

    @classmethod
    def current(cls) -> "Credentials":
        environment = os.environ
        # Restored from a snapshot there are none in the environment: they would be as old as it.
        if address := environment.get("AWS_CONTAINER_CREDENTIALS_FULL_URI"):
            headers = {"Authorization": environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"]}
            given = connection().get(address, headers=headers).raise_for_status().json()
            return cls(given["AccessKeyId"], given["SecretAccessKey"], given["Token"])
        return cls(
            environment["AWS_ACCESS_KEY_ID"],
            environment["AWS_SECRET_ACCESS_KEY"],
            environment.get("AWS_SESSION_TOKEN"),
        )


def read_parameter(name: str) -> str:
    """The decrypted value of a parameter."""
    region = os.environ["AWS_REGION"]
    address = os.environ.get("AWS_ENDPOINT_URL") or f"https://{_SERVICE}.{region}.amazonaws.com"
    body = json.dumps({"Name": name, "WithDecryption": True}).encode()
    try:
        headers = signed(Credentials.current(), region, urlsplit(address).netloc, body, datetime.now(UTC))
        answer = connection().post(address, content=body, headers=headers)
        answer.raise_for_status()
    except httpx.HTTPError as failure:
        _log.error("parameter %s cannot be read: %s", name, _reason(failure))
        raise ParameterUnreadableError(name) from failure
    value: str = answer.json()["Parameter"]["Value"]
    return value


def _reason(failure: httpx.HTTPError) -> str:
    return failure.response.text if isinstance(failure, httpx.HTTPStatusError) else type(failure).__name__


def signed(credentials: Credentials, region: str, host: str, body: bytes, now: datetime) -> dict[str, str]:
    """The headers of a request, the last of which proves who sends them (AWS Signature Version 4)."""
    instant, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
    headers = {"content-type": "application/x-amz-json-1.1", "host": host, "x-amz-date": instant}
    if credentials.token:
        headers["x-amz-security-token"] = credentials.token
    headers["x-amz-target"] = _TARGET
    scope = f"{day}/{region}/{_SERVICE}/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{instant}\n{scope}\n{_hash(_canonical(headers, body))}"
    key = f"AWS4{credentials.secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, text.encode(), "sha256").hex()
    proof = (
        f"Credential={credentials.key_id}/{scope}, SignedHeaders={';'.join(headers)}, Signature={signature}"
    )
    return {**headers, "authorization": f"AWS4-HMAC-SHA256 {proof}"}


def _canonical(headers: Mapping[str, str], body: bytes) -> bytes:
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    return f"POST\n/\n\n{lines}\n{';'.join(headers)}\n{_hash(body)}".encode()


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
