"""Lambda entry."""

from functions.pdf.endpoints import router
from shared.http.application import create_app, lambda_handler
from shared.web.session import SessionCookie

app = create_app(router)
app.add_middleware(SessionCookie)
handler = lambda_handler(app)
