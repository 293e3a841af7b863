"""Documented calls, and the check that an answer is as documented."""

import re
from typing import Any

import httpx

from tests.contract.document import Endpoint, differences, endpoints
from tests.person import checked

DOCUMENTED = endpoints()


def sent(endpoint: Endpoint, api: httpx.Client, body: Any = None, **ids: str) -> httpx.Response:
    """The documented request, with real ids in the place of its placeholders."""
    content = endpoint.body if body is None else body
    path = re.sub(r"\{(\w+)\}", lambda name: ids[name[1]], endpoint.path)
    if endpoint.form:
        return api.request(endpoint.method, path, data=endpoint.form)
    return api.request(endpoint.method, path, json=content) if content else api.request(endpoint.method, path)


def as_documented(title: str, answer: httpx.Response) -> Any:
    """The body of an answer with the status, the fields and the kinds of values that the document shows."""
    endpoint = DOCUMENTED[title]
    body = checked(answer, endpoint.status)
    assert differences(endpoint.answer, body) == []
    return body


def figures(answered: Any, *names: str) -> list[Any]:
    return [answered[name] for name in names]
