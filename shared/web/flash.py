"""A form that was refused goes back to its page: what was wrong and what was typed, in a cookie for once.

Not in the address: addresses are logged and passed on, and people typed their e-mail address here.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping
from typing import Annotated, NamedTuple, Self

from fastapi import Request
from pydantic import BaseModel, Field, ValidationError

from shared.schemas.text import STORABLE
from shared.web.session import cookie, prefixed

_COOKIE = "refused_form"
_SECONDS = 60
# Three of the longest fit into the 4096 bytes that a browser keeps, whatever the script.
_Typed = Annotated[str, Field(max_length=240), STORABLE]
_Name = Annotated[str, Field(max_length=50)]


class Mistake(NamedTuple):
    """What is wrong with a form."""

    field: _Name
    """Empty when it is no single field."""
    code: _Name
    """Of the problem, or what Pydantic calls it."""


class RefusedForm(BaseModel):
    """What the page shows again. A password is none of it."""

    errors: Annotated[list[Mistake], Field(max_length=10)] = []
    username: _Typed = ""
    email: _Typed = ""
    full_name: _Typed = ""

    @classmethod
    def of(cls, sent: Mapping[str, str], errors: Iterable[Mistake]) -> Self:
        """From the fields of a form; what cannot be kept is not shown again."""
        errors = list(errors)
        try:
            return cls.model_validate({**sent, "errors": errors})
        except ValidationError:
            return cls(errors=errors)

    @classmethod
    def sent_with(cls, request: Request) -> Self:
        """From the cookie, which may hold anything: nonsense counts as nothing."""
        try:
            return cls.model_validate_json(urlsafe_b64decode(request.cookies.get(_cookie_name(request), "")))
        except ValueError:
            return cls()

    def cookie(self, request: Request, path: str) -> str:
        """Takes it to the page at `path`."""
        value = urlsafe_b64encode(self.model_dump_json(exclude_defaults=True).encode()).decode()
        return cookie(request, _COOKIE, value, _SECONDS, path)


def forget_refused_form(request: Request, path: str) -> str | None:
    """The cookie that takes it away again, where there is one."""
    return cookie(request, _COOKIE, "", 0, path) if _cookie_name(request) in request.cookies else None


def _cookie_name(request: Request) -> str:
    return prefixed(request, _COOKIE, request.url.path)
