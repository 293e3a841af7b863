"""The secret key from AWS: signed as AWS's own library signs, kept, and read anew."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from botocore.auth import SigV4Auth  # type: ignore[import-untyped]
from botocore.awsrequest import AWSRequest  # type: ignore[import-untyped]
from botocore.credentials import Credentials as BotoCredentials  # type: ignore[import-untyped]

from shared import settings
from shared.aws import parameter_store, snapstart
from shared.aws.parameter_store import Credentials, ParameterUnreadableError, read_parameter
from shared.supabase import http_client, secret_key

BODY = b'{"Name": "/renpay/prod/supabase-secret-key", "WithDecryption": true}'
HOST = "ssm.ap-south-1.amazonaws.com"


@pytest.mark.parametrize("token", [None, "a-session-token"])
def test_the_signature_is_the_one_of_boto(token: str | None) -> None:
    credentials = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", token)
    ours = parameter_store.signed(credentials, "ap-south-1", HOST, BODY, datetime.now(UTC))
    signed = {name: value for name, value in ours.items() if name not in {"authorization", "host"}}
    theirs = AWSRequest("POST", f"https://{HOST}/", signed, BODY)
    theirs.context["timestamp"] = ours["x-amz-date"]
    boto = SigV4Auth(BotoCredentials(*credentials), "ssm", "ap-south-1")
    canonical = boto.canonical_request(theirs)
    assert ours["authorization"].endswith(boto.signature(boto.string_to_sign(theirs, canonical), theirs))


class Aws(BaseHTTPRequestHandler):
    """Gives out credentials, and then a parameter for whoever has them."""

    asked: list[str]
    value: str | None

    def do_GET(self) -> None:
        self._answer(
            200 if self.headers["authorization"] == "the-token" else 403,
            {"AccessKeyId": "AKID", "SecretAccessKey": "secret", "Token": "session"},
        )

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.asked.append(self.headers["authorization"].split("/")[0])
        if self.value is None:
            self._answer(400, {"__type": "ParameterNotFound"})
        else:
            self._answer(200, {"Parameter": {"Value": self.value}})

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Aws]]:
    """An AWS for a function that was restored from a snapshot."""

    class Own(Aws):
        asked: list[str] = []
        value = "sb_secret_one"

    with ThreadingHTTPServer(("127.0.0.1", 0), Own) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        for name, value in {
            "AWS_REGION": "ap-south-1",
            "AWS_ENDPOINT_URL": url,
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{url}/credentials",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": "the-token",
            "SUPABASE_URL": "http://127.0.0.1:1",
            "SUPABASE_KEY": "sb_publishable_key",
            "SUPABASE_SECRET_KEY": "",
            "SUPABASE_SECRET_KEY_PARAMETER": "/renpay/test/key",
        }.items():
            monkeypatch.setenv(name, value)
        settings.settings.cache_clear()
        snapstart.after_restore()
        yield Own
        server.shutdown()
    settings.settings.cache_clear()
    snapstart.after_restore()


class TestParameter:
    def test_it_is_read_with_the_credentials_of_a_restored_copy(self, aws: type[Aws]) -> None:
        assert read_parameter("/renpay/test/key") == "sb_secret_one"
        assert aws.asked == ["AWS4-HMAC-SHA256 Credential=AKID"]

    def test_one_that_is_not_there_is_an_error_that_names_it(self, aws: type[Aws]) -> None:
        aws.value = None
        with pytest.raises(ParameterUnreadableError, match="/renpay/test/key"):
            read_parameter("/renpay/test/key")


class TestSecretKey:
    def test_it_is_read_once_and_after_a_restore_again(self, aws: type[Aws]) -> None:
        assert [secret_key.secret_key() for _ in range(3)] == ["sb_secret_one"] * 3
        assert len(aws.asked) == 1
        snapstart.after_restore()
        aws.value = "sb_secret_two"
        assert secret_key.secret_key() == "sb_secret_two"

    def test_a_replaced_one_is_noticed_and_a_lost_one_is_kept(
        self, aws: type[Aws], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(secret_key, "_LIVES_SECONDS", -1)
        assert secret_key.secret_key() == "sb_secret_one"
        aws.value = "sb_secret_two"
        assert secret_key.secret_key() == "sb_secret_two"
        aws.value = None
        assert secret_key.secret_key() == "sb_secret_two"

    def test_the_variable_wins(self, aws: type[Aws], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SUPABASE_SECRET_KEY", "of the developer")
        settings.settings.cache_clear()
        assert secret_key.secret_key() == "of the developer"
        assert aws.asked == []


def test_a_restored_copy_has_its_own_connection_and_the_same_authorities(aws: type[Aws]) -> None:
    before, trusted = http_client.connection(), http_client.authorities()
    assert http_client.connection() is before
    snapstart.after_restore()
    assert http_client.connection() is not before
    assert http_client.authorities() is trusted
