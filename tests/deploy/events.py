"""Events as API Gateway's HTTP APIs send them, payload format 2.0."""

import re
import time
from base64 import b64encode
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, unquote
from uuid import uuid4

from local.gateway.routes import Route

_TEXT = re.compile(r"text/|application/(json|javascript|xml)|[^;]*\+(json|xml)")
_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "te", "upgrade", "expect"}


def http_event(
    route: Route, method: str, target: str, headers: Sequence[tuple[str, str]], body: bytes, caller: str
) -> dict[str, Any]:
    """The event for a request; header names are in lower case."""
    encoded, _, query = target.partition("?")
    # API Gateway decodes the path, and only the path. Mangum decodes it once more.
    path = unquote(encoded)
    sent = _headers(headers, body, caller)
    is_text = _TEXT.match(sent.get("content-type", "text/plain")) is not None and _is_utf8(body)
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": f"{route.method} {route.path}" if route.path != "/{proxy+}" else "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {name: value for name, value in sent.items() if name != "cookie"},
        "requestContext": _context(route, method, path, sent, caller),
        "isBase64Encoded": bool(body) and not is_text,
    }
    if "cookie" in sent:
        event["cookies"] = sent["cookie"].split("; ")
    if query:
        event["queryStringParameters"] = _joined(parse_qsl(query, keep_blank_values=True))
    if "{proxy+}" in route.path:
        event["pathParameters"] = {"proxy": path.removeprefix(route.path.removesuffix("{proxy+}"))}
    if body:
        event["body"] = body.decode() if is_text else b64encode(body).decode()
    return event


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _headers(headers: Sequence[tuple[str, str]], body: bytes, caller: str) -> dict[str, str]:
    sent = _joined([(name, value) for name, value in headers if name not in _HOP_BY_HOP])
    before = sent.get("x-forwarded-for")
    return {
        **sent,
        "content-length": str(len(body)),
        "x-amzn-trace-id": "Root=1-67891233-abcdef012345678912345678",
        "x-forwarded-for": f"{before}, {caller}" if before else caller,
        "x-forwarded-port": sent.get("host", "").partition(":")[2] or "80",
        "x-forwarded-proto": "http",
    }


def _context(route: Route, method: str, path: str, headers: dict[str, str], caller: str) -> dict[str, Any]:
    now = time.time()
    host = headers.get("host", "")
    return {
        "accountId": "000000000000",
        "apiId": "emulated",
        "domainName": host,
        "domainPrefix": host.partition(".")[0],
        "http": {
            "method": method,
            "path": path,
            "protocol": "HTTP/1.1",
            "sourceIp": caller,
            "userAgent": headers.get("user-agent", ""),
        },
        "requestId": uuid4().hex[:16],
        "routeKey": f"{route.method} {route.path}",
        "stage": "$default",
        "time": datetime.fromtimestamp(now, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "timeEpoch": int(now * 1000),
    }


def _joined(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Several values of one name come as one, with commas between."""
    joined: dict[str, str] = {}
    for name, value in pairs:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined
