"""JSON bodies whose numbers keep every digit the client wrote."""

import json
from collections.abc import Callable, Coroutine
from decimal import Decimal
from typing import Any, NoReturn

from fastapi import Request, Response
from fastapi.routing import APIRoute


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


class ExactRequest(Request):
    """Fractions become Decimal, not float: 0.1 stays 0.1, and a 17th digit is seen and refused."""

    async def json(self) -> Any:
        return json.loads(await self.body(), parse_float=Decimal, parse_constant=_refuse)


class ExactRoute(APIRoute):
    """A route that reads its body with `ExactRequest`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_exactly(request: Request) -> Response:
            return await handle(ExactRequest(request.scope, request.receive))

        return handle_exactly
