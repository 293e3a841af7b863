"""The one place that builds a request to Supabase: key, token, request id, schema and connection."""

from collections.abc import Mapping
from typing import Any

import httpx

from shared.settings import settings
from shared.supabase.http_client import connection
from shared.supabase.secret_key import secret_key


def headers(
    request_id: str | None = None,
    *,
    key: str | None = None,
    token: str | None = None,
    schema: str | None = None,
) -> dict[str, str]:
    """The headers of a request.

    `key` is the API key, by default the publishable one; `token` the access token of the user on whose
    behalf it is sent; `schema` the schema of the database that a function is called in.
    """
    values = {
        "apikey": key or settings().supabase_key.get_secret_value(),
        "X-Request-Id": request_id,
        "Authorization": f"Bearer {token}" if token else None,
        "Content-Profile": schema,
    }
    return {name: value for name, value in values.items() if value}


def call_auth(
    path: str, body: Mapping[str, object], headers: Mapping[str, str], method: str = "POST"
) -> httpx.Response:
    """Send to Supabase Auth, with `headers` of this module.

    Returns the answer, whatever its status; raises httpx.TransportError when there is none.
    """
    return connection().request(method, settings().auth_url + path, json=body, headers=headers)


def call_with_secret_key(
    schema: str,
    function: str,
    arguments: Mapping[str, Any],
    *,
    request_id: str | None = None,
    select: str | None = None,
) -> httpx.Response:
    """Call a function of the database with the secret key, which row level security does not bind.

    `select` names the columns to answer. Returns the answer, whatever its status; raises what `secret_key`
    does, and httpx.TransportError when there is no answer.
    """
    key = secret_key()
    # A legacy key is a token that carries the role; a new one passes for a token where it equals `apikey`.
    return connection().post(
        f"{settings().data_url}/rpc/{function}",
        params={"select": select} if select else None,
        json=arguments,
        headers=headers(request_id, key=key, token=key, schema=schema),
    )
