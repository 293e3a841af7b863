"""The application of the pages: like the others, but its errors are pages too."""

from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import URL
from starlette.exceptions import HTTPException

from functions.web import static_files
from functions.web.context import go, page
from functions.web.forms import FormExpired
from functions.web.pages import (
    accounts,
    home,
    invoice_form,
    invoice_print,
    invoices,
    passwords,
    settings,
    sign_in,
    tax,
    transactions,
)
from shared.http.middleware import RequestMiddleware
from shared.problems.base import Problem
from shared.problems.catalogue import InternalError, MethodNotAllowed, NotFound, TokenExpired, Unauthorized
from shared.web.session import SessionCookie, sign_out


def _wants_json(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")


async def _show_problem(request: Request, failure: Problem) -> Response:
    if _wants_json(request):
        return failure.response(request.state.request_id)
    if isinstance(failure, Unauthorized):
        return _to_login(request, failure)
    if isinstance(failure, FormExpired):
        return page(
            request, "form_expired.html", int(failure.status), form=failure.form, session=failure.session
        )
    answer = page(
        request, "error.html", int(failure.status), problem=failure, request_id=request.state.request_id
    )
    answer.headers.update(failure.headers)
    return answer


def _to_login(request: Request, problem: Problem) -> Response:
    # One that has expired may have been renewed by another request just now: its cookie must not be lost.
    if not isinstance(problem, TokenExpired):
        sign_out(request)
    return go("/login", **_way_back(request))


def _way_back(request: Request) -> dict[str, str]:
    """Where to go on after the login; who has sent a form is told that it has not arrived."""
    if request.method == "GET":
        wanted, ended = request.url, {}
    elif request.url.path == "/logout":
        return {}
    else:
        wanted, ended = URL(request.headers.get("referer", "")), {"ended": "yes"}
    address = wanted.path + (f"?{wanted.query}" if wanted.query else "")
    is_ours = wanted.netloc == request.url.netloc
    return {**({"next": address} if is_ours and address != "/" else {}), **ended}


async def _show_invalid_request(request: Request, _failure: RequestValidationError) -> Response:
    return await _show_problem(request, NotFound())


async def _show_http_exception(request: Request, failure: HTTPException) -> Response:
    if failure.status_code == HTTPStatus.METHOD_NOT_ALLOWED and request.method == "GET":
        # The address of a form, reloaded after it was refused: the page it stands on is the one above.
        return go(request.url.path.rpartition("/")[0] or "/")
    known = {HTTPStatus.NOT_FOUND: NotFound, HTTPStatus.METHOD_NOT_ALLOWED: MethodNotAllowed}
    problem = known.get(HTTPStatus(failure.status_code), InternalError)
    return await _show_problem(request, problem(headers=failure.headers))


def _create_app() -> FastAPI:
    app = FastAPI(openapi_url=None, redirect_slashes=False, telemetry={"tracing": False, "metrics": False})
    for module in (
        static_files,
        home,
        sign_in,
        invoice_form,
        invoices,
        invoice_print,
        transactions,
        accounts,
        tax,
        settings,
        passwords,
    ):
        app.include_router(module.router)
    app.exception_handler(Problem)(_show_problem)
    app.exception_handler(RequestValidationError)(_show_invalid_request)
    app.exception_handler(HTTPException)(_show_http_exception)
    app.add_middleware(SessionCookie)
    app.add_middleware(RequestMiddleware)
    return app


app = _create_app()
