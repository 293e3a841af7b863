"""Bodies that no schema thinks of, to every operation that takes one: refused as what they are, never a 5xx."""

import json
import random
import re

import httpx
import psycopg
import pytest

from tests.person import Person
from tests.security.surface import OPERATIONS
from tests.security.tenants.books import books

NOBODY = "00000000-0000-4000-8000-000000000000"

BODIES = {
    "empty": b"",
    "null": b"null",
    "a number": b"1",
    "a string": b'"x"',
    "a list of lists": b"[[]]",
    "nested a thousand times": b"[" * 1000 + b"]" * 1000,
    "nested a hundred thousand times": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "half a string": b'{"name": "x',
    "not a number": b'{"amount": NaN, "balance": NaN, "name": "x"}',
    "infinity": b'{"amount": -Infinity, "balance": Infinity, "name": "x"}',
    "a number of a million digits": b'{"amount": 1' + b"0" * 900_000 + b', "name": "x"}',
    "a large exponent": b'{"amount": 1e999999999, "balance": 1e-999999999, "name": "x"}',
    "a key twice": b'{"name": "x", "name": ["y"]}',
    "NUL": b'{"name": "a\\u0000b", "notes": "\\u0000", "customer_name": "\\u0000", "description": "\\u0000"}',
    "NUL in a key": b'{"na\\u0000me": "x"}',
    "a lone surrogate": b'{"name": "\\ud800", "notes": "\\udfff", "customer_name": "\\ud800"}',
    "not UTF-8": b'{"name": "\xff\xfe"}',
    "a prototype": b'{"__proto__": {"x": 1}, "constructor": {"prototype": 1}}',
    "ten thousand keys": json.dumps({f"key{number}": number for number in range(10_000)}).encode(),
    "six megabytes": b'{"name": "' + b"x" * 6_000_000 + b'"}',
}
# What is not named here is JSON, of another shape: 422.
STATUSES = {
    "half a string": 400,
    "not a number": 400,
    "infinity": 400,
    "not UTF-8": 400,
    "six megabytes": 413,
}
# Everything in the body of these is optional, the body too.
OPTIONAL = ("/mark-as-paid", "/credit-note")


def with_bodies() -> list[str]:
    return [operation for operation in OPERATIONS if operation.split()[0] in {"POST", "PUT", "PATCH"}]


def sent(person: Person, operation: str, body: bytes) -> httpx.Response:
    method, path = operation.split()
    path = re.sub(r"\{\w+_id\}", NOBODY, path).format(serial=1)
    return person.api.request(method, path, content=body, headers={"Content-Type": "application/json"})


@pytest.mark.parametrize("kind", BODIES)
def test_a_body_that_is_none_is_refused(alice: Person, dashboard: psycopg.Connection, kind: str) -> None:
    before = books(dashboard, alice)
    for operation in with_bodies():
        if operation.endswith(("logout", "recalculate-taxes", "reopen")):
            continue  # these take no body, and read none
        answer = sent(alice, operation, BODIES[kind])
        is_taken = operation.endswith(OPTIONAL) and kind in {"empty", "null"}
        expected = 404 if is_taken else STATUSES.get(kind, 422)
        assert answer.status_code == expected, (operation, answer.status_code, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
    assert books(dashboard, alice) == before


def test_no_damage_to_a_good_body_breaks_anything(alice: Person) -> None:
    chance = random.Random(0)
    for _ in range(15):
        for operation in with_bodies():
            if operation.endswith("logout"):
                continue
            body = bytearray(json.dumps(OPERATIONS[operation] or {"name": "x"}).encode())
            for _ in range(chance.randint(1, 4)):
                place = chance.randrange(len(body))
                body[place : place + chance.randint(0, 2)] = chance.randbytes(chance.randint(0, 3))
            answer = sent(alice, operation, bytes(body))
            assert answer.status_code < 500, (operation, bytes(body), answer.text)
    assert alice.faults() == []
