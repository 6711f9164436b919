"""Collections as time goes: the bin, the end of the year, one's data, duplicates settled."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from core import clock, retention
from core.accounts.roles import Role
from core.journal import Actor
from core.rights.registry import sections_for
from resources.catalogue.replacing import follow
from resources.curation.actions import collections as actions
from resources.curation.actions import sharing
from resources.curation.models import ClassShare, Collection
from tests.factories.accounts import UserFactory
from tests.factories.collections import filled, item, titles
from tests.factories.resources import PupilAccountFactory, ResourceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> Any:
    return PupilAccountFactory()


@pytest.fixture
def teacher(account: Any) -> Any:
    found = UserFactory(roles=[(Role.TEACHER, account.class_group.school.uai)])
    account.class_group.teachers.add(found)
    return found


def test_what_was_deleted_goes_after_a_month_and_the_year_ends_what_classes_show(
    teacher: Any, account: Any
) -> None:
    old, recent, shown = filled(teacher), filled(teacher), filled(teacher)
    for made, days in ((old, 31), (recent, 29)):
        actions.delete(by=Actor(user=teacher), collection=made)
        Collection.objects.filter(pk=made.pk).update(
            deleted_at=clock.now() - dt.timedelta(days=days)
        )
    group = account.class_group
    sharing.show_in_classes(by=Actor(user=teacher), collection=shown, class_groups=[group])
    retention.apply()
    assert set(Collection.objects.all()) == {recent, shown}
    assert ClassShare.objects.count() == 1
    year = group.school_year
    year.ends_on = clock.today() - dt.timedelta(days=1)
    year.starts_on = year.ends_on - dt.timedelta(days=300)
    year.save()
    retention.apply()
    assert not ClassShare.objects.exists()
    assert Collection.objects.filter(pk=shown.pk).exists()


def test_ones_own_collections_are_among_ones_data(teacher: Any) -> None:
    filled(teacher)
    told = {section.code: section for section in sections_for(teacher)}
    assert [entry.heading for entry in told["collections"].entries] == ["Les fractions"]
    assert "collections" not in {section.code for section in sections_for(UserFactory())}


def test_a_resource_that_gives_way_keeps_its_place_once(teacher: Any) -> None:
    by, made, other = Actor(user=teacher), filled(teacher, 3), filled(teacher, 1)
    gone, kept = item(made, "R1").resource, ResourceFactory(title="L’autre")
    actions.annotate(by=by, collection=made, item=item(made, "R1"), note="Le mardi")
    actions.add(by=by, collection=other, resources=[gone], note="À garder")
    actions.add(by=by, collection=other, resources=[kept])
    follow(kept, gone)
    assert titles(made) == ["R0", "L’autre", "R2"]
    assert item(made, "L’autre").note == "Le mardi"
    assert titles(other)[1:] == ["L’autre"]
    assert item(other, "L’autre").note == "À garder"
