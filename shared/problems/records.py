"""Problems of records that only the rules write, or that never change: audit, counters, filed books."""

from http import HTTPStatus

from shared.problems.base import Problem


class AuditIsAppendOnly(Problem):
    """The audit trail is written by the rules only, and never changed."""

    code = "audit_is_append_only"
    status = HTTPStatus.CONFLICT


class OwnerIsFixed(Problem):
    """A record keeps its id and its owner."""

    code = "owner_is_fixed"
    status = HTTPStatus.CONFLICT


class WrittenByRules(Problem):
    """Counters and totals are written by the rules only."""

    code = "written_by_rules"
    status = HTTPStatus.CONFLICT
    hint = "Write the record that they count; they follow."


class BooksAreKept(Problem):
    """The law keeps these books."""

    code = "books_are_kept"
    status = HTTPStatus.CONFLICT
    hint = "They go by themselves when the law keeps them no longer (CGST Act s.36)."
