"""What every test may use."""

from collections.abc import Iterator

import httpx
import psycopg
import pytest

from local.stack import Stack, running_stack
from tests.person import Person
from tests.target import Target


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """A local Supabase of this test run alone, with all migrations applied and the API in front of it."""
    with running_stack() as running:
        yield running


@pytest.fixture(scope="session")
def target(stack: Stack) -> Target:
    """Where the tests send their requests."""
    return Target(stack.api_url, stack.supabase_url, stack.anon_key, stack.secret_key, stack.db_url)


@pytest.fixture
def anonymous(target: Target) -> httpx.Client:
    """Our API without a token."""
    return target.api_client()


@pytest.fixture
def alice(target: Target) -> Person:
    """A new user with empty books."""
    return Person.registered(target, "alice")


@pytest.fixture
def bob(target: Target) -> Person:
    """Another new user, whom nothing of Alice's concerns."""
    return Person.registered(target, "bob")


@pytest.fixture
def dashboard(target: Target) -> Iterator[psycopg.Connection]:
    """The database as the Supabase dashboard writes to it: SQL as `postgres`, each statement by itself."""
    with psycopg.connect(target.db_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def service(target: Target) -> httpx.Client:
    """The Data API on the tables, with the secret key."""
    return target.data_client(target.secret_key, schema="public")
