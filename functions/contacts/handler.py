"""Lambda entry."""

from functions.contacts import customer_endpoints, supplier_endpoints
from shared.http.application import create_app, lambda_handler

app = create_app(customer_endpoints.router, supplier_endpoints.router)
handler = lambda_handler(app)
