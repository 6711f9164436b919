"""Two connections at once: agents on overlapping pairs, a parent writing while files are merged."""

from __future__ import annotations

import threading

import pytest
from django.db import transaction

from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import SYSTEM, Actor
from families.actions.children import add_child, add_pickup_contact
from families.actions.merging import merge, settle
from families.actions.unmerging import undo
from families.models import Child, Guardian, Guardianship, Merge, PickupContact
from tests.factories.accounts import UserFactory
from tests.factories.families import ChildFactory, GuardianFactory
from tests.together import together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def agent():
    return Actor(UserFactory(roles=[Role.ENROLMENT_AGENT]))


def test_of_two_agents_on_one_pair_one_merges_and_one_is_told():
    first, second = GuardianFactory(), GuardianFactory()
    one, other = agent(), agent()
    ends = together(
        lambda: merge(by=one, kept=first, merged=second),
        lambda: merge(by=other, kept=second, merged=first),
    )
    assert sorted(type(end).__name__ for end in ends) == ["Merge", "RuleBroken"]
    assert Merge.objects.count() == 1
    assert Guardian.objects.filter(merged_into=None).count() == 1


@pytest.mark.parametrize("turn", range(3))
def test_agents_on_overlapping_pairs_leave_every_child_with_a_live_file(turn):
    a, b, c = (GuardianFactory() for _ in range(3))
    children = [ChildFactory(parents=[guardian]) for guardian in (a, b, c)]
    one, other = agent(), agent()
    ends = together(
        lambda: merge(by=one, kept=a, merged=b),
        lambda: merge(by=other, kept=b, merged=c),
    )
    for end in ends:
        assert isinstance(end, Merge | RuleBroken), end
    for child in children:
        links = Guardianship.objects.current().filter(child=child)
        assert [link.guardian.merged_into_id for link in links] == [None]
    for row in Guardian.objects.exclude(merged_into=None):
        assert Guardian.objects.get(pk=row.merged_into_id).merged_into_id is None
    for done in sorted((e for e in ends if isinstance(e, Merge)), key=lambda e: -e.pk):
        undo(by=one, done=done)
    assert not Guardian.objects.exclude(merged_into=None).exists()


@pytest.mark.parametrize("turn", range(6))
def test_what_a_parent_writes_while_their_file_is_merged_is_never_lost(turn):
    kept, merged = GuardianFactory(), GuardianFactory()
    ChildFactory(parents=[kept])
    mine = ChildFactory(parents=[merged])
    by, parent = agent(), Actor(merged.user)
    born = mine.birth_date

    def write():
        add_pickup_contact(
            by=parent, guardian=merged, child=mine, name="Mamie", relation="", phone="0600000000"
        )
        return add_child(
            by=parent,
            guardian=merged,
            given_name="Nino",
            family_name="Parent",
            birth_date=born,
            kind="mother",
        )

    ends = together(lambda: merge(by=by, kept=kept, merged=merged), write)
    assert isinstance(ends[0], Merge), ends[0]
    assert isinstance(ends[1], Child), ends[1]
    settle(by=SYSTEM, done=ends[0])
    nino = Child.objects.get(given_name="Nino")
    assert [link.guardian_id for link in nino.guardianships.all()] == [kept.pk]
    assert PickupContact.objects.get().added_by_id == kept.pk


def test_what_was_not_committed_when_files_were_merged_is_brought_over():
    kept, merged = GuardianFactory(), GuardianFactory()
    mine = ChildFactory(parents=[merged])
    by = agent()
    written, may_end = threading.Event(), threading.Event()

    def write():
        with transaction.atomic():
            PickupContact.objects.create(child=mine, added_by=merged, name="Papi", phone="06")
            written.set()
            may_end.wait(timeout=10)

    def act():
        written.wait(timeout=10)
        threading.Timer(0.3, may_end.set).start()
        return merge(by=by, kept=kept, merged=merged)

    ends = together(write, act)
    assert isinstance(ends[1], Merge), ends[1]
    assert settle(by=SYSTEM, done=ends[1]) == 1
    assert PickupContact.objects.get().added_by_id == kept.pk
    assert settle(by=SYSTEM, done=ends[1]) == 0


def test_undoing_twice_at_once_undoes_once():
    kept, merged = GuardianFactory(), GuardianFactory()
    ChildFactory(parents=[merged])
    one, other = agent(), agent()
    done = merge(by=one, kept=kept, merged=merged)
    ends = together(lambda: undo(by=one, done=done), lambda: undo(by=other, done=done))
    assert sorted(type(end).__name__ for end in ends) == ["Merge", "RuleBroken"]
    assert Guardian.objects.filter(merged_into=None).count() == 2
