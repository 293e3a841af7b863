"""Where the emulated AWS is, and clients of its services."""

from typing import Any

import boto3  # type: ignore[import-untyped]

REGION = "ap-south-1"


class Aws:
    """Where the emulated AWS is."""

    def __init__(self, endpoint: str) -> None:
        self.asked: set[str] = set()
        """The actions of all calls so far, as a policy names them: `ssm:PutParameter`."""
        self.environment = {
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
        }

    def client(self, service: str) -> Any:
        variables = self.environment
        return boto3.client(
            service,
            endpoint_url=variables["AWS_ENDPOINT_URL"],
            region_name=REGION,
            aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
        )
