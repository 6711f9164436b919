"""Addresses are dated; a move asks about school and never decides."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from core import clock
from core.errors import RuleBroken
from core.journal import Actor
from core.outbox import Message
from enrolment.schools.models import RollEntry
from families.actions.household import Address
from families.actions.income import declare_income
from families.actions.moves import (
    answer_school,
    cancel_move,
    change_address,
    follow_moves,
    part_ways,
)
from families.models import (
    Child,
    Guardian,
    HomeAddress,
    Household,
    IncomeFile,
    SchoolQuestion,
)
from families.tasks import moves as move_task
from tests.factories.families import StreetFactory
from tests.factories.registration import build_town
from tests.factories.schools import RollEntryFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def family():
    """Parents who live together; their child attends the school of the street."""
    town = build_town()
    mother = town.parent()
    father = town.parent(given_name="Karim")
    father.household = mother.household
    father.save()
    child = town.child(mother, father)
    RollEntryFactory(child=child, class_group=town.group, level="CP")
    HomeAddress.objects.create(
        household=mother.household,
        street=town.street,
        number=12,
        starts_on=clock.today() - dt.timedelta(days=400),
        applied_at=clock.now(),
    )
    return town, mother, father, child


def move(guardian, *, day=None, alone=False, number=3, street=None):
    return change_address(
        by=Actor(guardian.user),
        guardian=guardian,
        address=Address(street or StreetFactory(name="Quai Neuf"), number=number),
        city="Port-Mistral",
        alone=alone,
        starts_on=day,
    )


def test_a_move_keeps_the_old_address_and_asks_about_school(family):
    _town, mother, father, child = family
    home = move(mother)
    mother.household.refresh_from_db()
    assert mother.household.address_lines[0] == "3 Quai Neuf"
    assert mother.household.addresses.count() == 2
    question = SchoolQuestion.objects.get()
    assert (question.child, question.address, question.answer) == (child, home, "")
    before = RollEntry.objects.get(child=child)
    answer_school(by=Actor(father.user), guardian=father, answers={question.pk: "leaves"})
    question.refresh_from_db()
    assert question.answer == "leaves"
    assert RollEntry.objects.get(child=child).school == before.school
    assert RollEntry.objects.get(child=child).left_on is None
    # Corrected on the same day: no second question, no third address.
    move(mother, number=5)
    assert mother.household.addresses.count() == 2
    assert SchoolQuestion.objects.count() == 1


def test_moving_out_alone_stays_unknown_to_the_other(family):
    town, mother, father, _child = family
    move(father, alone=True)
    father = Guardian.objects.get(pk=father.pk)
    assert father.household_id != mother.household_id
    assert HomeAddress.objects.visible_to(mother.user).count() == 1
    assert not SchoolQuestion.objects.visible_to(mother.user).exists()
    assert SchoolQuestion.objects.visible_to(father.user).count() == 1
    assert SchoolQuestion.objects.visible_to(town.agent).count() == 1
    with pytest.raises(SchoolQuestion.DoesNotExist):
        SchoolQuestion.objects.visible_to(town.head).get()
    assert not Message.objects.filter(recipient=mother.user).exists()


def test_who_stays_can_say_that_the_other_lives_there_no_more(client, family):
    town, mother, father, child = family
    declare_income(by=Actor(mother.user), household=mother.household, quotient=742, proof=None)
    move(father, day=clock.today() + dt.timedelta(days=30), number=99)
    stranger = town.parent()
    client.force_login(mother.user)
    page = client.get(reverse("families:address")).content.decode()
    part = reverse("families:household_part", args=[father.pk])
    assert part in page
    assert client.post(reverse("families:household_part", args=[stranger.pk])).status_code == 404
    assert client.post(reverse("families:household_part", args=[mother.pk])).status_code == 302
    assert client.post(part).status_code == 302
    before = father.household_id
    for person in (mother, father):
        person.refresh_from_db()
    assert mother.household_id == before != father.household_id
    assert father.household.address_lines == []
    # What he had announced for the home he left is forgotten; what he may still see is his.
    assert not HomeAddress.objects.waiting().exists()
    assert not IncomeFile.objects.visible_to(father.user).exists()
    assert IncomeFile.objects.visible_to(mother.user).count() == 1
    assert Child.objects.of_guardian(father.user).get() == child
    message = Message.objects.get(recipient=father.user, kind="family_household_parted")
    assert mother.given_name not in message.body + message.subject
    client.force_login(father.user)
    assert "742" not in client.get(reverse("families:overview")).content.decode()
    # Said again, or by him too, nothing more happens.
    part_ways(by=Actor(father.user), guardian=father, other=mother)
    part_ways(by=Actor(mother.user), guardian=mother, other=father)
    assert Message.objects.filter(kind="family_household_parted").count() == 1


def test_a_move_to_come_waits_for_its_day(family):
    _town, mother, father, _child = family
    day = clock.today() + dt.timedelta(days=9)
    move(father, day=day, alone=True)
    assert Guardian.objects.get(pk=father.pk).household_id == mother.household_id
    assert not HomeAddress.objects.visible_to(mother.user).waiting().exists()
    assert HomeAddress.objects.visible_to(father.user).waiting().count() == 1
    assert follow_moves() == 0
    # Announced anew: the first one goes, with the household made for it.
    homes = Household.objects.count()
    move(father, day=day, alone=True, number=8)
    assert Household.objects.count() == homes
    with time_machine.travel(clock.at(day, 0, 6), tick=False):
        assert move_task() == 1
        assert move_task() == 0
    father = Guardian.objects.select_related("household__street").get(pk=father.pk)
    assert father.household.address_lines[0] == "8 Quai Neuf"
    assert mother.household_id != father.household_id
    assert SchoolQuestion.objects.count() == 1


def test_an_announced_move_can_be_taken_back(family):
    _town, mother, _father, _child = family
    homes = Household.objects.count()
    move(mother, day=clock.today() + dt.timedelta(days=9), alone=True)
    cancel_move(by=Actor(mother.user), guardian=mother)
    assert Household.objects.count() == homes
    assert not HomeAddress.objects.waiting().exists()


@pytest.mark.parametrize(("days", "code"), [(-500, "day"), (500, "day"), (-390, "day")])
def test_days_too_far_are_refused(family, days, code):
    with pytest.raises(RuleBroken) as refused:
        move(family[1], day=clock.today() + dt.timedelta(days=days))
    assert refused.value.code == code


def test_a_move_does_not_precede_the_one_before(family):
    _town, mother, _father, _child = family
    move(mother, day=clock.today() - dt.timedelta(days=10))
    with pytest.raises(RuleBroken) as refused:
        move(mother, day=clock.today() - dt.timedelta(days=20))
    assert refused.value.code == "before_last"


def test_a_first_address_asks_nothing(family):
    town, _mother, _father, _child = family
    single = town.parent()
    RollEntryFactory(child=town.child(single), class_group=town.group, level="CP")
    HomeAddress.objects.filter(household=single.household).delete()
    move(single)
    assert not SchoolQuestion.objects.exists()
