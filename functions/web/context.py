"""What every page does: ask the database once, as the session's user, and answer HTML."""

import json
from decimal import Decimal
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple
from urllib.parse import urlencode
from uuid import uuid4

from fastapi import Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, ModuleLoader, StrictUndefined

from functions.web import chart
from functions.web.forms import Draft, Form
from functions.web.static_files import address_of
from shared.documents import formatting
from shared.http import security_headers
from shared.problems.base import Problem
from shared.problems.database import problem_told
from shared.supabase.rest import Data
from shared.web.session import BrowserSession, CurrentSession

DONE = {
    "created": "The invoice is saved.",
    "issued": "The invoice is issued.",
    "updated": "Your changes are saved.",
    "sent": "The invoice counts as sent.",
    "paid": "The payment is recorded.",
    "unpaid": "The payment is taken back.",
    "paid_in_part": "The payment is recorded. The rest is still due.",
    "cancelled": "The invoice is cancelled.",
    "reopened": "The invoice is open again.",
    "deleted": "The invoice is deleted.",
    "account_created": "The account is open.",
    "account_updated": "The account is changed.",
    "account_deleted": "The account is deleted.",
    "recorded": "The transaction is recorded.",
    "removed": "The transaction is deleted.",
    "settings": "Your settings are saved.",
    "filing_prepared": "The filing is up to date.",
    "filing_submitted": "The filing is marked as submitted, and its payment recorded.",
    "filing_reopened": "The period is open again. Submit it once more when its documents are right.",
    "registered": "We have sent you a mail. Follow its link, then log in.",
    "confirmed": "Your e-mail address is confirmed. Log in.",
    "mail_sent": "If there is an account with this address, a mail with a link is on its way.",
    "password_set": "Your new password is set. Log in with it.",
    "password_changed": "Your password is changed, and you are logged out everywhere else.",
    "session_ended": "That device is logged out.",
    "logged_out_everywhere": "You are logged out everywhere.",
    "welcome": "Welcome! Fill in your business first, then write an invoice.",
}
"""What a page says after a form was carried out, by the `done` of its address."""

_TEMPLATES = Path(__file__).parent / "templates"
# A package holds the templates as modules instead: compiling them would take longer than the first page.
_COMPILED = Path(__file__).parent / "compiled"


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=ModuleLoader(_COMPILED) if _COMPILED.exists() else FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters.update(
        rupees=formatting.rupees,
        grouped=formatting.grouped,
        number=formatting.number,
        day=formatting.day,
        date_and_time=formatting.date_and_time,
        due=formatting.due,
        period=formatting.period,
    )
    environment.globals.update(
        static=address_of, new_key=lambda: str(uuid4()), year_chart=chart.year, sparkline=chart.sparkline
    )
    return environment


def compile_templates(folder: Path) -> None:
    """Write every template as a Python module into a package's `functions/web/compiled`."""
    _templates().compile_templates(folder, zip=None, ignore_errors=False)


def page(request: Request, template: str, status: int = HTTPStatus.OK, /, **values: object) -> HTMLResponse:
    """A page from its template; everything in it is escaped."""
    values = {
        "path": request.url.path,
        "done": DONE.get(request.query_params.get("done", "")),
        "done_code": request.query_params.get("done", ""),
        "session": None,
        **values,
    }
    return HTMLResponse(_templates().get_template(template).render(values), status, security_headers.OF_PAGES)


def go(path: str, **query: str) -> RedirectResponse:
    """To another page, which is then read with GET: reloading it sends nothing again."""
    return RedirectResponse(
        f"{path}?{urlencode(query)}" if query else path, HTTPStatus.SEE_OTHER, security_headers.OF_PAGES
    )


def read_json(answer: Response) -> Any:
    """What the database answered; amounts keep every digit."""
    return json.loads(bytes(answer.body), parse_float=Decimal) if answer.body else None


class Check(NamedTuple):
    """What to check a form as."""

    form: Literal["profile", "account", "transaction", "invoice"]
    draft: Draft
    edited: str | None = None
    """The record that it changes."""


class RequestContext:
    """The database and the pages of one signed-in user."""

    def __init__(self, request: Request, session: BrowserSession) -> None:
        self._request = request
        self._session = session

    def read(self, function: str, **arguments: object) -> Any:
        """What a page shows, in one call of a function named with its schema, as `web.tax_page`."""
        schema, name = function.split(".")
        return read_json(self._data(schema).call(name, **arguments))

    def write(self, form: Form, function: str, **arguments: object) -> Any:
        """Carry a form out, once however often it is sent."""
        schema, name = function.split(".")
        return read_json(self._data(schema).once(form.key).call(name, **arguments))

    def carried_out(self, form: Form, checked: Check, function: str, **arguments: object) -> Any:
        """What the function answered; None when the form is refused, and says everything that is wrong.

        A form that could not be read completely is only checked. Raises a problem that the user cannot
        correct in the form.
        """
        refusal = None
        if not form.is_refused:
            try:
                return self.write(form, function, **arguments)
            except Problem as problem:
                if not belongs_on_the_form(problem, form):
                    raise
                refusal = problem
        if refusal is None or refusal.status == HTTPStatus.UNPROCESSABLE_ENTITY or refusal.errors:
            self.check(form, checked)
        # The check tells of lines which one is meant.
        if refusal and not (form.errors and refusal.status == HTTPStatus.UNPROCESSABLE_ENTITY):
            form.take(refusal)
        elif refusal:
            form.note(refusal)
        return None

    def check(self, form: Form, checked: Check) -> None:
        """Mark every field of a form that the rules of the database refuse."""
        told: list[Draft] = self.read("web.form_problems", **checked._asdict())
        for error in told:
            form.note(problem_told(error, checked.draft))

    def page(self, template: str, status: int = HTTPStatus.OK, /, **values: object) -> HTMLResponse:
        return page(self._request, template, status, session=self._session, **values)

    def _data(self, schema: str) -> Data:
        return Data(self._request, schema, self._session.caller)


async def _context(request: Request, session: CurrentSession) -> RequestContext:
    return RequestContext(request, session)


UserContext = Annotated[RequestContext, Depends(_context)]


def belongs_on_the_form(problem: Problem, form: Form | None = None) -> bool:
    """Whether the user can mend it in the form; everything else gets a page of its own."""
    return (form is not None and form.is_named_by(problem)) or problem.status in {
        HTTPStatus.CONFLICT,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        HTTPStatus.SERVICE_UNAVAILABLE,
    }
