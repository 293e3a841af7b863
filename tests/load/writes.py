"""What a sale, an invoice and a payment cost in PostgreSQL: `make bench-writes BASE=folder of another version`.

Measured is the processor time of the server process that does the work, so a busy machine disturbs little. Beside it,
in the same rounds: the rows that this version leaves behind, written bare by a client that knows all values, into tables
with the same columns and indexes but without a trigger or a foreign key; and the other version, if one is named.
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from uuid import UUID

import psycopg

from local.project import ROOT
from tests.load.bare_rows import TABLES, bare_rows
from tests.load.bench import SALE
from tests.load.clock import Ratio
from tests.load.report import table
from tests.load.versions import Version, running_version

_ROUNDS, _TIMES = 7, 100
_FRESH = 300
_TICKS = os.sysconf("SC_CLK_TCK")

_LINES = [
    {"description": "A", "quantity": 2, "unit_price": 50},
    {"description": "B", "quantity": 1, "unit_price": 18},
]
INVOICE = (
    f"select to_json(api.create_invoice('{json.dumps({'customer_name': 'John Doe', 'items': _LINES})}'))"
)
PAYMENT = "select to_json(api.mark_invoice_paid('{}'))"


class Backend:
    """A connection as PostgREST has one, and the processor time of the server process behind it."""

    def __init__(self, version: Version, user: UUID) -> None:
        self._database = psycopg.connect(version.authenticator_url, autocommit=True)
        claims = json.dumps({"sub": str(user), "role": "authenticated", "session_id": str(user)})
        self._begin = (
            f"begin; set local role authenticated; set local request.jwt.claims = '{claims}';"
            "set local request.headers = '{}'; select private.check_request(); "
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def run(self, statement: str) -> None:
        """One transaction of the user."""
        self._database.execute(f"{self._begin}{statement}; commit".encode())

    @property
    def seconds(self) -> float:
        """Processor time so far."""
        return _processor_seconds(self._database)


class BareBackend(Backend):
    """A connection that writes into the bare tables, past all rules."""

    def __init__(self, version: Version) -> None:
        self._database = psycopg.connect(version.admin_url, autocommit=True)
        self._begin = "begin;"


def _processor_seconds(database: psycopg.Connection) -> float:
    fields = Path(f"/proc/{database.info.backend_pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _of_round(backend: Backend, statements: Sequence[str]) -> float:
    before = backend.seconds
    for statement in statements:
        backend.run(statement)
    return (backend.seconds - before) / len(statements) * 1000


def _payments(version: Version, user: UUID, count: int) -> list[str]:
    """One payment for each of so many fresh invoices, sent to their customers."""
    with Backend(version, user) as backend:
        for _ in range(count):
            backend.run(INVOICE)
    with psycopg.connect(version.admin_url, autocommit=True) as database:
        rows = database.execute(
            "select id from public.invoices where user_id = %s and status <> 'paid' order by created_at desc limit %s",
            (user, count),
        ).fetchall()
    return [PAYMENT.format(invoice) for (invoice,) in rows]


def _statements(name: str, version: Version, user: UUID) -> list[str]:
    if name == "payment":
        return _payments(version, user, _TIMES)
    return [SALE if name == "sale" else INVOICE] * _TIMES


def _bare_statement(name: str, version: Version, user: UUID) -> str:
    """The rows of that write; the audit's entry holds what the last one of a user held."""
    with psycopg.connect(version.admin_url) as database:
        account = database.execute("select id from public.accounts where user_id = %s", (user,)).fetchall()[
            0
        ][0]
        told = database.execute(
            "select after::text from public.audit_entries where user_id = %s order by number desc limit 1",
            (user,),
        ).fetchall()[0][0]
    return bare_rows(name, str(user), str(account), told)


@dataclass(frozen=True)
class Write:
    """Milliseconds of the processor that one kind of write takes: a figure per round, by version, and bare."""

    name: str
    versions: Mapping[str, list[float]]
    bare: list[float]

    def of_bare(self, version: str) -> Ratio:
        """How much of the speed of the bare rows is left."""
        return Ratio.of([bare / ours for bare, ours in zip(self.bare, self.versions[version], strict=True)])


def measured(versions: Sequence[Version]) -> list[Write]:
    """Each kind of write, in every version; the bare rows are those of the first."""
    users = {version.name: version.new_user() for version in versions}
    with psycopg.connect(versions[0].admin_url, autocommit=True) as database:
        database.execute(TABLES)
    return [_measured(name, versions, users) for name in ("sale", "invoice", "payment")]


def _measured(name: str, versions: Sequence[Version], users: Mapping[str, UUID]) -> Write:
    ours = versions[0]
    write = Write(name, {version.name: [] for version in versions}, [])
    with ExitStack() as connections:
        backends = [connections.enter_context(Backend(version, users[version.name])) for version in versions]
        bare_backend = connections.enter_context(BareBackend(ours))
        for backend, version in zip(backends, versions, strict=True):
            # Warms the caches, and writes an entry of the audit for the bare rows to hold.
            _of_round(backend, _statements(name, version, users[version.name]))
        bare = _bare_statement(name, ours, users[ours.name])
        _of_round(bare_backend, [bare] * _TIMES)
        for version in versions:
            version.analyze()
        for _ in range(_ROUNDS):
            for backend, version in zip(backends, versions, strict=True):
                statements = _statements(name, version, users[version.name])
                write.versions[version.name].append(_of_round(backend, statements))
            write.bare.append(_of_round(bare_backend, [bare] * _TIMES))
    return write


def never_analyzed(version: Version) -> tuple[float, float]:
    """Milliseconds of a payment on tables that were never analyzed, and again once they were."""
    user = version.new_user()
    never = _elapsed(version, user)
    version.analyze()
    return never, _elapsed(version, user)


def _elapsed(version: Version, user: UUID) -> float:
    payments = _payments(version, user, _FRESH)
    with Backend(version, user) as backend:
        began = time.perf_counter()
        for payment in payments:
            backend.run(payment)
        return (time.perf_counter() - began) / _FRESH * 1000


def _report(writes: Sequence[Write], fresh: Mapping[str, tuple[float, float]]) -> str:
    names = list(fresh)
    rows = [
        [
            write.name,
            *(f"{statistics.median(write.versions[name]):.2f}" for name in names),
            f"{statistics.median(write.bare):.2f}",
            *(str(write.of_bare(name)) for name in names),
        ]
        for write in writes
    ]
    headings = [
        "milliseconds of the processor",
        *names,
        "bare rows",
        *(f"bare rows of {name}" for name in names),
    ]
    paid = [
        [name, f"{never:.1f}", f"{later:.1f}", f"{never / later:.2f}"]
        for name, (never, later) in fresh.items()
    ]
    return (
        table(headings, rows)
        + "\n\n"
        + table(
            [f"{_FRESH} fresh invoices paid, milliseconds each", "never analyzed", "analyzed", "ratio"], paid
        )
    )


def main(folders: Sequence[str]) -> None:
    """Print the tables: this version, and beside it those of the other folders."""
    wanted = {"this version": ROOT, **{Path(folder).name: Path(folder) for folder in folders}}
    with ExitStack() as running:
        versions = [running.enter_context(running_version(name, folder)) for name, folder in wanted.items()]
        fresh = {version.name: never_analyzed(version) for version in versions}
        print(_report(measured(versions), fresh))


if __name__ == "__main__":
    main(sys.argv[1:])
