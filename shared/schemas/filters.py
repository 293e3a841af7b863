"""Filters of lists: what a field of a query asks of a column, as a parameter of PostgREST."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import ClassVar

Parameter = tuple[str, str]


@dataclass(frozen=True)
class Is:
    """The column has this value."""

    column: str

    def parameter(self, value: object) -> Parameter:
        return self.column, f"eq.{value}"


@dataclass(frozen=True)
class Contains:
    """The column contains this text; upper and lower case are the same."""

    column: str

    def parameter(self, value: str) -> Parameter:
        # A regular expression, because `like` would take * and % for wildcards.
        return self.column, f"imatch.{re.escape(value)}"


@dataclass(frozen=True)
class Since:
    """From the beginning of this day, or from this instant on."""

    day: str
    instant: str
    operator: ClassVar[str] = "gte"
    # Farthest east a day begins 14 hours before that of UTC, farthest west it ends 12 hours after it.
    bound: ClassVar[timedelta] = timedelta(hours=-14)

    def parameter(self, value: date) -> Parameter:
        column = self.instant if isinstance(value, datetime) else self.day
        return column, f"{self.operator}.{value.isoformat()}"

    def implied(self, value: date) -> Iterator[Parameter]:
        """What a day says about the instant in every time zone, in a form that an index can begin at."""
        if not isinstance(value, datetime) and value.year < date.max.year:
            instant = datetime(value.year, value.month, value.day) + self.bound  # noqa: DTZ001 (UTC)
            yield self.instant, f"{self.operator}.{instant.isoformat()}Z"


@dataclass(frozen=True)
class Until(Since):
    """To the end of this day, or up to this instant."""

    operator: ClassVar[str] = "lte"
    bound: ClassVar[timedelta] = timedelta(hours=36)


@dataclass(frozen=True)
class AtLeast:
    """The column has this number or a higher one."""

    column: str
    operator: ClassVar[str] = "gte"

    def parameter(self, value: Decimal) -> Parameter:
        return self.column, f"{self.operator}.{value:f}"


class AtMost(AtLeast):
    """The column has this number or a lower one."""

    operator: ClassVar[str] = "lte"


@dataclass(frozen=True)
class Means:
    """The column has one of the values that this one stands for."""

    column: str
    values: Mapping[str, str]

    def parameter(self, value: str) -> Parameter:
        return self.column, f"in.({self.values[value]})"


@dataclass(frozen=True)
class ShownAs:
    """The column has this value as it is shown; some values share a stored one and differ by the day."""

    column: str
    stored: str
    derived: Mapping[str, str]
    """Shown value -> the stored value of rows that may be shown so."""

    def parameter(self, value: str) -> Parameter:
        return (self.column if value in self.derived else self.stored), f"eq.{value}"

    def implied(self, value: str) -> Iterator[Parameter]:
        """What the shown value says about the stored one, which an index knows."""
        if value in self.derived:
            yield self.stored, f"eq.{self.derived[value]}"


Filter = Is | Contains | Since | AtLeast | Means | ShownAs
