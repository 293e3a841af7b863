"""Lambda entry."""

from functions.auth import endpoints, v1_endpoints
from shared.application import create_app, lambda_handler

app = create_app(endpoints.router, v1_endpoints.router)
handler = lambda_handler(app)
