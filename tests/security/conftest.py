"""What the tests of security share."""

from collections.abc import Callable, Iterator

import httpx
import pytest

from tests.person import Person
from tests.target import Target


@pytest.fixture
def data(target: Target, bob: Person) -> Iterator[Callable[[str], httpx.Client]]:
    """The Data API itself as Bob, on a schema."""
    clients: list[httpx.Client] = []

    def on(schema: str) -> httpx.Client:
        clients.append(target.data_client(bob.token, schema))
        return clients[-1]

    yield on
    for client in clients:
        client.close()
