"""Registration rules: what is missing, by when, who may be refused."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrolment.registration.rules import (
    REQUIRED_KINDS,
    add_months,
    answer_due,
    catchment,
    may_refuse,
    missing_kinds,
    provisional_until,
    urgency,
)

DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2050, 1, 1))


@given(st.sets(st.sampled_from(REQUIRED_KINDS)), st.sets(st.sampled_from(REQUIRED_KINDS)))
def test_a_statement_stands_in_for_any_of_the_three_lawful_proofs(given_kinds, sworn):
    missing = missing_kinds(given_kinds, sworn)
    assert set(missing) == set(REQUIRED_KINDS) - given_kinds - sworn


@given(st.lists(st.integers(1, 9)))
def test_one_school_is_a_place_and_anything_else_goes_to_an_agent(schools):
    place = catchment(schools)
    count = len(set(schools))
    assert place.outcome == ("none" if not count else "found" if count == 1 else "several")
    assert (place.school is not None) == (count == 1)
    assert catchment(schools, outside=True).outcome == "outside"


@given(DAYS)
def test_provisional_admission_lasts_three_months_and_never_skips_one(day):
    until = provisional_until(day)
    assert (until.year * 12 + until.month) - (day.year * 12 + day.month) == 3
    assert until.day == day.day or (until + dt.timedelta(1)).day == 1


def test_the_end_of_november_gives_the_end_of_february():
    assert provisional_until(dt.date(2027, 11, 30)) == dt.date(2028, 2, 29)
    assert add_months(dt.date(2026, 12, 31), 2) == dt.date(2027, 2, 28)


@pytest.mark.parametrize(("left", "word"), [(-1, "late"), (0, "soon"), (3, "soon"), (4, "fine")])
def test_the_deadline_presses(left, word):
    today = dt.date(2026, 3, 10)
    assert urgency(today + dt.timedelta(left), today) == word
    assert answer_due(today) == dt.date(2026, 3, 20)


def test_a_child_of_the_city_of_school_age_is_never_refused():
    assert not may_refuse("CP", "found", is_compulsory=True)
    assert not may_refuse("PS", "none", is_compulsory=True)
    assert may_refuse("TPS", "found", is_compulsory=False)
    assert may_refuse("CP", "outside", is_compulsory=True)
    assert may_refuse(None, "found", is_compulsory=True)
