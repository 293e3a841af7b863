"""Swagger UI, ReDoc and the page of all problems. They load nothing from other servers."""

from html import escape
from http import HTTPStatus
from os import PathLike, stat_result
from pathlib import Path

import fastapi_standalone_docs
from fastapi.openapi.docs import get_redoc_html, get_swagger_ui_html
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from starlette.responses import Response
from starlette.types import Scope

from shared.http import security_headers
from shared.problems.base import Problem

ASSETS = "/docs/assets"

_FAVICON = f"{ASSETS}/fastapi/favicon.png"


class Assets(StaticFiles):
    """The files of Swagger UI and ReDoc, from the package fastapi-standalone-docs."""

    def __init__(self) -> None:
        super().__init__(directory=Path(fastapi_standalone_docs.__path__[0]) / "static")

    def file_response(
        self, full_path: str | PathLike[str], stat_result: stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["cache-control"] = "public, max-age=86400"
        return response


def swagger_ui() -> Response:
    page = get_swagger_ui_html(
        openapi_url="/openapi.json",
        title="Renpay API",
        swagger_js_url=f"{ASSETS}/swagger/swagger-ui-bundle.js",
        swagger_css_url=f"{ASSETS}/swagger/swagger-ui.css",
        swagger_favicon_url=_FAVICON,
        swagger_ui_parameters={"persistAuthorization": False, "tryItOutEnabled": True},
    )
    return HTMLResponse(page.body, headers=security_headers.OF_DOCUMENTATION)


def redoc() -> Response:
    page = get_redoc_html(
        openapi_url="/openapi.json",
        title="Renpay API",
        redoc_js_url=f"{ASSETS}/redoc/redoc.standalone.js",
        redoc_favicon_url=_FAVICON,
        with_google_fonts=False,
    )
    return HTMLResponse(page.body, headers=security_headers.OF_DOCUMENTATION)


def redoc_logo() -> Response:
    """ReDoc always loads it from this address."""
    return RedirectResponse(f"{ASSETS}/redoc/logo-mini.svg")


def problem_catalogue() -> Response:
    entries = "".join(_entry(problem) for _, problem in sorted(Problem.catalogue.items()))
    return HTMLResponse(
        "<!doctype html><html lang='en'><meta charset='utf-8'><title>Problems</title>"
        "<meta name='viewport' content='width=device-width'>"
        "<style>body{font:1rem/1.5 system-ui;max-width:45rem;margin:2rem auto;padding:0 1rem}"
        "dt{margin-top:1rem}dt:target{background:#ffd}</style><h1>Problems</h1>"
        "<p>Every error is <code>application/problem+json</code> with one of these codes.</p>"
        f"<dl>{entries}</dl></html>",
        headers=security_headers.OF_DOCUMENTATION,
    )


def _entry(problem: type[Problem]) -> str:
    status = HTTPStatus(problem.status)
    return (
        f"<dt id='{problem.code}'><code>{problem.code}</code> ({int(status)} {status.phrase})</dt>"
        f"<dd>{escape(problem.title())}. {escape(problem.hint)}</dd>"
    )
