"""What the triggers of a table write, read from the catalog of the database, and how many of them an action fires."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import LiteralString

import psycopg

AT_THE_TOP = "pg_trigger_depth() = 0"
"""The condition of a trigger that fires for what a person writes, and never for what the rules write."""

Node = tuple[str, str]
"""A table, and what happens to its rows: insert, update or delete."""

_CALLS = re.compile(r"\b(private|public|api|v1|web)\.(\w+)\s*\(")
_WRITES = re.compile(r"\b(insert into|update|delete from)\s+((?:private|public)\.\w+)")
_COMMENTS = re.compile(r"--[^\n]*")
_OPERATIONS = {4: "insert", 8: "delete", 16: "update"}


@dataclass(frozen=True)
class Trigger:
    """A trigger, and what its function writes, itself or through other functions."""

    table: str
    name: str
    definition: str
    operations: frozenset[str]
    writes: frozenset[Node]

    @property
    def edges(self) -> Iterator[tuple[Node, Node]]:
        for operation in self.operations:
            for written in self.writes:
                yield (self.table, operation), written


def triggers(database: psycopg.Connection) -> list[Trigger]:
    """Every trigger whose function is ours, and the foreign keys that delete or clear other rows."""
    sources: dict[str, str] = dict(
        database.execute(
            """
            select namespace.nspname || '.' || proname, string_agg(prosrc, ' ')
            from pg_proc inner join pg_namespace as namespace on namespace.oid = pronamespace
            where namespace.nspname in ('private', 'public', 'api', 'v1', 'web')
            group by 1
            """
        ).fetchall()
    )
    rows = database.execute(
        """
        select
            table_schema.nspname || '.' || relname, tgname, pg_get_triggerdef(pg_trigger.oid), tgtype,
            function_schema.nspname || '.' || proname
        from pg_trigger
        inner join pg_class on pg_class.oid = tgrelid
        inner join pg_namespace as table_schema on table_schema.oid = relnamespace
        inner join pg_proc on pg_proc.oid = tgfoid
        inner join pg_namespace as function_schema on function_schema.oid = pronamespace
        where not tgisinternal and function_schema.nspname = 'private'
        order by 1, 2
        """
    )
    return [
        Trigger(
            table,
            name,
            definition,
            frozenset(operation for bit, operation in _OPERATIONS.items() if kind & bit),
            frozenset(_written(function, sources)),
        )
        for table, name, definition, kind, function in rows
    ] + _cascades(database)


def _cascades(database: psycopg.Connection) -> list[Trigger]:
    rows = database.execute(
        """
        select
            parent_schema.nspname || '.' || parent.relname, conname, child_schema.nspname || '.' || child.relname,
            case confdeltype when 'c' then 'delete' else 'update' end
        from pg_constraint
        inner join pg_class as parent on parent.oid = confrelid
        inner join pg_namespace as parent_schema on parent_schema.oid = parent.relnamespace
        inner join pg_class as child on child.oid = conrelid
        inner join pg_namespace as child_schema on child_schema.oid = child.relnamespace
        where contype = 'f' and confdeltype in ('c', 'n', 'd') and child_schema.nspname in ('private', 'public')
        """
    )
    return [
        Trigger(parent, name, "", frozenset({"delete"}), frozenset({(child, operation)}))
        for parent, name, child, operation in rows
    ]


def _written(function: str, sources: dict[str, str]) -> Iterator[Node]:
    """What a function writes, itself or through the functions that it calls."""
    seen, waiting = {function}, [function]
    while waiting:
        source = _COMMENTS.sub("", sources[waiting.pop()])
        for statement, table in _WRITES.findall(source):
            yield table, statement.split()[0]
            if statement == "insert into" and "do update" in source:
                yield table, "update"
        called = {f"{schema}.{name}" for schema, name in _CALLS.findall(source)}
        waiting += (called & sources.keys()) - seen
        seen |= called


def circle(found: list[Trigger]) -> list[Node]:
    """Writes that lead back to the first of them; empty when there are none."""
    graph: dict[Node, set[Node]] = {}
    for trigger in found:
        for begin, end in trigger.edges:
            graph.setdefault(begin, set()).add(end)
    done: set[Node] = set()

    def walk(path: list[Node]) -> list[Node]:
        for goal in sorted(graph.get(path[-1], ())):
            if goal in path:
                return [*path[path.index(goal) :], goal]
            if goal not in done and (closed := walk([*path, goal])):
                return closed
        done.add(path[-1])
        return []

    return next((closed for node in sorted(graph) if node not in done and (closed := walk([node]))), [])


def firings(superuser: psycopg.Connection, statement: LiteralString, *arguments: object) -> dict[str, int]:
    """How often each trigger function runs in a statement, in a transaction that is rolled back."""
    superuser.execute("set track_functions = 'all'")
    with superuser.transaction(force_rollback=True):
        superuser.execute("set local session_replication_role = origin")
        before = _calls(superuser)
        superuser.execute(statement, arguments)
        after = _calls(superuser)
    return {name: calls - before.get(name, 0) for name, calls in after.items() if calls > before.get(name, 0)}


def _calls(superuser: psycopg.Connection) -> dict[str, int]:
    """The calls of trigger functions that this connection has made and not reported yet."""
    return dict(
        superuser.execute(
            """
            select stats.funcname, stats.calls
            from pg_stat_xact_user_functions as stats inner join pg_proc on pg_proc.oid = stats.funcid
            where prorettype = 'trigger'::regtype
            """
        ).fetchall()
    )
