"""What the tests of the functions share."""

from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from local.stack import Stack
from tests.counting_proxy import Calls, counting_proxy
from tests.second_api import second_api
from tests.target import Target


@pytest.fixture(scope="module")
def counted(stack: Stack, target: Target) -> Iterator[tuple[Target, Calls]]:
    """A second API whose way to Supabase leads through the counting proxy."""
    with counting_proxy(target.supabase_url) as (proxy_url, calls), second_api(stack, proxy_url) as api:
        yield replace(target, api_url=api.url), calls


@pytest.fixture
def schedule(target: Target) -> Iterator[httpx.Client]:
    """The Data API with the secret key."""
    with target.data_client(target.secret_key) as client:
        yield client
