"""The pages of the mailbox, and its list as JSON."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from local.mailbox.messages import Message, Messages
from local.project import ROOT
from local.supabase.auth import mail_templates

# A mail can contain anything. Its HTML runs no script, loads nothing, and its links open in a new tab.
_HTML_OF_A_MAIL = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; "
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
)
_OUR_PAGES = (
    "default-src 'none'; style-src 'unsafe-inline'; "
    "frame-src 'self'; form-action 'self'; frame-ancestors 'none'"
)


class Pages:
    """The endpoints."""

    def __init__(self, messages: Messages) -> None:
        self._messages = messages
        folder = Path(__file__).parent / "templates"
        self._templates = Environment(loader=FileSystemLoader(folder), autoescape=True)

    def index(self, _request: Request) -> Response:
        """All mails, as a page."""
        return self._page("list.html", messages=self._messages.all())

    def list_as_json(self, _request: Request) -> Response:
        """All mails, for programs."""
        return JSONResponse([message.as_json() for message in self._messages.all()])

    def show(self, request: Request) -> Response:
        """One mail."""
        return self._page("message.html", message=self._one(request))

    def show_html(self, request: Request) -> Response:
        """The HTML of one mail, for the frame in its page."""
        html = f'<base target="_blank">{self._one(request).html}'
        return HTMLResponse(html, headers={"content-security-policy": _HTML_OF_A_MAIL})

    def template(self, request: Request) -> Response:
        """The HTML of a mail in supabase/config.toml, for Supabase Auth."""
        known = mail_templates().get(request.path_params["name"])
        if known is None:
            raise HTTPException(404)
        return PlainTextResponse((ROOT / known["content_path"]).read_text())

    def delete_all(self, request: Request) -> Response:
        """Delete all mails, if one of our own pages asks for it."""
        if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
            raise HTTPException(403)
        self._messages.delete_all()
        return RedirectResponse("/", 303)

    def _one(self, request: Request) -> Message:
        message = self._messages.one(request.path_params["id"])
        if message is None:
            raise HTTPException(404)
        return message

    def _page(self, template: str, **values: object) -> Response:
        html = self._templates.get_template(template).render(values)
        return HTMLResponse(html, headers={"content-security-policy": _OUR_PAGES})


def application(messages: Messages) -> Starlette:
    """The web application. It answers only to names of this machine, so no website can use its own name."""
    pages = Pages(messages)
    return Starlette(
        routes=[
            Route("/", pages.index),
            Route("/messages", pages.list_as_json),
            Route("/messages/{id:int}", pages.show),
            Route("/messages/{id:int}/html", pages.show_html),
            Route("/templates/{name}", pages.template),
            Route("/delete", pages.delete_all, methods=["POST"]),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])],
    )
