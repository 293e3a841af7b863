"""Lambda entry."""

from functions.auth import browser_login, browser_passwords, endpoints, password_endpoints, v1_endpoints
from shared.http.application import create_app, lambda_handler
from shared.web.session import SessionCookie

app = create_app(
    endpoints.router,
    password_endpoints.router,
    v1_endpoints.router,
    browser_login.router,
    browser_passwords.router,
)
app.add_middleware(SessionCookie)
handler = lambda_handler(app)
