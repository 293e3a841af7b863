"""Alice's secrets, and those who are nobody."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from typing import Any

import httpx
import jwt
import psycopg

from tests.person import Json, Person, checked
from tests.security.surface import OPERATIONS
from tests.target import Target

SECRET = "Secret Customer"
Token = Callable[[Target, Person], str]


def _expired(target: Target, person: Person) -> str:
    claims = jwt.decode(person.token, options={"verify_signature": False})
    return jwt.encode({**claims, "exp": int(time.time()) - 60}, target.jwt_secret, "HS256")


def _logged_out(target: Target, person: Person) -> str:
    token = target.token(person.id, person.email)
    with target.api_client() as api:
        checked(api.post("/api/auth/logout", headers={"Authorization": f"Bearer {token}"}), 200)
    return token


def _wrong_signature(target: Target, person: Person) -> str:
    claims = jwt.decode(person.token, options={"verify_signature": False})
    return jwt.encode(claims, "another secret that is also quite long enough", "HS256")


def _unsigned(target: Target, person: Person) -> str:
    claims = jwt.decode(person.token, options={"verify_signature": False})
    return jwt.encode(claims, "", "none")


# Who is no user at all, whoever's token it once was.
NOBODIES: dict[str, Token] = {
    "anonymous": lambda target, person: "",
    "expired": _expired,
    "logged out": _logged_out,
    "wrong signature": _wrong_signature,
    "unsigned": _unsigned,
    "anon key": lambda target, person: target.anon_key,
    "service key": lambda target, person: target.secret_key,
}


def filled(thing: Any, ids: Json) -> Any:
    """With ids in the place of their names."""
    return json.loads(re.sub(r"\{(\w+)\}", lambda name: str(ids[name[1]]), json.dumps(thing)))


def call(client: httpx.Client, operation: str, ids: Json, token: str | None = None) -> httpx.Response:
    method, path = operation.split()
    content = filled(OPERATIONS[operation], ids)
    headers = (
        {} if token is None else {"Authorization": f"Bearer {token}"} if token else {"Authorization": ""}
    )
    if method in {"POST", "PUT", "PATCH"}:
        return client.request(method, filled(path, ids), json=content, headers=headers)
    return client.request(method, filled(path, ids), params=content, headers=headers)


def books(database: psycopg.Connection[Any], person: Person) -> list[Any]:
    """Everything that belongs to a person, down to the last byte."""
    tables = [
        "accounts",
        "contacts",
        "items",
        "transactions",
        "invoices",
        "invoice_items",
        "settlements",
        "bills",
        "bill_items",
        "credit_adjustments",
        "gstr2b_documents",
        "ledger_entries",
        "tax_filings",
        "audit_entries",
    ]
    found: list[Any] = []
    for table in tables:
        found += database.execute(
            f"select t::text from public.{table} as t where user_id = %s order by 1", (person.id,)
        )
    return found + list(
        database.execute("select t::text from public.profiles as t where id = %s", (person.id,))
    )


def assert_tells_nothing(answer: httpx.Response, ids: Json) -> None:
    sent = str(answer.request.url) + answer.request.content.decode()
    for name, value in ids.items():
        if name != "serial" and str(value) not in sent:
            assert str(value) not in answer.text, (answer.request.url, name)
    assert "Secret" not in answer.text
    assert "4711.11" not in answer.text
    assert "815.15" not in answer.text
