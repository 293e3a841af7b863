"""Each sabotage can still be done, and the tests that should notice it are there: `make mutations` does them all."""

from collections import Counter

from local.project import ROOT
from tests.mutations.sabotage import Sabotage, StaleError
from tests.mutations.sabotages import SABOTAGES


def staleness(sabotage: Sabotage) -> str:
    """Why a sabotage does not apply; empty if it does."""
    try:
        sabotage.sabotaged(ROOT)
    except StaleError as stale:
        return f"{sabotage.promise}: {stale}"
    return ""


def test_each_still_applies() -> None:
    assert [stale for sabotage in SABOTAGES if (stale := staleness(sabotage))] == []


def test_the_tests_that_should_notice_are_there() -> None:
    named = {sabotage.tests.partition(" -k ")[0] for sabotage in SABOTAGES}
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []


def test_each_breaks_a_promise_of_its_own() -> None:
    assert [promise for promise, times in Counter(s.promise for s in SABOTAGES).items() if times > 1] == []
