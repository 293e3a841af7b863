"""What the forms of browsers have in common that `auth` answers, and `web` shows."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from shared.problems.base import Problem
from shared.web.csrf import posted_form
from shared.web.flash import Mistake, RefusedForm

Fields = dict[str, str]

_MOST_FIELDS = 1000
_SECRETS = {"password", "current_password"}
"""Sent as they were typed: a space may be a part of them."""


async def _our_form(request: Request) -> Fields:
    """What was typed, without fields that were left empty."""
    form = await posted_form(request, _MOST_FIELDS)
    texts = {name: text for name, text in form.items() if isinstance(text, str)}
    return {name: text if name in _SECRETS else text.strip() for name, text in texts.items() if text.strip()}


OurForm = Annotated[Fields, Depends(_our_form)]


def refuse(
    request: Request,
    sent: Fields,
    failure: Problem | ValidationError,
    page: str,
    also: Problem | None = None,
) -> Response:
    """Back to the page, which tells all mistakes: those of `failure` and the one of `also`."""
    mistakes = dict.fromkeys([*_mistakes(failure), *(_mistakes(also) if also else ())])
    answer = go(page)
    answer.headers.append(
        "set-cookie", RefusedForm.of(sent, mistakes).cookie(request, page.partition("?")[0])
    )
    return answer


def _mistakes(failure: Problem | ValidationError) -> list[Mistake]:
    if isinstance(failure, ValidationError):
        return [Mistake(str(error["loc"][0]), error["type"]) for error in failure.errors()]
    return [Mistake(error["field"], error["code"]) for error in failure.errors] or [Mistake("", failure.code)]


def go(address: str) -> Response:
    """To a page, which is then read with GET."""
    return RedirectResponse(address, HTTPStatus.SEE_OTHER)
