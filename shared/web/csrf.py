"""Whether a posted form is one of ours: sent by one of our pages, with the token of the browser's session."""

import hashlib
import hmac
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import FormData, Headers
from starlette.exceptions import HTTPException

from shared.problems.catalogue import Forbidden, MalformedForm

FORM_TOKEN = "form_token"  # noqa: S105 (the name of a field)


def form_token(session_id: str) -> str:
    """The token that the forms of a session carry; nobody else can know the id it is derived from."""
    return hashlib.sha256(f"form {session_id}".encode()).hexdigest()[:32]


def is_form_token(expected: str, sent: str) -> bool:
    """Whether the token that a form brings is the expected one, compared in constant time."""
    return hmac.compare_digest(expected.encode(), sent.encode())


def comes_from_us(headers: Headers) -> bool:
    """Whether a browser says that one of our own pages made this request."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    return urlsplit(headers.get("origin", "")).netloc == headers.get("host", "?")


async def posted_form(request: Request, most_fields: int) -> FormData:
    """The form that one of our own pages sent; raises Forbidden for one of another site, or MalformedForm."""
    if not comes_from_us(request.headers):
        raise Forbidden("This form was sent from another site.")
    try:
        return await request.form(max_fields=most_fields)
    except HTTPException:
        raise MalformedForm from None
