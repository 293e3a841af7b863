"""A packaged function keeps its process and its connection; a restored copy makes its own."""

from dataclasses import replace

import pytest

from local.stack import Stack
from tests.deploy.counted_connections import counted_connections
from tests.deploy.execution_environment import ExecutionEnvironment, FunctionError
from tests.deploy.invocations import Unpack, get, log_lines
from tests.person import Person


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
