"""The audit: who changed which record, when, from which values to which values."""

from typing import Annotated

from fastapi import Query, Response

from functions.audit.schemas import AuditEntry, AuditQuery, AuditVerification
from shared.http.application import group
from shared.problems.catalogue import problems
from shared.supabase.rest import DataApi

router = group("/api/audit", "Audit")


@router.get("", summary="List the audit", response_model=list[AuditEntry], responses=problems())
def list_audit(data: DataApi, query: Annotated[AuditQuery, Query()]) -> Response:
    """Every change of your books, newest first. The database writes the entry together with the change."""
    return data.rows(query)


@router.get("/verify", summary="Verify the audit", response_model=AuditVerification, responses=problems())
def verify_audit(data: DataApi) -> Response:
    """Check the whole hash chain, and compare every record with its last entry."""
    return data.call("audit_verification")
