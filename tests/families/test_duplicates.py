"""Which files are proposed as doubles, and which are not."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.accounts.roles import Role
from core.journal import Actor
from families.actions.duplicates import find_duplicates
from families.actions.merging import dismiss, merge
from families.actions.unmerging import undo
from families.merging.likeness import (
    ChildFacts,
    GuardianFacts,
    child_likeness,
    guardian_likeness,
    swapped,
)
from families.models import Child, DuplicatePair, Guardian
from tests.factories.accounts import UserFactory
from tests.factories.families import ChildFactory, GuardianFactory, GuardianshipFactory

BORN = dt.date(2018, 5, 4)


def child(pk, given, family="Roussel", used="", *, born=BORN, guardians=()):
    return ChildFacts(pk, given, (family, used), born, frozenset(guardians))


@pytest.mark.parametrize(
    ("left", "right", "alike"),
    [
        (child(1, "Hélène"), child(2, "helene"), True),
        (child(1, "Lina"), child(2, "Lina", "ROUSSEL"), True),
        (child(1, "Lina"), child(2, "Lina", "Rousel"), True),
        (child(1, "Lina"), child(2, "Lina", "Benali", "Roussel"), True),
        (child(1, "Lina"), child(2, "Roussel", "Lina"), True),
        (child(1, "Jean-Luc"), child(2, "Jeanluc"), True),
        (child(1, "Lina"), child(2, "Lina", born=dt.date(2018, 4, 5)), True),
        (child(1, "Lina"), child(2, "Lina", born=dt.date(2018, 5, 14)), False),
        (child(1, "Lina"), child(2, "Lina", "Benali"), False),
        (child(1, "Lina"), child(2, "Noé"), False),
        (child(1, "Lina", guardians=[7]), child(2, "Lila", guardians=[7]), False),
        (child(1, "Lina", guardians=[7]), child(2, "Linna", guardians=[7]), True),
        (child(1, "Mathis", guardians=[7]), child(2, "Matthis", guardians=[7]), True),
        (child(1, "Lina", guardians=[7]), child(2, "Lila", guardians=[8]), True),
        (child(1, "Mia"), child(2, "Mya"), False),
        (child(1, "Lina", guardians=[7]), child(2, "Lina", guardians=[7]), True),
    ],
)
def test_children_who_look_like_one_and_twins_who_do_not(left, right, alike):
    assert (child_likeness(left, right) is not None) is alike
    assert child_likeness(left, right) == child_likeness(right, left)


def adult(pk, given, family="Benali", used="", **more):
    return GuardianFacts(pk, given, (family, used), **more)


SAME = {"phone": "8765", "email": "a@b.example"}


@pytest.mark.parametrize(
    ("left", "right", "alike"),
    [
        (adult(1, "Nadia", phone="1"), adult(2, "NADIA", phone="1"), True),
        (adult(1, "Nadia", email="a@b"), adult(2, "Nadia", email="a@b"), True),
        (adult(1, "Nadia"), adult(2, "Nadia"), False),
        (adult(1, "Nadia", **SAME), adult(2, "Karim", **SAME), False),
        (adult(1, "Jean", phone="1"), adult(2, "Jeanne", phone="1"), False),
        (
            adult(1, "Nadia", children=frozenset([3])),
            adult(2, "Nadja", children=frozenset([3])),
            False,
        ),
        (
            adult(1, "Nadia", children=frozenset([3]), phone="1"),
            adult(2, "Nadja", children=frozenset([3]), phone="1"),
            True,
        ),
        (adult(1, "Nadia", used="Roux", phone="1"), adult(2, "Nadia", "Roux", phone="1"), True),
        (adult(1, "Nadia", phone="1"), adult(2, "Benali", "Nadia", phone="1"), True),
    ],
)
def test_guardians_need_a_name_and_something_else_in_common(left, right, alike):
    assert (guardian_likeness(left, right) is not None) is alike
    assert guardian_likeness(left, right) == guardian_likeness(right, left)


names = st.sampled_from(
    ["Lina", "Lila", "Linna", "Léna", "Roussel", "Rousel", "Jean-Luc", "Jeanluc", "Zoé", "zoe", "A"]
)
days = st.dates(dt.date(2015, 1, 1), dt.date(2015, 12, 31))


@given(st.tuples(names, names, names, names), days, days, st.booleans())
def test_likeness_is_symmetric_and_blind_to_accents_and_case(said, d1, d2, shared):
    g1, f1, g2, f2 = said
    kin = [9] if shared else []
    one = child(1, g1, f1, born=d1, guardians=kin)
    two = child(2, g2, f2, born=d2, guardians=kin)
    loud = child(
        2, g2.upper().replace("É", "E"), f2.upper().replace("É", "E"), born=d2, guardians=kin
    )
    assert child_likeness(one, two) == child_likeness(two, one) == child_likeness(one, loud)


@given(days)
def test_swapping_day_and_month_twice_comes_back(day):
    other = swapped(day)
    assert other is None or swapped(other) == day


@pytest.mark.django_db
def test_pairs_are_proposed_once_dismissed_for_good_and_withdrawn_when_corrected():
    mother = GuardianFactory(given_name="Nadia", family_name="Benali", phone="06 12 34 56 78")
    GuardianFactory(given_name="Nadia", family_name="Bénali", phone="+33612345678", user=None)
    GuardianFactory(given_name="Karim", family_name="Benali", phone="06 12 34 56 78")
    lina = ChildFactory(given_name="Lina", family_name="Roussel", birth_date=BORN)
    double = ChildFactory(
        given_name="Lina", family_name="Rousel", birth_date=dt.date(2018, 4, 5), parents=[mother]
    )
    GuardianshipFactory(child=lina, guardian=GuardianFactory(given_name="Thomas"))
    ChildFactory(
        given_name="Lila", family_name="Rousel", birth_date=dt.date(2018, 4, 5), parents=[mother]
    )
    assert find_duplicates()["proposed"] == 2
    assert find_duplicates() == {"proposed": 0, "withdrawn": 0}
    pair = DuplicatePair.objects.get(child_a__isnull=False)
    assert pair.keys == (lina.pk, double.pk)
    assert pair.reasons == ["one_letter", "swapped_date"]
    by = Actor(UserFactory(roles=[Role.ENROLMENT_AGENT]))
    dismiss(by=by, pair=pair)
    assert find_duplicates() == {"proposed": 0, "withdrawn": 0}
    assert DuplicatePair.objects.get(pk=pair.pk).state == DuplicatePair.DISMISSED
    Guardian.objects.filter(pk=mother.pk).update(given_name="Rose")
    assert find_duplicates() == {"proposed": 0, "withdrawn": 1}


@pytest.mark.django_db
def test_a_merge_answers_its_pair_and_undoing_asks_again():
    one = ChildFactory(given_name="Lina", family_name="Roussel", birth_date=BORN)
    two = ChildFactory(given_name="Lina", family_name="Roussel", birth_date=BORN)
    find_duplicates()
    by = Actor(UserFactory(roles=[Role.ENROLMENT_AGENT]))
    done = merge(by=by, kept=one, merged=two)
    assert DuplicatePair.objects.get().state == DuplicatePair.MERGED
    assert find_duplicates() == {"proposed": 0, "withdrawn": 0}
    undo(by=by, done=done)
    assert DuplicatePair.objects.get().state == DuplicatePair.PROPOSED
    assert Child.objects.filter(merged_into=None).count() == 2


@pytest.mark.django_db
def test_looking_for_doubles_asks_few_questions(django_assert_max_num_queries):
    for number in range(30):
        ChildFactory(given_name=f"Enfant{number}", parents=[GuardianFactory()])
    with django_assert_max_num_queries(16):
        find_duplicates()
