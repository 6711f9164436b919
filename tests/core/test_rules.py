"""Money and clock: properties that hold for every amount and every day."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from core import clock, money

cents = st.integers(-(10**9), 10**9)
days = st.dates(dt.date(2000, 1, 1), dt.date(2100, 12, 31))


@given(cents, st.lists(st.integers(0, 10**6), min_size=1, max_size=12).filter(any))
def test_shares_add_up_and_stay_within_a_cent_of_their_quota(amount, weights):
    parts = money.split(amount, weights)
    assert sum(parts) == amount
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Fraction(amount * weight, sum(weights))) < 1
        assert weight or not part


@given(cents)
def test_what_is_written_reads_back(amount):
    assert money.parse_euros(money.format_euros(amount)) == amount


@given(st.fractions(max_denominator=1000))
def test_rounding_is_nearest_and_symmetric(exact):
    whole = money.round_half_up(exact)
    assert abs(whole - exact) <= Fraction(1, 2)
    assert money.round_half_up(-exact) == -whole


@pytest.mark.parametrize(
    ("amount", "percent", "result"),
    [
        (5, Decimal(50), 3),
        (-5, Decimal(50), -3),
        (1, Decimal("49.9"), 0),
        (200, Decimal("0.39"), 1),
    ],
)
def test_halves_go_away_from_zero(amount, percent, result):
    assert money.percent_of(amount, percent) == result


@pytest.mark.parametrize("text", ["", "12,345", "1e3", "douze", "--3", "1,2,3", "€", "12 00,0 0 0"])
def test_what_is_not_an_amount_is_refused(text):
    with pytest.raises(ValueError, match="amount"):
        money.parse_euros(text)


@given(days, st.integers(0, 23), st.integers(0, 59))
def test_a_wall_clock_time_falls_on_its_day(day, hour, minute):
    instant = clock.at(day, hour, minute)
    assert clock.service_day(instant) == day
    # Spring skips an hour: only then does the clock show another time than asked.
    if not (day.month == 3 and day.day >= 25 and hour == 2):
        assert (instant.hour, instant.minute) == (hour, minute)


@given(days)
def test_a_school_year_is_a_year_and_holds_its_september(day):
    year = clock.school_year_of(day)
    assert year in (day.year, day.year - 1)
    assert clock.school_year_of(dt.date(year, 9, 1)) == year


def test_the_service_day_is_that_of_paris_whatever_the_machine():
    with time_machine.travel("2026-06-30T22:30:00+00:00", tick=False):
        assert clock.today() == dt.date(2026, 7, 1)
    with pytest.raises(ValueError, match="naive"):
        clock.service_day(dt.datetime(2026, 1, 1))  # noqa: DTZ001
