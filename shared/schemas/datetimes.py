"""Days and instants: `2023-01-31` is a whole day in the user's zone, `2023-01-31T10:00Z` a point in time.

Without a zone, `2023-01-31T10:00` is read in the user's zone, too. Only the database knows that zone, so such
a time goes there as it is; private.open_books sets the zone for bodies, private.check_request for filters.
"""

import re
from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_INSTANT = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)([Zz]|[+\- ]\d{2}:?\d{2})?", re.ASCII
)
_FIRST_YEAR = 1900


def _read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise PydanticCustomError("no_such_day", "There is no such day") from None


def _read_instant(match: re.Match[str]) -> datetime:
    day, time, zone = match.groups(default="")
    # A `+` that nobody escaped reaches us as a space.
    zone = zone.replace(" ", "+").replace("z", "Z")
    try:
        instant = datetime.fromisoformat(f"{day}T{time}{zone}")
        return instant.astimezone(UTC) if zone else instant
    except (ValueError, OverflowError):
        raise PydanticCustomError("no_such_instant", "There is no such day or time") from None


def _in_range(day: date) -> date:
    # Python's own calendar ends with the year 9999.
    if day.year < _FIRST_YEAR:
        raise PydanticCustomError("year_out_of_range", "Years are between 1900 and 9999")
    return day


def _read(value: object) -> date:
    """A day or an instant (which Python counts among its days)."""
    text = value if isinstance(value, str) else ""
    match = _DAY.fullmatch(text) or _INSTANT.fullmatch(text)
    if not match:
        raise PydanticCustomError("moment_format", "Write a date, or a date and a time, as ISO 8601 has it")
    return _in_range(_read_day(text) if match.re is _DAY else _read_instant(match))


def _read_date(value: object) -> date:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise PydanticCustomError("day_format", "Write a date as YYYY-MM-DD")
    return _in_range(_read_day(value))


_DAY_SCHEMA = {"type": "string", "format": "date"}
_INSTANT_SCHEMA = {"type": "string", "format": "date-time"}
_LOCAL_SCHEMA = {
    "type": "string",
    "pattern": r"^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?$",
    "description": "A time without a zone is read in the time zone of the profile.",
    "examples": ["2023-01-31T10:00:00"],
}

_AS_ISO_TEXT = PlainSerializer(lambda value: value.isoformat(), return_type=str)

DayOrInstant = Annotated[
    datetime | date,
    PlainValidator(_read),
    _AS_ISO_TEXT,
    WithJsonSchema({"anyOf": [_INSTANT_SCHEMA, _DAY_SCHEMA, _LOCAL_SCHEMA]}),
]
"""A day or an instant; SQL takes a day as the instant at which it begins in the profile's zone."""

Day = Annotated[date, PlainValidator(_read_date), _AS_ISO_TEXT, WithJsonSchema(_DAY_SCHEMA)]

Instant = Annotated[datetime, WithJsonSchema(_INSTANT_SCHEMA)]
"""In answers: always in UTC, written with a Z."""


def has_no_zone(value: object) -> bool:
    """Whether it is a time that the database reads in the profile's zone."""
    return isinstance(value, datetime) and value.tzinfo is None
