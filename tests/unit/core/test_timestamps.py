"""Timestamps: parsing and formatting RFC 3339 times and dates."""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditmock.core.timestamps import DAY, EPOCH, format_timestamp, parse_day, parse_timestamp

MICROSECOND = timedelta(microseconds=1)
MINUTE = 60_000_000
FIRST = parse_timestamp("0001-01-01T00:00:00Z")
LAST = parse_timestamp("9999-12-31T23:59:59.999999Z")
VALIDATOR = jsonschema_rs.validator_for({"format": "date-time"}, validate_formats=True)

MALFORMED_TIMES = [
    "",
    "2022-08-15",
    "2022-08-15T14:30Z",
    "2022-08-15T14:30:45",
    "2022-08-15 14:30:45Z",
    "2022-08-15T14:30:45.Z",
    "2022-08-15T14:30:45+0200",
    "2022-08-15T14:30:45+24:00",
    "2022-08-15T24:00:00Z",
    "2022-08-15T14:60:00Z",
    "2022-08-15T14:30:61Z",
    "2022-13-15T14:30:45Z",
    "2022-02-29T14:30:45Z",
    "0000-01-01T00:00:00Z",
    "2022-8-15T14:30:45Z",
    "2022-08-15T14:30:45Z\n",
    " 2022-08-15T14:30:45Z",
    "\uff12022-08-15T14:30:45Z",
    "2022-08-15T14:30:45\N{MINUS SIGN}02:00",
]
MALFORMED_DAYS = [
    "",
    "2006",
    "2022-8-15",
    "20220815",
    "2022-W33-1",
    "2022-08-15\n",
    "2022-08-15T00:00:00Z",
    "2022-02-29",
    "1900-02-29",
    "2022-04-31",
    "2022-13-01",
    "2022-00-10",
    "0000-01-01",
    "\uff12022-08-15",
]

two_digits = st.sampled_from(
    ["00", "01", "02", "12", "13", "23", "24", "28", "29", "30", "31", "59", "60", "61"]
)
near_times = st.builds(
    "{}-{}-{}{}{}:{}:{}{}{}".format,
    st.sampled_from(["1000", "1900", "2000", "2022", "2024", "9998"]),
    two_digits,
    two_digits,
    st.sampled_from(["T", "t", " "]),
    two_digits,
    two_digits,
    two_digits,
    st.sampled_from(["", ".", ".5", ".123456789", ",5"]),
    st.sampled_from(["", "Z", "z", "+00:00", "-00:00", "+23:59", "-23:59", "+24:00", "+1:00", "+0100"])
    | st.builds("{}{}:{}".format, st.sampled_from("+-"), two_digits, two_digits),
)


@given(st.integers(FIRST, LAST))
def test_timestamp_round_trips(instant: int) -> None:
    """The text of a timestamp parses to the same timestamp."""
    assert parse_timestamp(format_timestamp(instant)) == instant


@given(st.integers(FIRST, LAST))
def test_fraction_has_no_trailing_zeros(instant: int) -> None:
    """A fraction has at most six digits and no trailing zeros."""
    text = format_timestamp(instant)

    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,5}[1-9])?Z", text)


@given(st.datetimes(), st.integers(-1439, 1439))
def test_offset_is_converted_to_utc(local: datetime, minutes: int) -> None:
    """A time with an offset is the same as `datetime`'s, or outside the years 1 to 9999."""
    text = local.replace(tzinfo=timezone(timedelta(minutes=minutes))).isoformat()
    instant = (local - EPOCH) // MICROSECOND - minutes * MINUTE

    if FIRST <= instant <= LAST:
        assert parse_timestamp(text) == instant
    else:
        with pytest.raises(ValueError, match="outside the years 1 to 9999"):
            parse_timestamp(text)


@given(st.text("0123456789", min_size=1, max_size=20))
def test_fraction_is_rounded_half_up(digits: str) -> None:
    """A fraction of any length is rounded half up to microseconds."""
    micros = int(Decimal(f"0.{digits}").scaleb(6).quantize(Decimal(1), ROUND_HALF_UP))

    assert parse_timestamp(f"1970-01-01T00:00:00.{digits}Z") == micros


@pytest.mark.parametrize("day", ["1998-12-31", "2016-12-31"])
def test_leap_second_is_the_next_second(day: str) -> None:
    """A leap second at the end of a day of UTC is the first second of the next day."""
    assert parse_timestamp(f"{day}T23:59:60.5Z") == parse_day(day) + DAY + 500_000


def test_leap_second_with_an_offset_is_accepted() -> None:
    """A leap second is accepted at any hour if the day of UTC ends there."""
    assert parse_timestamp("1990-12-31T15:59:60-08:00") == parse_timestamp("1991-01-01T00:00:00Z")


@pytest.mark.parametrize(
    "text", ["1998-12-31T23:58:60Z", "1998-12-31T22:59:60Z", "1998-12-31T23:59:60+01:00"]
)
def test_other_leap_second_is_rejected(text: str) -> None:
    """A 61st second within a day of UTC is rejected."""
    with pytest.raises(ValueError, match="leap second"):
        parse_timestamp(text)


@pytest.mark.parametrize(
    "text",
    [
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-00:01",
        "9999-12-31T23:59:59.9999995Z",
        "9999-12-31T23:59:60Z",
    ],
)
def test_time_outside_the_calendar_is_rejected(text: str) -> None:
    """A time outside the years 1 to 9999 in UTC, also by rounding, is rejected."""
    with pytest.raises(ValueError, match="outside the years 1 to 9999 in UTC"):
        parse_timestamp(text)


@pytest.mark.parametrize("text", MALFORMED_TIMES, ids=ascii)
def test_malformed_time_is_rejected(text: str) -> None:
    """Anything but an RFC 3339 time is rejected with a message that quotes it."""
    with pytest.raises(ValueError, match=r"not an RFC 3339 time|does not exist") as caught:
        parse_timestamp(text)

    assert str(caught.value).startswith(f'"{text}" ')


@given(near_times)
def test_times_match_json_schema(text: str) -> None:
    """Exactly the times of `format: date-time` are accepted."""
    try:
        parse_timestamp(text)
    except ValueError:
        accepted = False
    else:
        accepted = True

    assert accepted == VALIDATOR.is_valid(text)


@given(st.dates())
def test_date_is_midnight_utc(day: date) -> None:
    """A date is midnight in UTC."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)

    assert parse_day(day.isoformat()) == (midnight - EPOCH.replace(tzinfo=UTC)) // MICROSECOND


@pytest.mark.parametrize("text", MALFORMED_DAYS, ids=ascii)
def test_malformed_date_is_rejected(text: str) -> None:
    """Anything but a date in the form YYYY-MM-DD is rejected with a message that quotes it."""
    with pytest.raises(ValueError, match=r"is not a date|does not exist") as caught:
        parse_day(text)

    assert str(caught.value).startswith(f'"{text}" ')
