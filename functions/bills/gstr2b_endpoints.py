"""GSTR-2B: the portal's file beside the bills."""

from typing import Annotated

from fastapi import Query, Response, status

from functions.bills.gstr2b_file import Gstr2bFile
from functions.bills.gstr2b_schemas import Gstr2b, Gstr2bCounts, Gstr2bDecisions, Gstr2bSummary, Match
from shared.http.application import group
from shared.problems.catalogue import (
    AmountOutOfRange,
    BillAlreadyRecorded,
    BillNotFound,
    IdempotencyKeyReused,
    InvalidGstin,
    InvalidValue,
    PeriodClosed,
    PortalDocumentIsNoBill,
    PortalDocumentNotFound,
    PortalFileOfAnotherGstin,
    UnknownState,
    problems,
)
from shared.schemas.text import Period
from shared.supabase.rest import DataApi, DataApiOnce

router = group("/api/gst/gstr2b", "GSTR-2B")

AskedPeriod = Annotated[Period, Query(description="A month, MMYYYY.")]


@router.post(
    "",
    summary="Read GSTR-2B",
    status_code=status.HTTP_201_CREATED,
    response_model=Gstr2bSummary,
    responses=problems(
        PortalFileOfAnotherGstin, IdempotencyKeyReused, InvalidGstin, InvalidValue, AmountOutOfRange
    ),
)
def read_gstr2b(data: DataApiOnce, file: Gstr2bFile) -> Response:
    """Read the JSON file of a month as it comes from the portal. It replaces an earlier file of the month.

    Decisions about documents that are in both files stay.
    """
    return data.call("read_gstr2b", file=file.plain())


@router.get("", summary="Match GSTR-2B with bills", response_model=Gstr2b, responses=problems(InvalidValue))
def match_gstr2b(
    data: DataApi,
    period: AskedPeriod,
    match: Annotated[Match | None, Query(description="Only matches of this kind.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="How many matches at most.")] = 100,
    skip: Annotated[int, Query(ge=0, lt=2**31, description="How many matches to leave out.")] = 0,
) -> Response:
    """Show which documents are in the books, which are not, and which bills the portal does not know.

    `exact`: the same supplier, number, day and amounts. `probable`: with the reasons why it is not exact.
    `missing_here`: there is no bill. `missing_there`: the supplier has not reported the bill.
    """
    return data.call("gstr2b", period=period, kind=match, most=limit, skipped=skip)


@router.post(
    "/decisions",
    summary="Accept or defer documents of GSTR-2B",
    status_code=status.HTTP_200_OK,
    response_model=Gstr2bCounts,
    responses=problems(
        PortalDocumentNotFound,
        PortalDocumentIsNoBill,
        BillNotFound,
        BillAlreadyRecorded,
        PeriodClosed,
        IdempotencyKeyReused,
        InvalidGstin,
        UnknownState,
        InvalidValue,
        AmountOutOfRange,
    ),
)
def decide_gstr2b(data: DataApiOnce, decisions: Gstr2bDecisions) -> Response:
    """Accept documents, so that their bills are claimed in this period; or defer them.

    An accepted document without a bill becomes one.
    """
    return data.call("decide_gstr2b", decided=decisions)
