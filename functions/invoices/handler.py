"""Lambda entry."""

from functions.invoices import credit_note_endpoints, endpoints, payment_endpoints
from shared.http.application import create_app, lambda_handler

app = create_app(endpoints.router, payment_endpoints.router, credit_note_endpoints.router)
handler = lambda_handler(app)
