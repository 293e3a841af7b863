"""What is measured, and as whom: a running stack with large books, and the requests that are sent to it."""

import json
import logging
import os
import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

import httpx
import jwt
import psycopg
from starlette.testclient import TestClient

from local.gateway.routes import Service
from local.project import ROOT
from local.stack import Stack
from tests.load.clock import Client, Work
from tests.load.wire import BooksBusyError, Message, Wire
from tests.target import Target

Json = dict[str, Any]

SALE = """select to_json(api.create_transaction('{"transaction_type": "sale", "amount": 118}'))"""
"""The statement that a sale is."""


@dataclass
class Bench:
    """A stack, and users in it whose books have the size that their name says."""

    stack: Stack
    users: Mapping[str, UUID]
    _tokens: dict[UUID, str] = field(default_factory=dict)

    @cached_property
    def target(self) -> Target:
        stack = self.stack
        return Target(
            stack.api_url,
            stack.supabase_url,
            stack.anon_key,
            stack.secret_key,
            stack.jwt_secret,
            stack.db_url,
        )

    def token(self, user: UUID) -> str:
        if user not in self._tokens:
            self._tokens[user] = self.target.token(str(user), f"{user}@example.com")
        return self._tokens[user]

    def request(self, user: UUID, method: str, path: str, body: object = None, *, url: str = "") -> Message:
        """A request to our API."""
        headers = {"authorization": f"Bearer {self.token(user)}"}
        address = (url or self.stack.api_url) + path
        if body is None:
            return Message.of(method, address, headers)
        return Message.with_json(method, address, headers, body)

    def fetched(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.stack.db_url, autocommit=True) as database:
            return database.execute(sql, values).fetchall()

    def strangers(self, count: int) -> list[UUID]:
        """Users with small books, picked by chance."""
        known = list(self.users.values())
        found = self.fetched("select id from public.profiles where id <> all(%s)", known)
        return [user for (user,) in random.Random(7).sample(found, count)]


def over(message: Message) -> Callable[[], Client]:
    """A client that sends one request again and again over a connection of its own."""

    @contextmanager
    def client() -> Iterator[Work]:
        with Wire(message.host, message.port) as wire:
            yield lambda: _ask_until_books_are_free(wire, message)

    return client


def _ask_until_books_are_free(wire: Wire, message: Message) -> bytes:
    """As our functions do, who is told that the books are busy comes back."""
    while True:
        try:
            return wire.ask(message.content)
        except BooksBusyError:
            time.sleep(random.uniform(0.01, 0.02))


class Recorder:
    """Our functions in this process, to see which request each of ours becomes."""

    def __init__(self, stack: Stack) -> None:
        os.environ.update(stack.environment)
        logging.disable(logging.INFO)
        # Reads the environment.
        from local.gateway.api import gateway  # noqa: PLC0415
        from shared.supabase.http_client import connection  # noqa: PLC0415

        self._client = TestClient(gateway(Service.read(ROOT / "serverless.yml")))
        self._sent: list[httpx.Request] = []
        connection().event_hooks = {"request": [self._sent.append]}

    def inner(self, message: Message) -> Message:
        """The one request to the Data API that this request of ours makes."""
        head, _, body = message.content.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        method, path, _ = first.split(" ")
        self._sent.clear()
        headers = dict(line.split(": ", 1) for line in lines)
        answer = self._client.request(method, path, headers=headers, content=body)
        assert answer.is_success, answer.text
        (sent,) = self._sent
        passed_on = {
            name: value for name, value in sent.headers.items() if name not in {"host", "content-length"}
        }
        return Message.of(sent.method, str(sent.url), passed_on, sent.content)


class Session:
    """The database as PostgREST uses it for a user: role, claims and pre-request, and then the statement."""

    def __init__(self, bench: Bench, database: psycopg.Connection) -> None:
        self._bench = bench
        self._database = database

    @classmethod
    @contextmanager
    def opened(cls, bench: Bench) -> Iterator["Session"]:
        url = bench.stack.postgres.url("authenticator")
        with psycopg.connect(url, autocommit=True) as database:
            yield cls(bench, database)

    def run(self, user: UUID, statement: str) -> None:
        claims = json.dumps(jwt.decode(self._bench.token(user), options={"verify_signature": False}))
        # Without parameters, so that it is one message to the server, as little as can be.
        message = (
            f"begin; set local role authenticated; set local request.jwt.claims = '{claims}';"
            f"set local request.headers = '{{}}'; select private.check_request(); {statement}; commit".encode()
        )
        while not self._is_done(message):
            # As our functions do when other requests are using the same books.
            time.sleep(random.uniform(0.01, 0.02))

    def _is_done(self, message: bytes) -> bool:
        try:
            self._database.execute(message)
        except psycopg.Error as refused:
            self._database.execute("rollback")
            if refused.sqlstate != "PGRST":
                raise
            return False
        return True
