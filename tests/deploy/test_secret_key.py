"""The secret key of Supabase comes from the parameter store."""

from collections.abc import Callable

import httpx
import pytest

from deploy.package import Package
from local.stack import Stack
from tests.deploy.aws import Aws
from tests.deploy.emulator import Lambda, running_emulator
from tests.deploy.execution_environment import FunctionError
from tests.deploy.invocations import Unpack
from tests.person import PASSWORD, checked


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
        event = {"job": "generate_tax_filings", "scheduled_time": "2026-11-02T18:45:00Z"}
        assert function.invoke(event)["failed"] == 0
        assert stack.secret_key not in function.code.log.read_text()

    def test_without_it_nothing_runs(self, from_parameter: Callable[[str], Lambda]) -> None:
        function = from_parameter("/renpay/test/not-there")
        with pytest.raises(FunctionError, match="ParameterUnreadableError"):
            function.invoke({"job": "generate_tax_filings", "scheduled_time": "2026-11-03T18:45:00Z"})


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
