"""Who changed what, when, from what to what, through which channel."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import httpx
import psycopg
import pytest

from tests.concurrency import at_once
from tests.person import Person, checked, problem
from tests.security.audit.verification import _API, faults, story, verification
from tests.target import Target


class TestTrail:
    def test_anonymous_is_refused(self, anonymous: httpx.Client) -> None:
        problem(anonymous.get("/api/audit"), 401, "not_authenticated")
        problem(anonymous.get("/api/audit/verify"), 401, "not_authenticated")

    def test_another_users_is_not_shown(self, alice: Person, bob: Person) -> None:
        account = alice.account()["id"]
        assert bob.read("/api/audit", record_id=account) == []
        assert len(alice.read("/api/audit", record_id=account)) == 1

    def test_an_edit_tells_only_what_changed_from_what_to_what(self, alice: Person) -> None:
        account = alice.account("Till", 10.10)
        checked(alice.api.put(f"/api/accounts/{account['id']}", json={"name": "Till", "balance": 25.35}), 200)
        [entry] = alice.read("/api/audit", record_id=account["id"], operation="update")
        assert (entry["before"], entry["after"]) == ({"balance": 10.10}, {"balance": 25.35})
        assert (entry["actor_id"], entry["actor_role"]) == (alice.id, "authenticated")

    def test_writing_what_stands_there_is_no_change(self, alice: Person) -> None:
        account = alice.account("Till")
        before = verification(alice)["entries"]
        checked(alice.api.put(f"/api/accounts/{account['id']}", json={"name": "Till"}), 200)
        assert verification(alice)["entries"] == before

    def test_a_deletion_keeps_what_was_there(self, alice: Person) -> None:
        expense = alice.expense(12.50, description="Stamps")
        checked(alice.api.delete(f"/api/transactions/{expense['id']}"), 204)
        [entry] = alice.read("/api/audit", record_id=expense["id"], operation="delete")
        assert (entry["before"]["amount"], entry["before"]["description"]) == (12.50, "Stamps")
        assert entry["after"] is None
        assert faults(alice) == []

    def test_an_id_may_be_used_again(self, alice: Person, dashboard: psycopg.Connection) -> None:
        first = alice.expense(12.50, description="Stamps", category="Office", tax_rate=18)
        checked(alice.api.delete(f"/api/transactions/{first['id']}"), 204)
        dashboard.execute(
            "insert into public.transactions (id, user_id, transaction_type, amount) values (%s, %s, 'expense', 7)",
            (first["id"], alice.id),
        )
        assert faults(alice) == []
        alice.api.put(f"/api/transactions/{first['id']}", json={"category": "Travel"})
        assert faults(alice) == []

    def test_the_request_is_named_by_its_id(self, alice: Person) -> None:
        body = {"name": "Till"}
        made = alice.api.post("/api/accounts", json=body, headers={"X-Request-Id": "from-the-shop-7"})
        [entry] = alice.read("/api/audit", request_id="from-the-shop-7")
        assert entry["record_id"] == checked(made, 201)["id"]

    def test_each_channel_has_its_name(
        self, target: Target, anonymous: httpx.Client, dashboard: psycopg.Connection, service: httpx.Client
    ) -> None:
        with Person.registered(target) as person:
            person.invoice()
            checked(service.post("/rpc/run_job", json={"job": "generate_tax_filings"}, headers=_API), 200)
            dashboard.execute("update public.invoices set notes = 'x' where user_id = %s", (person.id,))
            assert story(person, record_type="profiles") == [("auth", "insert", "profiles")]
            assert story(person)[-3:] == [
                ("api", "insert", "invoices"),
                ("schedule", "insert", "tax_filings"),
                ("dashboard", "update", "invoices"),
            ]

    def test_the_list_is_filtered_and_paged(self, alice: Person) -> None:
        for amount in range(1, 6):
            alice.expense(amount)
        first = alice.api.get("/api/audit", params={"limit": 4, "record_type": "transactions"})
        second = alice.api.get(first.links["next"]["url"])
        numbers = [entry["number"] for entry in [*first.json(), *second.json()]]
        assert (first.headers["X-Total-Count"], len(numbers)) == ("5", 5)
        assert numbers == sorted(numbers, reverse=True)
        assert alice.read("/api/audit", end_date="2000-01-01") == []
        problem(alice.api.get("/api/audit", params={"operation": "truncate"}), 422, "validation_failed")

    def test_ten_thousand_rows_in_one_statement_are_one_chain(
        self, alice: Person, dashboard: psycopg.Connection
    ) -> None:
        dashboard.execute(
            "insert into public.transactions (user_id, transaction_type, amount) "
            "select %s, 'expense', 1 from generate_series(1, 10000)",
            (alice.id,),
        )
        # The profile, the account and ten thousand expenses.
        assert verification(alice)["entries"] == 10_002
        assert faults(alice) == []

    def test_fifty_writers_at_once_keep_one_chain(self, alice: Person, dashboard: psycopg.Connection) -> None:
        write = partial(alice.api.post, "/api/transactions", json={"transaction_type": "sale", "amount": 1})
        assert {answer.status_code for answer in at_once([write] * 50)} == {201}
        numbers = [entry["number"] for entry in alice.read("/api/audit", sort_order="asc", limit=1000)]
        assert numbers == list(range(1, len(numbers) + 1))
        assert faults(alice) == []

    def test_writers_in_two_dashboards_queue_for_the_head(self, target: Target, alice: Person) -> None:
        for amount in (1, 2):
            alice.expense(amount)
        change = "update public.transactions set description = 'x' where user_id = %s and amount = %s"
        with psycopg.connect(target.db_url) as first, ThreadPoolExecutor(1) as pool:
            first.execute(change, (alice.id, 1))
            second = pool.submit(_executed, target.db_url, change, (alice.id, 2))
            # The second one waits, and goes on when the first has committed.
            with pytest.raises(TimeoutError):
                second.result(timeout=0.5)
            first.commit()
            second.result()
        assert faults(alice) == []


def _executed(db_url: str, statement: str, values: tuple[object, ...]) -> None:
    with psycopg.connect(db_url, autocommit=True) as connection:
        connection.execute(statement, values)
