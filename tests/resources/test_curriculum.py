"""The curriculum map: what a person may open, what the class used, what is missing."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core import clock
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import Actor
from core.spreadsheets import read_table
from resources.catalogue.models import Term
from resources.figures import actions, curriculum, rules
from resources.figures.curriculum import Map, Notion
from resources.figures.models import ClassUse, Gap, GapReport, SchoolUse
from tests.factories.accounts import UserFactory
from tests.factories.resources import ResourceFactory, term, vocabularies
from tests.factories.schools import ClassGroupFactory, RollEntryFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def group() -> Any:
    vocabularies()
    return ClassGroupFactory(levels=["CM1"])


@pytest.fixture
def teacher(group: Any) -> Any:
    user = UserFactory(roles=[(Role.TEACHER, group.school.uai)])
    group.teachers.add(user)
    return user


def opened(group: Any, resource: Any) -> None:
    ClassUse.objects.create(
        class_group=group,
        month=rules.month_of(clock.today()),
        resource=resource,
        reader="teacher",
        openings=1,
    )


def notion(found: Map, code: str) -> Notion:
    every = (each for root in found.roots for _depth, each in root.walk())
    return next(each for each in every if each.code == code)


def test_only_what_one_may_open_is_counted_and_each_resource_once(group: Any, teacher: Any) -> None:
    both = ResourceFactory(domain_codes=["maths.nombres", "maths.calcul"])
    ResourceFactory(domain_codes=["maths.nombres"], audience="teacher")
    ResourceFactory(domain_codes=["maths.nombres"], state="draft")
    ResourceFactory(domain_codes=["maths.nombres"], level_codes=["CP"])
    ResourceFactory(domain_codes=["maths.nombres"]).class_groups.add(ClassGroupFactory())
    opened(group, both)
    opened(ClassGroupFactory(), ResourceFactory(domain_codes=["maths.calcul"]))
    found = curriculum.build(teacher, "CM1", group)
    numbers, maths = notion(found, "maths.nombres"), notion(found, "maths")
    assert (numbers.resources, numbers.for_pupils, numbers.used) == (2, 1, 1)
    assert (maths.resources, maths.for_pupils, maths.used) == (3, 2, 1)
    assert found.whose == "class"


def test_notions_are_those_of_the_cycle_and_say_what_they_lack(group: Any, teacher: Any) -> None:
    best = ResourceFactory(domain_codes=["maths.calcul"], quality=5)
    ResourceFactory(domain_codes=["maths.calcul"], quality=1)
    found = curriculum.build(teacher, "CM1", group)
    codes = {each.code for root in found.roots for _depth, each in root.walk()}
    assert "histoire.antiquite" in codes
    assert not any(code.startswith("eveil") for code in codes)
    assert notion(found, "maths.geometrie").state == "missing"
    calcul = notion(found, "maths.calcul")
    assert (calcul.state, calcul.suggestions[0]) == ("unused", best)
    assert (found.used, found.unused, found.missing) == (0, 1, len(found.leaves) - 1)
    younger = curriculum.build(teacher, "CP", None)
    codes = {each.code for root in younger.roots for _depth, each in root.walk()}
    assert not any(code.startswith("histoire") for code in codes)
    assert "geographie.reperes" in codes


def test_a_head_reads_the_school_without_what_stands_for_too_few(group: Any) -> None:
    head = UserFactory(roles=[(Role.HEAD_TEACHER, group.school.uai)])
    facts: dict[str, Any] = {
        "school": group.school,
        "level": "CM1",
        "month": rules.month_of(clock.today()),
        "reader": "pupil",
    }
    often, seldom = ResourceFactory(), ResourceFactory()
    SchoolUse.objects.create(resource=often, openings=5, **facts)
    SchoolUse.objects.create(resource=seldom, openings=4, **facts)
    assert curriculum.build(head, "CM1").whose == "", "nobody is on the roll"
    for _number in range(5):
        RollEntryFactory(class_group=group)
    found = curriculum.build(head, "CM1")
    assert (found.whose, notion(found, "maths.nombres").used) == ("school", 1)


def test_the_page_costs_the_same_however_large_the_catalogue(
    client: Client, group: Any, teacher: Any, django_assert_max_num_queries: Any
) -> None:
    for number in range(8):
        ResourceFactory(title=f"R{number}", domain_codes=["maths.calcul", "arts.musique"])
    client.force_login(teacher)
    with django_assert_max_num_queries(22):
        shown = client.get(reverse("figures:curriculum")).content.decode()
    assert "R0" in shown
    assert "domaine=maths.calcul&amp;niveau=CM1" in shown


def test_a_class_says_once_that_something_is_missing_and_the_city_answers(
    client: Client, group: Any, teacher: Any
) -> None:
    client.force_login(teacher)
    address = reverse("figures:report_gap", args=[group.pk, "CM1", "maths.geometrie"])
    client.post(address, {"wish": ""})
    client.post(address, {"wish": "Des patrons à plier"})
    report = GapReport.objects.get()
    assert (report.class_group, report.wish) == (group, "Des patrons à plier")
    other = ClassGroupFactory(levels=["CM1"])
    refused = client.post(reverse("figures:report_gap", args=[other.pk, "CM1", "maths.geometrie"]))
    assert refused.status_code == 404, "another class"
    assert client.get(reverse("figures:gaps")).status_code == 403
    by = Actor(user=teacher)
    actions.report_gap(
        by=by, class_group=other, level="CM1", term=term("domain", "maths.geometrie")
    )
    client.force_login(UserFactory(roles=[Role.CATALOGUE_EDITOR]))
    assert "Des patrons à plier" in client.get(reverse("figures:gaps")).content.decode()
    table = read_table(client.get(reverse("figures:gaps_export", args=["csv"])).content, "g.csv")
    assert table.rows[0][3] == "2"
    gap = Gap.objects.get()
    settle = reverse("figures:gap_settle", args=[gap.pk])
    client.post(settle, {"to": "bought"})
    client.post(settle, {"to": "ignored"})
    gap.refresh_from_db()
    assert (gap.state, gap.settled_on) == ("bought", clock.today()), "from found there is no way on"
    client.force_login(teacher)
    client.post(address, {"do": "take_back"})
    assert GapReport.objects.count() == 1
    client.post(address, {"wish": "Toujours rien"})
    gap.refresh_from_db()
    assert (gap.state, gap.settled_on) == ("open", None), "asked again, it opens again"


def test_a_class_reports_for_its_own_levels(group: Any, teacher: Any) -> None:
    geometry = Term.objects.get(vocabulary="domain", code="maths.geometrie")
    with pytest.raises(RuleBroken):
        actions.report_gap(by=Actor(user=teacher), class_group=group, level="CP", term=geometry)
    assert not Gap.objects.exists()


def test_the_map_comes_as_a_table(client: Client, group: Any, teacher: Any) -> None:
    opened(group, ResourceFactory(domain_codes=["maths.calcul"]))
    client.force_login(teacher)
    answer = client.get(reverse("figures:curriculum_export", args=["csv"]))
    rows = {row[2]: row for row in read_table(answer.content, "m.csv").rows}
    assert rows["Calcul"][3:] == ["1", "1", "1", "Utilisée"]
    assert rows["Espace et géométrie"][3:] == ["0", "0", "0", "Aucune ressource"]
