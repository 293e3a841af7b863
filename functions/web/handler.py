"""Lambda entry."""

from functions.web.application import app
from shared.application import lambda_handler

handler = lambda_handler(app)

__all__ = ["app", "handler"]
