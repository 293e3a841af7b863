"""A form as a browser posts it."""

from fastapi import Request
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from shared.problems.catalogue import Forbidden, MalformedForm
from shared.web.session import comes_from_us


async def posted_form(request: Request, most_fields: int) -> FormData:
    """The form that one of our own pages sent; raises Forbidden for one of another site, or MalformedForm."""
    if not comes_from_us(request.headers):
        raise Forbidden("This form was sent from another site.")
    try:
        return await request.form(max_fields=most_fields)
    except HTTPException:
        raise MalformedForm from None
