"""What is given: to whom, when, what is refused, who sees what became of it."""

from __future__ import annotations

import datetime as dt
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from pypdf import PdfReader

from core import clock, retention
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import Actor
from core.rights.registry import sections_for
from resources.assignments import following, rules
from resources.assignments.actions import groups, plans, progress
from resources.assignments.checking import Days
from resources.assignments.models import (
    Assignment,
    AssignmentItem,
    Progress,
    PupilGroup,
)
from resources.assignments.targets import Target
from resources.catalogue.models import ResourceUse
from tests.factories.accounts import UserFactory
from tests.factories.assignments import AssignmentFactory, PupilGroupFactory, a_class
from tests.factories.families import ChildFactory, GuardianFactory
from tests.factories.resources import PupilAccountFactory, ResourceFactory, term
from tests.factories.schools import ClassGroupFactory, RollEntryFactory, SchoolYearFactory
from tests.people import sign_in_client

#: A Monday in class, all of whose week is: no closure is written unless a test does.
MONDAY = dt.date(2026, 11, 23)
TUESDAY, THURSDAY, FRIDAY = (MONDAY + dt.timedelta(days=n) for n in (1, 3, 4))
THIS_WEEK = Days(MONDAY, FRIDAY)


@pytest.fixture(autouse=True)
def on_monday() -> Any:
    with time_machine.travel(clock.at(MONDAY, 8), tick=False):
        yield


@pytest.fixture
def school() -> SimpleNamespace:
    teacher, group, entries = a_class(4)
    return SimpleNamespace(
        teacher=teacher, group=group, entries=entries, by=Actor(user=teacher), fractions=None
    )


def give(school: SimpleNamespace, *resources: Any, **facts: Any) -> Assignment:
    return plans.give(
        by=school.by,
        class_group=school.group,
        resources=resources or [ResourceFactory()],
        target=facts.get("target", Target()),
        days=facts.get("days", THIS_WEEK),
        note=facts.get("note", ""),
    )


def client_of(user: Any) -> Client:
    client = Client()
    sign_in_client(client, user)
    return client


def pupil(school: SimpleNamespace, number: int = 0) -> Any:
    return PupilAccountFactory(entry=school.entries[number])


def todo_titles(account: Any) -> list[str]:
    from resources.assignments.todo import todo_of

    return [line.item.resource.title for line in todo_of(account.user)]


# Rules -------------------------------------------------------------------------------------


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


@given(st.sets(st.integers(1, 40)), st.integers(1, 30), st.integers(0, 35))
def test_free_numbers_are_free_bought_and_as_many_as_there_are(
    taken: set[int], bought: int, wanted: int
) -> None:
    found = rules.free_numbers(taken, bought, wanted)
    left = bought - len({n for n in taken if n <= bought})
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
    with time_machine.travel(clock.at(THURSDAY, 9), tick=False):
        with pytest.raises(RuleBroken) as kept:
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


# Who sees the follow-up --------------------------------------------------------------------


@pytest.mark.django_db
def test_the_follow_up_names_pupils_to_their_teacher_only(school: SimpleNamespace) -> None:
    account, row = pupil(school), give(school)
    progress.open_item(account=account, item=row.items.get())
    name = account.child.given_name
    follow = reverse("assignments:follow", args=[row.public_id])
    table = reverse("assignments:follow_xlsx", args=[row.public_id])
    own = client_of(school.teacher)
    assert name in own.get(follow).text
    sheet = load_workbook(BytesIO(own.get(table).content)).active
    assert sheet is not None
    cells = [[cell.value for cell in line] for line in sheet.iter_rows(min_row=2)]
    assert len(cells) == 4
    assert sum(line[3] == "Commencé" for line in cells) == 1
    head = client_of(UserFactory(roles=[(Role.HEAD_TEACHER, school.group.school.uai)]))
    page = head.get(follow)
    assert page.status_code == 200
    assert name not in page.text
    assert head.get(table).status_code in (403, 404)
    colleague, _group, _entries = a_class(1, school=school.group.school)
    for client in (client_of(colleague), client_of(a_class(1)[0])):
        for url in (follow, table, reverse("assignments:change", args=[row.public_id])):
            assert client.get(url).status_code == 404
        for verb in ("withdraw", "restore"):
            url = reverse(f"assignments:{verb}", args=[row.public_id])
            assert client.post(url).status_code == 404
    row.refresh_from_db()
    assert row.state == "active"


@pytest.mark.django_db
def test_rows_and_predicates_agree_on_who_follows(school: SimpleNamespace) -> None:
    row, other = give(school), AssignmentFactory()
    head = UserFactory(roles=[(Role.HEAD_TEACHER, school.group.school.uai)])
    assert list(Assignment.objects.visible_to(head)) == [row]
    assert not Assignment.objects.followed_by(head).exists()
    assert list(Assignment.objects.followed_by(school.teacher)) == [row]
    assert not Progress.objects.visible_to(head).exists()
    assert other not in Assignment.objects.visible_to(school.teacher)


@pytest.mark.django_db
def test_last_years_teacher_sees_nothing_any_more(school: SimpleNamespace) -> None:
    row = give(school)
    SchoolYearFactory(start_year=2027)
    with time_machine.travel(clock.at(dt.date(2027, 9, 6), 8), tick=False):
        assert not Assignment.objects.visible_to(school.teacher).filter(pk=row.pk).exists()


@pytest.mark.django_db
def test_the_follow_up_goes_with_the_school_year(school: SimpleNamespace) -> None:
    group = PupilGroupFactory(class_group=school.group, children=[school.entries[0].child])
    row = give(school, target=Target("group", group))
    Progress.objects.create(item=row.items.get(), child=school.entries[0].child)
    retention.apply()
    assert Progress.objects.exists()
    with time_machine.travel(clock.at(dt.date(2027, 8, 2), 4), tick=False):
        retention.apply()
    for model in (Assignment, AssignmentItem, Progress, PupilGroup):
        assert not model.objects.exists(), model


@pytest.mark.django_db
def test_parents_and_teachers_are_told_what_is_held(school: SimpleNamespace) -> None:
    row, guardian = give(school), GuardianFactory()
    child = ChildFactory(parents=[guardian])
    RollEntryFactory(child=child, class_group=school.group)
    Progress.objects.create(item=row.items.get(), child=child)
    told = {section.code: section for section in sections_for(school.teacher)}
    assert [entry.heading for entry in told["travail-donne"].entries] == [row.title]
    headings = [
        entry.heading
        for section in sections_for(guardian.user)
        if section.code == "a-faire"
        for entry in section.entries
    ]
    assert headings == [f"{child.given_name} · {row.items.get().resource.title}"]


# Groups ------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_group_keeps_its_name_and_is_removed_only_when_it_has_nothing_left_to_do(
    school: SimpleNamespace,
) -> None:
    children = [entry.child_id for entry in school.entries[:2]]
    facts: dict[str, Any] = {"by": school.by, "class_group": school.group}
    made = groups.save_group(**facts, name="Lecteurs", children=[*children, 10**9])
    assert made.members.count() == 2, "only pupils of the class"
    with pytest.raises(RuleBroken) as twin:
        groups.save_group(**facts, name="Lecteurs", children=children)
    assert twin.value.code == "name"
    row = give(school, target=Target("group", made))
    with pytest.raises(RuleBroken) as used:
        groups.remove_group(by=school.by, group=made)
    assert used.value.code == "used"
    plans.withdraw(by=school.by, assignment=row)
    groups.remove_group(by=school.by, group=made)
    with pytest.raises(RuleBroken) as gone:
        give(school, target=Target("group", PupilGroup.objects.get()))
    assert gone.value.code == "group"
    groups.bring_back_group(by=school.by, group=made)
    assert PupilGroup.objects.present().count() == 1


# Pages -------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_refusal_is_shown_at_its_field_and_nothing_is_saved(school: SimpleNamespace) -> None:
    resource = ResourceFactory(open_to=THURSDAY)
    url = reverse("assignments:give") + f"?ressource={resource.identifier}"
    client = client_of(school.teacher)
    data = {"target": "class", "starts_on": str(MONDAY), "due_on": str(FRIDAY)}
    page = client.post(url, data)
    assert page.status_code == 200
    assert "n’est ouverte que jusqu’au 26 novembre" in page.text
    assert page.context["form"].errors.keys() == {"due_on"}
    assert not Assignment.objects.exists()
    data["due_on"] = str(THURSDAY)
    assert client.post(url, data).url == reverse("assignments:week") + "?semaine=2026-W48"


@pytest.mark.django_db
def test_lists_cost_the_same_for_one_and_for_many(
    school: SimpleNamespace, django_assert_max_num_queries: Any
) -> None:
    account = pupil(school)
    group = PupilGroupFactory(class_group=school.group, children=[account.child])
    own, tablet = client_of(school.teacher), client_of(account.user)
    # Class, target and picks differ, so that no cache makes it cheap.
    for number in range(6):
        row = give(
            school,
            ResourceFactory(domain_codes=["maths.nombres"]),
            ResourceFactory(),
            target=(
                Target(),
                Target("group", group),
                Target("pupils", children=frozenset({account.child_id})),
            )[number % 3],
        )
        progress.open_item(account=account, item=row.items.all()[0])
    urls = (
        (own, reverse("assignments:week"), 24),
        (own, reverse("assignments:follow", args=[row.public_id]), 28),
        (own, reverse("workspace:class_page", args=[school.group.pk]), 32),
        (tablet, reverse("workspace:my_class"), 40),
        (own, "/api/v1/assignments", 16),
    )
    for client, url, most in urls:
        with django_assert_max_num_queries(most):
            assert client.get(url).status_code == 200, url


@pytest.mark.django_db
def test_the_week_on_paper_says_what_for_whom_and_when(school: SimpleNamespace) -> None:
    give(school, ResourceFactory(title="Les fractions du goûter"), note="Avec un crayon.")
    answer = client_of(school.teacher).get(reverse("assignments:week_pdf"))
    assert answer["Content-Type"] == "application/pdf"
    text = " ".join(PdfReader(BytesIO(answer.content)).pages[0].extract_text().split())
    for words in ("Les fractions du goûter", "Avec un crayon.", "vendredi 27 novembre"):
        assert words in text.replace("\xa0", " ")


@pytest.mark.django_db
def test_the_api_tells_counts_and_no_names(school: SimpleNamespace) -> None:
    account, row = pupil(school), give(school)
    progress.open_item(account=account, item=row.items.get())
    client = client_of(school.teacher)
    listed = client.get("/api/v1/assignments").json()["items"]
    assert [line["id"] for line in listed] == [str(row.public_id)]
    one = client.get(f"/api/v1/assignments/{row.public_id}")
    assert (one.json()["pupils"], one.json()["begun"], one.json()["finished"]) == (4, 1, 0)
    assert account.child.family_name not in one.content.decode()
    stranger = client_of(a_class(1)[0])
    assert stranger.get("/api/v1/assignments").json()["items"] == []
    assert stranger.get(f"/api/v1/assignments/{row.public_id}").status_code == 404


@pytest.mark.django_db
def test_the_home_page_reminds_of_who_has_not_begun(school: SimpleNamespace) -> None:
    from resources.assignments.home import cards

    account = pupil(school)
    row = give(school, days=Days(MONDAY, TUESDAY))
    (card,) = cards(school.teacher)
    assert (card.count, card.url) == (4, reverse("assignments:follow", args=[row.public_id]))
    assert [card.count for card in cards(account.user)] == [1]
    progress.open_item(account=account, item=row.items.get())
    (card,) = cards(school.teacher)
    assert card.count == 3


@pytest.mark.django_db
def test_pupils_of_two_levels_are_both_asked(school: SimpleNamespace) -> None:
    school.entries[0].level = "CE2"
    school.entries[0].save()
    resource = ResourceFactory(level_codes=["CM1", "CM2"])
    with pytest.raises(RuleBroken) as refused:
        give(school, resource)
    assert refused.value.code == "level"
    older = frozenset(entry.child_id for entry in school.entries[1:])
    assert give(school, resource, target=Target("pupils", children=older)).pupils.count() == 3
    resource.levels.add(term("level", "CE1"))
    assert give(school, resource).target == "class"
