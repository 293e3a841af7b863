"""People who use the API: each with an account of Supabase Auth and an HTTP client of their own."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

import httpx

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
    def registered(cls, target: Target, name: str = "person") -> Person:
        email = f"{name}-{secrets.token_hex(6)}@example.com"
        api = target.api_client()
        user = checked(api.post("/api/auth/register", json={"email": email, "password": PASSWORD}), 200)["data"]
        return cls.logged_in(target, user["id"], email)

    @classmethod
    def logged_in(cls, target: Target, user_id: str, email: str) -> Person:
        api = target.api_client()
        login = api.post("/api/auth/login", data={"username": email, "password": PASSWORD})
        token = checked(login, 200)["access_token"]
        api.headers["Authorization"] = f"Bearer {token}"
        return cls(user_id, email, token, api, target.data_client(token))

    def account(self, name: str = "Business Account", balance: float = 0.0) -> Json:
        return cast(Json, checked(self.api.post("/api/accounts", json={"name": name, "balance": balance}), 201))

    def transaction(self, kind: str, amount: float, **fields: object) -> Json:
        body = {"transaction_type": kind, "amount": amount, **fields}
        return cast(Json, checked(self.api.post("/api/transactions", json=body), 201))

    def sale(self, amount: float, **fields: object) -> Json:
        return self.transaction("sale", amount, **fields)

    def expense(self, amount: float, **fields: object) -> Json:
        return self.transaction("expense", amount, **fields)

    def invoice(self, items: Iterable[Line] = (("Product A", 2, 50.00),), **fields: object) -> Json:
        lines = [{"description": text, "quantity": quantity, "unit_price": price} for text, quantity, price in items]
        body = {"customer_name": "John Doe", "items": lines, **fields}
        return cast(Json, checked(self.api.post("/api/invoices", json=body), 201))

    def pay(self, invoice: Json) -> Json:
        return cast(Json, checked(self.api.post(f"/api/invoices/{invoice['id']}/mark-as-paid"), 200))

    def read(self, path: str, **parameters: object) -> Any:
        return checked(self.api.get(path, params=cast(Any, parameters)), 200)

    def balance(self) -> float:
        return cast(float, self.read("/api/accounts/balance")["balance"])

    def faults(self) -> list[Json]:
        """What does not add up in this person's books: always nothing."""
        return cast(list[Json], checked(self.data.post("/rpc/verify_ledger", json={}), 200))
