"""Two users of one API over one connection: making a client costs more than a hundred requests."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, LiteralString
from uuid import uuid4

import httpx
import psycopg

from tests.target import Target

Json = dict[str, Any]

_SNAPSHOT = """
    select json_build_object(
        'accounts', (select json_object_agg(id, json_build_array(balance::text, is_default)) from public.accounts),
        'transactions', (
            select json_object_agg(id, json_build_array(
                transaction_type, amount::text, account_id, transfer_account_id, invoice_id, trim_scale(tax_rate)::text,
                tax_amount::text, day
            )) from api.transactions
        ),
        'documents', (
            select json_object_agg(id, json_build_array(
                status, total_amount::text, tax_amount::text, amount_settled::text, amount_due::text,
                amount_credited::text, against_id, issue_day
            )) from public.invoices
        ),
        'settlements', (
            select json_agg(json_build_array(invoice_id, kind, amount::text, transaction_id, credit_note_id, settled_on))
            from public.settlements
        ),
        'submitted', (select json_agg(to_char(period_start, 'YYYY-MM')) from public.tax_filings where status <> 'draft'),
        'reopened', (
            select json_agg(to_char(period_start, 'YYYY-MM')) from public.tax_filings where reopened_at is not null
        ),
        'faults', (select json_agg(fault) from api.verify_ledger() as fault)
    )
"""


@dataclass(frozen=True)
class User:
    """Somebody with empty books, a token, and a look into the database through row level security."""

    id: str
    token: str
    api: httpx.Client
    database: psycopg.Connection[Any]

    def ask(
        self, method: str, path: str, body: Json | None = None, key: str | None = None, **query: Any
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        content = None if body is None else json.dumps(body, default=_number)
        return self.api.request(method, path, params=query, content=content, headers=headers)

    def sees(self) -> Json:
        """Everything of this user's books, and what does not add up in them."""
        with self.database.transaction():
            self._become()
            row = self.database.execute(_SNAPSHOT).fetchone()
        assert row
        return {name: value or {} for name, value in row[0].items()}

    def audit_faults(self) -> list[Any]:
        with self.database.transaction():
            self._become()
            return self.database.execute("select * from api.verify_audit()").fetchall()

    def types(self, statement: LiteralString, **values: object) -> tuple[Any, ...] | str | None:
        """What somebody types into the dashboard for this user: a row of the answer, or the code of its refusal."""
        try:
            cursor = self.database.execute(statement, {"user": self.id, **values})
        except psycopg.Error as refused:
            return refused.diag.message_hint or refused.diag.constraint_name
        return cursor.fetchone() if cursor.description else ()

    def _become(self) -> None:
        claims = json.dumps({"sub": self.id, "role": "authenticated", "session_id": str(uuid4())})
        self.database.execute(
            "select set_config('role', 'authenticated', true), set_config('request.jwt.claims', %s, true)",
            (claims,),
        )


def _number(value: object) -> float | int:
    """As the client would write it: 0.1, not "0.1"."""
    assert isinstance(value, Decimal)
    return float(value)


@dataclass(frozen=True)
class Clients:
    """What all users share."""

    target: Target
    api: httpx.Client
    database: psycopg.Connection[Any]

    def new_user(self) -> User:
        user_id, email = str(uuid4()), f"{uuid4()}@example.com"
        self.database.execute("insert into auth.users (id, email) values (%s, %s)", (user_id, email))
        return User(user_id, self.target.token(user_id, email), self.api, self.database)


@contextmanager
def clients(target: Target) -> Iterator[Clients]:
    with target.api_client() as api, psycopg.connect(target.db_url, autocommit=True) as database:
        yield Clients(target, api, database)
