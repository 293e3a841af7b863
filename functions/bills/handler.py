"""Lambda entry."""

from functions.bills import adjustment_endpoints, endpoints, gstr2b_endpoints
from shared.http.application import create_app, lambda_handler

app = create_app(endpoints.router, adjustment_endpoints.router, gstr2b_endpoints.router)
handler = lambda_handler(app)
