"""Lambda entry."""

from functions.web.application import app
from shared.http.application import lambda_handler

handler = lambda_handler(app)

__all__ = ["app", "handler"]
