"""Registering, booking, cancelling; the cut-off and the seats."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from core import clock
from core.errors import RuleBroken
from core.journal import JournalEntry
from enrolment.canteen.actions import registrations
from enrolment.canteen.actions.bookings import change_meal, change_meals, materialise
from enrolment.canteen.actions.days import lock_days, recount
from enrolment.canteen.models import Booking, MealRegistration, ServiceDay
from enrolment.schools.models import RollEntry
from tests.factories.canteen import RefectoryFactory
from tests.factories.families import ChildFactory
from tests.factories.schools import RollEntryFactory

MICRO = dt.timedelta(microseconds=1)


def states(child):
    return dict(Booking.objects.filter(child=child).values_list("day", "state"))


def test_usual_weeks_become_bookings_once(canteen):
    assert materialise() == Booking.objects.count() > 40
    assert materialise() == 0
    first = min(states(canteen.child))
    assert first == canteen.open_day, "days past their cut-off are not booked behind a kitchen"
    place = ServiceDay.objects.get(school=canteen.school, day=first)
    assert place.booked == 2


def test_a_meal_is_cancelled_until_the_last_instant_before_the_cutoff(canteen, at):
    materialise()
    day = canteen.service.calendar.first_after(canteen.open_day, 4)[-1]
    limit = canteen.service.cutoff(day)
    by = canteen.by(canteen.parent)
    with at(limit):
        with pytest.raises(RuleBroken) as refused:
            change_meal(by=by, child=canteen.child, day=day, wanted=False)
        assert refused.value.code == "cutoff_passed"
        assert "la limite était" in refused.value.message
        assert "à 12 h" in refused.value.message
    assert states(canteen.child)[day] == "booked"
    with at(limit - MICRO):
        change_meal(by=by, child=canteen.child, day=day, wanted=False)
    assert states(canteen.child)[day] == "cancelled"


def test_clicking_twice_changes_nothing_more(canteen):
    materialise()
    by = canteen.by(canteen.parent)
    for _ in range(2):
        change_meal(by=by, child=canteen.child, day=canteen.open_day, wanted=False)
    assert JournalEntry.objects.filter(verb="booking.cancel").count() == 1
    assert ServiceDay.objects.get(day=canteen.open_day).booked == 1


def test_repeating_a_choice_after_the_cutoff_is_no_error(canteen, at):
    materialise()
    day = canteen.open_day
    with at(canteen.service.cutoff(day)):
        kept = change_meal(by=canteen.by(canteen.parent), child=canteen.child, day=day, wanted=True)
    assert kept.state == "booked"


def test_nothing_slips_in_behind_a_frozen_order(canteen):
    materialise()
    ServiceDay.objects.filter(day=canteen.open_day).update(frozen_at=clock.now())
    with pytest.raises(RuleBroken) as refused:
        change_meal(
            by=canteen.by(canteen.parent), child=canteen.child, day=canteen.open_day, wanted=False
        )
    assert refused.value.code == "order_sent"


def test_the_service_may_still_correct_after_the_cutoff_but_not_the_past(canteen, at):
    materialise()
    day = canteen.open_day
    by = canteen.by(canteen.manager)
    with at(clock.at(day, 8)):
        change_meal(by=by, child=canteen.child, day=day, wanted=False, staff=True)
    with at(clock.at(day + dt.timedelta(days=1), 8)), pytest.raises(RuleBroken) as refused:
        change_meal(by=by, child=canteen.child, day=day, wanted=True, staff=True)
    assert refused.value.code == "past"


def test_a_full_day_refuses_one_more_and_the_database_agrees(canteen):
    materialise()
    place = ServiceDay.objects.get(day=canteen.open_day)
    ServiceDay.objects.filter(pk=place.pk).update(capacity=2)
    late = canteen.enrol(given_name="Tom")
    with pytest.raises(RuleBroken) as refused:
        change_meal(by=canteen.by(canteen.manager), child=late, day=place.day, wanted=True)
    assert refused.value.code == "full"
    materialise()
    assert place.day not in states(late), "usual weeks take no seat that is not there"
    assert len(states(late)) > 20
    Booking.objects.create(child=late, school=canteen.school, day=place.day)
    with pytest.raises(IntegrityError), transaction.atomic():
        recount(lock_days([(canteen.school.pk, place.day)]).values())


def test_same_for_the_brother_is_all_or_nothing(canteen):
    materialise()
    by, day = canteen.by(canteen.parent), canteen.open_day
    change_meals(by=by, children=canteen.children, day=day, wanted=False)
    ServiceDay.objects.filter(day=day).update(capacity=1)
    with pytest.raises(RuleBroken):
        change_meals(by=by, children=canteen.children, day=day, wanted=True)
    assert {states(child)[day] for child in canteen.children} == {"cancelled"}


@pytest.fixture
def newcomer(canteen):
    child = ChildFactory(given_name="Zoé")
    RollEntryFactory(child=child, class_group=canteen.group)
    return child


def register(canteen, child, **changes):
    options = {
        "starts_on": canteen.open_day,
        "weekdays": {1, 2},
        "diet": "no_pork",
        "rules_accepted": True,
    } | changes
    return registrations.register(
        by=canteen.by(canteen.parent), child=child, school_year=canteen.year, **options
    )


def test_registering_books_the_usual_days_and_repeating_it_is_harmless(canteen, newcomer):
    first = register(canteen, newcomer)
    assert register(canteen, newcomer) == first
    rows = Booking.objects.filter(child=newcomer)
    assert {row.day.isoweekday() for row in rows} == {1, 2}
    assert {row.diet for row in rows} == {"no_pork"}
    assert MealRegistration.objects.filter(child=newcomer).count() == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"weekdays": set()}, "weekdays"),
        ({"weekdays": {3}}, "weekdays"),
        ({"weekdays": {6}}, "weekdays"),
        ({"diet": "packed_lunch"}, "diet"),
        ({"diet": "halal"}, "diet"),
        ({"rules_accepted": False}, "rules"),
        ({"starts_on": dt.date(2000, 1, 3)}, "starts_on"),
        ({"starts_on": dt.date(2999, 1, 3)}, "starts_on"),
    ],
)
def test_what_a_registration_refuses(canteen, newcomer, changes, code):
    with pytest.raises(RuleBroken) as refused:
        register(canteen, newcomer, **changes)
    assert refused.value.code == code
    assert not Booking.objects.filter(child=newcomer).exists()


def test_a_child_on_no_roll_is_told_to_wait_for_the_school(canteen):
    with pytest.raises(RuleBroken) as refused:
        register(canteen, ChildFactory())
    assert refused.value.code == "not_on_roll"


def test_a_new_week_moves_open_days_and_leaves_chosen_ones(canteen, newcomer):
    registration = register(canteen, newcomer, weekdays={1, 2, 4, 5})
    days = sorted(states(newcomer))
    by = canteen.by(canteen.parent)
    monday = next(day for day in days[4:] if day.isoweekday() == 1)
    tuesday = next(day for day in days[4:] if day.isoweekday() == 2)
    change_meal(by=by, child=newcomer, day=monday, wanted=False)
    registrations.change_week(
        by=by, registration=registration, valid_from=days[2], weekdays={1, 4}, diet="standard"
    )
    after = states(newcomer)
    assert after[days[0]] == after[days[1]] == "booked", "days before the change stay"
    assert after[monday] == "cancelled", "a day cancelled by hand stays cancelled"
    assert after[tuesday] == "cancelled"
    thursday = next(day for day in days[4:] if day.isoweekday() == 4)
    assert Booking.objects.get(child=newcomer, day=thursday).diet == "standard"


def test_leaving_cancels_what_is_still_open(canteen, newcomer):
    registration = register(canteen, newcomer)
    end = sorted(states(newcomer))[2]
    registrations.withdraw(by=canteen.by(canteen.parent), registration=registration, ends_on=end)
    after = states(newcomer)
    assert all((state == "booked") == (day < end) for day, state in after.items())
    assert register(canteen, newcomer, starts_on=end), "and coming back is possible"


def test_moving_to_another_school_moves_the_meals(canteen, newcomer):
    register(canteen, newcomer)
    days = sorted(states(newcomer))
    RollEntry.objects.filter(child=newcomer).update(left_on=days[2])
    other = RefectoryFactory().school
    entry = RollEntryFactory(child=newcomer, class_group=canteen.group)
    RollEntry.objects.filter(pk=entry.pk).update(school=other, class_group=None)
    for _ in range(2):
        materialise()
    rows = Booking.objects.filter(child=newcomer, state="booked")
    assert all(row.school == (other if row.day >= days[2] else canteen.school) for row in rows)
