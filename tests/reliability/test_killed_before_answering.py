"""The process dies when the money has moved and nobody has been told: asked again, it is the first answer."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from local.stack import Stack
from tests.counting_proxy import counting_proxy
from tests.person import Json, Person, checked
from tests.second_api import SecondApi, second_api
from tests.target import Target

SALE: Json = {"transaction_type": "sale", "amount": 100.10}


def test_killed_between_commit_and_answer(stack: Stack, target: Target, alice: Person) -> None:
    victims: list[SecondApi] = []

    def kill(path: str) -> None:
        if "create_transaction" in path:
            victims.pop().kill()

    request: dict[str, Any] = {
        "json": SALE,
        "headers": {**alice.api.headers, "Idempotency-Key": str(uuid4())},
    }
    with counting_proxy(target.supabase_url, kill) as (proxy, _), second_api(stack, proxy) as api:
        victims.append(api)
        with pytest.raises(httpx.TransportError):
            httpx.post(f"{api.url}/api/transactions", **request)
    assert victims == []
    # Committed, and its answer never left the database's side of the dead process.
    assert alice.balance() == 100.10

    again = alice.api.post("/api/transactions", **request)

    assert again.headers["idempotent-replayed"] == "true"
    assert [checked(again, 201)["id"]] == [row["id"] for row in alice.read("/api/transactions")]
    assert (alice.balance(), alice.faults()) == (100.10, [])
