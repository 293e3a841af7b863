"""PostgREST as the caller: one call per request, and what SQL answered goes back byte for byte."""

import random
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from decimal import Decimal
from typing import Annotated, Any, Self, cast, get_args, get_origin
from urllib.parse import urlencode
from uuid import UUID

import httpx
from fastapi import Depends, Header, Request, Response
from postgrest import CountMethod, SyncPostgrestClient
from postgrest.base_request_builder import RequestConfig
from pydantic import BaseModel
from yarl import URL

from shared.auth.tokens import Caller, CurrentCaller
from shared.problems.catalogue import ServiceUnavailable
from shared.problems.database import error_of, problem_of
from shared.schemas.filters import Parameter
from shared.schemas.pagination import ListQuery
from shared.schemas.view import View
from shared.settings import settings
from shared.supabase.http_client import be_patient, connection, seconds_left
from shared.supabase.request import headers as request_headers

_ONE_ROW = "application/vnd.pgrst.object+json"
_PASSED_ON = ("location", "idempotent-replayed")
# Their SQL has a statement_timeout of its own: given up on before, it would be done and called failed.
_LONG = {"delete_account", "audit_verification"}
_NO_ROW = "PGRST116"
"""The code, not the status: PostgREST answers 406 to a schema that it does not expose, too."""
_BEYOND_THE_END = "PGRST103"

_BOOKS_ARE_BUSY = "books_busy"
_FIRST_PAUSE, _LONGEST_PAUSE = 0.02, 0.5

DataRequest = RequestConfig[httpx.Client]


class Data:
    """The database as one caller sees it, through row level security."""

    def __init__(self, request: Request, schema: str, caller: Caller | None) -> None:
        self._request = request
        headers = request_headers(request.state.request_id, token=caller.token if caller else None)
        # A client per request, because it carries the caller's token; the connection under it is shared.
        # Without its retries: they would sleep up to seven seconds inside of our answer.
        self._client = SyncPostgrestClient(
            settings().data_url, schema=schema, headers=headers, http_client=connection(), retry_enabled=False
        )

    def once(self, idempotency_key: str | None) -> Self:
        """With a key, what is called happens once, however often it is sent."""
        if idempotency_key:
            self._client.headers["Idempotency-Key"] = idempotency_key
        return self

    def call(self, function: str, /, **arguments: object) -> Response:
        """Call a function of the database, where a write is one transaction; answer what it answered.

        Of a row it selects the fields that the endpoint's `response_model` documents.
        """
        if function in _LONG:
            be_patient()
        body: dict[str, Any] = {name: _plain(value) for name, value in arguments.items()}
        selected = [("select", view.columns()) for view in _documented_views(self._request)]
        answer = self._sent(self._client.rpc(function, body).request, selected, arguments=body)
        headers = {name: answer.headers[name] for name in _PASSED_ON if name in answer.headers}
        media_type = "application/json" if answer.content else None
        return Response(answer.content, answer.status_code, headers, media_type)

    def row(
        self, view: type[View], row_id: UUID | int | None = None, *, fields: str | None = None, **equal: str
    ) -> Response:
        """Read one row; without an id or a value to look for, the only one that the caller has."""
        request = self._client.from_(view.view).select(fields or view.columns()).request
        request.headers["Accept"] = _ONE_ROW
        wanted = equal if row_id is None else {"id": row_id}
        narrowed = [(column, f"eq.{value}") for column, value in wanted.items()]
        answer = self._sent(request, narrowed, accepted=_NO_ROW)
        if answer.is_error:
            raise view.missing
        return Response(answer.content, media_type="application/json")

    def rows(self, query: ListQuery) -> Response:
        """Read a page of a view."""
        return self._page(query, [])

    def rows_of_account(self, account_id: UUID, query: ListQuery) -> Response:
        """Read a page of what belongs to an account; the database refuses one the caller does not have."""
        self._client.headers["X-Account-Id"] = str(account_id)
        return self._page(query, [("account_id", f"eq.{account_id}")])

    def _page(self, query: ListQuery, narrowed: Iterable[Parameter]) -> Response:
        narrowed = list(narrowed)
        length = query.known_length(narrowed)
        # Counting reads all rows; the totals answer as fast for three million as for three.
        count = None if length else CountMethod.exact
        if length:
            self._client.headers["X-Length-Of"] = length
        if query.names_local_times():
            self._client.headers["X-Time-Zone"] = "profile"
        request = self._client.from_(query.of.view).select(query.columns(), count=count).request
        answer = self._sent(request, [*narrowed, *query.parameters()], accepted=_BEYOND_THE_END)
        rows = b"[]" if answer.is_error else answer.content
        total = answer.headers.get("x-total-count")
        headers = query.page_headers(self._request.url, rows, answer.headers["content-range"], total)
        return Response(rows, headers=headers, media_type="application/json")

    def _sent(
        self,
        request: DataRequest,
        parameters: Iterable[Parameter],
        accepted: str | None = None,
        arguments: Mapping[str, object] | None = None,
    ) -> httpx.Response:
        query = urlencode([*request.params.multi_items(), *parameters])
        # Written out here: httpx takes twice as long to put parameters and address together.
        request.path = URL(f"{request.path}?{query}", encoded=True)
        cast(Any, request).params = None
        try:
            answer = _when_books_are_free(lambda: request.send(httpx.Headers()))
        except httpx.TransportError as failure:
            raise ServiceUnavailable from failure
        if _are_busy(answer):
            raise ServiceUnavailable
        if answer.is_error and error_of(answer).code != accepted:
            raise problem_of(answer, arguments)
        return answer


def _when_books_are_free(send: Callable[[], httpx.Response]) -> httpx.Response:
    """Send again while other requests write to the same books: refused, a request has done nothing.

    The database lets two of a user's requests wait, so that no user holds all of its connections.
    """
    answer, pause = send(), _FIRST_PAUSE
    while _are_busy(answer) and seconds_left() > 2 * _LONGEST_PAUSE:
        # By chance, so that those who were refused together do not come back together.
        time.sleep(random.uniform(pause / 2, pause))  # noqa: S311 - no secret
        pause = min(2 * pause, _LONGEST_PAUSE)
        answer = send()
    return answer


def _are_busy(answer: httpx.Response) -> bool:
    """Whether the books were in use; a 429 of a gateway is another one."""
    return answer.status_code == httpx.codes.TOO_MANY_REQUESTS and error_of(answer).hint == _BOOKS_ARE_BUSY


def _plain(value: object) -> object:
    """As JSON: of a body the fields that the client sent, of a number its digits."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude_unset=True)
    return str(value) if isinstance(value, Decimal) else value


def _documented_views(request: Request) -> list[type[View]]:
    model = request.scope["route"].response_model
    if get_origin(model) is list:
        [model] = get_args(model)
    return [model] if isinstance(model, type) and issubclass(model, View) else []


def data_of(schema: str) -> Callable[[Request, Any], Awaitable[Data]]:
    """The dependency that gives an endpoint a schema of the database as its caller."""

    async def data(request: Request, caller: CurrentCaller) -> Data:
        return Data(request, schema, caller)

    return data


async def _anonymous_data(request: Request) -> Data:
    return Data(request, "api", None)


IdempotencyKey = Annotated[
    str | None,
    Header(
        pattern=r"^[\x21-\x7e]{1,255}$",
        description="Made by you, a new one for each new request. Sent again with the same request it brings "
        "the first answer again, and nothing happens twice.",
    ),
]

DataApi = Annotated[Data, Depends(data_of("api"))]


async def _data_once(data: DataApi, idempotency_key: IdempotencyKey = None) -> Data:
    return data.once(idempotency_key)


DataApiOnce = Annotated[Data, Depends(_data_once)]
"""For endpoints that create: the caller's Idempotency-Key goes along."""

DataV1 = Annotated[Data, Depends(data_of("v1"))]


async def _data_v1_once(data: DataV1, idempotency_key: IdempotencyKey = None) -> Data:
    return data.once(idempotency_key)


DataV1Once = Annotated[Data, Depends(_data_v1_once)]

AnonymousDataApi = Annotated[Data, Depends(_anonymous_data)]
