"""What fails in a packaged function, in AWS's own runtime client."""

import json
import os
import signal
import threading

import httpx
import pytest

from deploy.package import Package
from local.stack import Stack
from tests.deploy.emulator import running_emulator
from tests.deploy.execution_environment import FunctionError
from tests.deploy.invocations import Unpack, get
from tests.person import Person


class TestFailures:
    def test_an_import_error_is_a_plain_500(self, unpack: Unpack) -> None:
        function = unpack("accounts")
        (function.code.folder / "functions" / "accounts" / "handler.py").write_text("import nothing_there")
        for bytecode in function.code.folder.glob("functions/accounts/__pycache__/handler.*"):
            bytecode.unlink()
        with pytest.raises(FunctionError) as failure:
            function.invoke(get("/api/accounts"))
        assert failure.value.kind == "Runtime.ImportModuleError"

    def test_a_silent_database_is_a_503_before_lambda_gives_up(
        self, unpack: Unpack, alice: Person, stack: Stack, silence: str
    ) -> None:
        issuer = f"{stack.supabase_url}/auth/v1"
        function = unpack(
            "accounts", SUPABASE_URL=silence, SUPABASE_JWT_ISSUER=issuer, REQUEST_TIMEOUT_SECONDS="0.5"
        )
        answer = function.invoke(get("/api/accounts", alice.token))
        assert answer["statusCode"] == 503
        assert json.loads(answer["body"])["code"] == "service_unavailable"
        assert answer["headers"]["retry-after"] == "1"

    def test_after_a_timeout_the_next_request_has_a_new_process(
        self, unpack: Unpack, alice: Person, stack: Stack, silence: str
    ) -> None:
        issuer = f"{stack.supabase_url}/auth/v1"
        function = unpack("accounts", 1, SUPABASE_URL=silence, SUPABASE_JWT_ISSUER=issuer)
        with pytest.raises(FunctionError, match="timed out after 1"):
            function.invoke(get("/api/accounts", alice.token))
        assert function.invoke(get("/api/accounts"))["statusCode"] == 401
        assert len(function.started) == 2

    def test_a_killed_process_is_an_error_and_the_next_request_has_a_new_one(
        self, unpack: Unpack, alice: Person, stack: Stack, silence: str
    ) -> None:
        issuer = f"{stack.supabase_url}/auth/v1"
        function = unpack("accounts", SUPABASE_URL=silence, SUPABASE_JWT_ISSUER=issuer)
        assert function.invoke(get("/api/accounts"))["statusCode"] == 401
        threading.Timer(0.3, os.kill, (function.started[0].pid, signal.SIGKILL)).start()
        with pytest.raises(FunctionError, match="Runtime exited"):
            function.invoke(get("/api/accounts", alice.token))
        assert function.invoke(get("/api/accounts"))["statusCode"] == 401

    def test_the_gateway_says_no_more_than_that_it_failed(
        self, stack: Stack, twins: dict[str, Package]
    ) -> None:
        with running_emulator([twins["accounts"]], stack.environment) as (url, deployment):
            function = deployment.functions["accounts"]
            (function.code.folder / "shared" / "http" / "middleware.py").write_text(
                "raise SystemExit('secret')"
            )
            for bytecode in function.code.folder.glob("shared/http/__pycache__/middleware.*"):
                bytecode.unlink()
            answer = httpx.get(f"{url}/api/accounts")
        assert (answer.status_code, answer.json()) == (500, {"message": "Internal Server Error"})
