"""Problems of records that never change: the audit, and who owns a record."""

from http import HTTPStatus

from shared.problems.base import Problem


class AuditIsAppendOnly(Problem):
    """The audit trail is never changed."""

    code = "audit_is_append_only"
    status = HTTPStatus.CONFLICT


class OwnerIsFixed(Problem):
    """A record keeps its id and its owner."""

    code = "owner_is_fixed"
    status = HTTPStatus.CONFLICT
