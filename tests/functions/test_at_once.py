"""Two requests at once, and two hundred: exact balances, one payment, no gap, no deadlock, no 5xx."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import cycle, islice

import httpx
import psycopg

from tests.concurrency import at_once, until_somebody_waits_for
from tests.person import Json, Person, problem
from tests.target import Target


def statuses(answers: list[httpx.Response]) -> Counter[int]:
    return Counter(answer.status_code for answer in answers)


def test_two_hundred_sales_on_one_account(alice: Person) -> None:
    account = alice.account()["id"]
    body: Json = {
        "transaction_type": "sale",
        "amount": 100.10,
        "account_id": account,
        "date": "2026-11-02T00:00:00Z",
    }

    answers = at_once([partial(alice.api.post, "/api/transactions", json=body)] * 200)

    assert statuses(answers) == {201: 200}
    assert alice.balance() == 20020.00
    numbers = sorted(invoice["invoice_number"] for invoice in alice.read("/api/invoices", limit=1000))
    assert numbers == [f"INV-2026-11-{number:04}" for number in range(1, 201)]
    assert alice.faults() == []


def test_the_first_sales_of_a_new_user_open_one_account(alice: Person) -> None:
    body: Json = {"transaction_type": "sale", "amount": 1}
    assert statuses(at_once([partial(alice.api.post, "/api/transactions", json=body)] * 20)) == {201: 20}
    [account] = alice.read("/api/accounts")
    assert (account["balance"], alice.faults()) == (20.00, [])


def test_fifty_payments_of_one_invoice(alice: Person) -> None:
    path = f"/api/invoices/{alice.invoice()['id']}"
    pay = [
        partial(alice.api.post, path + "/mark-as-paid"),
        partial(alice.api.put, path, json={"status": "paid"}),
    ]

    answers = at_once(list(islice(cycle(pay), 50)))

    # Writing the status it has already changes nothing, and pays nothing: each of the 25 succeeds. Of the others
    # one does, or none if such a write came first.
    marked = statuses([answer for answer in answers if answer.request.method == "POST"])
    written = statuses([answer for answer in answers if answer.request.method == "PUT"])
    assert written == {200: 25}
    assert marked in ({200: 1, 409: 24}, {409: 25})
    assert len(alice.read("/api/transactions")) == 1
    assert (alice.balance(), alice.faults()) == (118.00, [])


def test_fifty_times_mark_as_paid_pays_once(alice: Person) -> None:
    path = f"/api/invoices/{alice.invoice()['id']}/mark-as-paid"
    answers = at_once([partial(alice.api.post, path)] * 50)
    assert statuses(answers) == {200: 1, 409: 49}
    assert {answer.json()["code"] for answer in answers if answer.is_error} == {"invoice_already_paid"}
    assert (alice.balance(), alice.faults()) == (118.00, [])


def test_fifty_transfers_both_ways(alice: Person) -> None:
    here, there = alice.account("Here", balance=1000)["id"], alice.account("There", balance=1000)["id"]

    def transfer(source: str, to: str, amount: float) -> partial[httpx.Response]:
        body = {
            "transaction_type": "transfer",
            "amount": amount,
            "account_id": source,
            "transfer_account_id": to,
        }
        return partial(alice.api.post, "/api/transactions", json=body)

    answers = at_once([transfer(here, there, 10.01), transfer(there, here, 0.01)] * 25)

    assert statuses(answers) == {201: 50}
    balances = {account["id"]: account["balance"] for account in alice.read("/api/accounts")}
    assert balances == {here: 750.00, there: 1250.00}
    assert alice.faults() == []


def test_edits_payments_and_deletions_of_the_same_rows(alice: Person) -> None:
    """Every order of locks that the functions take, against every other."""
    sale = f"/api/transactions/{alice.sale(100)['id']}"
    invoice = f"/api/invoices/{alice.invoice()['id']}"
    generated = f"/api/invoices/{alice.read(sale)['invoice_id']}"
    calls = [
        partial(alice.api.put, sale, json={"amount": 250}),
        partial(alice.api.put, sale, json={"transaction_type": "expense"}),
        partial(alice.api.put, sale, json={"transaction_type": "sale"}),
        partial(alice.api.post, invoice + "/mark-as-paid"),
        partial(alice.api.put, invoice, json={"status": "sent"}),
        partial(alice.api.put, generated, json={"status": "cancelled"}),
        partial(alice.api.post, generated + "/recalculate-taxes", params={"tax_rate": 5}),
        partial(alice.api.delete, sale),
    ]
    answers = at_once(calls * 8)
    assert {status for status in statuses(answers) if status >= 500} == set()
    assert alice.faults() == []


def test_invoices_of_two_users_are_numbered_apart(alice: Person, bob: Person) -> None:
    body = {"customer_name": "A", "items": [{"description": "B", "quantity": 1, "unit_price": 1}]}
    calls = [partial(person.api.post, "/api/invoices", json=body) for person in (alice, bob)] * 20
    assert statuses(at_once(calls)) == {201: 40}
    for person in (alice, bob):
        numbers = sorted(invoice["invoice_number"][-4:] for invoice in person.read("/api/invoices"))
        assert numbers == [f"{number:04}" for number in range(1, 21)]


def test_an_account_is_deleted_while_sales_come_in(alice: Person) -> None:
    stays, goes = alice.account("Stays")["id"], alice.account("Goes")["id"]
    sale = partial(
        alice.api.post,
        "/api/transactions",
        json={"transaction_type": "sale", "amount": 1, "account_id": goes},
    )
    delete = partial(alice.api.delete, f"/api/accounts/{goes}", params={"transfer_to_account_id": stays})
    answers = at_once([sale] * 20 + [delete] + [sale] * 20, workers=41)
    counted = statuses(answers)
    assert counted[204] == 1
    assert counted[201] + counted[404] == 40
    assert alice.balance() == counted[201]
    assert alice.faults() == []


def test_a_deadlock_with_handwritten_sql_is_worth_another_try(alice: Person, target: Target) -> None:
    """Whoever locks rows first, and writes to the books then, meets a request that does it the other way round."""
    invoice = alice.invoice()["id"]
    with psycopg.connect(target.db_url) as writer, ThreadPoolExecutor(1) as pool:
        writer.execute("select from public.invoices where id = %s for update", (invoice,))
        edit = pool.submit(alice.api.put, f"/api/invoices/{invoice}", json={"notes": "Edited"})
        until_somebody_waits_for(writer)
        # PostgreSQL looks for deadlocks after a second of waiting: the request has waited for longer, and is cancelled.
        writer.execute("select private.lock_books(%s)", (alice.id,))
        refused = edit.result()
        problem(refused, 503, "service_unavailable")
        assert refused.headers["Retry-After"] == "1"
    assert (alice.reread({"id": invoice})["notes"], alice.faults()) == (None, [])
