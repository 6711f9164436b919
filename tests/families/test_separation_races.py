"""Two real connections at once: codes on paper, objections against acceptances and departures."""

from __future__ import annotations

import pytest

from core import clock
from core.accounts.roles import Role
from core.journal import Actor
from core.outbox import Message
from enrolment.registration.actions import agents, departures, family
from enrolment.registration.models import Certificate
from enrolment.schools.models import RollEntry
from families.actions.codes_on_paper import Answers, invite_on_paper, redeem
from families.actions.objections import object_to
from families.models import Guardian, Guardianship, Invitation, Objection
from tests.factories.accounts import UserFactory
from tests.factories.families import EmptyHouseholdFactory, GuardianshipFactory
from tests.factories.registration import build_town
from tests.factories.schools import RollEntryFactory
from tests.registration.test_races import refusals
from tests.together import together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def test_a_code_on_paper_used_twice_at_once_opens_once():
    town = build_town()
    mother = town.parent()
    child = town.child(mother)
    guest = Guardian.objects.create(
        household=EmptyHouseholdFactory(), given_name="Thomas", family_name="Roussel"
    )
    GuardianshipFactory(child=child, guardian=guest, kind="father")
    made = invite_on_paper(by=Actor(mother.user), guardian=guest)
    answers = Answers(made.code, "Thomas", "Roussel", child.birth_date)
    people = [UserFactory(roles=[Role.GUARDIAN]) for _ in range(2)]
    results = together(*(lambda u=u: redeem(by=Actor(u), answers=answers) for u in people))
    assert [r.code for r in refusals(results)] == ["invitation"]
    guest.refresh_from_db()
    assert guest.user in people
    assert Guardianship.objects.current().filter(child=child).count() == 2


def test_wrong_answers_at_once_are_all_counted_and_close_the_code():
    town = build_town()
    mother = town.parent()
    child = town.child(mother)
    guest = Guardian.objects.create(
        household=EmptyHouseholdFactory(), given_name="Thomas", family_name="Roussel"
    )
    GuardianshipFactory(child=child, guardian=guest, kind="father")
    made = invite_on_paper(by=Actor(mother.user), guardian=guest)
    wrong = Answers(made.code, "Thomas", "Autre", child.birth_date)
    people = [UserFactory(roles=[Role.GUARDIAN]) for _ in range(6)]
    results = together(*(lambda u=u: redeem(by=Actor(u), answers=wrong) for u in people))
    assert len(refusals(results)) == 6
    closed = Invitation.objects.get()
    assert (closed.wrong_tries, closed.revoked_at is not None) == (5, True)


def separated(town):
    """A child on the roll, and the mother's application for another school, ready to accept."""
    mother, father = town.parent(), town.parent()
    child = town.child(mother, father)
    RollEntryFactory(child=child, class_group=town.group, level="CP")
    by = Actor(mother.user)
    draft = town.draft(mother, child)
    family.choose_school(by=by, application=draft, school=town.other, motive="work")
    made = family.submit(by=by, application=draft)
    agents.decide_waiver(by=Actor(town.agent), waiver=made.waiver, granted=True)
    return mother, father, child, made


def objection(father, child, act):
    return lambda: object_to(by=Actor(father.user), guardian=father, child=child, act=act, text="!")


@pytest.mark.parametrize("_turn", range(3))
def test_of_an_objection_and_an_acceptance_at_once_one_wins(_turn):
    town = build_town()
    _mother, father, child, made = separated(town)
    results = together(
        lambda: agents.accept(by=town.by(town.agent), application=made),
        objection(father, child, "change_of_school"),
    )
    assert [r.code for r in refusals(results)] in (["frozen"], ["too_late"])
    accepted = Certificate.objects.filter(application=made).exists()
    assert accepted != Objection.objects.open().filter(child=child).exists()


@pytest.mark.parametrize("_turn", range(3))
def test_of_an_objection_and_a_deregistration_at_once_one_wins(_turn):
    town = build_town()
    mother, father, child, _made = separated(town)
    asked = departures.ask_to_leave(
        by=Actor(mother.user),
        guardian=mother,
        child=child,
        leaves_on=clock.today(),
        destination="abroad",
    )
    results = together(
        lambda: departures.issue_departure(by=town.by(town.head), departure=asked),
        objection(father, child, "deregistration"),
    )
    assert [r.code for r in refusals(results)] in (["frozen"], ["too_late"])
    left = RollEntry.objects.filter(child=child, left_on__isnull=False).exists()
    assert left != Objection.objects.open().filter(child=child).exists()


def test_two_heads_issue_one_certificate_of_departure():
    town = build_town()
    mother, _father, child, _made = separated(town)
    asked = departures.ask_to_leave(
        by=Actor(mother.user),
        guardian=mother,
        child=child,
        leaves_on=clock.today(),
        destination="abroad",
    )
    results = together(
        *(
            lambda who=who: departures.issue_departure(by=town.by(who), departure=asked)
            for who in (town.head, town.agent)
        )
    )
    assert [r.code for r in refusals(results)] == ["state"]
    assert Message.objects.filter(kind="registration_departure_issued").count() == 2


def test_an_objection_raised_twice_at_once_is_one():
    town = build_town()
    _mother, father, child, _made = separated(town)
    results = together(*(objection(father, child, "change_of_school") for _ in range(2)))
    assert refusals(results) == []
    assert Objection.objects.count() == 1
