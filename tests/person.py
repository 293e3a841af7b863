"""People who use the API: each with an account of Supabase Auth and an HTTP client of their own."""

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self, cast
from uuid import uuid4

import httpx
import psycopg

from tests.target import Target

Line = tuple[str, int | float, float]
Json = dict[str, Any]

PASSWORD = "correct horse battery staple"


def checked(answer: httpx.Response, status: int) -> Any:
    """The body of an answer that has this status."""
    assert answer.status_code == status, f"{answer.status_code} instead of {status}: {answer.text}"
    return answer.json() if answer.content else None


def problem(answer: httpx.Response, status: int, code: str) -> Json:
    """The problem details of an answer that reports this problem."""
    body = checked(answer, status)
    assert answer.headers["content-type"] == "application/problem+json"
    assert (body["status"], body["code"]) == (status, code), body
    assert body["request_id"] == answer.headers["x-request-id"]
    return cast(Json, body)


@dataclass(frozen=True)
class Person:
    """A signed-in user."""

    id: str
    email: str
    token: str
    api: httpx.Client
    """Our API as this person."""
    data: httpx.Client
    """The Data API of Supabase as this person, past our functions."""

    @classmethod
    @contextmanager
    def enrolled(cls, target: Target, name: str = "person") -> Iterator[Self]:
        """A new user without a password but with a token like Auth's: spares a test two rounds of bcrypt.

        Without the secret to sign tokens, as on a project that signs with ES256, the user registers.
        """
        if not target.jwt_secret:
            with cls.registered(target, name) as person:
                yield person
            return
        user_id, email = str(uuid4()), f"{name}-{secrets.token_hex(6)}@example.com"
        with psycopg.connect(target.db_url) as database:
            database.execute("insert into auth.users (id, email) values (%s, %s)", (user_id, email))
        with cls._in_session(target, user_id, email, target.token(user_id, email)) as person:
            yield person

    @classmethod
    @contextmanager
    def registered(cls, target: Target, name: str = "person") -> Iterator[Self]:
        """A new user, signed in, until the end of the block."""
        email = f"{name}-{secrets.token_hex(6)}@example.com"
        with target.api_client() as api:
            registration = api.post("/api/auth/register", json={"email": email, "password": PASSWORD})
            user = checked(registration, 200)["data"]
        with cls.logged_in(target, user["id"], email) as person:
            yield person

    @classmethod
    @contextmanager
    def logged_in(cls, target: Target, user_id: str, email: str) -> Iterator[Self]:
        """A user in a session of its own."""
        with target.api_client() as api:
            login = api.post("/api/auth/login", data={"username": email, "password": PASSWORD})
            token = checked(login, 200)["access_token"]
        with cls._in_session(target, user_id, email, token) as person:
            yield person

    @classmethod
    @contextmanager
    def _in_session(cls, target: Target, user_id: str, email: str, token: str) -> Iterator[Self]:
        with target.api_client() as api, target.data_client(token) as data:
            api.headers["Authorization"] = f"Bearer {token}"
            yield cls(user_id, email, token, api, data)

    def account(self, name: str = "Business Account", balance: float = 0.0) -> Json:
        return cast(
            Json, checked(self.api.post("/api/accounts", json={"name": name, "balance": balance}), 201)
        )

    def customer(self, name: str = "Sharma Textiles", **fields: object) -> Json:
        return cast(Json, checked(self.api.post("/api/customers", json={"name": name, **fields}), 201))

    def supplier(self, name: str = "Paper Mill", **fields: object) -> Json:
        return cast(Json, checked(self.api.post("/api/suppliers", json={"name": name, **fields}), 201))

    def item(self, name: str = "Cotton shirt", unit_price: float = 450.0, **fields: object) -> Json:
        body = {"name": name, "unit_price": unit_price, **fields}
        return cast(Json, checked(self.api.post("/api/items", json=body), 201))

    def bill(self, bill_number: str = "PM/1042", **fields: object) -> Json:
        """A bill with one line: 2000.00 at 18 % within the state."""
        line = {"description": "Paper", "tax_rate": 18, "taxable_value": 2000, "cgst": 180, "sgst": 180}
        body = {
            "supplier_name": "Paper Mill",
            "supplier_gstin": "29AAACZ0001A1Z4",
            "bill_number": bill_number,
            "bill_date": "2026-10-05",
            "items": [line],
            **fields,
        }
        return cast(Json, checked(self.api.post("/api/bills", json=body), 201))

    def transaction(self, kind: str, amount: float, **fields: object) -> Json:
        body = {"transaction_type": kind, "amount": amount, **fields}
        return cast(Json, checked(self.api.post("/api/transactions", json=body), 201))

    def sale(self, amount: float, **fields: object) -> Json:
        return self.transaction("sale", amount, **fields)

    def expense(self, amount: float, **fields: object) -> Json:
        return self.transaction("expense", amount, **fields)

    def invoice(self, items: Iterable[Line] = (("Product A", 2, 50.00),), **fields: object) -> Json:
        lines = [
            {"description": text, "quantity": quantity, "unit_price": price}
            for text, quantity, price in items
        ]
        body = {"customer_name": "John Doe", "items": lines, **fields}
        return cast(Json, checked(self.api.post("/api/invoices", json=body), 201))

    def pay(self, invoice: Json) -> Json:
        return cast(Json, checked(self.api.post(f"/api/invoices/{invoice['id']}/mark-as-paid"), 200))

    def payment(self, invoice: Json, **fields: object) -> Json:
        """The invoice after a payment of it: of these amounts, or of all that is due."""
        answer = self.api.post(f"/api/invoices/{invoice['id']}/payments", json=fields)
        return cast(Json, checked(answer, 201))

    def payments(self, invoice: Json) -> list[Json]:
        """What settles an invoice, the first one first."""
        return cast(list[Json], self.read(f"/api/invoices/{invoice['id']}/payments"))

    def credit_note(self, invoice: Json, items: Iterable[Line] | None = None, **fields: object) -> Json:
        """A credit note against an invoice: of these lines, or of the whole."""
        if items is not None:
            fields["items"] = [
                {"description": text, "quantity": quantity, "unit_price": price}
                for text, quantity, price in items
            ]
        answer = self.api.post(f"/api/invoices/{invoice['id']}/credit-note", json=fields)
        return cast(Json, checked(answer, 201))

    def reread(self, invoice: Json) -> Json:
        """The document as it is now."""
        return cast(Json, self.read(f"/api/invoices/{invoice['id']}"))

    def profile(self, **fields: object) -> Json:
        """The profile, with these fields changed."""
        return cast(Json, checked(self.api.patch("/api/auth/me", json=fields), 200))

    def read(self, path: str, **parameters: object) -> Any:
        return checked(self.api.get(path, params=cast(Any, parameters)), 200)

    def balance(self) -> float:
        return cast(float, self.read("/api/accounts/balance")["balance"])

    def faults(self) -> list[Json]:
        """What does not add up in this person's books: always nothing."""
        return cast(list[Json], checked(self.data.post("/rpc/verify_ledger", json={}), 200))
