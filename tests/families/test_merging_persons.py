"""Who may be made one person: never two parents of a child, always one entered twice."""

from __future__ import annotations

import pytest

from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import Actor
from families.actions.merging import merge
from families.merging.preview import preview_of
from families.models import Guardian
from tests.factories.accounts import UserFactory
from tests.factories.families import ChildFactory, GuardianFactory, HouseholdFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def by():
    return Actor(UserFactory(roles=[Role.ENROLMENT_AGENT]))


def test_a_person_is_not_merged_with_themselves_nor_with_another_kind(by):
    one = ChildFactory()
    for kept, merged in ((one, one), (one, GuardianFactory())):
        with pytest.raises(RuleBroken):
            merge(by=by, kept=kept, merged=merged)


def test_households_of_one_address_need_no_choice(by):
    home = HouseholdFactory()
    first, other = GuardianFactory(household=home), GuardianFactory(household=home, user=None)
    done = merge(by=by, kept=first, merged=other)
    assert done.record["households"] == []
    home.refresh_from_db()
    assert home.merged_into is None


def test_the_two_parents_of_a_child_are_never_made_one(by):
    mother = GuardianFactory(given_name="Nadia", family_name="Benali")
    father = GuardianFactory(given_name="Thomas", family_name="Roussel")
    ChildFactory(parents=[mother, father])
    assert "deux personnes" in preview_of(mother, father).refusals[0]
    with pytest.raises(RuleBroken) as refused:
        merge(by=by, kept=mother, merged=father)
    assert refused.value.code == "two_people"
    assert Guardian.objects.filter(merged_into=None).count() == 2


@pytest.mark.parametrize("names", [("Nadia", "Benaly"), ("Benali", "Nadia"), ("Nadia", "Roussel")])
def test_one_parent_entered_twice_for_a_child_becomes_one(by, names):
    mother = GuardianFactory(given_name="Nadia", family_name="Benali")
    twin = GuardianFactory(given_name=names[0], family_name=names[1], user=None)
    ChildFactory(parents=[mother, twin])
    merge(by=by, kept=mother, merged=twin)
    assert list(Guardian.objects.filter(merged_into=None)) == [mother]
