"""The Renpay document: every endpoint has its test."""

import re
from pathlib import Path

import httpx
import pytest

from tests.contract.calls import DOCUMENTED
from tests.contract.document import Endpoint


def test_every_documented_endpoint_is_walked() -> None:
    """The tests beside this one name each title of the document; a new one fails here until it has its test."""
    text = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    assert [title for title in DOCUMENTED if f'"{title}"' not in text] == []
    assert len(DOCUMENTED) == 30


@pytest.mark.parametrize("endpoint", DOCUMENTED.values(), ids=lambda endpoint: endpoint.title)
@pytest.mark.parametrize("slash", ["", "/"])
def test_a_trailing_slash_changes_nothing(anonymous: httpx.Client, endpoint: Endpoint, slash: str) -> None:
    """Where a token is needed, both are refused for the same reason: never redirected, never unknown."""
    path = re.sub(r"\{\w+\}", "00000000-0000-4000-8000-000000000000", endpoint.path)
    answer = anonymous.request(endpoint.method, path + slash, json={})
    assert answer.status_code == (422 if "register" in path or "login" in path else 401)
