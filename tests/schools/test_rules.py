"""Levels, catchment areas, days of class."""

import datetime as dt
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrolment.schools.calendar import SchoolCalendar
from enrolment.schools.rules import (
    LEVEL_BY_AGE,
    Period,
    is_compulsory,
    level_for,
    segment_matches,
    segments_overlap,
)


@dataclass(frozen=True)
class Stretch:
    parity: str
    number_from: int | None
    number_to: int | None


NUMBERS = st.integers(1, 60)
ENDS = st.one_of(st.none(), NUMBERS, st.just(9999))
STRETCHES = st.builds(
    Stretch, st.sampled_from(["odd", "even", "both"]), st.one_of(st.none(), NUMBERS), ENDS
).filter(lambda s: s.number_from is None or s.number_to is None or s.number_from <= s.number_to)


@given(st.dates(dt.date(2010, 1, 1), dt.date(2035, 12, 31)), st.integers(2024, 2036))
def test_level_depends_on_the_year_of_birth_alone_from_three_on(birth, year):
    level = level_for(birth, year)
    age = year - birth.year
    if age >= 3:
        assert level == LEVEL_BY_AGE.get(age)
        assert level == level_for(birth.replace(month=1, day=1), year)
    elif age == 2:
        assert level == ("TPS" if (birth.month, birth.day) <= (9, 1) else None)
    else:
        assert level is None


@pytest.mark.parametrize(
    ("birth", "year", "level"),
    [
        (dt.date(2020, 12, 31), 2026, "CP"),
        (dt.date(2021, 1, 1), 2026, "GS"),
        (dt.date(2024, 2, 29), 2026, "TPS"),
        (dt.date(2024, 9, 2), 2026, None),
        (dt.date(2016, 5, 5), 2026, "CM2"),
        (dt.date(2015, 5, 5), 2026, None),
        (dt.date(2027, 1, 1), 2026, None),
    ],
)
def test_levels_of_known_children(birth, year, level):
    assert level_for(birth, year) == level


def test_school_is_compulsory_from_the_september_of_the_year_of_turning_three():
    assert is_compulsory(dt.date(2023, 12, 31), 2026)
    assert not is_compulsory(dt.date(2024, 1, 1), 2026)


@given(STRETCHES, st.integers(1, 200))
def test_a_number_lies_in_a_segment_by_side_and_range(segment, number):
    inside = (segment.number_from or 1) <= number <= (segment.number_to or 9999)
    side = segment.parity == "both" or (segment.parity == "odd") == (number % 2 == 1)
    assert segment_matches(segment, number) == (inside and side)


@given(STRETCHES, STRETCHES)
def test_overlap_means_a_common_number(one, other):
    common = [n for n in range(1, 200) if segment_matches(one, n) and segment_matches(other, n)]
    assert segments_overlap(one, other) == bool(common)


def test_without_a_number_only_a_whole_street_matches():
    assert segment_matches(Stretch("both", None, None), None)
    assert segment_matches(Stretch("both", 1, 9999), None)
    assert not segment_matches(Stretch("both", 1, 50), None)
    assert not segment_matches(Stretch("odd", None, None), None)


CALENDAR = SchoolCalendar(
    years=(Period(dt.date(2025, 9, 1), dt.date(2026, 7, 3)),),
    closures=(
        Period(dt.date(2025, 10, 18), dt.date(2025, 11, 2)),
        Period(dt.date(2026, 5, 15), dt.date(2026, 5, 15)),
    ),
    labels=("Vacances d'automne", "Pont de l'Ascension"),
)


@given(st.dates(dt.date(2025, 7, 1), dt.date(2026, 8, 31)))
def test_class_is_held_four_days_a_week_outside_closures(day):
    closed = any(day in closure for closure in CALENDAR.closures)
    expected = day.weekday() in {0, 1, 3, 4} and day in CALENDAR.years[0] and not closed
    assert CALENDAR.is_school_day(day) == expected
    assert CALENDAR.school_days(day, day) == ([day] if expected else [])


def test_the_calendar_names_closures_and_finds_the_next_day_of_class():
    friday = dt.date(2025, 10, 17)
    assert CALENDAR.next_school_day(friday) == dt.date(2025, 11, 3)
    assert CALENDAR.closure_label(dt.date(2025, 10, 20)) == "Vacances d'automne"
    assert CALENDAR.closure_label(friday) == ""
    assert CALENDAR.next_school_day(dt.date(2026, 7, 3), within=20) is None
    assert CALENDAR.school_days(friday, friday - dt.timedelta(3)) == []
