"""A mandate ends on the day it says, whatever the month, the year or the clocks do."""

from __future__ import annotations

import calendar
import datetime as dt

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from core import clock
from families.rules import (
    MANDATE_DAYS,
    SESSION_AT_MOST,
    SESSION_LENGTH,
    last_day_of_mandate,
    mandate_covers,
    session_end,
    warning_day,
)

DAYS = st.dates(min_value=dt.date(2020, 1, 1), max_value=dt.date(2060, 12, 31))
LENGTHS = st.sampled_from(MANDATE_DAYS)


@given(DAYS, LENGTHS)
def test_it_covers_exactly_as_many_days_as_were_signed(start, days):
    last = last_day_of_mandate(start, days)
    around = [start + dt.timedelta(days=n) for n in range(-2, days + 3)]
    covered = [day for day in around if mandate_covers(start, last, day)]
    assert len(covered) == days
    assert (covered[0], covered[-1]) == (start, last)


@given(DAYS, LENGTHS)
def test_a_mandate_renewed_the_day_after_leaves_no_hole_and_no_overlap(start, days):
    last = last_day_of_mandate(start, days)
    following = last + dt.timedelta(days=1)
    assert not mandate_covers(start, last, following)
    again = last_day_of_mandate(following, days)
    assert (again - start).days + 1 == 2 * days


@given(st.integers(2020, 2060), st.integers(1, 12), LENGTHS)
def test_begun_at_a_month_end_it_is_not_cut_short(year, month, days):
    """Counting months would turn the 31st of January into the 28th of February."""
    start = dt.date(year, month, calendar.monthrange(year, month)[1])
    assert (last_day_of_mandate(start, days) - start).days == days - 1


@pytest.mark.parametrize(
    ("start", "days", "last"),
    [
        ("2026-01-31", 1, "2026-01-31"),
        ("2026-01-31", 31, "2026-03-02"),
        ("2028-01-31", 31, "2028-03-01"),  # a leap year
        ("2026-03-31", 31, "2026-04-30"),
        ("2026-08-31", 182, "2027-02-28"),
        ("2026-02-28", 365, "2027-02-27"),
        ("2028-02-29", 365, "2029-02-27"),
        ("2027-03-01", 365, "2028-02-28"),  # one day short of a year that has 366
    ],
)
def test_the_calendar_agrees(start, days, last):
    assert last_day_of_mandate(dt.date.fromisoformat(start), days) == dt.date.fromisoformat(last)


@given(DAYS, LENGTHS)
def test_the_last_day_lasts_until_midnight_in_paris_summer_and_winter(start, days):
    last = last_day_of_mandate(start, days)
    midnight = clock.at(last + dt.timedelta(days=1), 0)
    with time_machine.travel(midnight - dt.timedelta(seconds=1), tick=False):
        assert mandate_covers(start, last, clock.today())
    with time_machine.travel(midnight, tick=False):
        assert not mandate_covers(start, last, clock.today())


@given(DAYS, LENGTHS)
def test_the_family_is_warned_a_week_before_if_there_is_a_week(start, days):
    last = last_day_of_mandate(start, days)
    day = warning_day(start, last)
    if days == 1:
        assert day is None
    else:
        assert day is not None
        assert mandate_covers(start, last, day)
        assert (last - day).days == 7


@pytest.mark.parametrize("days", [0, -1, 2, 30, 366])
def test_no_other_length_exists(days):
    with pytest.raises(ValueError, match="lasts one of"):
        last_day_of_mandate(dt.date(2026, 1, 1), days)


@given(
    st.datetimes(
        timezones=st.just(dt.UTC),
        min_value=dt.datetime(2025, 1, 1),  # noqa: DTZ001 — hypothesis asks for a naive one
    ),
    st.integers(0, 10 * 3600),
)
def test_a_session_lasts_half_an_hour_more_and_four_hours_at_most(start, seconds):
    now = start + dt.timedelta(seconds=seconds)
    end = session_end(start, now)
    assert end <= start + SESSION_AT_MOST
    assert end <= now + SESSION_LENGTH
    assert end in (start + SESSION_AT_MOST, now + SESSION_LENGTH)
