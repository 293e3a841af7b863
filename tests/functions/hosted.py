"""Answers of hosted Supabase, as its source has them: Supabase Auth v2.196.0, PostgREST v14."""

from typing import Any

from tests.answering_supabase import Page

Json = dict[str, Any]

SIGN_UP, TOKEN = "/auth/v1/signup", "/auth/v1/token"
BEGIN_LOGIN, EMAIL_OF_USERNAME = "/rest/v1/rpc/begin_login", "/rest/v1/rpc/email_of_username"
BEGIN_SIGN_UP = "/rest/v1/rpc/begin_sign_up"
PAGE = Page("<!DOCTYPE html><title>522: Connection timed out</title>")
READ_ONLY = {
    "code": "25006",
    "details": None,
    "hint": None,
    "message": "cannot execute DELETE in a read-only transaction",
}


def auth_error(status: int, code: str, message: str = "as it is") -> Json:
    """The body of an error for a client that names no version of Auth's API."""
    return {"code": status, "error_code": code, "msg": message}


def unique_violation(constraint: str) -> Json:
    """What a trigger or a table refused: Auth passes on the words of Postgres, with status 500."""
    message = f'duplicate key value violates unique constraint "{constraint}"'
    return {"code": "23505", "message": message, "detail": "Key (x)=(y) already exists."}
