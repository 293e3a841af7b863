"""The home page: figures and recent invoices, or the way in."""

from fastapi import APIRouter, Request, Response

from functions.web.desk import Desk, page
from shared.browser import OptionalSession

router = APIRouter()


@router.get("/")
def home(request: Request, session: OptionalSession) -> Response:
    """The dashboard of who is signed in, a landing page for others."""
    if session is None:
        return page(request, "landing.html")
    desk = Desk(request, session)
    return desk.page("home.html", home=desk.read("dashboard"))
