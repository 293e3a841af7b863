"""The local API routes as API Gateway does, from serverless.yml."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from deploy.service import SERVERLESS_YML
from local.gateway.api import App, Gateway, Message, Receive, Send
from local.gateway.api import gateway as load
from local.gateway.routes import Service
from local.project import Problem

pytestmark = pytest.mark.anyio

SERVERLESS = """
service: example
provider:
  name: aws
  httpApi:
    cors:
      allowedOrigins: [https://app.example]
      allowedHeaders: [authorization, content-type]
      allowedMethods: [GET, POST]
      exposedResponseHeaders: [x-total-count]
      maxAge: 600
functions:
  things:
    handler: functions/things/handler.handler
    events:
      - httpApi: ANY /api/things
      - httpApi: "ANY /api/things/{proxy+}"
  one:
    handler: functions/one/handler.handler
    events:
      - httpApi: {method: get, path: "/api/things/{id}/parts"}
      - httpApi: GET /api/things/special
  web:
    handler: functions/web/handler.handler
    events:
      - httpApi: GET /
      - httpApi: "GET /invoice/{id}"
  nightly:
    handler: functions/nightly/handler.handler
    events:
      - schedule: rate(1 day)
"""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def echo(function: str) -> App:
    """An app that says which function it is, what it was asked for, and how much it was sent."""

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        size, more = 0, True
        while more:
            message = await receive()
            size += len(message.get("body", b""))
            more = message.get("more_body", False)
        headers = [(b"access-control-allow-origin", b"nonsense"), (b"x-total-count", b"7")]
        await send({"type": "http.response.start", "status": 201, "headers": headers})
        await send({"type": "http.response.body", "body": f"{function} {scope['path']} {size}".encode()})

    return app


@pytest.fixture
def service(tmp_path: Path) -> Service:
    (tmp_path / "serverless.yml").write_text(SERVERLESS)
    return Service.read(tmp_path / "serverless.yml")


@pytest.fixture
def gateway(service: Service) -> httpx.AsyncClient:
    app = Gateway(service, {name: echo(name) for name in service.handlers})
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://api.test")


class TestRoutes:
    @pytest.mark.parametrize(
        ("method", "path", "function"),
        [
            ("GET", "/api/things", "things"),
            ("DELETE", "/api/things/7", "things"),
            ("GET", "/api/things/7/parts/8", "things"),
            ("GET", "/api/things/", "things"),
            ("GET", "/api/things/special", "one"),
            ("POST", "/api/things/special", "things"),
            ("GET", "/api/things/7/parts", "one"),
            ("POST", "/api/things/7/parts", "things"),
            ("GET", "/", "web"),
            ("GET", "/invoice/7", "web"),
        ],
    )
    def test_the_most_specific_one_wins(
        self, service: Service, method: str, path: str, function: str
    ) -> None:
        route = service.route(method, path)
        assert route
        assert route.function == function

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", "/api"),
            ("GET", "/api/thingsandmore"),
            ("POST", "/"),
            ("GET", "/invoice/7/items"),
            ("GET", "/x"),
        ],
    )
    def test_anything_else_has_none(self, service: Service, method: str, path: str) -> None:
        assert service.route(method, path) is None

    def test_functions_without_a_route_are_not_loaded(self, service: Service) -> None:
        assert set(service.handlers) == {"things", "one", "web"}

    @pytest.mark.parametrize("event", ["*", "$default", "ANY /{proxy+}"])
    def test_a_catch_all_catches_what_nothing_else_does(self, tmp_path: Path, event: str) -> None:
        file = tmp_path / "serverless.yml"
        file.write_text(SERVERLESS.replace("- httpApi: GET /\n", f"- httpApi: '{event}'\n"))
        service = Service.read(file)
        assert {
            path: route.function
            for path in ("/", "/nowhere", "/a/b", "/api/things")
            if (route := service.route("GET", path))
        } == {"/": "web", "/nowhere": "web", "/a/b": "web", "/api/things": "things"}


class TestServerlessYml:
    def test_every_path_leads_to_its_function_with_a_slash_at_the_end_too(self) -> None:
        """AWS does not document which route such a path selects, so both routes have the same function."""
        routes = Service.read(SERVERLESS_YML).routes
        functions = {(route.method, route.path): route.function for route in routes}
        plain = {key: function for key, function in functions.items() if not key[1].endswith(("+}", "/"))}
        assert len(plain) > 20
        twins = {(method, path): functions.get((method, f"{path}/{{proxy+}}")) for method, path in plain}
        assert twins == plain


class TestGateway:
    async def test_a_function_sees_the_whole_path_and_body(self, gateway: httpx.AsyncClient) -> None:
        answer = await gateway.post("/api/things/7", content=b"x" * 1000)
        assert (answer.status_code, answer.text) == (201, "things /api/things/7 1000")

    async def test_an_unknown_path_is_answered_as_by_api_gateway(self, gateway: httpx.AsyncClient) -> None:
        answer = await gateway.get("/nowhere")
        assert (answer.status_code, answer.json()) == (404, {"message": "Not Found"})

    async def test_the_gateway_keeps_its_own_health_check(self, gateway: httpx.AsyncClient) -> None:
        assert (await gateway.get("/ping")).text == "healthy"

    async def test_a_body_over_ten_megabytes_is_refused(self, gateway: httpx.AsyncClient) -> None:
        limit = 10 * 1024 * 1024
        assert (await gateway.post("/api/things", content=b"x" * limit)).status_code == 201
        answer = await gateway.post("/api/things", content=b"x" * (limit + 1))
        assert (answer.status_code, answer.json()) == (413, {"message": "Request Entity Too Large"})

    async def test_a_body_of_unknown_length_is_limited_too(self, gateway: httpx.AsyncClient) -> None:
        async def chunks(count: int) -> AsyncIterator[bytes]:
            for _ in range(count):
                yield b"x" * 1024 * 1024

        assert (await gateway.post("/api/things", content=chunks(10))).text == "things /api/things 10485760"
        assert (await gateway.post("/api/things", content=chunks(11))).status_code == 413


class TestLoading:
    def test_an_import_error_names_the_function(self, service: Service) -> None:
        with pytest.raises(
            Problem, match=r"Function 'things' \(functions.things.handler\) does not load: Module"
        ):
            load(service)


class TestCors:
    async def test_a_preflight_is_answered_without_the_function(self, gateway: httpx.AsyncClient) -> None:
        question = {"origin": "https://app.example", "access-control-request-method": "POST"}
        answer = await gateway.options("/api/things", headers=question)
        assert answer.status_code == 204
        assert answer.headers["access-control-allow-origin"] == "https://app.example"
        assert answer.headers["access-control-allow-methods"] == "GET,POST"
        assert answer.headers["access-control-allow-headers"] == "authorization,content-type"
        assert answer.headers["access-control-max-age"] == "600"

    async def test_an_answer_carries_the_gateways_headers_not_the_functions(
        self, gateway: httpx.AsyncClient
    ) -> None:
        answer = await gateway.get("/api/things", headers={"origin": "https://app.example"})
        assert answer.headers.get_list("access-control-allow-origin") == ["https://app.example"]
        assert answer.headers["access-control-expose-headers"] == "x-total-count"

    async def test_a_stranger_gets_none(self, gateway: httpx.AsyncClient) -> None:
        answer = await gateway.get("/api/things", headers={"origin": "https://evil.example"})
        assert "access-control-allow-origin" not in answer.headers
