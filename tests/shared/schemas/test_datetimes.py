"""Days and instants as clients write them."""

from contextlib import suppress
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.schemas.datetimes import Day, DayOrInstant

adapter: TypeAdapter[date] = TypeAdapter(DayOrInstant)
day: TypeAdapter[date] = TypeAdapter(Day)


@pytest.mark.parametrize(
    ("written", "sent_on"),
    [
        ("2023-01-31", "2023-01-31"),
        ("2023-01-31T00:00:00Z", "2023-01-31T00:00:00+00:00"),
        ("2023-01-31T05:30:00+05:30", "2023-01-31T00:00:00+00:00"),
        ("2023-01-31T05:30:00 05:30", "2023-01-31T00:00:00+00:00"),  # a + nobody escaped
        ("2023-01-31 00:00Z", "2023-01-31T00:00:00+00:00"),
        ("2023-01-31t00:00:00.5z", "2023-01-31T00:00:00.500000+00:00"),
        ("2024-02-29", "2024-02-29"),
        # The database reads a time without a zone in that of the profile.
        ("2023-01-31T10:00", "2023-01-31T10:00:00"),
        ("2023-01-31 10:00:00.123456789", "2023-01-31T10:00:00.123456"),
        ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59+00:00"),
    ],
)
def test_days_stay_days_and_instants_become_utc(written: str, sent_on: str) -> None:
    assert adapter.dump_python(adapter.validate_python(written), mode="json") == sent_on


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("2023-01-31T00:00:60", "no_such_instant"),
        ("2023-02-29", "no_such_day"),
        ("2023-13-01T00:00:00Z", "no_such_instant"),
        ("2023-01-31T25:00:00Z", "no_such_instant"),
        ("2023-01-31T00:00:00+99:00", "no_such_instant"),
        ("9999-12-31T23:59:59-05:00", "no_such_instant"),
        ("1899-12-31", "year_out_of_range"),
        ("0001-01-01T00:00:00Z", "year_out_of_range"),
        ("10000-01-01", "moment_format"),
        ("20230131", "moment_format"),
        ("2023-W05-2", "moment_format"),
        ("31/01/2023", "moment_format"),
        ("yesterday", "moment_format"),
        ("", "moment_format"),
        (1675123200, "moment_format"),
        (None, "moment_format"),
    ],
)
def test_anything_else_is_refused(written: object, code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        adapter.validate_python(written)
    assert [error["type"] for error in refused.value.errors()] == [code]


def test_a_day_has_no_time() -> None:
    with pytest.raises(ValidationError):
        day.validate_python("2023-01-31T00:00:00Z")


@given(st.datetimes(datetime(1900, 1, 2), datetime(9999, 12, 30), timezones=st.timezones()))  # noqa: DTZ001
def test_every_instant_is_understood(instant: datetime) -> None:
    if len(instant.isoformat()) <= len("2023-01-31T00:00:00.000000+05:30"):  # old zones had odd seconds
        assert adapter.validate_python(instant.isoformat()) == instant.astimezone(UTC)


@given(st.text() | st.integers() | st.none())
def test_no_text_breaks_it(written: object) -> None:
    with suppress(ValidationError):
        adapter.validate_python(written)
