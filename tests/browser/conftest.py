"""A browser at our pages."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from tests.browser.chromium import running_chromium
from tests.person import Person
from tests.target import Target

SMALL: ViewportSize = {"width": 360, "height": 780}
WIDE: ViewportSize = {"width": 1280, "height": 900}

OpenPage = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """For as long as a file of tests; Playwright keeps an event loop running, which others could not bear."""
    with running_chromium() as chromium:
        yield chromium


@pytest.fixture
def open_page(browser: Browser, target: Target) -> Iterator[OpenPage]:
    """A page in a browser of its own; `person` is signed in there, without a round of bcrypt."""
    contexts: list[BrowserContext] = []

    def open_one(person: Person | None = None, *, script: bool = True, wide: bool = True) -> Page:
        context = browser.new_context(
            base_url=target.api_url,
            java_script_enabled=script,
            viewport=WIDE if wide else SMALL,
            locale="en-IN",
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        if person:
            sign_in(context, target, person)
        page = context.new_page()
        page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
        return page

    yield open_one
    for context in contexts:
        context.close()


def sign_in(context: BrowserContext, target: Target, person: Person) -> None:
    context.add_cookies(
        [
            {
                "name": "session",
                "value": f"{person.token}~none",
                "url": target.api_url,
                "httpOnly": True,
                "sameSite": "Lax",
            }
        ]
    )
