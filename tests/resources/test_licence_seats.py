"""Counted accesses: never more than were bought, whoever asks at once; given back in time."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from functools import partial
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse

from core import clock
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import Actor
from enrolment.schools.models import RollEntry
from resources.assignments import rules, seats
from resources.assignments.actions import groups, plans, progress
from resources.assignments.checking import Days
from resources.assignments.models import Assignment, Seat
from resources.assignments.targets import Target
from tests.factories.accounts import UserFactory
from tests.factories.assignments import a_class
from tests.factories.resources import PupilAccountFactory, ResourceFactory, vocabularies
from tests.factories.schools import RollEntryFactory
from tests.resources.given import FRIDAY, MONDAY, THIS_WEEK, THURSDAY, client_of
from tests.together import told

NEXT_WEEK = Days(MONDAY + dt.timedelta(7), FRIDAY + dt.timedelta(7))


@pytest.fixture(autouse=True)
def on_monday() -> Any:
    with time_machine.travel(clock.at(MONDAY, 8), tick=False):
        yield


def give(teacher: Any, group: Any, resource: Any, **facts: Any) -> Assignment:
    return plans.give(
        by=Actor(user=teacher),
        class_group=group,
        resources=[resource],
        target=facts.get("target", Target()),
        days=facts.get("days", THIS_WEEK),
    )


def left(resource: Any, day: dt.date = MONDAY) -> int:
    return seats.licences([resource], day)[resource.pk].left


@pytest.mark.django_db
def test_an_access_is_taken_a_class_and_a_day_and_given_back_when_it_ends() -> None:
    resource = ResourceFactory(licence_seats=1)
    (teacher, group, _), (other, another, _) = a_class(), a_class()
    row = give(teacher, group, resource, days=Days(MONDAY, THURSDAY))
    assert Seat.objects.count() == 4
    assert left(resource) == 0
    assert left(resource, FRIDAY) == 1, "given back the day after it is due"
    give(teacher, group, resource)  # the same class shares its access
    with pytest.raises(RuleBroken) as full:
        give(other, another, resource, days=Days(FRIDAY, FRIDAY))
    assert (full.value.code, full.value.field) == ("full", "starts_on")
    assert "vendredi 27 novembre" in full.value.message
    give(other, another, resource, days=NEXT_WEEK)
    assert Assignment.objects.count() == 3, "what was refused left nothing"
    for given in Assignment.objects.filter(class_group=group):
        plans.withdraw(by=Actor(user=teacher), assignment=given)
    assert left(resource) == 1
    give(other, another, resource)
    with pytest.raises(RuleBroken) as taken:
        plans.restore(by=Actor(user=teacher), assignment=row)
    assert taken.value.code == "full"
    row.refresh_from_db()
    assert row.state == "withdrawn"


@pytest.mark.django_db
def test_an_access_a_pupil_follows_who_is_meant() -> None:
    resource = ResourceFactory(licence_seats=5, licence_unit="pupil")
    teacher, group, entries = a_class(4)
    by = Actor(user=teacher)
    other, another, _ = a_class(4)
    give(other, another, resource)
    with pytest.raises(RuleBroken, match="il reste 1 accès sur 5"):
        give(teacher, group, resource)
    some = groups.save_group(by=by, class_group=group, name="Un", children=[entries[0].child_id])
    row = give(teacher, group, resource, target=Target("group", some))
    assert left(resource) == 0
    with pytest.raises(RuleBroken) as full:
        groups.save_group(
            by=by,
            class_group=group,
            name="Un",
            children=[entry.child_id for entry in entries[:2]],
            group=some,
        )
    assert full.value.code == "full"
    assert some.members.count() == 1, "nobody joins who could not open it"
    plans.change(
        by=by,
        assignment=row,
        target=Target("pupils", children=frozenset({entries[1].child_id})),
        days=Days(MONDAY, THURSDAY),
        note="",
    )
    held = Seat.objects.filter(class_group=group)
    assert set(held.values_list("child", flat=True)) == {entries[1].child_id}
    assert held.count() == 4


@pytest.mark.django_db
def test_who_leaves_gives_back_and_who_comes_takes_by_night_or_on_opening() -> None:
    resource = ResourceFactory(licence_seats=3, licence_unit="pupil")
    teacher, group, entries = a_class(3)
    row = give(teacher, group, resource)
    newcomer = PupilAccountFactory(entry=RollEntryFactory(class_group=group))
    item = row.items.get()
    with pytest.raises(RuleBroken) as full:
        progress.open_item(account=newcomer, item=item)
    assert full.value.code == "full"
    RollEntry.objects.filter(pk=entries[0].pk).update(left_on=MONDAY)
    progress.open_item(account=newcomer, item=item)
    assert left(resource) == 0
    RollEntry.objects.filter(pk=entries[1].pk).update(left_on=MONDAY)
    assert plans.settle_all() == 5
    assert left(resource) == 1
    assert plans.settle_all() == 0, "once is enough"


@pytest.mark.django_db
def test_the_last_day_is_the_last_and_a_smaller_licence_takes_nobodys() -> None:
    resource = ResourceFactory(licence_seats=2)
    (teacher, group, entries), (other, another, _) = a_class(1), a_class(1)
    row = give(teacher, group, resource)
    give(other, another, resource)
    resource.licence_seats = 1
    resource.save()
    licence = seats.licences([resource])[resource.pk]
    assert (licence.taken, licence.left, licence.status) == (2, 0, "full")
    assert plans.settle_all() == 0
    plans.withdraw(by=Actor(user=teacher), assignment=row)
    with pytest.raises(RuleBroken, match="déjà pris"):
        plans.restore(by=Actor(user=teacher), assignment=row)
    resource.licence_seats = 2
    resource.save()
    plans.restore(by=Actor(user=teacher), assignment=row)
    account = PupilAccountFactory(entry=entries[0])
    with time_machine.travel(clock.at(FRIDAY + dt.timedelta(1), 9), tick=False):
        with pytest.raises(RuleBroken) as late:
            progress.open_item(account=account, item=row.items.get())
        assert late.value.code == "late", "the access is somebody else's from now on"


@pytest.mark.django_db
def test_the_database_refuses_a_second_holder_and_a_number_never_bought() -> None:
    resource = ResourceFactory(licence_seats=1)
    teacher, group, _entries = a_class(1)
    give(teacher, group, resource)
    facts = {"resource": resource, "day": MONDAY, "class_group": a_class(1)[1]}
    for wrong in (
        {"number": 1, "bought": 1},
        {"number": 2, "bought": 1},
        {"number": 0, "bought": 1},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Seat.objects.create(**facts, **wrong)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_classes_that_ask_at_once_never_hold_more_than_was_bought() -> None:
    """Three accesses, two classes of two pupils, at the same instant: one gives, one is told."""
    vocabularies()
    resource = ResourceFactory(licence_seats=3, licence_unit="pupil")
    classes = [a_class(2), a_class(2)]

    def ask(teacher: Any, group: Any, _entries: Any) -> str:
        give(teacher, group, resource)
        return "given"

    for _round in range(4):
        answers = told(*(partial(ask, *found) for found in classes))
        assert sorted(answers) == ["full", "given"]
        per_day = Counter(Seat.objects.values_list("day", flat=True))
        assert set(per_day.values()) == {2}
        assert Assignment.objects.active().count() == 1
        row = Assignment.objects.active().get()
        plans.withdraw(by=Actor(user=row.author), assignment=row)
        assert not Seat.objects.exists()


@pytest.mark.django_db
def test_editors_see_what_is_full_expiring_and_ended(
    django_assert_max_num_queries: Any,
) -> None:
    full = ResourceFactory(title="Le labo des sons", licence_seats=1)
    soon = ResourceFactory(title="Les volcans", licence_seats=30, open_to=MONDAY + dt.timedelta(20))
    ended = ResourceFactory(title="Les cartes", licence_seats=30, open_to=MONDAY - dt.timedelta(1))
    free = ResourceFactory(title="Sans compte")
    teacher, group, _ = a_class(2)
    give(teacher, group, full)
    editor = client_of(UserFactory(roles=[Role.CATALOGUE_EDITOR]))
    url = reverse("assignments:licences")
    with django_assert_max_num_queries(22):
        page = editor.get(url).text
    assert free.title not in page
    for state, title in (("complet", full), ("bientot", soon), ("terminee", ended)):
        listed = editor.get(url, {"etat": state}).context["lines"]
        assert [line["resource"] for line in listed] == [title], state
    assert editor.get(reverse("assignments:licences_xlsx")).status_code == 200
    assert group.name in editor.get(reverse("catalogue:resource", args=[full.identifier])).text
    staff = client_of(teacher).get(reverse("catalogue:resource", args=[full.identifier])).text
    assert "1 accès pris aujourd’hui sur 1 achetés" in staff.replace("\xa0", " ")
    child = PupilAccountFactory(entry=RollEntryFactory(class_group=group))
    own = client_of(child.user).get(reverse("catalogue:resource", args=[full.identifier])).text
    assert "accès pris" not in own


def test_a_licence_says_first_what_matters_most() -> None:
    def licence(taken: int, days: int | None) -> str:
        end = None if days is None else MONDAY + dt.timedelta(days)
        return rules.Licence(10, taken, end, MONDAY).status

    assert licence(3, None) == "fine"
    assert licence(10, 5) == "full"
    assert licence(3, 60) == "expiring"
    assert licence(3, 61) == "fine"
    assert licence(3, 0) == "expiring", "the last day is still a day"
    assert licence(10, -1) == "expired"
