"""Pages of lists: order, fields, cursors and the Link to the next page."""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, Self
from uuid import UUID

from pydantic import BaseModel, Field, PlainValidator, ValidationInfo, WithJsonSchema, field_validator
from pydantic_core import PydanticCustomError
from starlette.datastructures import URL

from shared.schemas.datetimes import has_no_zone
from shared.schemas.filters import Filter, Parameter, ShownAs, Since
from shared.schemas.text import Text
from shared.schemas.view import View

# No account, type, category or status is longer; a header must not grow with what somebody looks for.
_LONGEST_COUNTED = 100
_SERIAL = re.compile(r"[0-9]{1,18}")


# Fields: what a row is answered with --------------------------------------------------------------


def named_fields(view: type[View], fields: str) -> str:
    """The fields that a list with commas names, each once."""
    names = dict.fromkeys(name.strip() for name in fields.split(","))
    for name in names:
        if name not in view.model_fields:
            raise PydanticCustomError(
                "unknown_field",
                "{fault}; there are {fields}",
                {
                    "fault": f"There is no field '{name}'" if name else "A field has no name",
                    "fields": ", ".join(view.model_fields),
                },
            )
    return ",".join(names)


# Cursors: where the next page begins --------------------------------------------------------------


_LONGEST_CURSOR = 4000
"""More than the longest name takes. A longer one would not fit into the address of a request to Supabase."""


class Cursor(NamedTuple):
    """The last row of a page, and how many rows had been seen with it. Opaque to clients."""

    sort_by: str
    sort_order: str
    seen: int
    value: str | None
    row_id: str

    @classmethod
    def read(cls, text: object) -> Self:
        if len(str(text)) > _LONGEST_CURSOR:
            raise PydanticCustomError("invalid_cursor", "Take it from the Link of the page before")
        try:
            sort_by, sort_order, seen, value, row_id = json.loads(urlsafe_b64decode(str(text).encode()))
            value = value if value is None else str(value).replace("\0", "")
            return cls(str(sort_by), str(sort_order), int(seen), value, _row_id(row_id))
        except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
            raise PydanticCustomError("invalid_cursor", "Take it from the Link of the page before") from None

    def written(self) -> str:
        return urlsafe_b64encode(json.dumps(self).encode()).decode()

    def parameters(self, column: str, nullable: bool) -> Iterator[Parameter]:
        """Only the rows after this one, in an order that ends with the id and puts nulls last."""
        beyond = "lt" if self.sort_order == "desc" else "gt"
        if self.value is None:
            yield column, "is.null"
            yield "id", f"{beyond}.{self.row_id}"
            return
        value = _quoted(self.value)
        after = f"{column}.{beyond}.{value},and({column}.eq.{value},id.{beyond}.{self.row_id})"
        if nullable:
            yield "or", f"({after},{column}.is.null)"
        else:
            # Says the same as the line below about the column alone, in a form that an index can begin at.
            yield column, f"{beyond}e.{self.value}"
            yield "or", f"({after})"


def _row_id(text: str) -> str:
    return text if _SERIAL.fullmatch(text) else str(UUID(text))


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


# Queries ------------------------------------------------------------------------------------------


class ListQuery(BaseModel):
    """What every list understands; a list adds its filters and narrows `sort_by`."""

    of: ClassVar[type[View]]

    sort_by: str
    sort_order: Literal["asc", "desc"] = "desc"
    limit: int = Field(100, ge=1, le=1000, description="How many rows a page has at most.")
    skip: int = Field(0, ge=0, lt=2**31, description="How many rows to leave out.")
    cursor: Annotated[Cursor | None, PlainValidator(Cursor.read), WithJsonSchema({"type": "string"})] = Field(
        None, description="Where the page begins: comes in the `Link` header of the page before."
    )
    fields: Text | None = Field(None, description="Fields to answer with, separated by commas. Default: all.")

    @field_validator("cursor")
    @classmethod
    def _belongs_to_this_order(cls, cursor: Cursor, info: ValidationInfo) -> Cursor:
        if (cursor.sort_by, cursor.sort_order) != (info.data.get("sort_by"), info.data.get("sort_order")):
            raise PydanticCustomError("invalid_cursor", "A cursor goes on in the order in which it began")
        return cursor

    @field_validator("fields")
    @classmethod
    def _names_fields_of_the_view(cls, fields: str | None) -> str | None:
        return None if fields is None else named_fields(cls.of, fields)

    def columns(self) -> str:
        return self.fields or self.of.columns()

    def parameters(self) -> Iterator[Parameter]:
        """Filters, order and page as PostgREST reads them."""
        column = self.of.sort_columns.get(self.sort_by, self.sort_by)
        nullable = self.of.may_be_null(self.sort_by)
        for mark, value in self._asked():
            yield mark.parameter(value)
            if isinstance(mark, Since | ShownAs):
                yield from mark.implied(value)
        if self.cursor:
            yield from self.cursor.parameters(column, nullable)
        # Nulls are named only where there are some: an index serves the plain order in both directions.
        yield "order", f"{column}.{self.sort_order}{'.nullslast' if nullable else ''},id.{self.sort_order}"
        yield "limit", str(self.limit)
        yield "offset", str(self.skip)

    def known_length(self, narrowed: Iterable[Parameter] = ()) -> str | None:
        """What to ask the totals for the number of rows; None where they don't know it."""
        asked = {"of": self.of.view}
        for column, condition in [*narrowed, *(mark.parameter(value) for mark, value in self._asked())]:
            operator, _, value = condition.partition(".")
            name = self.of.totals.get(f"{column}.{operator}")
            if name is None or len(value) > _LONGEST_COUNTED:
                return None
            asked[name] = value
        return json.dumps(asked) if self.of.totals else None

    def names_local_times(self) -> bool:
        """Whether a filter is a time without a zone."""
        return any(has_no_zone(value) for _, value in self._asked())

    def _asked(self) -> Iterator[tuple[Filter, Any]]:
        for name, field in type(self).model_fields.items():
            value = getattr(self, name)
            marks = [mark for mark in field.metadata if isinstance(mark, Filter)]
            yield from ((mark, value) for mark in marks if value is not None)

    def page_headers(
        self, url: URL, rows: bytes, content_range: str, total: str | None = None
    ) -> dict[str, str]:
        """X-Total-Count, and the Link to the next page where there is one.

        Without a total, the rows from this page's cursor on were counted.
        """
        span, _, counted = content_range.partition("/")
        read = int(span.partition("-")[2]) + 1 if span != "*" else 0
        seen_before = self.cursor.seen if self.cursor else 0
        if total is None:
            total, has_next = str(seen_before + int(counted)), read < int(counted)
        elif self.cursor:
            # Rows seen before may be gone from the total: only a page that is not full is surely the last.
            has_next = read == self.skip + self.limit
        else:
            has_next = read < int(total)
        headers = {"X-Total-Count": total}
        if read and has_next:
            headers["Link"] = f'<{self._next(url, rows, seen_before + read)}>; rel="next"'
        return headers

    def _next(self, url: URL, rows: bytes, seen: int) -> URL:
        # Numbers as the digits they were written with.
        last = json.loads(rows, parse_float=str, parse_int=str)[-1]
        if self.sort_by not in last or "id" not in last:
            return url.include_query_params(skip=self.skip + self.limit)
        cursor = Cursor(self.sort_by, self.sort_order, seen, last[self.sort_by], last["id"])
        return url.remove_query_params("skip").include_query_params(cursor=cursor.written())
