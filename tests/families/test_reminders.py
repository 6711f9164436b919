"""A friendly reminder before each school year, once for each household."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from core import clock
from core.accounts.roles import Role
from core.outbox import Message
from families import home_income
from families.actions import reminders
from families.models import IncomeReminder
from tests.factories.accounts import UserFactory
from tests.factories.families import (
    ChildFactory,
    GuardianFactory,
    HouseholdFactory,
    IncomeFileFactory,
)

pytestmark = pytest.mark.django_db

JULY = dt.date(2027, 7, 1)


def move_to(time_machine, day):
    time_machine.move_to(clock.at(day, 9))


def family(**file):
    guardian = GuardianFactory(
        user=UserFactory(roles=[Role.GUARDIAN]), household=HouseholdFactory()
    )
    ChildFactory(parents=[guardian])
    if file:
        IncomeFileFactory(household=guardian.household, **file)
    return guardian


def test_once_for_each_household_and_year_to_those_who_need_it(time_machine):
    move_to(time_machine, JULY)
    ends = family(valid_until=dt.date(2027, 8, 31))
    none = family()
    family(valid_until=dt.date(2028, 8, 31))
    family(valid_until=None)
    family(checked_at=None)
    IncomeFileFactory(household=HouseholdFactory(), valid_until=dt.date(2027, 8, 31))
    assert reminders.remind() == 2
    assert reminders.remind() == 0
    told = Message.objects.filter(kind="family_income_reminder")
    assert {message.recipient for message in told} == {ends.user, none.user}
    for message in told:
        assert "700" not in message.body
    move_to(time_machine, dt.date(2028, 7, 1))
    assert reminders.remind() == 3, "the next year, again; not whose file has no end"


def test_not_before_its_time_and_a_few_at_a_time(time_machine):
    for _ in range(3):
        family()
    move_to(time_machine, dt.date(2027, 5, 1))
    assert reminders.remind() == 0
    move_to(time_machine, dt.date(2027, 9, 1))
    assert reminders.remind() == 0
    move_to(time_machine, JULY)
    assert reminders.remind(limit=2) == 2
    assert reminders.remind(limit=2) == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        IncomeReminder.objects.create(
            household=IncomeReminder.objects.first().household,
            year_starts_on=dt.date(2027, 9, 1),
        )


def titles_of(guardian):
    return [card.title for card in home_income.cards(guardian.user)]


def test_the_home_page_says_what_to_do_and_nothing_when_there_is_nothing(time_machine):
    move_to(time_machine, dt.date(2027, 7, 1))
    assert titles_of(family()) == [], "who never declared has it among their first steps"
    assert titles_of(family(valid_until=None)) == []
    assert titles_of(family(valid_until=dt.date(2028, 8, 31))) == []
    ends = family(valid_until=dt.date(2027, 8, 31))
    assert "avant la rentrée" in titles_of(ends)[0]
    refused = family(checked_at=None, refused_at=clock.now(), refusal_code="old")
    assert "à refaire" in titles_of(refused)[0]
    assert titles_of(family(checked_at=None)) == []
    move_to(time_machine, dt.date(2027, 9, 1))
    assert "plus valable" in titles_of(ends)[0]
    move_to(time_machine, dt.date(2027, 5, 1))
    assert titles_of(ends) == []
