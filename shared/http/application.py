"""One way to make the application of a group, so that who knows one group knows all of them."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

# The event loop's backend is imported now, in the init phase, instead of by the first request.
import anyio._backends._asyncio  # noqa: F401
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from mangum import Mangum
from mangum.adapter import DEFAULT_TEXT_MIME_TYPES
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.routing import Match

from shared.aws import snapstart
from shared.http.json_body import ExactRoute
from shared.http.middleware import RequestMiddleware
from shared.problems.base import MEDIA_TYPE, FieldError, Problem, handle
from shared.problems.catalogue import (
    BodyTooLarge,
    InternalError,
    MalformedJson,
    MethodNotAllowed,
    NotFound,
    UnsupportedMediaType,
    ValidationFailed,
)
from shared.settings import settings
from shared.supabase.http_client import authorities

_OF_STATUS: dict[int, type[Problem]] = {
    400: MalformedJson,
    404: NotFound,
    405: MethodNotAllowed,
    413: BodyTooLarge,
}
_DECIMAL = re.compile(r"Decimal\('([^']*)'\)")


def group(prefix: str, tag: str) -> APIRouter:
    """The router of a group of endpoints."""
    return APIRouter(prefix=prefix, tags=[tag], route_class=ExactRoute)


def create_app(*routers: APIRouter) -> FastAPI:
    app = FastAPI(
        openapi_url=None,  # one description of all groups is served by `system`
        redirect_slashes=False,  # the middleware removes the slash
        dependencies=[Depends(_check_parameters)],
        generate_unique_id_function=lambda route: route.name,
        telemetry={"tracing": False, "metrics": False},
    )
    app.state.routes = [route for router in routers for route in router.routes]
    for router in routers:
        app.include_router(router)
    app.exception_handler(Problem)(handle)
    app.exception_handler(RequestValidationError)(_handle_invalid_request)
    app.exception_handler(HTTPException)(_handle_http_exception)
    app.add_middleware(RequestMiddleware)
    return app


def lambda_handler(app: FastAPI) -> Mangum:
    # What each copy of a snapshot would else have to do again; both hold nothing of any request.
    snapstart.register(lambda: (settings(), authorities()))
    # Without lifespan: Mangum would run startup and shutdown at each invocation.
    return Mangum(app, lifespan="off", text_mime_types=[*DEFAULT_TEXT_MIME_TYPES, MEDIA_TYPE])


async def _handle_invalid_request(request: Request, failure: RequestValidationError) -> Response:
    return await handle(request, _problem_of(failure))


def _problem_of(failure: RequestValidationError) -> Problem:
    errors = failure.errors()
    if any(error["type"] == "json_invalid" for error in errors):
        return MalformedJson()
    if any(error["loc"] == ("body",) and isinstance(error.get("input"), bytes) for error in errors):
        return UnsupportedMediaType()
    return ValidationFailed(errors=[_field_error(error) for error in errors])


def _field_error(error: Mapping[str, Any]) -> FieldError:
    # Pydantic quotes a bound as Python writes it: Decimal('0').
    message = _DECIMAL.sub(r"\1", error["msg"])
    return FieldError(field=_field(error["loc"]), code=error["type"], message=message)


def _field(location: tuple[str | int, ...]) -> str:
    """`items.0.quantity`; the part of the request in front is known from the name."""
    return ".".join(str(step) for step in location[1:] or location)


async def _handle_http_exception(request: Request, failure: HTTPException) -> Response:
    if isinstance(failure.__cause__, Problem):
        return await handle(request, failure.__cause__)  # of `ExactRequest`: FastAPI wraps it
    problem = _OF_STATUS.get(failure.status_code, InternalError)
    headers = failure.headers
    if failure.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers = {"Allow": ", ".join(sorted(_methods_here(request)))}
    return await handle(request, problem(headers=headers))


def _methods_here(request: Request) -> Iterator[str]:
    """Of all routes with this path: Starlette itself names those of the first one only."""
    for route in request.app.state.routes:
        if route.matches(request.scope)[0] is not Match.NONE:
            yield from route.methods or ()


async def _check_parameters(request: Request) -> None:
    """A misspelt parameter must not be taken for an absent one, nor one of two values for the only one."""
    route = request.scope["route"]
    if not request.query_params or not isinstance(route, APIRoute):
        return
    known = set(_query_parameters(route.dependant))
    message = f"There is no such parameter; there {'are ' + ', '.join(sorted(known)) if known else 'is none'}"
    sent = Counter(name for name, _ in request.query_params.multi_items())
    unknown = [("unknown_parameter", name, message) for name in sent if name not in known]
    repeated = [("repeated_parameter", name, "Send this parameter once") for name in known if sent[name] > 1]
    if errors := [*unknown, *repeated]:
        raise RequestValidationError(
            [{"type": code, "loc": ("query", name), "msg": text} for code, name, text in errors]
        )


def _query_parameters(dependant: Dependant) -> Iterator[str]:
    for parameter in dependant.query_params:
        annotation = parameter.field_info.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield from annotation.model_fields
        else:
            yield parameter.alias
    for child in dependant.dependencies:
        yield from _query_parameters(child)
