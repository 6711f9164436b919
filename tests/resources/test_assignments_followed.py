"""What became of what is given: who sees it, how long, on which pages."""

from __future__ import annotations

import datetime as dt
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook
from pypdf import PdfReader

from core import clock, retention
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.rights.registry import sections_for
from resources.assignments.actions import groups, plans, progress
from resources.assignments.checking import Days
from resources.assignments.home import cards
from resources.assignments.models import (
    Assignment,
    AssignmentItem,
    Progress,
    PupilGroup,
)
from resources.assignments.targets import Target
from tests.factories.accounts import UserFactory
from tests.factories.assignments import AssignmentFactory, PupilGroupFactory, a_class
from tests.factories.families import ChildFactory, GuardianFactory
from tests.factories.resources import PupilAccountFactory, ResourceFactory, term
from tests.factories.schools import RollEntryFactory, SchoolYearFactory
from tests.resources.given import (
    FRIDAY,
    MONDAY,
    THURSDAY,
    TUESDAY,
    a_school,
    client_of,
    give,
    pupil,
)


@pytest.fixture(autouse=True)
def on_monday() -> Any:
    with time_machine.travel(clock.at(MONDAY, 8), tick=False):
        yield


@pytest.fixture
def school() -> SimpleNamespace:
    return a_school()


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
def test_a_head_reads_the_week_without_whom_it_singles_out(school: SimpleNamespace) -> None:
    entry = school.entries[0]
    entry.child.given_name = "Théodora"
    entry.child.save()
    group = PupilGroupFactory(class_group=school.group, name="Soutien du matin")
    group.members.create(child=entry.child)
    give(school, target=Target("group", group))
    give(school, target=Target("pupils", children=frozenset({entry.child_id})))
    head = client_of(UserFactory(roles=[(Role.HEAD_TEACHER, school.group.school.uai)]))
    where = {"classe": school.group.pk}
    for client, told in ((client_of(school.teacher), True), (head, False)):
        page = client.get(reverse("assignments:week"), where).text
        paper = PdfReader(BytesIO(client.get(reverse("assignments:week_pdf"), where).content))
        for text in (page, paper.pages[0].extract_text()):
            assert ("Théodora" in text) is told
            assert ("Soutien du matin" in text) is told


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
    group = PupilGroupFactory(class_group=school.group, name="Soutien", children=[child])
    account = PupilAccountFactory(entry=child.roll_entries.get())
    for reader, told_of in ((guardian.user, True), (account.user, False)):
        (section,) = (found for found in sections_for(reader) if found.code == "a-faire")
        names = [entry.heading for entry in section.entries]
        assert (f"{child.given_name} · {group.name}" in names) is told_of


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
def test_pages_cost_the_same_for_one_and_for_many(school: SimpleNamespace) -> None:
    account = pupil(school)
    group = PupilGroupFactory(class_group=school.group, children=[account.child])
    own, tablet = client_of(school.teacher), client_of(account.user)
    picked = Target("pupils", children=frozenset({account.child_id}))

    def give_one_to_each(target: Target) -> Assignment:
        row = give(school, ResourceFactory(), ResourceFactory(), target=target)
        progress.open_item(account=account, item=row.items.all()[0])
        return row

    def cost() -> list[int]:
        counts = []
        for client, url in urls:
            with CaptureQueriesContext(connection) as queries:
                assert client.get(url).status_code == 200, url
            counts.append(len(queries))
        return counts

    for target in (Target(), Target("group", group), picked):
        first = give_one_to_each(target)
    urls = (
        (own, reverse("assignments:week")),
        (own, reverse("assignments:follow", args=[first.public_id])),
        (own, reverse("workspace:class_page", args=[school.group.pk])),
        (own, reverse("assignments:groups", args=[school.group.pk])),
        (tablet, reverse("workspace:my_class")),
        (own, "/api/v1/assignments"),
    )
    cost()
    before = cost()
    for number in range(4):
        RollEntryFactory(class_group=school.group)
        groups.save_group(
            by=school.by,
            class_group=school.group,
            name=f"Groupe n° {number}",
            children=[entry.child_id for entry in school.entries],
        )
        for target in (Target(), Target("group", group), picked):
            give_one_to_each(target)
    assert cost() == before


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
def test_what_left_the_catalogue_is_named_to_no_pupil_nor_parent(school: SimpleNamespace) -> None:
    guardian = GuardianFactory()
    entry = RollEntryFactory(child=ChildFactory(parents=[guardian]), class_group=school.group)
    account = PupilAccountFactory(entry=entry)
    stays, goes = ResourceFactory(title="Qui reste"), ResourceFactory(title="Qui part")
    give(school, stays, goes)
    give(school, goes)
    goes.state = "withdrawn"
    goes.save()
    page = client_of(guardian.user).get(reverse("assignments:children")).text
    assert "Qui reste" in page
    assert "Qui part" not in page
    (line,) = client_of(account.user).get("/api/v1/assignments").json()["items"]
    assert line["resources"] == [stays.identifier]


@pytest.mark.django_db
def test_the_home_page_reminds_of_who_has_not_begun(school: SimpleNamespace) -> None:
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


@pytest.mark.django_db
def test_each_parent_reads_their_childs_list_and_no_one_elses(school: SimpleNamespace) -> None:
    both, other = [GuardianFactory(), GuardianFactory()], GuardianFactory()
    child, another = ChildFactory(parents=both), ChildFactory(parents=[other])
    entry, _second = (RollEntryFactory(child=c, class_group=school.group) for c in (child, another))
    account = PupilAccountFactory(entry=entry)
    row = give(school, ResourceFactory(title="Pour tous"), note="Avec un grand.")
    chosen = Target("pupils", children=frozenset({another.pk}))
    give(school, ResourceFactory(title="Pour un seul"), target=chosen)
    url = reverse("assignments:children")
    pages = [client_of(guardian.user).get(url).text for guardian in both]
    for page in pages:
        assert "Pour tous" in page
        assert "Avec un grand." in page
        assert "Pour un seul" not in page
        assert another.given_name not in page or another.given_name == child.given_name
    assert "Pour un seul" in client_of(other.user).get(url).text
    progress.open_item(account=account, item=row.items.get())
    progress.finish_item(account=account, item=row.items.get(), done=True)
    assert "Terminé" in client_of(both[0].user).get(url).text
    assert not list(cards(both[0].user))
    assert [card.count for card in cards(other.user)] == [2]
