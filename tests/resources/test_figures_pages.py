"""Pages of use and of costs: whose figures one reads, what is kept back, what is paid for."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core import clock
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import SYSTEM, JournalEntry
from core.spreadsheets import read_table
from resources.figures import actions, costs, counting, rules
from resources.figures.models import ClassUse, SchoolUse, Subscription
from resources.figures.scope import scope_of
from tests.factories.accounts import UserFactory
from tests.factories.resources import ResourceFactory
from tests.factories.schools import ClassGroupFactory, RollEntryFactory

pytestmark = pytest.mark.django_db


def use(school: Any, resource: Any, openings: int, **facts: Any) -> None:
    month = facts.pop("month", rules.month_of(clock.today()))
    SchoolUse.objects.create(
        school=school,
        resource=resource,
        openings=openings,
        month=month,
        **{"level": "CM1", "reader": "pupil", **facts},
    )


@pytest.fixture
def school() -> Any:
    """A school with eight pupils in CM1 and three in CM2."""
    group = ClassGroupFactory(levels=["CM1"])
    for _number in range(8):
        RollEntryFactory(class_group=group)
    few = ClassGroupFactory(levels=["CM2"], school=group.school)
    for _number in range(3):
        RollEntryFactory(class_group=few, level="CM2")
    return group.school


@pytest.fixture
def head(school: Any) -> Any:
    return UserFactory(roles=[(Role.HEAD_TEACHER, school.uai)])


@pytest.fixture
def editor() -> Any:
    return UserFactory(roles=[Role.CATALOGUE_EDITOR])


def page(client: Client, user: Any, name: str, *args: Any, **query: Any) -> Any:
    client.force_login(user)
    return client.get(reverse(f"figures:{name}", args=args), query)


def test_a_head_reads_one_school_whatever_the_address_says(
    client: Client, school: Any, head: Any, editor: Any
) -> None:
    own, others = ResourceFactory(title="Le nôtre"), ResourceFactory(title="Le leur")
    other = ClassGroupFactory().school
    use(school, own, 40)
    use(other, others, 55)
    counting.roll_up()
    shown = page(client, head, "overview", ecole=other.uai).content.decode()
    assert "Le nôtre" in shown
    assert "Le leur" not in shown
    table = read_table(
        page(client, head, "export", "ressources", "csv", ecole=other.uai).content, "t.csv"
    )
    assert [row[0] for row in table.rows] == ["Le nôtre", "Total"]
    city = page(client, editor, "overview").content.decode()
    assert "Le nôtre" in city
    assert "Le leur" in city
    assert other.name in city
    assert page(client, UserFactory(roles=[Role.TEACHER]), "overview").status_code == 403


def test_no_address_makes_a_head_read_the_title_of_a_draft(
    client: Client, school: Any, head: Any, editor: Any
) -> None:
    draft = ResourceFactory(title="Pas encore publiée", state="draft")
    gone = ResourceFactory(title="Ouverte avant son retrait", state="withdrawn")
    use(school, gone, 40)
    asked = {"ressource": draft.identifier}
    assert "Pas encore publiée" not in page(client, head, "overview", **asked).content.decode()
    assert "Pas encore publiée" in page(client, editor, "overview", **asked).content.decode()
    asked = {"ressource": gone.identifier}
    shown = page(client, head, "overview", **asked).content.decode()
    assert "Ouverte avant son retrait" in shown, "the school opened it: it is no secret"


def test_numbers_of_few_are_kept_back_on_the_page_and_in_the_file(
    client: Client, school: Any, head: Any
) -> None:
    for title, openings in (("Souvent", 40), ("Rarement", 3), ("Parfois", 9)):
        use(school, ResourceFactory(title=title), openings)
    rows = read_table(page(client, head, "export", "ressources", "csv").content, "t.csv").rows
    assert {row[0]: row[2] for row in rows} == {
        "Souvent": "40",
        "Rarement": "",
        "Parfois": "",
        "Total": "52",
    }, "52 - 40 - 9 would give three"
    use(school, ResourceFactory(level_codes=["CM2"]), 17, level="CM2")
    one = page(client, head, "overview", niveau="CM2").content.decode()
    assert ">17<" not in one, "three pupils"
    assert "n. c." in one.replace("\u00a0", " ")


def test_a_level_of_few_is_not_had_by_taking_the_others_from_the_school(
    client: Client, school: Any, head: Any
) -> None:
    third = ClassGroupFactory(levels=["CE1"], school=school)
    for _number in range(12):
        RollEntryFactory(class_group=third, level="CE1")
    resource = ResourceFactory(level_codes=["CE1", "CM1", "CM2"])
    for level, openings in (("CE1", 30), ("CM1", 41), ("CM2", 17)):
        use(school, resource, openings, level=level)
    rows = read_table(page(client, head, "export", "niveaux", "csv").content, "t.csv").rows
    shown = {row[1]: row[2] for row in rows}
    assert shown == {"CE1": "30", "CM1": "", "CM2": "", "": "88"}, "CM1 has fewer pupils than CE1"
    for dimension in ("mois", "ressources", "domaines"):
        for level, openings in (("CE1", "30"), ("CM1", ""), ("CM2", "")):
            answer = page(client, head, "export", dimension, "csv", niveau=level)
            assert read_table(answer.content, "t.csv").rows[-1][2] == openings


def test_filters_drill_down_and_nonsense_is_left_out(
    client: Client, school: Any, editor: Any
) -> None:
    maths = ResourceFactory(title="Calculer", domain_codes=["maths.calcul"])
    use(school, maths, 30)
    use(school, ResourceFactory(title="Chanter", domain_codes=["arts.musique"]), 20)
    counting.roll_up()
    month = f"{clock.today():%Y-%m}"
    inside = page(client, editor, "overview", domaine="maths", mois=month).content.decode()
    assert "Calculer" in inside
    assert "Chanter" not in inside
    assert "domaine=maths.calcul" in inside
    last_year = str(clock.school_year_of(clock.today()) - 1)
    later = page(client, editor, "overview", mois=month, annee=last_year).content.decode()
    assert "Calculer" not in later, "another year was chosen since the month was"
    for query in ({"annee": "²"}, {"mois": "2026-13"}, {"domaine": "x" * 300}, {"niveau": "6e"}):
        assert page(client, editor, "overview", **query).status_code == 200
    assert page(client, editor, "table", "rien").status_code == 404
    assert page(client, editor, "export", "mois", "pdf").status_code == 404


def test_pages_ask_the_same_of_the_database_however_much_is_counted(
    client: Client, school: Any, editor: Any, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        use(school, ResourceFactory(title=f"R{number}"), 10 + number)
    counting.roll_up()
    contracts(12)
    client.force_login(editor)
    client.get(reverse("figures:costs"))
    with django_assert_max_num_queries(26):
        client.get(reverse("figures:overview"))
    with django_assert_max_num_queries(26):
        client.get(reverse("figures:overview"), {"ecole": school.uai})
    with django_assert_max_num_queries(20):
        client.get(reverse("figures:costs"))


def test_a_teacher_reads_the_own_class_and_no_other(client: Client) -> None:
    group, other = ClassGroupFactory(), ClassGroupFactory()
    for _number in range(6):
        RollEntryFactory(class_group=group)
    teacher = UserFactory(roles=[(Role.TEACHER, group.school.uai)])
    group.teachers.add(teacher)
    month = rules.month_of(clock.today())
    for place, title in ((group, "Ici"), (other, "Ailleurs")):
        ClassUse.objects.create(
            class_group=place,
            month=month,
            resource=ResourceFactory(title=title),
            reader="pupil",
            openings=31,
        )
    shown = page(client, teacher, "classes").content.decode()
    assert "Ici" in shown
    assert ">31<" in shown
    assert "Ailleurs" not in shown
    assert page(client, teacher, "class_export", group.pk, "xlsx").status_code == 200
    assert page(client, teacher, "class_export", other.pk, "xlsx").status_code == 404


def test_the_one_pupil_of_a_tiny_class_is_not_read_through_its_counts(client: Client) -> None:
    group = RollEntryFactory().class_group
    teacher = UserFactory(roles=[(Role.TEACHER, group.school.uai)])
    group.teachers.add(teacher)
    ClassUse.objects.create(
        class_group=group,
        month=rules.month_of(clock.today()),
        resource=ResourceFactory(),
        reader="pupil",
        openings=31,
    )
    assert ">31<" not in page(client, teacher, "classes").content.decode()


def contracts(number: int) -> list[Subscription]:
    today = clock.today()
    return [
        Subscription.objects.create(
            resource=ResourceFactory(title=f"Payante {place}", cost="paid"),
            starts_on=today - dt.timedelta(days=364),
            ends_on=today,
            cost_cents=36_500,
        )
        for place in range(number)
    ]


def test_cost_is_set_against_use_and_what_nobody_opens_comes_first(
    client: Client, school: Any, editor: Any
) -> None:
    loved, idle = contracts(2)
    today = clock.today()
    group = school.classes.order_by("pk").first()
    use(school, loved.resource, 100)
    ClassUse.objects.create(
        class_group=group,
        month=rules.month_of(today),
        resource=loved.resource,
        reader="pupil",
        openings=100,
    )
    scope = scope_of(editor, client.get("/").wsgi_request.GET)
    lines = costs.cost_lines(Subscription.objects.all(), scope.first_day, scope.last_day)
    by_title = {line.resource.title: line for line in lines}
    due = 100 * ((today - scope.first_day).days + 1)
    line = by_title["Payante 0"]
    assert (line.cost_cents, line.openings, line.classes, line.schools) == (due, 100, 1, 1)
    assert line.per_opening == rules.cost_per(due, 100)
    assert line.per_class == due
    table = read_table(page(client, editor, "costs_export", "csv").content, "t.csv")
    assert [row[0] for row in table.rows] == ["Payante 1", "Payante 0"]
    asleep = page(client, editor, "costs_export", "csv", depuis="3").content
    assert [row[0] for row in read_table(asleep, "t.csv").rows] == ["Payante 1"]
    assert idle.resource.title in page(client, editor, "costs").content.decode()


def test_editors_write_contracts_once_and_for_paid_resources_only(
    client: Client, editor: Any
) -> None:
    resource = ResourceFactory(cost="paid")
    facts = {
        "resource": resource.pk,
        "starts_on": "2026-09-01",
        "ends_on": "2027-08-31",
        "cost_cents": "1 250,40",
        "funded_by": "city",
        "order_reference": "BC-1",
    }
    client.force_login(editor)
    address = reverse("figures:subscription_new")
    assert client.post(address, facts).status_code == 302
    kept = Subscription.objects.get()
    assert kept.cost_cents == 125_040
    assert client.post(address, facts).status_code == 200, "written already: shown on the form"
    wrong = client.post(address, facts | {"ends_on": "2026-08-31", "order_reference": "BC-2"})
    assert wrong.status_code == 200
    client.post(reverse("figures:subscription", args=[kept.pk]), facts | {"seats": "30"})
    kept.refresh_from_db()
    assert kept.seats == 30
    edited = JournalEntry.objects.get(verb="subscription.edit")
    assert edited.facts["fields"] == ["seats"]
    client.post(reverse("figures:subscription_remove", args=[kept.pk]))
    assert not Subscription.objects.exists()
    free: dict[str, Any] = dict.fromkeys(actions.FACTS) | {
        "resource": ResourceFactory(),
        "starts_on": dt.date(2026, 9, 1),
        "ends_on": dt.date(2026, 9, 1),
        "cost_cents": 1,
    }
    with pytest.raises(RuleBroken, match="gratuite"):
        actions.save_subscription(by=SYSTEM, subscription=None, facts=free)
