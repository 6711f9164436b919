"""The canteen's pure rules: service days, cut-offs, usual weeks, orders, what is due."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core import clock
from enrolment.canteen.rules.billing import is_due, unit_price, waiting_days_of
from enrolment.canteen.rules.calendar import ServiceCalendar, Span, Year
from enrolment.canteen.rules.cutoff import Service, Terms, TermsTable, cutoff_for, is_open
from enrolment.canteen.rules.orders import differences
from enrolment.canteen.rules.patterns import Known, Pattern, Plan, reconcile

DAY = dt.timedelta(days=1)


def year(start: int, *closures: tuple[dt.date, dt.date]) -> Year:
    return Year(
        start,
        Span(dt.date(start, 9, 1), dt.date(start + 1, 7, 3)),
        (
            Span(dt.date(start, 10, 17), dt.date(start, 11, 1), "Toussaint"),
            Span(dt.date(start, 12, 19), dt.date(start + 1, 1, 3), "Noël"),
            *(Span(*pair) for pair in closures),
        ),
    )


CALENDAR = ServiceCalendar([year(2025), year(2026, (dt.date(2026, 11, 11), dt.date(2026, 11, 11)))])
TERMS = Terms(valid_from=dt.date(2020, 9, 1))
served_days = st.sampled_from(CALENDAR.between(dt.date(2025, 1, 1), dt.date(2028, 1, 1)))
any_terms = st.builds(
    Terms,
    valid_from=st.just(dt.date(2020, 1, 1)),
    service_days_before=st.integers(0, 7),
    hour=st.integers(0, 23),
    minute=st.integers(0, 59),
    year_start_days=st.integers(1, 20),
)


@pytest.mark.parametrize(
    ("day", "limit"),
    [
        # Aix-en-Provence: Monday by Thursday, Tuesday by Friday, Thursday by Monday, Friday by
        # Tuesday, at noon.
        (dt.date(2026, 9, 14), dt.date(2026, 9, 10)),
        (dt.date(2026, 9, 15), dt.date(2026, 9, 11)),
        (dt.date(2026, 9, 17), dt.date(2026, 9, 14)),
        (dt.date(2026, 9, 18), dt.date(2026, 9, 15)),
        # Holidays are skipped: the first Monday after them is decided before them.
        (dt.date(2026, 11, 2), dt.date(2026, 10, 15)),
        # The first days of the year have nothing before them: a week ahead of the first one.
        (dt.date(2026, 9, 1), dt.date(2026, 8, 25)),
        (dt.date(2026, 9, 3), dt.date(2026, 8, 25)),
        (dt.date(2026, 9, 4), dt.date(2026, 9, 1)),
    ],
)
def test_cutoff_is_two_service_days_before_at_noon(day, limit):
    assert cutoff_for(day, CALENDAR, TERMS) == clock.at(limit, 12)


@pytest.mark.parametrize(
    ("day", "utc_hour"), [(dt.date(2026, 3, 30), 11), (dt.date(2026, 3, 31), 11)]
)
def test_noon_is_noon_in_paris_on_both_sides_of_the_change_of_hour(day, utc_hour):
    # The limit lies before 29 March, in winter time; the meal after it, in summer time.
    limit = cutoff_for(day, CALENDAR, TERMS).astimezone(dt.UTC)
    assert limit.hour == utc_hour
    summer = cutoff_for(dt.date(2026, 4, 7), CALENDAR, TERMS).astimezone(dt.UTC)
    assert summer.hour == 10


@given(served_days, any_terms)
def test_cutoff_comes_before_the_meal_and_is_exact(day, terms):
    limit = cutoff_for(day, CALENDAR, terms)
    local = limit.astimezone(clock.PARIS)
    assert local.date() <= day
    assert is_open(day, limit - dt.timedelta(microseconds=1), CALENDAR, terms)
    assert not is_open(day, limit, CALENDAR, terms)


@given(served_days, any_terms)
def test_a_later_meal_never_has_an_earlier_cutoff(day, terms):
    following = CALENDAR.next_after(day)
    assume(following is not None)
    assert cutoff_for(day, CALENDAR, terms) <= cutoff_for(following, CALENDAR, terms)


@given(served_days, st.integers(1, 7))
def test_exactly_the_voted_number_of_service_days_lie_between(day, count):
    terms = Terms(valid_from=dt.date(2020, 1, 1), service_days_before=count)
    limit = cutoff_for(day, CALENDAR, terms).date()
    first = CALENDAR.on_or_after(CALENDAR.year_of(day).days.first)
    if limit >= first:
        assert len(CALENDAR.between(limit, day - DAY)) == count
        assert CALENDAR.is_served(limit)


def test_the_terms_in_force_on_the_meals_day_decide():
    table = TermsTable(
        (
            Terms(dt.date(2025, 9, 1), service_days_before=4),
            Terms(dt.date(2026, 9, 1), service_days_before=1, weekdays=frozenset({1, 2, 3, 4, 5})),
        )
    )
    service = Service(ServiceCalendar([year(2025), year(2026)], table.weekdays_on), table)
    assert service.cutoff(dt.date(2026, 6, 19)) == clock.at(dt.date(2026, 6, 12), 12)
    assert service.calendar.is_served(dt.date(2026, 9, 9)), "Wednesdays since the new terms"
    assert not service.calendar.is_served(dt.date(2026, 6, 17))
    assert service.cutoff(dt.date(2026, 9, 10)) == clock.at(dt.date(2026, 9, 9), 12)


@given(st.integers(0, 660 * 24 * 60))
def test_first_open_day_is_open_and_the_one_before_is_not(minutes):
    instant = clock.at(dt.date(2025, 8, 1), 0) + dt.timedelta(minutes=minutes)
    service = Service(CALENDAR, TermsTable((TERMS,)))
    first = service.first_open_day(instant)
    assume(first is not None)
    assert service.is_open(first, instant)
    earlier = CALENDAR.before(first)
    if earlier is not None and earlier >= clock.service_day(instant):
        assert not service.is_open(earlier, instant)


@given(served_days)
def test_calendar_walks_back_and_forth(day):
    following = CALENDAR.next_after(day)
    if following is not None:
        assert CALENDAR.before(following) == day
    days = CALENDAR.between(day - 60 * DAY, day + 60 * DAY)
    assert all(a < b for a, b in pairwise(days))
    assert all(d.isoweekday() in {1, 2, 4, 5} and not CALENDAR.why_closed(d) for d in days)


patterns = st.lists(
    st.builds(
        Pattern,
        valid_from=served_days,
        weekdays=st.frozensets(st.sampled_from([1, 2, 4, 5])),
        diet=st.sampled_from(["standard", "no_pork"]),
    ),
    max_size=3,
    unique_by=lambda p: p.valid_from,
).map(tuple)
plans = st.builds(
    Plan,
    child_id=st.just(1),
    starts_on=served_days,
    ends_on=st.none() | served_days,
    patterns=patterns,
)
known = st.dictionaries(
    served_days,
    st.builds(
        Known,
        state=st.sampled_from(["booked", "cancelled", "served", "absent"]),
        diet=st.sampled_from(["standard", "no_pork"]),
        source=st.sampled_from(["pattern", "single", "unbooked"]),
    ),
    max_size=15,
)


@given(plans, known)
def test_following_the_usual_week_twice_changes_nothing_more(plan, before):
    days = CALENDAR.between(dt.date(2026, 9, 1), dt.date(2026, 12, 1))
    create, change = reconcile(plan, days, before)
    after = dict(before)
    for row in create:
        assert row.day not in before
        after[row.day] = Known("booked", row.diet, "pattern")
    for row in change:
        after[row.day] = Known(row.state, row.diet, before[row.day].source)
        assert before[row.day].state in ("booked", "cancelled"), "what was ticked stays"
    assert reconcile(plan, days, after) == ([], [])
    for day in days:
        wants = plan.books(day) is not None
        row = after.get(day)
        if row is None:
            assert not wants
        elif row.source == "pattern" and row.state in ("booked", "cancelled"):
            assert (row.state == "booked") == wants


def test_a_day_cancelled_by_hand_stays_cancelled():
    plan = Plan(
        1, dt.date(2026, 9, 1), None, (Pattern(dt.date(2026, 9, 1), frozenset({1, 2}), "no_pork"),)
    )
    monday = dt.date(2026, 9, 14)
    create, change = reconcile(plan, [monday], {monday: Known("cancelled", "no_pork", "single")})
    assert (create, change) == ([], [])


quantities = st.dictionaries(
    st.tuples(st.integers(1, 5), st.sampled_from(["standard", "no_pork"])), st.integers(1, 50)
)


@given(quantities, quantities)
def test_differences_turn_one_order_into_the_other(before, after):
    result = dict(before)
    for row in differences(before, after):
        assert row.change != 0
        result[row.school_id, row.diet] = result.get((row.school_id, row.diet), 0) + row.change
    assert {key: meals for key, meals in result.items() if meals} == after


def test_what_is_due():
    billed = Terms(dt.date(2026, 9, 1), bills_absences=True)
    served_only = Terms(dt.date(2026, 9, 1), bills_absences=False)
    assert is_due("served", "", served_only)
    assert is_due("absent", "", billed)
    assert not is_due("absent", "", served_only)
    assert not is_due("cancelled", "", billed)
    assert not is_due("absent", "no_service", billed), "a strike is never billed"
    assert not is_due("absent", "sick", billed)
    assert is_due("absent", "sick", billed, waits=True)


def test_unbooked_meal_costs_the_familys_own_price_and_a_surcharge():
    terms = Terms(dt.date(2026, 9, 1), unbooked_surcharge_percent=10)
    assert unit_price(345, "unbooked", terms) == 380, "34.5 cents round up"
    assert unit_price(345, "pattern", terms) == 345


@given(st.sets(served_days, max_size=12), st.integers(0, 3))
def test_waiting_days_are_the_first_of_each_illness(sick, waiting):
    billed = waiting_days_of(sick, CALENDAR, waiting)
    assert billed <= sick
    starts = {day for day in sick if CALENDAR.before(day) not in sick}
    assert billed >= starts if waiting else not billed
    assert len(billed) <= waiting * len(starts)
