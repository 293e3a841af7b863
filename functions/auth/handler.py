"""Lambda entry."""

from functions.auth import browser, endpoints, v1_endpoints
from shared.application import create_app, lambda_handler
from shared.browser import SessionCookie

app = create_app(endpoints.router, v1_endpoints.router, browser.router)
app.add_middleware(SessionCookie)
handler = lambda_handler(app)
