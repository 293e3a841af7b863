"""Lambda entry."""

from functions.invoices import endpoints, notes, payments
from shared.http.application import create_app, lambda_handler

app = create_app(endpoints.router, payments.router, notes.router)
handler = lambda_handler(app)
