"""The tests on a Supabase that the environment names: `pytest --target=hosted`. docs/local.md describes it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from local.external import External, running_api
from local.process.ports import Ports
from local.project import Problem
from tests.target import Target

# What cannot run there, and why. Everything else does.
_NEEDS_ITS_OWN = "needs processes, a log or a database of its own"
REASONS = {
    "tests/local/": "tests the local stack",
    "tests/deploy/": "tests packages and a deployment to an emulated AWS",
    "tests/functions/scheduled/": "runs jobs for all users of the project",
    "tests/migrations/test_plans.py": _NEEDS_ITS_OWN,
    "tests/migrations/test_trigger_graph.py": "counts triggers as a superuser",
    "tests/reliability/test_faults.py": "kills processes",
    "tests/security/audit/": "writes past the rules, for all users",
}
_OWN_STACK = f"{_NEEDS_ITS_OWN} (fixture `stack`)"
_FORGES = {
    "tests/functions/auth/test_tokens.py",
    "tests/functions/web/test_forms.py",
    "tests/functions/web/test_session.py",
    "tests/security/tenants/",
    "tests/security/test_logout.py",
}
_NO_SECRET = "signs tokens, which needs SUPABASE_JWT_SECRET"


def reason_against(item: pytest.Item) -> str | None:
    """Why a test cannot run there, or None if it can."""
    for start, reason in _reasons().items():
        if item.nodeid.startswith(start):
            return reason
    return _OWN_STACK if "stack" in getattr(item, "fixturenames", ()) else None


def explanations() -> list[str]:
    """A line for each reason, for the head of the report."""
    lines = [f"not on this target: {start} {reason}" for start, reason in _reasons().items()]
    return [*lines, f"not on this target: a test that {_OWN_STACK}"]


@contextmanager
def hosted_target(folder: Path) -> Iterator[Target]:
    """The API of this repository on that Supabase. The users that the tests make there are deleted at the end."""
    external = External.named()
    if external is None or "DB_URL" not in external.environment:
        raise Problem("Set SUPABASE_URL, SUPABASE_KEY, SUPABASE_SECRET_KEY and DB_URL.")
    with running_api(external, folder, port=Ports.isolated().api) as url:
        variables = {"SUPABASE_JWT_SECRET": "", **external.environment, "API_URL": url}
        target = Target.named_by(variables)
        with psycopg.connect(target.db_url, autocommit=True) as database:
            began = database.execute("select now()").fetchone()
            yield target
            database.execute(
                r"delete from auth.users where created_at >= %s and email ~ '-[0-9a-f]{12}@example\.com$'",
                began,
            )


def _reasons() -> dict[str, str]:
    return REASONS if os.environ.get("SUPABASE_JWT_SECRET") else REASONS | dict.fromkeys(_FORGES, _NO_SECRET)
