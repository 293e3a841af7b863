"""What every test may use."""

from collections.abc import Iterator

import pytest

from local.stack import Stack, running_stack


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """A local Supabase of this test run alone, with all migrations applied and the API in front of it."""
    with running_stack() as running:
        yield running
