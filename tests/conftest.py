"""What every test may use."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import psycopg
import pytest

from deploy.package import build
from deploy.service import functions
from deploy.target import this_machine
from local.stack import Stack, running_stack
from tests import hosted
from tests.deploy.emulator import running_emulator
from tests.person import Person
from tests.target import Target
from tests.workers import MOST_WORKERS, ByFile, longest_first, take_ports

# `make test ARGS="-m 'not browser and not deploy and not load'"` runs what is quick.
_MARKS = {
    "tests/browser/": "browser",
    "tests/deploy/": "deploy",
    "tests/reliability/": "load",
    "tests/functions/test_at_once.py": "load",
    "tests/functions/scheduled/": "load",
    "tests/migrations/test_plans.py": "load",
    "tests/migrations/test_random_invoices.py": "load",
    "tests/security/test_openapi.py": "load",
}

if worker := os.environ.get("PYTEST_XDIST_WORKER"):
    take_ports(worker)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--target",
        choices=["local", "lambda", "environment", "hosted"],
        default="local",
        help="ask the API of `make dev`, or the packaged functions, run as AWS Lambda does, or an API and its "
        "Supabase that run already and that the environment names as `make status` does, or our API on the "
        "Supabase that the environment names",
    )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One for each processor."""
    return min(os.cpu_count() or 1, MOST_WORKERS)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    """Whoever says `-n` gets whole files shared out, in our order."""
    config.option.loadscopereorder = False
    return ByFile(config, log)


def pytest_report_header(config: pytest.Config) -> list[str]:
    """What does not run on a Supabase that is not ours, and why."""
    return hosted.explanations() if config.getoption("--target") == "hosted" else []


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--target") == "hosted":
        cannot = [item for item in items if hosted.reason_against(item)]
        config.hook.pytest_deselected(items=cannot)
        items[:] = [item for item in items if item not in cannot]
    for item in items:
        for folder, mark in _MARKS.items():
            if item.nodeid.startswith(folder):
                item.add_marker(mark)
    longest_first(items)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show what tests have counted."""
    reports = terminalreporter.getreports("passed")
    if told := [text for report in reports for name, text in report.user_properties if name == "counted"]:
        terminalreporter.section("counted")
        for text in told:
            terminalreporter.write_line(str(text))


@pytest.fixture
def show_count(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Shows at the end of the run what a test has counted, also when it ran in another process."""

    def show(text: str) -> None:
        record_property("counted", text)

    return show


@pytest.fixture(scope="session")
def stack(request: pytest.FixtureRequest) -> Iterator[Stack]:
    """A local Supabase of this test run alone, with all migrations applied and the API in front of it."""
    chosen = request.config.getoption("--target")
    if chosen in {"environment", "hosted"}:
        pytest.skip("needs a Supabase of its own")
    if chosen == "local":
        with running_stack() as running:
            yield running
        return
    packages = build(this_machine(), functions())
    with (
        running_stack(api=False) as running,
        running_emulator(packages, running.environment, running.ports.api),
    ):
        yield running


@pytest.fixture(scope="session")
def target(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """Where the tests send their requests."""
    match request.config.getoption("--target"):
        case "environment":
            yield Target.named_by(os.environ)
        case "hosted":
            with hosted.hosted_target(tmp_path_factory.mktemp("hosted")) as target:
                yield target
        case _:
            stack: Stack = request.getfixturevalue("stack")
            yield Target.named_by(stack.environment)


@pytest.fixture(autouse=True, scope="module")
def _nobody_has_tried_too_often(request: pytest.FixtureRequest) -> None:
    """All tests come from one address, which may log in and register so often in a quarter of an hour."""
    if any(
        "target" in getattr(item, "fixturenames", ())
        for item in request.session.items
        if item.path == request.path
    ):
        target: Target = request.getfixturevalue("target")
        with psycopg.connect(target.db_url) as database:
            database.execute("delete from private.login_attempts where client = '127.0.0.1'")
            database.execute("delete from private.sign_ups where client = '127.0.0.1'")


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
def superuser(request: pytest.FixtureRequest, target: Target) -> Iterator[psycopg.Connection]:
    """Somebody who may do everything, and switches the triggers off first. On a hosted project it is postgres."""
    if request.config.getoption("--target") == "hosted":
        url = target.db_url
    else:
        stack: Stack = request.getfixturevalue("stack")
        url = stack.postgres.url("supabase_admin")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")
        yield connection


@pytest.fixture
def service(target: Target) -> Iterator[httpx.Client]:
    """The Data API on the tables, with the secret key."""
    with target.data_client(target.secret_key, schema="public") as client:
        yield client
