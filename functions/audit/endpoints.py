"""The audit: who changed what, when, from what to what."""

from typing import Annotated

from fastapi import Query, Response

from functions.audit.schemas import AuditEntry, AuditQuery, AuditVerification
from shared.http.application import group
from shared.problems.catalogue import problems
from shared.supabase.rest import DataApi

router = group("/api/audit", "Audit")


@router.get("", summary="List the audit", response_model=list[AuditEntry], responses=problems())
def list_audit(data: DataApi, query: Annotated[AuditQuery, Query()]) -> Response:
    """Every change to the caller's books, latest first; written by the database with the change itself."""
    return data.rows(query)


@router.get("/verify", summary="Verify the audit", response_model=AuditVerification, responses=problems())
def verify_audit(data: DataApi) -> Response:
    """Check the chain of hashes from its beginning, and every record against its last entry."""
    return data.call("audit_verification")
