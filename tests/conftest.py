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
    return Target(
        stack.api_url, stack.supabase_url, stack.anon_key, stack.secret_key, stack.jwt_secret, stack.db_url
    )


@pytest.fixture
def anonymous(target: Target) -> Iterator[httpx.Client]:
    """Our API without a token."""
    with target.api_client() as client:
        yield client


@pytest.fixture
def alice(target: Target) -> Iterator[Person]:
    """A new user with empty books."""
    with Person.enrolled(target, "alice") as person:
        yield person


@pytest.fixture
def bob(target: Target) -> Iterator[Person]:
    """Another new user, whom nothing of Alice's concerns."""
    with Person.enrolled(target, "bob") as person:
        yield person


@pytest.fixture
def dashboard(target: Target) -> Iterator[psycopg.Connection]:
    """The database as the Supabase dashboard writes to it: SQL as `postgres`, each statement by itself."""
    with psycopg.connect(target.db_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def service(target: Target) -> Iterator[httpx.Client]:
    """The Data API on the tables, with the secret key."""
    with target.data_client(target.secret_key, schema="public") as client:
        yield client
