"""Books that somebody else holds while the job runs."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from uuid import UUID

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
        self, schedule: httpx.Client, target: Target, dashboard: psycopg.Connection
    ) -> None:
        """All of them together are waited for two seconds, once, at the end."""
        with ExitStack() as people, psycopg.connect(target.db_url) as writer:
            busy = [people.enter_context(Person.enrolled(target)) for _ in range(8)]
            for person in busy:
                writer.execute(HOLD, (person.id,))
            free = people.enter_context(Person.enrolled(target))
            run = generate(schedule, as_of="2018-06-03T00:00:00Z")
            assert {failure["user_id"] for failure in run["failures"]} == {person.id for person in busy}
            assert run["failed"] == 8
            assert len(drafts(dashboard, [UUID(free.id)], 2018)[UUID(free.id)]) == 1
