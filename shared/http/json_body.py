"""JSON bodies whose numbers keep every digit the client wrote."""

import json
from collections import Counter
from collections.abc import Callable, Coroutine
from decimal import Decimal
from typing import Any, NoReturn

from fastapi import Request, Response
from fastapi.routing import APIRoute

from shared.problems.base import FieldError
from shared.problems.catalogue import ValidationFailed

_LONGEST_INTEGER = 1000
"""Python itself refuses an integer of more than 4,300 digits."""


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _integer(digits: str) -> int | Decimal:
    return int(digits) if len(digits) <= _LONGEST_INTEGER else Decimal(digits)


def _object(fields: list[tuple[str, Any]]) -> dict[str, Any]:
    """Each of its fields stands there once: of two values one would be lost."""
    read = dict(fields)
    if len(read) < len(fields):
        sent = Counter(name for name, _ in fields)
        raise ValidationFailed(
            errors=[
                FieldError(field=name, code="repeated_field", message="This field is there more than once")
                for name in read
                if sent[name] > 1
            ]
        )
    return read


_NESTED_TOO_DEEP = FieldError(
    field="body", code="nested_too_deep", message="It is nested deeper than any body we know"
)


class ExactRequest(Request):
    """Fractions become Decimal, not float: 0.1 stays 0.1, and a 17th digit is seen and refused."""

    async def json(self) -> Any:
        body = await self.body()
        try:
            return json.loads(
                body,
                parse_float=Decimal,
                parse_int=_integer,
                parse_constant=_refuse,
                object_pairs_hook=_object,
            )
        except RecursionError:
            raise ValidationFailed(errors=[_NESTED_TOO_DEEP]) from None


class ExactRoute(APIRoute):
    """A route that reads its body with `ExactRequest`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_exactly(request: Request) -> Response:
            return await handle(ExactRequest(request.scope, request.receive))

        return handle_exactly
