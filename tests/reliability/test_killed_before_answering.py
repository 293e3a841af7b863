"""The process dies when the work is done and nobody has been told: asked again, it is the first answer."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest

from local.stack import Stack
from tests.counting_proxy import counting_proxy
from tests.person import Person, checked
from tests.reliability.creating_requests import (
    Request,
    a_credit_note,
    a_part_payment,
    a_payment,
    a_payment_of_several,
    a_sale,
)
from tests.second_api import SecondApi, second_api
from tests.target import Target


@pytest.mark.parametrize(
    ("made", "function", "balance"),
    [
        (a_sale, "create_transaction", 100.10),
        (a_payment, "mark_invoice_paid", 118.00),
        (a_part_payment, "create_payment", 100.10),
        (a_payment_of_several, "create_payments", 351.00),
        (a_credit_note, "create_credit_note", 0),
    ],
    ids=lambda made: getattr(made, "__name__", ""),
)
def test_killed_between_commit_and_answer(
    stack: Stack,
    target: Target,
    alice: Person,
    made: Callable[[Person], Request],
    function: str,
    balance: float,
) -> None:
    path, body = made(alice)
    victims: list[SecondApi] = []

    def kill(called: str) -> None:
        if called.partition("?")[0].endswith(f"/rpc/{function}"):
            victims.pop().kill()

    request: dict[str, Any] = {
        "json": body,
        "headers": {**alice.api.headers, "Idempotency-Key": str(uuid4())},
    }
    with counting_proxy(target.supabase_url, kill) as (proxy, _), second_api(stack, proxy) as api:
        victims.append(api)
        with pytest.raises(httpx.TransportError):
            httpx.post(f"{api.url}{path}", **request)
    assert victims == []
    # Committed, and its answer never left the database's side of the dead process.
    assert alice.balance() == balance
    documents = [alice.read("/api/invoices", document_type=kind) for kind in ("invoice", "credit_note")]

    again = alice.api.post(path, **request)

    assert again.headers["idempotent-replayed"] == "true"
    assert again.is_success, again.text
    shown = checked(again, again.status_code)
    known = {row["id"] for row in [*alice.read("/api/transactions"), *documents[0], *documents[1]]}
    assert {row["id"] for row in (shown if isinstance(shown, list) else [shown])} <= known
    assert [
        alice.read("/api/invoices", document_type=kind) for kind in ("invoice", "credit_note")
    ] == documents
    assert (alice.balance(), alice.faults()) == (balance, [])
