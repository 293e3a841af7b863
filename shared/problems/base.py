"""Errors as RFC 9457 problems: one root here, one leaf per thing that can go wrong in `catalogue`."""

import json
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, ClassVar, TypedDict

from fastapi import Request, Response
from pydantic import BaseModel, Field

MEDIA_TYPE = "application/problem+json"


class FieldError(TypedDict):
    """What is wrong with one field of a request."""

    field: str
    """The documented name: customer_name, items.0.quantity."""
    code: str
    """The kind of mistake: the code of a problem, or of ValidationFailed what Pydantic calls it."""
    message: str
    """A sentence for people."""


class Problem(Exception):
    """Something went wrong, and the client can know what.

    The first line of a leaf's docstring is its title; `code` never changes once published.
    """

    code: ClassVar[str]
    status: int = HTTPStatus.INTERNAL_SERVER_ERROR
    hint: ClassVar[str] = ""
    """What to do about it."""
    fields: ClassVar[tuple[str, ...]] = ()
    """The names of the field it is about, where it is about one; most have it under one name."""
    headers: Mapping[str, str] = {}

    catalogue: ClassVar[dict[str, type["Problem"]]] = {}

    def __init_subclass__(cls) -> None:
        if "code" in vars(cls):
            cls.catalogue[cls.code] = cls

    def __init__(
        self,
        detail: str = "",
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        *,
        field: str | None = None,
    ) -> None:
        """A problem with its sentence.

        `errors` are the fields that are wrong. Without them, `field` is the one that is; by default it is the
        first of the class's `fields`, with an empty text it is none.
        """
        super().__init__(detail or self.code)
        self.detail = detail or self.hint or self.title()
        self.headers = headers or self.headers
        if field is None:
            field = next(iter(self.fields), "")
        about = [FieldError(field=field, code=self.code, message=self.detail)] if field else []
        self.errors = errors or about

    @classmethod
    def title(cls) -> str:
        return (cls.__doc__ or "").split("\n")[0].removesuffix(".")

    @classmethod
    def example(cls) -> dict[str, Any]:
        return cls().body("0f8c1f3e5d6b4c0b9a7e2d1c3b4a5968")

    def body(self, request_id: str) -> dict[str, Any]:
        return {
            "type": f"/docs/problems#{self.code}",
            "title": self.title(),
            "status": int(self.status),
            "detail": self.detail,
            "code": self.code,
            "errors": list(self.errors),
            "request_id": request_id,
        }

    def response(self, request_id: str) -> Response:
        # ASCII, because a request may quote half a character that UTF-8 cannot write.
        return Response(json.dumps(self.body(request_id)), int(self.status), self.headers, MEDIA_TYPE)


class ProblemFieldError(BaseModel):
    """What is wrong with one field of the request."""

    field: str = Field(examples=["items.0.quantity"])
    code: str = Field(examples=["greater_than"])
    message: str = Field(examples=["Input should be greater than 0"])


class ProblemBody(BaseModel):
    """An error, as RFC 9457 has it. `code` is stable and listed in the catalogue; `detail` is for people."""

    type: str = Field(description="Where the catalogue explains this code.")
    title: str
    status: int
    detail: str
    code: str
    errors: list[ProblemFieldError] = Field(description="The fields that are wrong; empty when no field is.")
    request_id: str = Field(description="Name it when you ask for help: our logs hold it.")


def responses(classes: Iterable[type[Problem]]) -> dict[int | str, dict[str, Any]]:
    """The `responses=` of an endpoint that can meet these problems, with an example for each."""
    answers: dict[int | str, dict[str, Any]] = {}
    for problem in sorted(classes, key=lambda problem: (problem.status, problem.code)):
        answer = answers.setdefault(
            int(problem.status),
            {
                "description": HTTPStatus(problem.status).phrase,
                "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": {}}},
            },
        )
        examples = answer["content"][MEDIA_TYPE]["examples"]
        examples[problem.code] = {"summary": problem.title(), "value": problem.example()}
    return answers


async def handle(request: Request, problem: Problem) -> Response:
    """The one handler: every problem leaves through here."""
    return problem.response(request.state.request_id)
