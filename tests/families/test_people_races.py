"""Two connections at once: ending authority against proposing, agreeing, answering."""

from __future__ import annotations

import datetime as dt

import pytest

from core import clock
from core.errors import RuleBroken
from core.journal import Actor, JournalEntry
from families import queries
from families.actions import situations
from families.actions.care import add_emergency_contact, answer_photos
from families.actions.health import tell_allergies
from families.actions.moves import follow_moves
from families.actions.payers import agree_payers, set_payers
from families.models import (
    EmergencyContact,
    FoodAllergy,
    Guardianship,
    HomeAddress,
    PayerRule,
    PhotoAnswer,
)
from families.rules import Share
from tests.factories.registration import build_town
from tests.together import together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def a_family():
    town = build_town()
    mother, father = town.parent(), town.parent(given_name="Karim")
    return town, mother, father, town.child(mother, father)


def names_nobody_gone(child, guardian, day):
    """Whatever won, no rule in force or waiting names who is no longer responsible."""
    rule, proposal = queries.rules_of(child, day)
    named = {share.guardian_id for r in (rule, proposal) if r for share in r.shares.all()}
    assert guardian.pk not in named
    assert guardian not in [who for who, _percent in queries.payers_of(child, day)]


@pytest.mark.parametrize("turn", range(3))
def test_a_rule_proposed_while_authority_ends_does_not_outlive_it(turn):
    town, mother, father, child = a_family()
    today = clock.today()

    def propose():
        return set_payers(
            by=Actor(mother.user),
            guardian=mother,
            child=child,
            mode="percentage",
            shares=[Share(mother.pk, 50), Share(father.pk, 50)],
            valid_from=today,
        )

    def end():
        return situations.set_authority(
            by=Actor(town.agent), guardian=father, child=child, holds=False, day=today
        )

    acts = (propose, end) if turn % 2 else (end, propose)
    results = together(*acts)
    faults = [r for r in results if isinstance(r, Exception)]
    assert all(isinstance(fault, RuleBroken) and fault.code == "stranger" for fault in faults)
    assert not Guardianship.objects.current().get(child=child, guardian=father).parental_authority
    names_nobody_gone(child, father, today)


@pytest.mark.parametrize("turn", range(3))
def test_a_rule_agreed_while_its_payer_is_recorded_dead_does_not_count(turn):
    town, mother, father, child = a_family()
    today = clock.today()
    rule = set_payers(
        by=Actor(mother.user),
        guardian=mother,
        child=child,
        mode="single",
        shares=[Share(father.pk, 100)],
        valid_from=today,
    )
    acts = [
        lambda: agree_payers(by=Actor(father.user), rule=rule),
        lambda: situations.record_death(by=Actor(town.agent), guardian=father, day=today),
    ]
    results = together(*(acts if turn % 2 else acts[::-1]))
    assert not [r for r in results if isinstance(r, Exception) and not isinstance(r, RuleBroken)], (
        results
    )
    for offset in (0, 1, 30):
        names_nobody_gone(child, father, today + dt.timedelta(offset))


def test_a_death_recorded_twice_at_once_is_one():
    town, _mother, father, _child = a_family()

    def record():
        return situations.record_death(by=Actor(town.agent), guardian=father, day=clock.today())

    results = together(record, record)
    assert not [r for r in results if isinstance(r, Exception)], results
    assert JournalEntry.objects.filter(verb="guardian.death").count() == 1
    assert Guardianship.objects.filter(guardian=father).count() == 1


def test_answers_given_twice_at_once_leave_one_in_force():
    _town, mother, father, child = a_family()

    def photos(*, allowed):
        return lambda: answer_photos(
            by=Actor(mother.user), guardian=mother, child=child, answers={"press": allowed}
        )

    def allergies(guardian, code):
        return lambda: tell_allergies(
            by=Actor(guardian.user), guardian=guardian, child=child, allergens=[code]
        )

    results = together(
        photos(allowed=True),
        photos(allowed=False),
        allergies(mother, "milk"),
        allergies(father, "eggs"),
    )
    assert not [r for r in results if isinstance(r, Exception)], results
    assert PhotoAnswer.objects.current().filter(child=child, use="press").count() == 1
    assert FoodAllergy.objects.current().filter(child=child).count() == 1


def test_the_last_place_on_the_list_of_calls_goes_to_one():
    _town, mother, father, child = a_family()

    def add(guardian, name):
        return lambda: add_emergency_contact(
            by=Actor(guardian.user),
            guardian=guardian,
            child=child,
            name=name,
            relation="",
            phone="06 00 00 00 00",
        )

    for number in range(4):
        add(mother, f"Personne {number}")()
    results = together(add(mother, "Une"), add(father, "Deux"))
    assert [r.code for r in results if isinstance(r, RuleBroken)] == ["too_many"]
    ranks = EmergencyContact.objects.current().values_list("rank", flat=True)
    assert sorted(ranks) == [1, 2, 3, 4, 5]


def test_a_move_applied_by_two_workers_is_applied_once():
    town, mother, _father, _child = a_family()
    HomeAddress.objects.create(
        household=mother.household,
        mover=mother,
        street=town.street,
        number=99,
        starts_on=clock.today(),
    )
    assert sorted(together(follow_moves, follow_moves)) == [0, 1]
    mother.household.refresh_from_db()
    assert mother.household.number == 99
    assert not PayerRule.objects.filter(agreed_at__isnull=True).exists()
