"""What is given: to whom, when, what is refused, who sees what became of it."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import RequestFactory
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import clock
from core.errors import RuleBroken
from resources.assignments import following, rules
from resources.assignments.actions import plans, progress
from resources.assignments.checking import Days
from resources.assignments.models import (
    Assignment,
    Progress,
)
from resources.assignments.targets import Target
from resources.catalogue.models import ResourceUse
from resources.curation.actions import collections
from resources.curation.panels import collection_acts
from tests.factories.assignments import PupilGroupFactory, a_class
from tests.factories.resources import ResourceFactory
from tests.factories.schools import ClassGroupFactory, RollEntryFactory
from tests.resources.given import (
    FRIDAY,
    MONDAY,
    THURSDAY,
    TUESDAY,
    a_school,
    client_of,
    give,
    pupil,
    todo_titles,
)


@pytest.fixture(autouse=True)
def on_monday() -> Any:
    with time_machine.travel(clock.at(MONDAY, 8), tick=False):
        yield


@pytest.fixture
def school() -> SimpleNamespace:
    return a_school()


# Rules -------------------------------------------------------------------------------------


UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60)


@UNHURRIED
@given(st.dates(dt.date(2020, 1, 1), dt.date(2090, 1, 1)), st.integers(0, 30), st.integers(1, 60))
def test_what_is_moved_keeps_its_weekday_and_is_due_on_a_day_of_class(
    starts: dt.date, length: int, weeks: int
) -> None:
    def in_class(day: dt.date) -> bool:
        return day.weekday() in (0, 1, 3, 4)

    due = starts + dt.timedelta(days=length)
    first, last = rules.moved(starts, due, days=7 * weeks, is_school_day=in_class)
    assert first.weekday() == starts.weekday()
    assert last >= first
    assert in_class(last)
    assert abs((last - due).days - 7 * weeks) <= 3
    assert rules.week_named(rules.week_name(rules.monday_of(starts))) == rules.monday_of(starts)


@UNHURRIED
@given(st.sets(st.integers(1, 40)), st.integers(1, 30), st.integers(0, 35))
def test_free_numbers_are_free_bought_and_as_many_as_there_are(
    taken: set[int], bought: int, wanted: int
) -> None:
    found = rules.free_numbers(taken, bought, wanted)
    # Whoever holds a number beyond those bought, from when more were, holds one all the same.
    left = max(0, bought - len(taken))
    assert len(found) == len(set(found)) == min(wanted, left)
    assert not taken.intersection(found)
    assert all(1 <= number <= bought for number in found)


# Giving ------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_class_a_group_and_chosen_pupils_each_see_their_own(school: SimpleNamespace) -> None:
    first, second, third = (pupil(school, n) for n in range(3))
    readers = PupilGroupFactory(class_group=school.group, children=[first.child])
    give(school, ResourceFactory(title="Pour tous"))
    give(school, ResourceFactory(title="Au groupe"), target=Target("group", readers))
    chosen = Target("pupils", children=frozenset({second.child_id}))
    give(school, ResourceFactory(title="À lui"), target=chosen)
    later = Days(TUESDAY, FRIDAY)
    give(school, ResourceFactory(title="Demain"), days=later)
    assert todo_titles(first) == ["Pour tous", "Au groupe"]
    assert todo_titles(second) == ["Pour tous", "À lui"]
    assert todo_titles(third) == ["Pour tous"]
    with time_machine.travel(clock.at(TUESDAY, 8), tick=False):
        assert todo_titles(third) == ["Pour tous", "Demain"]


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"state": "withdrawn"}, "withdrawn"),
        ({"audience": "teacher"}, "teachers"),
        ({"personal_data_level": "high"}, "personal"),
        ({"open_to": THURSDAY}, "ended"),
        ({"open_from": TUESDAY}, "not_yet"),
        ({"level_codes": ["CP"]}, "level"),
    ],
)
@pytest.mark.django_db
def test_a_resource_that_pupils_could_not_open_is_refused(
    school: SimpleNamespace, facts: dict[str, Any], code: str
) -> None:
    with pytest.raises(RuleBroken) as refused:
        give(school, ResourceFactory(**facts))
    assert refused.value.code == code
    assert not Assignment.objects.exists()


@pytest.mark.django_db
def test_a_resource_kept_for_other_places_is_refused_and_one_for_this_class_is_given(
    school: SimpleNamespace,
) -> None:
    elsewhere, here = ResourceFactory(), ResourceFactory()
    elsewhere.schools.add(ClassGroupFactory().school)
    here.class_groups.add(school.group)
    with pytest.raises(RuleBroken) as refused:
        give(school, here, elsewhere)
    assert refused.value.code == "elsewhere"
    assert give(school, here).items.count() == 1


@pytest.mark.parametrize(
    ("days", "code"),
    [
        (Days(FRIDAY, THURSDAY), "order"),
        (Days(MONDAY - dt.timedelta(7), MONDAY - dt.timedelta(3)), "past"),
        (Days(MONDAY - dt.timedelta(3), FRIDAY), "started"),
        (Days(MONDAY, MONDAY + dt.timedelta(2)), "no_class"),
        (Days(MONDAY, MONDAY + dt.timedelta(70)), "long"),
        (Days(dt.date(2027, 6, 28), dt.date(2027, 7, 5)), "year"),
    ],
)
@pytest.mark.django_db
def test_days_on_which_nothing_can_be_done_are_refused(
    school: SimpleNamespace, days: Days, code: str
) -> None:
    with pytest.raises(RuleBroken) as refused:
        give(school, days=days)
    assert refused.value.code == code


@pytest.mark.django_db
def test_a_closed_day_is_named_and_an_empty_target_refused(school: SimpleNamespace) -> None:
    school.group.school_year.closures.create(
        label="Pont de la Sainte-Anne", starts_on=FRIDAY, ends_on=FRIDAY
    )
    with pytest.raises(RuleBroken, match="Pont de la Sainte-Anne"):
        give(school)
    stranger = RollEntryFactory()
    with pytest.raises(RuleBroken) as nobody:
        give(
            school,
            days=Days(MONDAY, THURSDAY),
            target=Target("pupils", children=frozenset({stranger.child_id})),
        )
    assert nobody.value.code == "nobody"


@pytest.mark.django_db
def test_the_database_keeps_days_in_order_and_groups_named(school: SimpleNamespace) -> None:
    row = give(school)
    for wrong in ({"due_on": MONDAY - dt.timedelta(1)}, {"target": "group"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Assignment.objects.filter(pk=row.pk).update(**wrong)


@pytest.mark.django_db
def test_withdrawing_hides_it_and_putting_back_keeps_what_was_done(
    school: SimpleNamespace,
) -> None:
    account, row = pupil(school), give(school)
    progress.open_item(account=account, item=row.items.get())
    plans.withdraw(by=school.by, assignment=row)
    assert todo_titles(account) == []
    plans.restore(by=school.by, assignment=row)
    assert following.counts_of([row])[row.pk] == following.Counts(4, 1, 0)


@pytest.mark.django_db
def test_a_week_is_copied_once_and_what_is_refused_leaves_the_rest(
    school: SimpleNamespace,
) -> None:
    ended = ResourceFactory(open_to=FRIDAY)
    give(school, note="Lisez bien.")
    give(school, ended)
    plan = plans.week_plan([school.group.pk], MONDAY)
    with time_machine.travel(clock.at(MONDAY + dt.timedelta(8), 8), tick=False):
        trial = plans.copy_week(by=school.by, plan=plan, weeks=1, dry_run=True)
        assert (len(trial.given), len(trial.refused)) == (1, 1)
        assert Assignment.objects.count() == 2, "a trial keeps nothing"
        done = plans.copy_week(by=school.by, plan=plan, weeks=1)
        again = plans.copy_week(by=school.by, plan=plan, weeks=1)
    copy = Assignment.objects.get(pk=done.given[0].pk)
    assert (copy.starts_on, copy.due_on) == (
        MONDAY + dt.timedelta(7),
        FRIDAY + dt.timedelta(7),
    )
    assert copy.note == "Lisez bien."
    assert ended.title in done.refused[0][1]
    assert not again.given
    assert len(again.known) == 1


# Pupils ------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_pupil_opens_once_finishes_and_undoes_the_same_day_only(
    school: SimpleNamespace,
) -> None:
    account, row = pupil(school), give(school)
    item = row.items.get()
    with pytest.raises(RuleBroken) as unopened:
        progress.finish_item(account=account, item=item, done=True)
    assert unopened.value.code == "unopened"
    first = progress.open_item(account=account, item=item).opened_at
    with time_machine.travel(clock.at(TUESDAY, 9), tick=False):
        assert progress.open_item(account=account, item=item).opened_at == first
        assert ResourceUse.objects.count() == 2, "each opening is counted, by day, for nobody"
        progress.finish_item(account=account, item=item, done=True)
        progress.finish_item(account=account, item=item, done=False)
        assert Progress.objects.get().finished_at is None
        progress.finish_item(account=account, item=item, done=True)
    thursday = time_machine.travel(clock.at(THURSDAY, 9), tick=False)
    with thursday, pytest.raises(RuleBroken) as kept:
        progress.finish_item(account=account, item=item, done=False)
    assert kept.value.code == "kept"


@pytest.mark.django_db
def test_pages_of_a_pupil_hold_nothing_meant_for_others(school: SimpleNamespace) -> None:
    mine, other = pupil(school, 0), pupil(school, 1)
    target = Target("pupils", children=frozenset({other.child_id}))
    item = give(school, target=target).items.get()
    client = client_of(mine.user)
    for name in ("open", "finish"):
        url = reverse(f"assignments:{name}", args=[item.pk])
        assert client.post(url, {"done": "1"}).status_code == 404
    assert "À faire" not in client.get(reverse("workspace:my_class")).text
    page = client_of(other.user)
    url = reverse("assignments:open", args=[item.pk])
    assert item.resource.title in page.get(reverse("workspace:my_class")).text
    assert page.post(url).url == reverse("catalogue:sheet", args=[item.resource.identifier])
    assert "J’ai fini" in page.get(page.post(url).url).text
    page.post(reverse("assignments:finish", args=[item.pk]), {"done": "1"})
    assert Progress.objects.get(child=other.child).finished_at is not None


@pytest.mark.django_db
def test_who_leaves_the_class_neither_sees_nor_counts(school: SimpleNamespace) -> None:
    account, row = pupil(school), give(school)
    progress.open_item(account=account, item=row.items.get())
    assert following.counts_of([row])[row.pk] == following.Counts(4, 1, 0)
    school.entries[0].left_on = MONDAY
    school.entries[0].save()
    assert todo_titles(account) == []
    assert following.counts_of([row])[row.pk] == following.Counts(3, 0, 0)
    url = reverse("assignments:open", args=[row.items.get().pk])
    assert client_of(account.user).post(url).status_code == 404


@pytest.mark.django_db
def test_a_resource_closed_since_is_no_longer_shown(school: SimpleNamespace) -> None:
    account, row = pupil(school), give(school)
    resource = row.items.get().resource
    resource.state = "withdrawn"
    resource.save()
    assert todo_titles(account) == []
    url = reverse("assignments:open", args=[row.items.get().pk])
    assert client_of(account.user).post(url).status_code == 404


@pytest.mark.django_db
def test_a_collection_is_given_in_its_order_without_what_pupils_cannot_open(
    school: SimpleNamespace,
) -> None:
    by = school.by
    shelf = collections.create(by=by, title="Ma semaine de fractions")
    first, teachers, second = (
        ResourceFactory(title="Un"),
        ResourceFactory(title="Le guide", audience="teacher"),
        ResourceFactory(title="Deux"),
    )
    collections.add(by=by, collection=shelf, resources=[first, teachers, second])
    url = reverse("assignments:give") + f"?collection={shelf.public_id}"
    client = client_of(school.teacher)
    page = client.get(url)
    assert "« Le guide » est faite pour les enseignants" in page.text.replace("\xa0", " ")
    data = {
        "resources": [second.identifier, first.identifier],
        "target": "class",
        "starts_on": str(MONDAY),
        "due_on": str(FRIDAY),
    }
    assert client.post(url, {**data, "resources": [teachers.identifier]}).status_code == 200
    assert not Assignment.objects.exists()
    assert client.post(url, data).status_code == 302
    row = Assignment.objects.get()
    assert (row.title, row.collection) == ("Ma semaine de fractions", shelf)
    assert [item.resource for item in row.items.all()] == [first, second]
    account = pupil(school)
    progress.open_item(account=account, item=row.items.all()[0])
    progress.finish_item(account=account, item=row.items.all()[0], done=True)
    assert following.counts_of([row])[row.pk] == following.Counts(4, 1, 0), "one of two is not all"
    request = RequestFactory().get("/")
    request.user = school.teacher
    (act,) = collection_acts(request, shelf)
    assert act.context == {"public_id": shelf.public_id}
    stranger = a_class(1)[0]
    assert client_of(stranger).get(url).status_code == 404
