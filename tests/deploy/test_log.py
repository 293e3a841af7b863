"""What a packaged function logs."""

import time
from dataclasses import replace

from deploy.package import Package
from local.stack import Stack
from tests.counting_proxy import counting_proxy
from tests.deploy.emulator import running_emulator
from tests.deploy.invocations import Unpack, get, log_lines
from tests.person import PASSWORD, Person
from tests.target import Target


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
