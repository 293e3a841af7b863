"""The home page: figures and recent invoices, or the way in."""

from fastapi import APIRouter, Request, Response

from functions.web.context import RequestContext, page
from shared.web.session import OptionalSession

router = APIRouter()


@router.get("/")
def home(request: Request, session: OptionalSession) -> Response:
    """The dashboard of who is signed in, a landing page for others."""
    if session is None:
        return page(request, "landing.html")
    context = RequestContext(request, session)
    return context.page("home.html", home=context.read("web.dashboard"))
