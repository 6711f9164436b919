"""Counting use without persons, and keeping back what would speak of one."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import clock, retention
from core.accounts.roles import Role
from resources.catalogue import actions
from resources.figures import counting, rules
from resources.figures.models import CityUse, ClassUse, SchoolUse
from tests.factories.accounts import UserFactory
from tests.factories.resources import PupilAccountFactory, ResourceFactory
from tests.factories.schools import ClassGroupFactory, SchoolFactory
from tests.together import together

#: A busy machine draws slowly; that is no fault of the rules.
patient = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2030, 12, 31))


def open_as(user: Any, resource: Any) -> None:
    actions.note_opened(resource=resource, audience="learner", user=user)


@pytest.mark.django_db
def test_an_opening_counts_for_the_class_and_the_school_of_who_opens() -> None:
    resource = ResourceFactory()
    pupil = PupilAccountFactory()
    group = pupil.class_group
    teacher = UserFactory(roles=[(Role.TEACHER, group.school.uai)])
    group.teachers.add(teacher)
    for user in (pupil.user, pupil.user, teacher):
        open_as(user, resource)
    month = clock.today().replace(day=1)
    assert set(ClassUse.objects.values_list("class_group", "month", "reader", "openings")) == {
        (group.pk, month, "pupil", 2),
        (group.pk, month, "teacher", 1),
    }
    assert set(SchoolUse.objects.values_list("school", "level", "reader", "openings")) == {
        (group.school_id, "CM1", "pupil", 2),
        (group.school_id, "CM1", "teacher", 1),
    }


@pytest.mark.django_db
def test_who_has_several_classes_or_no_school_counts_no_further_than_is_known() -> None:
    resource = ResourceFactory()
    school = SchoolFactory()
    teacher = UserFactory(roles=[(Role.TEACHER, school.uai)])
    for _number in range(2):
        ClassGroupFactory(school=school, levels=["CE1", "CE2"]).teachers.add(teacher)
    head = UserFactory(roles=[(Role.HEAD_TEACHER, school.uai)])
    closed = PupilAccountFactory(state="closed", closed_at=clock.now())
    for user in (teacher, head, UserFactory(roles=[Role.CATALOGUE_EDITOR]), closed.user):
        open_as(user, resource)
    assert not ClassUse.objects.exists()
    assert list(SchoolUse.objects.values_list("level", "openings")) == [("", 2)]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_no_opening_is_lost_when_a_class_opens_at_once() -> None:
    resource = ResourceFactory()
    group = PupilAccountFactory().class_group
    users = [PupilAccountFactory(entry__class_group=group).user for _number in range(4)]

    def press(user: Any) -> None:
        for _turn in range(5):
            open_as(user, resource)

    assert together(*(partial(press, user) for user in users)) == [None] * 4

    assert ClassUse.objects.get().openings == 20
    assert SchoolUse.objects.get().openings == 20


@pytest.mark.django_db
def test_the_city_adds_its_schools_up_and_again_gives_the_same() -> None:
    resource = ResourceFactory()
    month = rules.month_of(clock.today())
    for count in (4, 9):
        SchoolUse.objects.create(
            school=SchoolFactory(),
            month=month,
            level="CM1",
            resource=resource,
            reader="pupil",
            openings=count,
        )
    counting.roll_up()
    SchoolUse.objects.filter(openings=4).update(openings=5)
    counting.roll_up()
    assert list(CityUse.objects.values_list("month", "openings", "schools")) == [(month, 14, 2)]


@pytest.mark.django_db
def test_counts_of_a_class_go_when_its_year_is_two_years_old() -> None:
    group = ClassGroupFactory(school_year__start_year=clock.school_year_of(clock.today()) - 3)
    rows: Any = {"resource": ResourceFactory(), "reader": "pupil", "openings": 5}
    ClassUse.objects.create(class_group=group, month=dt.date(2020, 1, 1), **rows)
    kept = ClassUse.objects.create(
        class_group=ClassGroupFactory(), month=rules.month_of(clock.today()), **rows
    )
    retention.apply()
    assert list(ClassUse.objects.all()) == [kept]


@patient
@given(
    st.lists(st.tuples(st.integers(0, 40), st.none() | st.integers(1, 30)), max_size=8),
    st.none() | st.integers(1, 60),
)
def test_what_is_kept_back_cannot_be_had_by_taking_the_rest_from_the_total(
    rows: list[tuple[int, int | None]], behind: int | None
) -> None:
    counts, people = [count for count, _p in rows], [p for _count, p in rows]
    cells, total = rules.conceal(counts, people, behind)
    for (count, here), cell in zip(rows, cells, strict=True):
        assert cell.value in (None, count)
        if rules.is_small(count, here):
            assert cell.hidden
    hidden = [cell for cell in cells if cell.hidden]
    assert total.hidden or len(hidden) != 1
    assert total.value in (None, sum(counts))


@patient
@given(st.integers(0, 5_000_000), DAYS, st.integers(0, 900), DAYS, st.integers(0, 400))
def test_neighbouring_periods_share_a_contract_to_the_cent(
    cost: int, start: dt.date, length: int, cut: dt.date, further: int
) -> None:
    end = start + dt.timedelta(days=length)
    far = dt.date(2015, 1, 1), dt.date(2040, 1, 1)
    then = cut + dt.timedelta(days=further)
    parts = (
        rules.cost_within(cost, start, end, far[0], cut),
        rules.cost_within(cost, start, end, cut + dt.timedelta(1), then),
        rules.cost_within(cost, start, end, then + dt.timedelta(1), far[1]),
    )
    assert sum(parts) == cost
    assert min(parts) >= 0


def test_domains_are_of_the_cycles_that_teach_them() -> None:
    assert rules.cycles_of_domain("eveil.nombres", ["Premiers outils"]) == {"1"}
    assert rules.cycles_of_domain("histoire.antiquite", ["Antiquité", "Histoire"]) == {"3"}
    assert rules.cycles_of_domain("geographie.reperes", ["Se repérer"]) == {"2", "3"}
    assert rules.cycles_of_domain("maths.n12", ["fractions", "nombres (cycle 2)"]) == {"2"}
    assert rules.cycles_of_domain("maths", ["Mathématiques"]) == {"2", "3"}
