"""Lambda entry."""

from functions.items.endpoints import router
from shared.http.application import create_app, lambda_handler

app = create_app(router)
handler = lambda_handler(app)
