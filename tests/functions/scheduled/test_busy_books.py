"""Books that somebody else holds while the job runs."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest

from tests.functions.scheduled.jobs import drafts, generate
from tests.person import Person
from tests.target import Target

HOLD = "select from public.profiles where id = %s for no key update"


class TestBusyBooks:
    def test_are_waited_for(
        self, schedule: httpx.Client, target: Target, alice: Person, dashboard: psycopg.Connection
    ) -> None:
        with psycopg.connect(target.db_url) as writer, ThreadPoolExecutor(1) as pool:
            writer.execute(HOLD, (alice.id,))
            running = pool.submit(generate, schedule, as_of="2018-06-01T00:00:00Z")
            with pytest.raises(TimeoutError):
                running.result(timeout=0.5)
            writer.commit()
            assert running.result()["failed"] == 0
        assert len(drafts(dashboard, [UUID(alice.id)], 2018)[UUID(alice.id)]) == 1

    def test_that_stay_locked_are_told_and_stop_nobody_else(
        self,
        schedule: httpx.Client,
        target: Target,
        alice: Person,
        bob: Person,
        dashboard: psycopg.Connection,
    ) -> None:
        hers, his = UUID(alice.id), UUID(bob.id)

        def made() -> dict[UUID, int]:
            return {owner: len(found) for owner, found in drafts(dashboard, [hers, his], 2018).items()}

        with psycopg.connect(target.db_url) as writer:
            writer.execute(HOLD, (alice.id,))
            run = generate(schedule, as_of="2018-06-02T00:00:00Z")
        assert [(failure["user_id"], failure["code"]) for failure in run["failures"]] == [(alice.id, "55P03")]
        assert made() == {hers: 0, his: 1}
        assert generate(schedule, as_of="2018-06-02T00:00:00Z")["failed"] == 0
        assert made() == {hers: 1, his: 1}

    def test_many_of_them_cost_the_others_nothing(
        self, schedule: httpx.Client, target: Target, alice: Person, dashboard: psycopg.Connection
    ) -> None:
        """Waiting for each would take longer than a statement may; all together are waited for once, at the end."""
        busy = [uuid4() for _ in range(60)]
        dashboard.cursor().executemany(
            "insert into auth.users (id, email) values (%s, %s)",
            [(user, f"{user}@example.com") for user in busy],
        )
        with psycopg.connect(target.db_url) as writer:
            writer.execute("select from public.profiles where id = any(%s) for no key update", (busy,))
            run = generate(schedule, as_of="2018-06-03T00:00:00Z")
        assert {UUID(failure["user_id"]) for failure in run["failures"]} == set(busy)
        assert run["failed"] == len(busy)
        assert len(drafts(dashboard, [UUID(alice.id)], 2018)[UUID(alice.id)]) == 1
