"""The packaged functions in AWS's own runtime client, with nothing of this repository in reach."""

import json
import os
import signal
import socket
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from deploy.package import Package
from local.gateway.routes import Route
from local.project import ROOT
from local.stack import Stack
from tests.counting_proxy import counting_proxy
from tests.deploy.aws import Aws
from tests.deploy.emulator import Lambda, code_of, running_emulator
from tests.deploy.events import http_event
from tests.deploy.execution_environment import ExecutionEnvironment, FunctionError, runtime_client
from tests.person import PASSWORD, Person, checked
from tests.target import Target

Unpack = Callable[..., Lambda]


def get(path: str, token: str = "", **headers: str) -> dict[str, Any]:
    """The event of a GET."""
    sent = {"host": "api.example.com", **headers, **({"authorization": f"Bearer {token}"} if token else {})}
    return http_event(Route("ANY", path, ""), "GET", path, list(sent.items()), b"", "203.0.113.7")


def log_lines(function: Lambda) -> list[dict[str, Any]]:
    return [json.loads(line) for line in function.code.log.read_text().splitlines() if line]


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


@contextmanager
def counted_connections(port: int) -> Iterator[tuple[int, list[object]]]:
    """A way to a local port that counts the connections made."""
    made: list[object] = []

    class Connection(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            made.append(self)
            with socket.create_connection(("127.0.0.1", port)) as upstream:
                back = threading.Thread(target=_pump, args=(upstream, self.request))
                back.start()
                _pump(self.request, upstream)
                back.join()

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Connection) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server.server_address[1], made
        server.shutdown()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)


@pytest.fixture
def silence() -> Iterator[str]:
    """A Supabase that takes requests and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


class TestWarm:
    def test_fifty_requests_use_one_process_and_one_connection(
        self, unpack: Unpack, stack: Stack, alice: Person
    ) -> None:
        with counted_connections(stack.ports.gateway) as (port, connections):
            issuer = f"{stack.supabase_url}/auth/v1"
            function = unpack("accounts", SUPABASE_URL=f"http://127.0.0.1:{port}", SUPABASE_JWT_ISSUER=issuer)
            answers = [function.invoke(get("/api/accounts", alice.token)) for _ in range(50)]
            function.stop()
        assert {answer["statusCode"] for answer in answers} == {200}
        assert (len(function.started), len(connections)) == (1, 1)
        assert [line["cold_start"] for line in log_lines(function)] == [1] + [0] * 49


class TestSnapStart:
    def test_a_restored_copy_begins_with_a_connection_of_its_own(
        self, unpack: Unpack, stack: Stack, alice: Person
    ) -> None:
        with counted_connections(stack.ports.gateway) as (port, connections):
            issuer = f"{stack.supabase_url}/auth/v1"
            function = unpack("accounts", SUPABASE_URL=f"http://127.0.0.1:{port}", SUPABASE_JWT_ISSUER=issuer)
            environment = ExecutionEnvironment(replace(function.code, snap_start=True))
            try:
                assert environment.snapshot_taken.wait(20)
                assert connections == []
                environment.restore()
                assert environment.invoke(get("/api/accounts", alice.token), 20)["statusCode"] == 200
                assert len(connections) == 1
            finally:
                environment.stop()

    def test_a_hook_that_fails_is_reported(self, unpack: Unpack) -> None:
        function = unpack("accounts", SUPABASE_URL="")
        environment = ExecutionEnvironment(replace(function.code, snap_start=True))
        with pytest.raises(FunctionError):
            environment.invoke(get("/api/accounts"), 20)
        environment.stop()
        assert environment.init_error
        assert environment.init_error.kind == "ValidationError"


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


def write_long_expenses(database: psycopg.Connection, person: Person, count: int, text: str) -> None:
    """Expenses whose description is 10,000 times a character."""
    database.execute(
        "insert into public.transactions (user_id, account_id, transaction_type, amount, description, category) "
        "select user_id, id, 'expense', 1, repeat(%s, 10000), 'Long' from public.accounts, generate_series(1, %s) "
        "where user_id = %s",
        (text, count, person.id),
    )


class TestLargeAnswers:
    def test_lambda_takes_six_megabytes(self, unpack: Unpack) -> None:
        function = unpack("accounts")
        program = (
            "def handler(event, context):\n    return {'statusCode': 200, 'body': 'x' * event['size']}\n"
        )
        (function.code.folder / "functions" / "accounts" / "handler.py").write_text(program)
        for bytecode in function.code.folder.glob("functions/accounts/__pycache__/handler.*"):
            bytecode.unlink()
        assert function.invoke({"size": 6_291_000})["statusCode"] == 200
        with pytest.raises(FunctionError, match="ResponseSizeTooLarge"):
            function.invoke({"size": 6_292_000})

    @pytest.mark.parametrize(
        ("text", "fits", "too_many"), [("x", 400, 640), ('"', 100, 300), ("₹", 150, 220)]
    )
    def test_more_than_lambda_takes_is_a_problem_and_as_much_is_an_answer(
        self,
        unpack: Unpack,
        alice: Person,
        dashboard: psycopg.Connection,
        text: str,
        fits: int,
        too_many: int,
    ) -> None:
        alice.account()
        write_long_expenses(dashboard, alice, too_many, text)
        function = unpack("transactions")
        answer = function.invoke(get(f"/api/transactions?limit={fits}", alice.token))
        assert (answer["statusCode"], len(json.loads(answer["body"]))) == (200, fits)
        answer = function.invoke(get(f"/api/transactions?limit={too_many}", alice.token))
        assert (answer["statusCode"], json.loads(answer["body"])["code"]) == (422, "answer_too_large")
        assert answer["headers"]["x-request-id"] == json.loads(answer["body"])["request_id"]


class TestSchedule:
    @pytest.mark.parametrize("job", ["mark_overdue_invoices", "generate_tax_filings"])
    def test_a_job_runs_and_counts_itself(self, unpack: Unpack, job: str) -> None:
        function = unpack("scheduled", METRICS_NAMESPACE="renpay-test")
        result = function.invoke({"job": job, "scheduled_time": "2026-11-01T18:45:00Z"})
        assert result["failed"] == 0
        [line] = log_lines(function)
        assert (line["job"], line["finished_runs"]) == (job, 1)
        [directive] = line["_aws"]["CloudWatchMetrics"]
        assert directive == {
            "Namespace": "renpay-test",
            "Dimensions": [["job"]],
            "Metrics": [{"Name": "finished_runs", "Unit": "Count"}],
        }

    def test_a_job_that_cannot_run_is_an_error_so_that_it_is_tried_again(self, unpack: Unpack) -> None:
        function = unpack("scheduled", SUPABASE_URL="http://127.0.0.1:1")
        with pytest.raises(FunctionError):
            function.invoke({"job": "mark_overdue_invoices", "scheduled_time": "2026-11-01T18:45:00Z"})


class TestSecretKey:
    @pytest.fixture
    def from_parameter(self, aws: Aws, unpack: Unpack) -> Callable[[str], Lambda]:
        def from_parameter(name: str) -> Lambda:
            return unpack(
                "scheduled", SUPABASE_SECRET_KEY="", SUPABASE_SECRET_KEY_PARAMETER=name, **aws.environment
            )

        return from_parameter

    def test_it_comes_from_the_parameter_store(
        self, aws: Aws, stack: Stack, from_parameter: Callable[[str], Lambda]
    ) -> None:
        name = "/renpay/test/supabase-secret-key"
        aws.client("ssm").put_parameter(
            Name=name, Type="SecureString", Value=stack.secret_key, Overwrite=True
        )
        function = from_parameter(name)
        event = {"job": "mark_overdue_invoices", "scheduled_time": "2026-11-02T18:45:00Z"}
        assert function.invoke(event)["failed"] == 0
        assert stack.secret_key not in function.code.log.read_text()

    def test_without_it_nothing_runs(self, from_parameter: Callable[[str], Lambda]) -> None:
        function = from_parameter("/renpay/test/not-there")
        with pytest.raises(FunctionError, match="ParameterUnreadableError"):
            function.invoke({"job": "mark_overdue_invoices", "scheduled_time": "2026-11-03T18:45:00Z"})


class TestLog:
    def test_one_line_for_each_request_and_nothing_private_in_it(
        self, stack: Stack, target: Target, twins: dict[str, Package]
    ) -> None:
        variables = {**stack.environment, "METRICS_NAMESPACE": "renpay-test"}
        with running_emulator([twins["auth"], twins["transactions"]], variables) as (url, deployment):
            with Person.registered(replace(target, api_url=url), "alice") as alice:
                alice.sale(1234.56, description="a very private sale")
                alice.api.get("/api/transactions", params={"limit": 5}, headers={"X-Request-Id": "mine"})
            auth, transactions = (deployment.functions[name] for name in ("auth", "transactions"))
            logs = auth.code.log.read_text() + transactions.code.log.read_text()
            lines = log_lines(auth) + log_lines(transactions)
        for private in (alice.email, alice.token, alice.id, PASSWORD, "1234.56", "very private"):
            assert private not in logs
        told = [(line["method"], line["route"], line["status"]) for line in lines]
        assert told == [
            ("POST", "/api/auth/register", 200),
            ("POST", "/api/auth/login", 200),
            ("POST", "/api/transactions", 201),
            ("GET", "/api/transactions", 200),
        ]
        assert lines[3]["request_id"] == "mine"
        assert lines[3]["user"] == lines[2]["user"] != ""
        assert lines[3]["gateway_request_id"]
        assert [line["cold_start"] for line in lines] == [1, 0, 1, 0]
        assert all(line["ms"] > 0 and line["server_error"] == 0 for line in lines)
        [directive] = lines[0]["_aws"]["CloudWatchMetrics"]
        assert directive["Dimensions"] == [["function"]]
        assert {metric["Name"] for metric in directive["Metrics"]} == {"ms", "server_error", "cold_start"}
        assert abs(lines[0]["_aws"]["Timestamp"] / 1000 - time.time()) < 600

    def test_the_request_id_goes_on_to_the_database(
        self, stack: Stack, unpack: Unpack, alice: Person
    ) -> None:
        with counting_proxy(stack.supabase_url) as (url, calls):
            issuer = f"{stack.supabase_url}/auth/v1"
            function = unpack("accounts", SUPABASE_URL=url, SUPABASE_JWT_ISSUER=issuer)
            answer = function.invoke(get("/api/accounts", alice.token, **{"x-request-id": "from-the-client"}))
            function.stop()
        assert answer["headers"]["x-request-id"] == "from-the-client"
        assert calls["from-the-client"] == ["GET /rest/v1/accounts"]


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
        "tests/functions/test_v1.py",
    ]
    ran = subprocess.run(pytest_, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout


def test_a_person_can_log_in_by_username_with_the_key_of_the_parameter_store(
    aws: Aws, stack: Stack, twins: dict[str, Package]
) -> None:
    name = "/renpay/test/supabase-secret-key"
    aws.client("ssm").put_parameter(Name=name, Type="SecureString", Value=stack.secret_key, Overwrite=True)
    variables = {**stack.environment, **aws.environment, "SUPABASE_SECRET_KEY_PARAMETER": name}
    del variables["SUPABASE_SECRET_KEY"]
    with (
        running_emulator([twins["auth"]], variables) as (url, _),
        httpx.Client(base_url=url, timeout=30) as api,
    ):
        person = {"username": "lambda.login", "email": "lambda.login@example.com", "password": PASSWORD}
        checked(api.post("/api/v1/auth/register", json=person), 201)
        form = {"username": "lambda.login", "password": PASSWORD}
        checked(api.post("/api/v1/auth/login", data=form), 200)
        page = api.post("/login", data=form, headers={"Origin": url})
        assert page.headers["set-cookie"].startswith("session=")
