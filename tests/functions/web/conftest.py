"""Browsers: of Alice, of Bob, of nobody."""

from collections.abc import Iterator

import pytest

from tests.functions.web.browser import Browser
from tests.person import Person
from tests.target import Target


@pytest.fixture
def web(target: Target, alice: Person) -> Iterator[Browser]:
    """Alice's browser."""
    browser = Browser(target, alice.token)
    yield browser
    browser.http.close()


@pytest.fixture
def bobs_web(target: Target, bob: Person) -> Iterator[Browser]:
    browser = Browser(target, bob.token)
    yield browser
    browser.http.close()


@pytest.fixture
def stranger(target: Target) -> Iterator[Browser]:
    browser = Browser(target)
    yield browser
    browser.http.close()
