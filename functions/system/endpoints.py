"""Health and documentation."""

from typing import Annotated, Literal

from fastapi import Query, Response
from pydantic import BaseModel

from functions.system.openapi import description
from functions.system.pages import problem_catalogue, redoc, redoc_logo, swagger_ui
from shared.http.application import group
from shared.problems.catalogue import ServiceUnavailable, open_problems
from shared.supabase.rest import AnonymousDataApi

router = group("", "System")


class Health(BaseModel):
    """The service works."""

    status: Literal["ok"] = "ok"


@router.get(
    "/health", summary="Check the service", response_model=Health, responses=open_problems(ServiceUnavailable)
)
def health(
    data: AnonymousDataApi,
    deep: Annotated[bool, Query(description="Whether to check the database, too.")] = False,
) -> object:
    """Check that the service answers. With `deep`, check that its database answers, too."""
    return data.call("health") if deep else Health()


@router.get("/openapi.json", include_in_schema=False)
def openapi() -> Response:
    return Response(description(), media_type="application/json")


@router.get("/docs", include_in_schema=False)
def docs() -> Response:
    return swagger_ui()


@router.get("/docs/problems", include_in_schema=False)
def docs_of_problems() -> Response:
    return problem_catalogue()


@router.get("/redoc", include_in_schema=False)
def docs_to_read() -> Response:
    return redoc()


@router.get("/redoc/logo-mini.svg", include_in_schema=False)
def logo_of_redoc() -> Response:
    return redoc_logo()
