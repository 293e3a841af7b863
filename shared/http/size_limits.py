"""How large a request and an answer may be."""

import json

from starlette.datastructures import Headers
from starlette.types import Receive, Scope

from shared.problems.catalogue import BodyTooLarge

MOST_BODY_BYTES = 1_000_000
# The file of a month of purchases: 5,000 documents have about two megabytes.
MOST_FILE_BYTES = 4_000_000
_TAKES_FILES = {"/api/gst/gstr2b"}
# Lambda takes 6,291,556 bytes of JSON; the rest is left to the headers. Local runs keep to it, too.
MOST_ANSWER_BYTES = 6_291_556 - 32_768
# JSON writes a byte with six, at most.
_SURELY_FITS_BYTES = MOST_ANSWER_BYTES // 6


async def whole_body(scope: Scope, receive: Receive) -> bytes:
    """The body of a request, in bytes; raises BodyTooLarge beyond what its path takes."""
    most = MOST_FILE_BYTES if scope["path"] in _TAKES_FILES else MOST_BODY_BYTES
    announced = Headers(scope=scope).get("content-length", "")
    if announced.isdecimal() and int(announced) > most:
        raise BodyTooLarge
    body = b""
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > most:
            raise BodyTooLarge
        more = message.get("more_body", False)
    return body


def fits_into_lambda(body: bytes) -> bool:
    """Whether an answer is small enough as a string of JSON, the form in which it leaves a function."""
    if len(body) <= _SURELY_FITS_BYTES:
        return True
    try:
        written = len(json.dumps(body.decode(), ensure_ascii=False).encode())
    except UnicodeDecodeError:
        # It goes as base64.
        written = len(body) * 4 // 3
    return written <= MOST_ANSWER_BYTES
