"""Events look like those of API Gateway."""

from local.gateway.routes import Route
from tests.deploy.events import http_event


def test_the_path_arrives_decoded_and_the_query_as_it_was_sent() -> None:
    route = Route("GET", "/invoice/{proxy+}", "web")
    event = http_event(
        route, "GET", "/invoice/a%20b%2525?q=a%20b", [("host", "api.example.com")], b"", "203.0.113.7"
    )
    assert event["rawPath"] == event["requestContext"]["http"]["path"] == "/invoice/a b%25"
    assert event["pathParameters"] == {"proxy": "a b%25"}
    assert event["rawQueryString"] == "q=a%20b"
